package dev.grapevine.simulation;

import java.util.concurrent.TimeUnit;
import reactor.core.Disposable;
import reactor.core.Exceptions;
import reactor.core.scheduler.Scheduler;

/** The view of a {@link SimulationScheduler} that one process has. */
final class ProcessScheduler implements Scheduler {

    /** Instead of a lane: each worker, and each task given directly, has its own. */
    static final long LANE_PER_WORKER = -1;

    private final SimulatedProcess process;
    private final long lane;
    private boolean disposed;

    ProcessScheduler(SimulatedProcess process, long lane) {
        this.process = process;
        this.lane = lane;
    }

    @Override
    public Disposable schedule(Runnable task) {
        return submit(task, 0, 0);
    }

    @Override
    public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
        return submit(task, unit.toNanos(delay), 0);
    }

    @Override
    public Disposable schedulePeriodically(Runnable task, long initialDelay, long period, TimeUnit unit) {
        return submit(task, unit.toNanos(initialDelay), Math.max(1, unit.toNanos(period)));
    }

    private Disposable submit(Runnable task, long delay, long period) {
        if (disposed) {
            throw Exceptions.failWithRejected();
        }
        return process.submit(null, laneOfNext(), task, delay, period);
    }

    @Override
    public Worker createWorker() {
        return new SimulatedWorker(process, laneOfNext(), this);
    }

    private long laneOfNext() {
        return lane == LANE_PER_WORKER ? process.scheduler().nextLane() : lane;
    }

    @Override
    public long now(TimeUnit unit) {
        return process.scheduler().now(unit);
    }

    @Override
    public void dispose() {
        disposed = true;
    }

    @Override
    public boolean isDisposed() {
        return disposed;
    }

    @Override
    public String toString() {
        return "simulated " + (lane == LANE_PER_WORKER ? "parallel" : "single") + " scheduler of " + process.name();
    }
}
