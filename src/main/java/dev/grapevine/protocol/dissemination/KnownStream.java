package dev.grapevine.protocol.dissemination;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamState;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.frame.StreamName;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** A stream that this member can tell of and repair: one of its own, or in a partial view one that it forwards. */
abstract class KnownStream {

    private final Origin origin;
    private final String topic;
    private final TreeEdges edges;
    private final RetainedRuns runs = new RetainedRuns();

    /** The neighbours, by their slots, that are not known to know how far it is. */
    final BitSet untold = new BitSet();

    /** How far it was when it was last to be told of. */
    long announced;

    /** When that was. */
    long changedAt;

    /** How often all are still to be told that it did not go on. */
    int retellings;

    /** Whether it waits to be told of. */
    boolean isToBeTold;

    /**
     * A stream of which nothing is known.
     *
     * @param origin who publishes it
     * @param topic the topic
     * @param edges of its publisher's tree
     */
    KnownStream(Origin origin, String topic, TreeEdges edges) {
        this.origin = origin;
        this.topic = topic;
        this.edges = edges;
    }

    final Origin origin() {
        return origin;
    }

    final String topic() {
        return topic;
    }

    /** Where publications and digests travel: together, so that no digest tells of a message that is still behind it. */
    final Lane lane() {
        return isCritical() ? Lane.CRITICAL : Lane.DATA;
    }

    /** Whether it floods all links in the place of taking the tree. */
    final boolean isCritical() {
        return StreamName.isCritical(topic);
    }

    /** Where repairs travel, and the answer that there is none. */
    final Lane repairLane() {
        return repairLane(topic);
    }

    static Lane repairLane(String topic) {
        return StreamName.isCritical(topic) ? Lane.CRITICAL : Lane.BULK;
    }

    final TreeEdges edges() {
        return edges;
    }

    final RetainedRuns runs() {
        return runs;
    }

    /** Length of a large message that is here, or of which parts are coming just now; 0 if neither. */
    int offered(long sequence, long now) {
        return largeLength(sequence);
    }

    /** Length of a large message of which something is here; 0 if nothing is. */
    int largeLength(long sequence) {
        Bytes large = runs.large(sequence);
        return large == null ? 0 : large.length();
    }

    /** A part of a large message, if that is here. */
    @Nullable Bytes part(long sequence, int offset, int length) {
        Bytes large = runs.large(sequence);
        return large == null ? null : large.slice(offset, length);
    }

    /** Oldest sequence that can be repaired; {@code last + 1} if none. */
    final long retained() {
        return runs.isEmpty() ? last() + 1 : runs.first();
    }

    /** Newest sequence that others are told of, 0 if none: all up to here were published, and given to users here. */
    abstract long last();

    /** Sequence with which it begins here. */
    abstract long begin();

    final StreamState state(long start) {
        return new StreamState(origin, topic, start, retained(), last(), begin(), edges.way());
    }
}
