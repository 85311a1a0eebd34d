package dev.grapevine.protocol.conduct;

/** A bucket of tokens: full at first, refilled as time passes or as something is granted, never beyond its size. */
final class Allowance {

    private final long size;
    private final long perSecond;
    private double tokens;
    private long last;

    /**
     * A full bucket.
     *
     * @param size how many tokens it holds
     * @param perSecond how many come back in a second
     * @param now time in nanoseconds
     */
    Allowance(long size, long perSecond, long now) {
        this.size = size;
        this.perSecond = perSecond;
        this.tokens = size;
        this.last = now;
    }

    void grant(long more) {
        tokens = Math.min(size, tokens + more);
    }

    /** Whether there was enough. */
    boolean take(long count, long now) {
        tokens = Math.min(size, tokens + (now - last) / 1e9 * perSecond) - count;
        last = now;
        return tokens >= 0;
    }
}
