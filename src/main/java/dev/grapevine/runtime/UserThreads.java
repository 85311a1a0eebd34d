package dev.grapevine.runtime;

import java.time.Duration;
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

    private static final Duration IDLE = Duration.ofSeconds(10);

    private final String name;
    private final AtomicInteger started = new AtomicInteger();
    private final Sinks.Empty<Void> gone = Sinks.empty();
    private final IdleThreads waiting = new IdleThreads();
    private final Pool pool;
    private final Scheduler tasks;

    UserThreads(String name) {
        this(name, IDLE);
    }

    /** Threads that end when they have been idle for so long. */
    UserThreads(String name, Duration idle) {
        this.name = name;
        this.pool = new Pool(idle);
        this.tasks = Schedulers.fromExecutor(pool, true);
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

    /**
     * A thread that was idle for long is still counted for a moment in which it takes nothing more. If the others are held, a task
     * that comes then is queued, since there are as many threads as may be, and nobody looks into the queue again. So the thread
     * looks itself once it is not counted any more, and whoever queues looks whether one has ended meanwhile: one of them is later.
     */
    private final class Pool extends ThreadPoolExecutor {

        private final AtomicInteger ended = new AtomicInteger();

        Pool(Duration idle) {
            super(0, MAX_THREADS, idle.toNanos(), TimeUnit.NANOSECONDS, waiting);
            setThreadFactory(worker -> thread(() -> work(worker)));
            setRejectedExecutionHandler((task, pool) -> queue(task));
        }

        @Override
        public void execute(Runnable task) {
            int before;
            do {
                before = ended.get();
                super.execute(task);
            } while (ended.get() != before && waiting.remove(task));
        }

        private void work(Runnable worker) {
            try {
                worker.run();
            } finally {
                ended.incrementAndGet();
                // One at most: there is one thread fewer. Once shut down the last thread does what waits.
                Runnable task = isShutdown() ? null : waiting.poll();
                if (task != null) {
                    executeOrRun(task);
                }
            }
        }

        private void executeOrRun(Runnable task) {
            try {
                execute(task);
            } catch (RejectedExecutionException shutDown) {
                task.run(); // it was taken before
            }
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
