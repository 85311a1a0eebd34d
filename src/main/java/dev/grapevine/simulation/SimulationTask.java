package dev.grapevine.simulation;

import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

/**
 * A task in the heap of a {@link SimulationScheduler}. Cancelling only marks it; the heap drops it when its time comes
 * or when half of the heap is cancelled.
 */
final class SimulationTask implements Disposable, Comparable<SimulationTask> {

    private final SimulationScheduler scheduler;
    private final SimulatedProcess process;
    private final @Nullable SimulatedWorker worker;
    private final long lane;
    private final long period;
    private @Nullable Runnable action;
    private boolean queued;
    private long due;
    private long tie;
    private long sequence;

    /**
     * @param period nanoseconds between runs, 0 to run once
     * @param worker whose disposal cancels it, or null
     */
    SimulationTask(
            SimulationScheduler scheduler,
            SimulatedProcess process,
            @Nullable SimulatedWorker worker,
            long lane,
            long period,
            Runnable action) {
        this.scheduler = scheduler;
        this.process = process;
        this.worker = worker;
        this.lane = lane;
        this.period = period;
        this.action = action;
    }

    void position(long newDue, long newTie, long newSequence) {
        due = newDue;
        tie = newTie;
        sequence = newSequence;
    }

    long due() {
        return due;
    }

    long lane() {
        return lane;
    }

    SimulatedProcess process() {
        return process;
    }

    void queued(boolean inHeap) {
        queued = inHeap;
    }

    /** Runs it once; a periodic one goes back into the heap. Fixed rate: what a stall held up is caught up with. */
    void run() {
        Runnable now = action;
        if (now == null) {
            return;
        }
        if (period == 0) {
            finish();
            now.run();
            return;
        }
        now.run();
        if (action != null) {
            scheduler.enqueue(this, due + period);
        }
    }

    @Override
    public void dispose() {
        if (action == null) {
            return;
        }
        finish();
        if (queued) {
            scheduler.cancelled();
        }
    }

    private void finish() {
        action = null;
        if (worker != null) {
            worker.forget(this);
        }
    }

    @Override
    public boolean isDisposed() {
        return action == null;
    }

    @Override
    public int compareTo(SimulationTask other) {
        int byDue = Long.compare(due, other.due);
        if (byDue != 0) {
            return byDue;
        }
        int byTie = Long.compare(tie, other.tie);
        return byTie != 0 ? byTie : Long.compare(sequence, other.sequence);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(sequence);
    }
}
