package dev.grapevine.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * The threads of one simulated node. Stalled, its tasks are held back as under {@code SIGSTOP}; killed, they are dropped
 * as under {@code kill -9}.
 *
 * <p>Confined to the thread that drives the simulation.
 */
public final class SimulatedProcess {

    private final SimulationScheduler scheduler;
    private final String name;
    private final Deque<SimulationTask> held = new ArrayDeque<>();
    private State state = State.RUNNING;

    SimulatedProcess(SimulationScheduler scheduler, String name) {
        this.scheduler = scheduler;
        this.name = name;
    }

    /**
     * The name under which failures show it.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * A new scheduler with a single thread: all its tasks of one instant run in the order in which they were given,
     * whichever worker they were given to.
     *
     * @return the scheduler
     */
    public Scheduler single() {
        return new ProcessScheduler(this, scheduler.nextLane());
    }

    /**
     * A new scheduler with many threads: each worker keeps its order, and tasks of different workers at the same instant
     * run in an order that the seed decides.
     *
     * @return the scheduler
     */
    public Scheduler parallel() {
        return new ProcessScheduler(this, ProcessScheduler.LANE_PER_WORKER);
    }

    /** Holds back every task that comes due, until {@link #resume()}. */
    public void stall() {
        if (state == State.RUNNING) {
            state = State.STALLED;
        }
    }

    /** Lets the held tasks run, in the order in which they came due, and further ones at their time. */
    public void resume() {
        if (state != State.STALLED) {
            return;
        }
        state = State.RUNNING;
        for (SimulationTask task = held.poll(); task != null; task = held.poll()) {
            if (!task.isDisposed()) {
                scheduler.enqueue(task, task.due());
            }
        }
    }

    /** Drops every task, for good. */
    public void kill() {
        state = State.KILLED;
        held.forEach(SimulationTask::dispose);
        held.clear();
    }

    /**
     * Whether its tasks are held back now.
     *
     * @return true between {@link #stall()} and {@link #resume()}
     */
    public boolean isStalled() {
        return state == State.STALLED;
    }

    /**
     * Whether it was killed.
     *
     * @return true after {@link #kill()}
     */
    public boolean isKilled() {
        return state == State.KILLED;
    }

    SimulationScheduler scheduler() {
        return scheduler;
    }

    SimulationTask submit(@Nullable SimulatedWorker worker, long lane, Runnable action, long delay, long period) {
        SimulationTask task = new SimulationTask(scheduler, this, worker, lane, period, action);
        if (state == State.KILLED) {
            task.dispose();
        } else {
            scheduler.enqueue(task, scheduler.nanos() + Math.max(0, delay));
        }
        return task;
    }

    /** A task has come due. */
    void due(SimulationTask task) {
        switch (state) {
            case RUNNING -> task.run();
            case STALLED -> held.add(task);
            case KILLED -> task.dispose();
        }
    }

    private enum State {
        RUNNING,
        STALLED,
        KILLED
    }
}
