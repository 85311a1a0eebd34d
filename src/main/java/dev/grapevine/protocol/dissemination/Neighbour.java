package dev.grapevine.protocol.dissemination;

import dev.grapevine.membership.Origin;

/** A peer for as long as this member has a link to it. */
final class Neighbour {

    private final Origin origin;
    private final int slot;
    private final boolean metFirst;
    private final long since;
    private long[] starts = {};
    private long startsBefore;
    private boolean hasTold;
    private boolean wasSpared;

    /**
     * A link that is open.
     *
     * @param origin to whom
     * @param slot a small number that no other open link has
     * @param metFirst whether it is one of the first links of this member's life, so that streams begin with what it tells
     *     as now
     * @param since when it was opened
     */
    Neighbour(Origin origin, int slot, boolean metFirst, long since) {
        this.origin = origin;
        this.slot = slot;
        this.metFirst = metFirst;
        this.since = since;
    }

    Origin origin() {
        return origin;
    }

    int slot() {
        return slot;
    }

    boolean metFirst() {
        return metFirst;
    }

    long since() {
        return since;
    }

    /** The peer has told this member of streams. */
    void told() {
        hasTold = true;
    }

    /** Whether the peer need not be told this time, since it told this member itself meanwhile; never twice in a row. */
    boolean isSpared() {
        wasSpared = hasTold && !wasSpared;
        hasTold = false;
        return wasSpared;
    }

    /** Remembers where the streams that are forwarded are now: there they begin for a peer that is new. */
    void startsAre(long[] lastByIndex, long before) {
        starts = lastByIndex;
        startsBefore = before;
    }

    /** The peer has been told often enough where they begin for it. */
    void forgetStarts() {
        startsAre(new long[0], 0);
    }

    /** Sequence with which a stream begins for the peer if it is new: streams that came up later, where they did here. */
    long start(InboundStream stream) {
        return stream.number() < startsBefore ? starts[stream.index()] + 1 : stream.begin();
    }
}
