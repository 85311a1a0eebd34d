package dev.grapevine.protocol.dissemination;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.Way;

/** A peer for as long as this member has a link to it. */
final class Neighbour {

    /** So many of the last round trips are kept: the shortest of them is the link's, the others had to wait somewhere. */
    private static final int ROUND_TRIPS = 4;

    private final Origin origin;
    private final int slot;
    private final boolean metFirst;
    private final long since;
    private long[] starts = {};
    private long startsBefore;
    private final long[] roundTrips = new long[ROUND_TRIPS];
    private int measured;

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

    /** A round trip was measured, in nanoseconds. */
    void roundTrip(long nanos) {
        roundTrips[measured++ % ROUND_TRIPS] = nanos;
    }

    /** How long the link is one way, in microseconds; long as long as that is not known. */
    int micros() {
        if (measured == 0) {
            return Limits.UNMEASURED_MICROS;
        }
        long shortest = Long.MAX_VALUE;
        for (int i = 0; i < Math.min(measured, ROUND_TRIPS); i++) {
            shortest = Math.min(shortest, roundTrips[i]);
        }
        return (int) Math.min(shortest / 2000, Way.MAX_MICROS);
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
