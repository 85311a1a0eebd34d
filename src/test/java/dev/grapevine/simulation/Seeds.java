package dev.grapevine.simulation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/** Runs many seeds on two threads, and throws the first failure with a list of all the others. */
final class Seeds {

    private static final int THREADS = 2;

    private Seeds() {}

    /** The command that shows one seed again. */
    static String replay(String test, long seed) {
        return "mvn -Dtest=" + test + " -Dgrapevine.simulation.seed=" + seed + " test";
    }

    /** Only the seed of {@code -Dgrapevine.simulation.seed}, if there is one. */
    static void run(String test, int count, LongConsumer run) {
        Long only = Long.getLong("grapevine.simulation.seed");
        long first = only == null ? 1 : only;
        long end = only == null ? first + Integer.getInteger("grapevine.simulation.seeds", count) : first + 1;
        AtomicLong next = new AtomicLong(first);
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                running.add(threads.submit(() -> {
                    for (long seed = next.getAndIncrement(); seed < end; seed = next.getAndIncrement()) {
                        runOne(test, seed, run, failures);
                    }
                }));
            }
            for (Future<?> future : running) {
                future.get();
            }
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        } finally {
            threads.shutdownNow();
        }
        if (!failures.isEmpty()) {
            AssertionError all = new AssertionError(failures.size() + " of " + (end - first) + " seeds failed");
            failures.stream().limit(10).forEach(all::addSuppressed);
            all.initCause(failures.get(0));
            throw all;
        }
    }

    private static void runOne(String test, long seed, LongConsumer run, List<Throwable> failures) {
        try {
            run.accept(seed);
        } catch (SimulationFailure failure) {
            failures.add(failure);
        } catch (RuntimeException | AssertionError e) {
            failures.add(new AssertionError("Seed " + seed + ", replay: " + replay(test, seed), e));
        }
    }
}
