package dev.grapevine.protocol;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/** What is to happen when, for simulations of cores without a network of their own: things of the same instant in their order. */
public final class VirtualTime {

    private record Task(long at, long serial, Runnable action) {}

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong(Task::at).thenComparingLong(Task::serial));
    private long now;
    private long serial;

    /**
     * The time.
     *
     * @return nanoseconds since the beginning
     */
    public long now() {
        return now;
    }

    /**
     * Runs something at a time.
     *
     * @param nanos when, in nanoseconds since the beginning, not before now
     * @param action what
     */
    public void at(long nanos, Runnable action) {
        tasks.add(new Task(nanos, serial++, action));
    }

    /**
     * Runs something later.
     *
     * @param nanos how much later, in nanoseconds
     * @param action what
     */
    public void after(long nanos, Runnable action) {
        at(now + nanos, action);
    }

    /**
     * Lets time pass.
     *
     * @param duration how much
     */
    public void run(Duration duration) {
        long until = now + duration.toNanos();
        while (!tasks.isEmpty() && tasks.peek().at() <= until) {
            Task task = tasks.poll();
            now = task.at();
            task.action().run();
        }
        now = until;
    }
}
