package dev.grapevine.protocol.dissemination;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import java.util.List;

/**
 * Consecutive sequences of one stream.
 *
 * @param from the first
 * @param to the last, inclusive, not before the first
 */
record Range(long from, long to) {

    static Range of(Publications run) {
        return new Range(run.first(), run.last());
    }

    long count() {
        return to - from + 1;
    }

    /** The payloads of this range out of those that begin with a sequence. */
    List<Bytes> of(List<Bytes> payloads, long first) {
        return from == first && count() == payloads.size()
                ? payloads
                : payloads.subList((int) (from - first), (int) (to - first) + 1);
    }
}
