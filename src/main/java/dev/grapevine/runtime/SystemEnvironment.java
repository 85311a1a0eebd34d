package dev.grapevine.runtime;

import java.security.SecureRandom;
import java.util.SplittableRandom;
import reactor.core.scheduler.Schedulers;

/**
 * The machine's own time, chance and threads. The only class that asks the machine for them; everything else is given an
 * {@link Environment}.
 */
public final class SystemEnvironment {

    private static final int MAX_DELIVERY_THREADS = 4;
    private static final SecureRandom SEEDS = new SecureRandom();

    private SystemEnvironment() {}

    /**
     * The environment of a node in production.
     *
     * @param threadPrefix first part of the names of its delivery threads, which are daemons, at most four, and started
     *     only when there are subscribers
     * @return a new environment; {@code stop()} of its node disposes the delivery threads
     */
    public static Environment create(String threadPrefix) {
        int threads =
                Math.min(MAX_DELIVERY_THREADS, Math.max(2, Runtime.getRuntime().availableProcessors()));
        return new Environment(
                Schedulers.newParallel(threadPrefix + "-delivery", threads, true),
                System::nanoTime,
                System::currentTimeMillis,
                new SplittableRandom(SEEDS.nextLong()));
    }
}
