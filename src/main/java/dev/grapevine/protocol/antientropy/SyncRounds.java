package dev.grapevine.protocol.antientropy;

import dev.grapevine.protocol.step.Time;
import java.util.random.RandomGenerator;

/** When a store is next compared with a peer: often while something changes, ever more seldom while nothing does. */
final class SyncRounds {

    private final RandomGenerator random;
    private final long shortest;
    private final long longest;
    private long interval;
    private long next;
    private boolean active = true;

    SyncRounds(AntiEntropySettings settings, RandomGenerator random, Time now) {
        this.random = random;
        this.shortest = settings.syncInterval().toNanos();
        this.longest = settings.maxSyncInterval().toNanos();
        this.interval = shortest;
        this.next = now.nanos();
    }

    /** Whether nothing has happened since the last round. */
    boolean isCalm() {
        return !active;
    }

    boolean isDue(Time now) {
        return now.nanos() - next >= 0;
    }

    /** A round was made: the interval doubles if nothing has happened since the last. */
    void made(Time now) {
        interval = active ? shortest : Math.min(longest, interval * 2);
        active = false;
        next = now.nanos() + jittered(interval);
    }

    /** Something changed, or a difference was seen. */
    void quicken(Time now) {
        active = true;
        if (next - now.nanos() > shortest + shortest / 4) {
            next = now.nanos() + jittered(shortest);
        }
    }

    /** A difference is known and waits for nothing but a peer. */
    void hasten(Time now) {
        active = true;
        next = now.nanos();
    }

    /** Within a quarter of the interval, so that members which started together do not meet for ever. */
    private long jittered(long nanos) {
        return nanos - nanos / 4 + random.nextLong(nanos / 2 + 1);
    }
}
