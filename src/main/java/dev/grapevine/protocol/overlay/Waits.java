package dev.grapevine.protocol.overlay;

import java.util.random.RandomGenerator;

/** How long to wait before a dial is tried again: doubled each time up to a longest wait, each jittered by half. */
final class Waits {

    private static final int DETOUR_DOUBLINGS = 3;

    private final long min;
    private final long max;
    private final RandomGenerator random;

    Waits(OverlaySettings settings, RandomGenerator random) {
        this.min = settings.retryMin().toNanos();
        this.max = settings.retryMax().toNanos();
        this.random = random;
    }

    /** The wait after so many failures in a row, from 1. */
    long backoff(int failures) {
        // Doubled stepwise and not shifted, so that no count of failures overflows it.
        long wait = min;
        for (int i = 1; i < failures && wait < max; i++) {
            wait *= 2;
        }
        return jittered(Math.min(wait, max));
    }

    /** The wait where haste serves nobody. */
    long slow() {
        return jittered(max);
    }

    /**
     * The wait before an address is dialled again that led to a member linked anyway, after so many times in a row, from
     * 1: the longest wait, then doubled each time up to eight times that.
     */
    long detour(int times) {
        return jittered(max << Math.min(times - 1, DETOUR_DOUBLINGS));
    }

    /** The wait of whoever leaves the first dial to the other side: never less than the shortest. */
    long courtesy() {
        return min + random.nextLong(min / 2 + 1);
    }

    /** A wait of at most so long, so that those who begin together do not go on together. */
    long within(long wait) {
        return random.nextLong(wait) + 1;
    }

    /** A wait of about so long. */
    long jittered(long wait) {
        return wait / 2 + random.nextLong(wait / 2 + 1);
    }
}
