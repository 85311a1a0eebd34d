package dev.grapevine.protocol.dissemination;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import java.util.ArrayDeque;

/**
 * The bound over everything that this member retains for repair. When it is passed, the oldest message of all topics
 * gives way, one by one: a queue of streams, one entry a run and in the order of publication, says whose that is. So the
 * oldest message of the head's stream is the oldest of all, and each message is added and evicted once: O(1).
 */
final class RetainedWindow {

    private final long limit;
    private final ArrayDeque<LocalStream> order = new ArrayDeque<>();
    private long bytes;

    RetainedWindow(long limit) {
        this.limit = limit;
    }

    void add(LocalStream stream, Publications run) {
        stream.append(run);
        order.addLast(stream);
        for (Bytes payload : run.payloads()) {
            bytes += Limits.cost(payload);
        }
        while (bytes > limit) {
            evictOldest();
        }
    }

    private void evictOldest() {
        LocalStream oldest = order.getFirst();
        bytes -= Limits.cost(oldest.oldest());
        if (oldest.evictOldest()) {
            order.removeFirst();
        }
    }
}
