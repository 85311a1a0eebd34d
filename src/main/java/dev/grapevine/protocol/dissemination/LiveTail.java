package dev.grapevine.protocol.dissemination;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;

/**
 * The newest messages of a stream that were delivered here while a subscription still catches up with it, so that its last
 * step needs nobody else. Bounded by itself and by a budget over all of them; the oldest give way, and are asked for again.
 */
final class LiveTail {

    private final RetainedRuns runs = new RetainedRuns();
    private final HeldBudget budget;
    private long bytes;

    LiveTail(HeldBudget budget) {
        this.budget = budget;
    }

    /** Lowest sequence that is here, of those from a sequence on; {@link Long#MAX_VALUE} if none is. */
    long firstFrom(long sequence) {
        return runs.firstFrom(sequence);
    }

    void add(Publications run) {
        long cost = 0;
        for (Bytes payload : run.payloads()) {
            cost += Limits.cost(payload);
        }
        while (!runs.isEmpty() && bytes + cost > Limits.REPLAY_TAIL_BYTES) {
            evictOldest();
        }
        if (cost <= Limits.REPLAY_TAIL_BYTES && budget.take(cost)) {
            bytes += cost;
            runs.append(run);
        }
    }

    /** Messages from one on that is here, up to a sequence, as far as they go into one run. */
    Publications run(long from, long to) {
        return runs.repair(from, to);
    }

    /** Those up to a sequence are not needed any more. */
    void forget(long to) {
        while (runs.first() <= to) {
            evictOldest();
        }
    }

    private void evictOldest() {
        long cost = Limits.cost(runs.oldest());
        runs.evictOldest();
        budget.give(cost);
        bytes -= cost;
    }
}
