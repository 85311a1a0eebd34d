package dev.grapevine.simulation;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import reactor.core.Disposable;
import reactor.core.Exceptions;
import reactor.core.scheduler.Scheduler;

/** A worker: its tasks of one instant run in the order in which they were given. */
final class SimulatedWorker implements Scheduler.Worker {

    private final SimulatedProcess process;
    private final long lane;
    private final Disposable owner;
    private final Set<SimulationTask> pending = new LinkedHashSet<>();
    private boolean disposed;

    SimulatedWorker(SimulatedProcess process, long lane, Disposable owner) {
        this.process = process;
        this.lane = lane;
        this.owner = owner;
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

    private Disposable submit(Runnable action, long delay, long period) {
        if (isDisposed()) {
            throw Exceptions.failWithRejected();
        }
        SimulationTask task = process.submit(this, lane, action, delay, period);
        if (!task.isDisposed()) {
            pending.add(task);
        }
        return task;
    }

    void forget(SimulationTask task) {
        pending.remove(task);
    }

    @Override
    public void dispose() {
        disposed = true;
        List<SimulationTask> cancelled = new ArrayList<>(pending);
        pending.clear();
        cancelled.forEach(SimulationTask::dispose);
    }

    @Override
    public boolean isDisposed() {
        return disposed || owner.isDisposed();
    }
}
