package dev.grapevine.runtime;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** A node's thread that is the test's: runs each task at once, but what a task brings only after it, without waiting for any clock. */
final class Turns implements Scheduler {

    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private boolean running;

    /** How many were run. */
    int count;

    @Override
    public Disposable schedule(Runnable task) {
        tasks.add(task);
        if (!running) {
            running = true;
            for (Runnable next = tasks.poll(); next != null; next = tasks.poll()) {
                count++;
                next.run();
            }
            running = false;
        }
        return Disposables.disposed();
    }

    @Override
    public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
        return schedule(task);
    }

    @Override
    public Worker createWorker() {
        return Schedulers.immediate().createWorker();
    }
}
