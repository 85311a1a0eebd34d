package dev.grapevine.protocol.dissemination;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import java.util.ArrayDeque;

/**
 * The bound over what this member retains for repair: of its own streams, or of those that it forwards. When it is passed,
 * the oldest message of all streams gives way, one by one: a queue of streams, one entry a run and in the order in which
 * they were added, says whose that is. So the oldest message of the head's stream is the oldest of all, and each message
 * is added and evicted once: O(1).
 */
final class RetainedWindow {

    private final long limit;
    private final ArrayDeque<Entry> order = new ArrayDeque<>();
    private long bytes;

    RetainedWindow(long limit) {
        this.limit = limit;
    }

    void add(RetainedRuns runs, Publications run, long now) {
        runs.append(run);
        order.addLast(new Entry(runs, now));
        for (Bytes payload : run.payloads()) {
            bytes += Limits.cost(payload);
        }
        while (bytes > limit) {
            evictOldest();
        }
    }

    /** Gives up every run that was added at a time or before. */
    void expire(long added) {
        while (!order.isEmpty() && order.getFirst().added - added <= 0) {
            evictOldest();
        }
    }

    private void evictOldest() {
        RetainedRuns oldest = order.getFirst().runs;
        bytes -= Limits.cost(oldest.oldest());
        if (oldest.evictOldest()) {
            order.removeFirst();
        }
    }

    private record Entry(RetainedRuns runs, long added) {}
}
