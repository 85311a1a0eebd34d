package dev.grapevine.runtime;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.topic.Gap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Consecutive messages of one publisher on their way to a subscriber, or a range of messages that it will not get.
 *
 * @param origin who published
 * @param first sequence of the first message
 * @param last sequence of the last one
 * @param payloads the messages, or empty for a gap; after a head or tail was taken, others before and behind them too
 * @param offset where the first message stands among the payloads
 * @param mayBeLarge whether any of the payloads is a large one, so that nobody need look at each but once
 * @param gap why messages are missing, or null if they are there
 */
record Run(
        Origin origin,
        long first,
        long last,
        List<Bytes> payloads,
        int offset,
        boolean mayBeLarge,
        Gap.@Nullable Reason gap) {

    static Run messages(Origin origin, long first, List<Bytes> payloads) {
        boolean mayBeLarge = false;
        for (Bytes payload : payloads) {
            mayBeLarge |= isLarge(payload);
        }
        return new Run(origin, first, first + payloads.size() - 1, payloads, 0, mayBeLarge, null);
    }

    static Run gap(Origin origin, long first, long last, Gap.Reason reason) {
        return new Run(origin, first, last, List.of(), 0, false, reason);
    }

    private static boolean isLarge(Bytes payload) {
        return payload.length() > DisseminationFrame.MAX_CHUNK_BYTES;
    }

    /** Messages that were lost on the way. */
    static Run lost(Effect.Gap gap) {
        return gap(gap.origin(), gap.from(), gap.to(), Gap.Reason.LOST);
    }

    boolean isGap() {
        return gap != null;
    }

    /** How many messages the run holds; none for a gap. */
    int messages() {
        return isGap() ? 0 : (int) (last - first + 1);
    }

    /** The message with the given place in the run, from 0. */
    Bytes message(int index) {
        return payloads.get(offset + index);
    }

    /** The length of such a message if it is a large one, or 0. */
    int largeBytes(int index) {
        Bytes message = message(index);
        return isLarge(message) ? message.length() : 0;
    }

    /** The lengths of all its large messages together. */
    long largeBytes() {
        long bytes = 0;
        for (int i = 0; mayBeLarge && i < messages(); i++) {
            bytes += largeBytes(i);
        }
        return bytes;
    }

    /** The first messages of the run. */
    Run head(int count) {
        return new Run(origin, first, first + count - 1, payloads, offset, mayBeLarge, null);
    }

    /** The run without its first messages. */
    Run tail(int skip) {
        return new Run(origin, first + skip, last, payloads, offset + skip, mayBeLarge, null);
    }
}
