package dev.grapevine.protocol.dissemination;

import java.util.ArrayDeque;
import java.util.Iterator;

/**
 * The large messages of this member that one peer was told of and has not fetched, so that their publishers are asked for
 * less before they fall out of the retained window. A peer that fetches nothing for {@link Limits#UNFETCHED_NANOS} lags:
 * nothing more is remembered of it until it fetches again.
 */
final class Unfetched {

    private final ArrayDeque<Message> messages = new ArrayDeque<>();
    private long bytes;
    private long since;
    private boolean isLagging;

    /** The peer is told of a message. */
    void announced(KnownStream stream, long sequence, int length, long now) {
        if (!messages.isEmpty() && now - since >= Limits.UNFETCHED_NANOS) {
            isLagging = true;
            clear();
        }
        if (isLagging) {
            return;
        }
        if (messages.isEmpty()) {
            since = now;
        } else if (messages.size() == Limits.UNFETCHED_MESSAGES) {
            bytes -= messages.remove().left;
        }
        messages.add(new Message(stream, sequence, length));
        bytes += length;
    }

    /**
     * The peer was sent a part of a message. It fetches the messages of a stream in their order: those before, of which it
     * asked for nothing here, it has from others.
     */
    void fetched(KnownStream stream, long sequence, int length, long now) {
        since = now;
        isLagging = false;
        for (Iterator<Message> all = messages.iterator(); all.hasNext(); ) {
            Message message = all.next();
            if (message.stream == stream) {
                bytes -= message.fetched(sequence, length);
                if (message.left == 0) {
                    all.remove();
                }
            }
        }
    }

    /** The peer has what there is from others, or is gone. */
    void clear() {
        messages.clear();
        bytes = 0;
    }

    /** How many bytes the peer has yet to fetch; 0 if it lags. */
    long bytes(long now) {
        return now - since < Limits.UNFETCHED_NANOS ? bytes : 0;
    }

    private static final class Message {
        private final KnownStream stream;
        private final long sequence;
        private boolean isBegun;
        private long left;

        Message(KnownStream stream, long sequence, long left) {
            this.stream = stream;
            this.sequence = sequence;
            this.left = left;
        }

        /** A part of a message of the stream was sent; how many bytes less have to be. */
        private long fetched(long of, int length) {
            isBegun |= of == sequence;
            long done = of == sequence ? Math.min(length, left) : of > sequence && !isBegun ? left : 0;
            left -= done;
            return done;
        }
    }
}
