package dev.grapevine.runtime;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.Origin;
import dev.grapevine.topic.Gap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Consecutive messages of one publisher on their way to a subscriber, or a range of messages that it will not get.
 *
 * @param origin who published
 * @param first sequence of the first message
 * @param last sequence of the last one
 * @param payloads the messages, or empty for a gap
 * @param gap why messages are missing, or null if they are there
 */
record Run(Origin origin, long first, long last, List<Bytes> payloads, Gap.@Nullable Reason gap) {

    static Run messages(Origin origin, long first, List<Bytes> payloads) {
        return new Run(origin, first, first + payloads.size() - 1, payloads, null);
    }

    static Run gap(Origin origin, long first, long last, Gap.Reason reason) {
        return new Run(origin, first, last, List.of(), reason);
    }

    boolean isGap() {
        return gap != null;
    }

    /** How many messages the run holds; none for a gap. */
    int messages() {
        return payloads.size();
    }

    /** The first messages of the run. */
    Run head(int count) {
        return messages(origin, first, payloads.subList(0, count));
    }

    /** The run without its first messages. */
    Run tail(int skip) {
        return messages(origin, first + skip, payloads.subList(skip, payloads.size()));
    }
}
