package dev.grapevine.runtime;

import java.security.SecureRandom;
import java.util.SplittableRandom;

/**
 * The machine's own time, chance and threads. The only class that asks the machine for them; everything else is given an
 * {@link Environment}.
 */
public final class SystemEnvironment {

    private static final SecureRandom SEEDS = new SecureRandom();

    private SystemEnvironment() {}

    /**
     * The environment of a node in production.
     *
     * @param threadPrefix first part of the names of its threads, which are daemons, at most 16 of a kind, and started only
     *     when there is something to do for them
     * @return a new environment; {@code stop()} of its node disposes the threads
     */
    public static Environment create(String threadPrefix) {
        return new Environment(
                new UserThreads(threadPrefix + "-delivery"),
                new UserThreads(threadPrefix + "-answers"),
                new UserThreads(threadPrefix + "-lifecycle"),
                System::nanoTime,
                System::currentTimeMillis,
                new SplittableRandom(SEEDS.nextLong()));
    }
}
