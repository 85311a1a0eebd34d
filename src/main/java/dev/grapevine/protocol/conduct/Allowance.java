package dev.grapevine.protocol.conduct;

/** A bucket of tokens: full at first, refilled as time passes or as something is granted, never beyond its size. */
final class Allowance {

    private final double size;
    private final double perSecond;
    private double tokens;
    private long last;

    /**
     * A full bucket.
     *
     * @param size how many tokens it holds
     * @param perSecond how many come back in a second
     * @param now time in nanoseconds
     */
    Allowance(double size, double perSecond, long now) {
        this.size = size;
        this.perSecond = perSecond;
        this.tokens = size;
        this.last = now;
    }

    void grant(long more) {
        tokens = Math.min(size, tokens + (double) more);
    }

    /** Whether there was enough. */
    boolean take(long count, long now) {
        tokens = Math.min(size, tokens + (now - last) / 1e9 * perSecond) - (double) count;
        last = now;
        return tokens >= 0;
    }
}
