package dev.grapevine.bench;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what each receiving member has got, and tells when all of them have got everything. */
final class Arrivals {

    private final AtomicLong[] counts;
    private volatile long goal = Long.MAX_VALUE;
    private volatile CountDownLatch missing = new CountDownLatch(0);
    private volatile long last;

    Arrivals(int receivers) {
        counts = new AtomicLong[receivers];
        for (int i = 0; i < receivers; i++) {
            counts[i] = new AtomicLong();
        }
    }

    /** The next so many messages are awaited. Before they are published. */
    void expect(int count) {
        missing = new CountDownLatch(counts.length);
        goal = counts[0].get() + count;
    }

    /** A receiver got messages. */
    void arrived(int receiver, int count) {
        if (counts[receiver].addAndGet(count) == goal) {
            last = System.nanoTime();
            missing.countDown();
        }
    }

    /** Waits for what was expected. */
    long awaitLast() {
        try {
            if (!missing.await(Fanout.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("Not everything arrived: " + goal + " wanted, got " + this);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return last;
    }

    @Override
    public String toString() {
        return java.util.Arrays.toString(counts);
    }
}
