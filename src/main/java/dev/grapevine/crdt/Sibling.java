package dev.grapevine.crdt;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.clock.Dot;
import dev.grapevine.clock.HybridTimestamp;

/**
 * One write that nothing has superseded yet.
 *
 * @param dot its name
 * @param stamp when it was made
 * @param value what was written
 */
public record Sibling(Dot dot, HybridTimestamp stamp, Bytes value) {

    /** Whether this is shown rather than the other: the later stamp, on a tie the greater dot. */
    boolean beats(Sibling other) {
        int byStamp = stamp.compareTo(other.stamp);
        return byStamp != 0 ? byStamp > 0 : dot.compareTo(other.dot) > 0;
    }
}
