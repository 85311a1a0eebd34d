package dev.grapevine.transport;

/**
 * How many bytes may be on their way over a link at a time, over all lanes: as many as keep it busy, and few enough that
 * what is sent now arrives soon, however deep the queues of the network are.
 *
 * <p>The controller of LEDBAT (RFC 6817, section 2.4.2): the delay of what was taken by the peer, less the least of late, is
 * what the queues add; while that is below the target the limit grows, above it shrinks, in proportion to the distance and to
 * the bytes taken. Unlike there the delay is that of the whole round trip, and the limit shrinks at most by half for each
 * limit's worth of bytes.
 */
final class InFlightLimit {

    /** What queues may add to the time on the way, in nanoseconds: LEDBAT++ (draft-irtf-iccrg-ledbat-plus-plus) aims at 60 ms, RFC 6817 allows 100. */
    static final long TARGET_NANOS = 60_000_000;

    /** How long the least delay holds; twice that at the most. RFC 6817, section 4.2, remembers 10 minutes. */
    static final long PERIOD_NANOS = 300_000_000_000L;

    /** The least: twice what the peer may have taken without having told, so that a link never waits for itself. */
    static final int LEAST_BYTES = 2 * LaneScheduler.LANES * LaneScheduler.GRANT_BYTES;

    private final long most;
    private long limit;

    // The least delay of this period and of the one before: a way that has become longer is not a queue for ever.
    private long leastDelay = Long.MAX_VALUE;
    private long leastBefore = Long.MAX_VALUE;
    private long periodEnd;
    private boolean started;

    InFlightLimit(long most) {
        this.most = most;
        this.limit = LEAST_BYTES;
    }

    long bytes() {
        return limit;
    }

    /**
     * Bytes were taken by the peer.
     *
     * @param bytes how many
     * @param delay nanoseconds since they were sent
     * @param wasFull whether the limit has been reached since then: if not, it says nothing about the limit to grow
     * @param now time in nanoseconds
     */
    void taken(long bytes, long delay, boolean wasFull, long now) {
        remember(delay, now);
        double offTarget = (double) (TARGET_NANOS - (delay - Math.min(leastDelay, leastBefore))) / TARGET_NANOS;
        if (offTarget > 0 && !wasFull) {
            return;
        }
        double change = Math.max(-0.5, offTarget) * bytes;
        limit = Math.max(LEAST_BYTES, Math.min(most, limit + (long) change));
    }

    private void remember(long delay, long now) {
        if (!started || now - periodEnd >= 0) {
            started = true;
            periodEnd = now + PERIOD_NANOS;
            leastBefore = leastDelay;
            leastDelay = Long.MAX_VALUE;
        }
        leastDelay = Math.min(leastDelay, delay);
    }
}
