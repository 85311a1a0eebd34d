package dev.grapevine.protocol.dissemination;

import java.util.ArrayDeque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * The large messages of this member that one peer was told of and has not fetched, so that their publishers are asked for
 * less before they fall out of the retained window. A peer that fetches nothing for {@link Limits#UNFETCHED_NANOS} lags, and
 * so does one that fetches less than {@link Limits#LEAST_FETCHED_BYTES} in that time while another has fetched all there is:
 * whoever is slower than that holds up nobody. Only what is waited for counts, so nobody gains time by fetching other messages
 * over and over. Of a peer that lags nothing is remembered until it is faster or fetches the newest.
 */
final class Unfetched {

    private final ArrayDeque<Message> messages = new ArrayDeque<>();
    private @Nullable Message newest;
    private long bytes;
    private long busySince;
    private long fetchedAt;
    private long fetchedBytes;
    private boolean isLagging;

    /** Whether it had fetched all there was at some time since this was judged last; not so if it was told of nothing. */
    private boolean hadAll;

    /** The peer is told of a message. */
    void announced(KnownStream stream, long sequence, int length, long now) {
        newest = new Message(stream, sequence, length);
        if (isLagging) {
            return;
        }
        if (messages.isEmpty()) {
            busySince = now;
            fetchedAt = now;
        } else if (messages.size() == Limits.UNFETCHED_MESSAGES) {
            bytes -= messages.remove().left;
        }
        messages.add(newest);
        bytes += length;
    }

    /**
     * The peer was sent a part of a message. It fetches the messages of a stream in their order: those before, of which it
     * asked for nothing here, it has from others.
     */
    void fetched(KnownStream stream, long sequence, int length, long now) {
        if (newest != null && newest.isOf(stream, sequence)) {
            isLagging = false;
        }
        long done = settle(stream, sequence, length);
        fetchedBytes += isLagging ? length : done;
        if (done > 0) {
            fetchedAt = now;
            hadAll |= messages.isEmpty();
        }
    }

    private long settle(KnownStream stream, long sequence, int length) {
        long done = 0;
        for (Iterator<Message> all = messages.iterator(); all.hasNext(); ) {
            Message message = all.next();
            if (message.stream == stream) {
                done += message.fetched(sequence, length);
                if (message.left == 0) {
                    all.remove();
                }
            }
        }
        bytes -= done;
        return done;
    }

    /** The peer has what there is from others, or is gone. */
    void clear() {
        messages.clear();
        bytes = 0;
        hadAll = false;
    }

    /** How many bytes the peer has yet to fetch; 0 if it lags. */
    long bytes(long now) {
        return isStalled(now) ? 0 : bytes;
    }

    private boolean isStalled(long now) {
        return now - fetchedAt >= Limits.UNFETCHED_NANOS;
    }

    /** Whether there is nothing that it has yet to fetch. */
    boolean isEmpty() {
        return messages.isEmpty();
    }

    /** Whether it had fetched all there was at some time since this was judged last. */
    boolean hadAll() {
        return hadAll;
    }

    /**
     * Decides whether the peer lags.
     *
     * @param since when this was judged the last time
     * @param hasAnyHadAll whether a peer had fetched all there was at some time since
     * @param now the time
     */
    void judge(long since, boolean hasAnyHadAll, long now) {
        boolean isSlow = fetchedBytes < Limits.LEAST_FETCHED_BYTES;
        boolean isBusyThroughout = busySince - since <= 0;
        fetchedBytes = 0;
        hadAll &= messages.isEmpty();
        if (isLagging) {
            isLagging = isSlow;
        } else if (!messages.isEmpty() && (isStalled(now) || (isSlow && hasAnyHadAll && isBusyThroughout))) {
            isLagging = true;
            clear();
        }
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

        boolean isOf(KnownStream other, long number) {
            return stream == other && sequence == number;
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
