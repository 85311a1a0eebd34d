package dev.grapevine.simulation;

import java.time.Duration;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * A Reactor scheduler in virtual time. Nothing runs but inside {@link #advanceBy}, {@link #advanceTo} and {@link
 * #runUntil}, on the thread that calls them, and time moves only there.
 *
 * <p>Tasks run in the order of their time. Tasks of one worker at the same instant keep the order in which they were
 * given; different workers at the same instant are shuffled by the seed, anew at each instant, as threads of a real
 * scheduler might be. Cancelling costs nothing but a mark.
 *
 * <p>Limits: {@value #MAX_TASKS} tasks at a time, beyond which giving one fails; {@value #MAX_TASKS_AN_INSTANT} tasks
 * without time moving, beyond which the run fails as a livelock. Confined to one thread at a time: giving a task from
 * another thread while the simulation runs fails, since such a run could not be replayed.
 */
public final class SimulationScheduler implements Scheduler {

    /** Most tasks that wait at a time. */
    public static final int MAX_TASKS = 8_000_000;

    /** Most tasks that run without time moving on. */
    public static final int MAX_TASKS_AN_INSTANT = 2_000_000;

    private static final int COMPACT_FROM = 1024;

    private final PriorityQueue<SimulationTask> heap = new PriorityQueue<>();
    private final long seed;
    private final Scheduler own;
    private long now;
    private long sequence;
    private long lanes;
    private int cancelled;
    private int thisInstant;
    private long executed;
    private @Nullable Thread runner;

    /**
     * A scheduler at time 0.
     *
     * @param seed decides the order of different workers at the same instant
     */
    public SimulationScheduler(long seed) {
        this.seed = seed;
        this.own = process("harness").parallel();
    }

    /**
     * The threads of a further node, which can be stalled and killed.
     *
     * @param name for failures
     * @return the process, running
     */
    public SimulatedProcess process(String name) {
        return new SimulatedProcess(this, name);
    }

    /**
     * Virtual time since the beginning.
     *
     * @return nanoseconds
     */
    public long nanos() {
        return now;
    }

    /**
     * How many tasks have run.
     *
     * @return the count
     */
    public long executed() {
        return executed;
    }

    /**
     * How many tasks wait, cancelled ones that were not dropped yet included.
     *
     * @return the count
     */
    public int waiting() {
        return heap.size();
    }

    /**
     * Lets time pass.
     *
     * @param duration how much
     * @throws IllegalStateException if called by a task of the simulation
     */
    public void advanceBy(Duration duration) {
        advanceTo(Duration.ofNanos(now).plus(duration));
    }

    /**
     * Lets time pass up to an instant; nothing if that is past.
     *
     * @param time since the beginning
     * @throws IllegalStateException if called by a task of the simulation
     */
    public void advanceTo(Duration time) {
        drive(() -> false, time.toNanos());
        now = Math.max(now, time.toNanos());
    }

    /**
     * Lets time pass until something is so.
     *
     * @param condition asked before the first task and after each
     * @param deadline how much time may pass at the most
     * @return whether the condition held in time
     * @throws IllegalStateException if called by a task of the simulation
     */
    public boolean runUntil(BooleanSupplier condition, Duration deadline) {
        long end = Math.addExact(now, deadline.toNanos());
        if (condition.getAsBoolean() || drive(condition, end)) {
            return true;
        }
        now = Math.max(now, end);
        return false;
    }

    private boolean drive(BooleanSupplier condition, long end) {
        if (runner != null) {
            throw new IllegalStateException("Time is let pass from outside the simulation, not by one of its tasks");
        }
        runner = Thread.currentThread();
        try {
            for (SimulationTask task = next(end); task != null; task = next(end)) {
                executed++;
                task.process().due(task);
                if (condition.getAsBoolean()) {
                    return true;
                }
            }
            return false;
        } finally {
            runner = null;
        }
    }

    private @Nullable SimulationTask next(long end) {
        for (SimulationTask task = heap.peek(); task != null && task.due() <= end; task = heap.peek()) {
            heap.poll();
            task.queued(false);
            if (task.isDisposed()) {
                cancelled--;
                continue;
            }
            thisInstant = task.due() > now ? 0 : thisInstant + 1;
            if (thisInstant > MAX_TASKS_AN_INSTANT) {
                throw new IllegalStateException(
                        "Livelock: " + MAX_TASKS_AN_INSTANT + " tasks at virtual time " + Duration.ofNanos(now)
                                + ", the last of " + task.process().name());
            }
            now = Math.max(now, task.due());
            return task;
        }
        return null;
    }

    long nextLane() {
        return lanes++;
    }

    void enqueue(SimulationTask task, long due) {
        Thread driver = runner;
        if (driver != null && driver != Thread.currentThread()) {
            throw new IllegalStateException("The simulation runs on " + driver.getName() + " and was given a task by "
                    + Thread.currentThread().getName() + ": such a run could not be replayed");
        }
        if (heap.size() >= MAX_TASKS) {
            throw new IllegalStateException("More than " + MAX_TASKS + " tasks wait in the simulation");
        }
        task.position(due, tie(task.lane(), due), sequence++);
        task.queued(true);
        heap.add(task);
    }

    private long tie(long lane, long due) {
        return SimulationRandom.mix(SimulationRandom.mix(seed ^ lane) + due);
    }

    void cancelled() {
        cancelled++;
        if (cancelled > COMPACT_FROM && cancelled > heap.size() / 2) {
            heap.removeIf(SimulationTask::isDisposed);
            cancelled = 0;
        }
    }

    @Override
    public Disposable schedule(Runnable task) {
        return own.schedule(task);
    }

    @Override
    public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
        return own.schedule(task, delay, unit);
    }

    @Override
    public Disposable schedulePeriodically(Runnable task, long initialDelay, long period, TimeUnit unit) {
        return own.schedulePeriodically(task, initialDelay, period, unit);
    }

    @Override
    public Worker createWorker() {
        return own.createWorker();
    }

    @Override
    public long now(TimeUnit unit) {
        return unit.convert(now, TimeUnit.NANOSECONDS);
    }

    @Override
    public void dispose() {
        own.dispose();
    }

    @Override
    public boolean isDisposed() {
        return own.isDisposed();
    }
}
