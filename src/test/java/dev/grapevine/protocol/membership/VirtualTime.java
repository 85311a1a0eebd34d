package dev.grapevine.protocol.membership;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/** What is to happen when; of things that are due at the same time the one that was planned first comes first. */
final class VirtualTime {

    private record Task(long at, long serial, Runnable action) {}

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong(Task::at).thenComparingLong(Task::serial));
    private long serial;
    private long nanos;

    long nanos() {
        return nanos;
    }

    void after(long wait, Runnable action) {
        tasks.add(new Task(nanos + wait, serial++, action));
    }

    void run(Duration time) {
        long until = nanos + time.toNanos();
        while (!tasks.isEmpty() && tasks.peek().at() <= until) {
            Task task = tasks.poll();
            nanos = task.at();
            task.action().run();
        }
        nanos = until;
    }
}
