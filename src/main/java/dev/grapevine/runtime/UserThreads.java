package dev.grapevine.runtime;

import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Daemon threads on which users' code runs. A thread is started when a task comes and none is idle, up to a bound, and
 * ends when it has been idle for long; tasks beyond the bound wait in one queue for whichever thread is free next. So
 * code that holds its thread holds up nothing else until as many of its kind as there may be threads do.
 */
final class UserThreads implements Scheduler {

    /** Most threads of one kind a node. */
    static final int MAX_THREADS = 16;

    private static final long IDLE_SECONDS = 10;

    private final String name;
    private final AtomicInteger started = new AtomicInteger();
    private final Sinks.Empty<Void> gone = Sinks.empty();
    private final IdleThreads waiting = new IdleThreads();
    private final Pool pool = new Pool();
    private final Scheduler tasks = Schedulers.fromExecutor(pool, true);

    UserThreads(String name) {
        this.name = name;
    }

    private Thread thread(Runnable task) {
        Thread thread = new Thread(task, name + "-" + started.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public Disposable schedule(Runnable task) {
        return tasks.schedule(task);
    }

    @Override
    public Worker createWorker() {
        return tasks.createWorker();
    }

    @Override
    public boolean isDisposed() {
        return pool.isShutdown();
    }

    /** Takes no more tasks; completes when those that were taken are done and the threads are gone. */
    @Override
    public Mono<Void> disposeGracefully() {
        return Mono.defer(() -> {
            tasks.dispose();
            pool.shutdown();
            return gone.asMono();
        });
    }

    /** Takes no more tasks, interrupts those that run, and still does those that wait behind them. */
    @Override
    public void dispose() {
        tasks.dispose();
        List<Runnable> left = pool.shutdownNow();
        if (!left.isEmpty()) {
            thread(() -> left.forEach(Runnable::run)).start();
        }
    }

    @Override
    public String toString() {
        return name;
    }

    private final class Pool extends ThreadPoolExecutor {

        Pool() {
            super(0, MAX_THREADS, IDLE_SECONDS, TimeUnit.SECONDS, waiting, UserThreads.this::thread);
            setRejectedExecutionHandler((task, pool) -> queue(task));
        }

        /** As many threads as may be are busy, or the pool is shut down. */
        private void queue(Runnable task) {
            boolean late = isShutdown();
            if (!late) {
                waiting.put(task);
                late = isShutdown() && waiting.remove(task); // nobody may be left who would take it
            }
            if (late) {
                throw new RejectedExecutionException("The threads are gone");
            }
        }

        @Override
        protected void terminated() {
            gone.tryEmitEmpty();
        }
    }
}
