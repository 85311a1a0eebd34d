package dev.grapevine.protocol.dissemination;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one stream that came before an earlier one: runs in the order of their sequences that do not overlap, and
 * between them the places of large messages that are on their way.
 * Bounded in messages by itself and in bytes by a budget that all streams share; what does not fit is not taken. A run
 * costs more than its messages, {@link Limits#RUN_OVERHEAD}, since it is what separates two holes.
 */
final class ReorderBuffer {

    private final int maxMessages;
    private final HeldBudget budget;
    private final TreeMap<Long, Held> runs = new TreeMap<>();
    private int messages;
    private boolean refused;

    ReorderBuffer(int maxMessages, HeldBudget budget) {
        this.maxMessages = maxMessages;
        this.budget = budget;
    }

    boolean isEmpty() {
        return runs.isEmpty();
    }

    /** Sequence of the first message held; {@link Long#MAX_VALUE} if none is. */
    long first() {
        return runs.isEmpty() ? Long.MAX_VALUE : runs.firstKey();
    }

    /** Where the last run held begins; {@link Long#MAX_VALUE} if none is. */
    long last() {
        return runs.isEmpty() ? Long.MAX_VALUE : runs.lastKey();
    }

    /**
     * How many more it is worth asking for. None when more than half is full, so that these are not asked for in crumbs, and
     * none after something did not fit, until something was taken out.
     */
    int room() {
        return refused || messages > maxMessages / 2 ? 0 : maxMessages - messages;
    }

    /** The parts of a range that are not held, in order. */
    List<Range> absent(long from, long to) {
        List<Range> absent = new ArrayList<>();
        long at = from;
        Map.Entry<Long, Held> run = runs.floorEntry(from);
        if (run == null) {
            run = runs.higherEntry(from);
        }
        while (run != null && run.getKey() <= to && at <= to) {
            if (run.getKey() > at) {
                absent.add(new Range(at, run.getKey() - 1));
            }
            at = Math.max(at, run.getKey() + run.getValue().count());
            run = runs.higherEntry(run.getKey());
        }
        if (at <= to) {
            absent.add(new Range(at, to));
        }
        return absent;
    }

    /**
     * Holds messages that are absent so far.
     *
     * @return how many of them were taken, from the first on
     */
    int hold(Publications run, Range part) {
        List<Bytes> payloads = Range.of(run).equals(part) ? run.payloads() : copy(run, part);
        int taken = fitting(payloads);
        refused |= taken < payloads.size();
        if (taken == payloads.size()) {
            runs.put(part.from(), new Held.Run(payloads));
        } else if (taken > 0) {
            runs.put(part.from(), new Held.Run(copy(run, new Range(part.from(), part.from() + taken - 1))));
        }
        return taken;
    }

    /** Takes of the budget, and counts, as many as there is room for. */
    private int fitting(List<Bytes> payloads) {
        if (!budget.take(Limits.RUN_OVERHEAD)) {
            return 0;
        }
        int taken = 0;
        while (taken < payloads.size() && messages < maxMessages && budget.take(Limits.cost(payloads.get(taken)))) {
            messages++;
            taken++;
        }
        if (taken == 0) {
            budget.give(Limits.RUN_OVERHEAD);
        }
        return taken;
    }

    /** Of a part even the bytes are copied: they may be views of a frame that is far larger than what is counted. */
    static List<Bytes> copy(Publications run, Range part) {
        List<Bytes> copies = new ArrayList<>();
        for (Bytes payload : part.of(run.payloads(), run.first())) {
            copies.add(Bytes.wrap(payload.toArray()));
        }
        return List.copyOf(copies);
    }

    /**
     * Keeps the place of a large message that is on its way.
     *
     * @param transfer the message, absent so far
     * @param isNext whether nothing is missing before it: for that one there is always room
     * @return false if there is no room
     */
    boolean place(Transfer transfer, boolean isNext) {
        if (messages >= maxMessages && !isNext) {
            refused = true;
            return false;
        }
        messages++;
        runs.put(transfer.sequence(), transfer);
        transfer.placed(true);
        return true;
    }

    /** A large message is missing, like others. */
    void displace(Transfer transfer) {
        runs.remove(transfer.sequence());
        taken(transfer);
    }

    /** Something did not fit. */
    void refuse() {
        refused = true;
    }

    /**
     * Takes out what begins with a sequence, if it can be delivered or is a gap.
     *
     * @return null if there is nothing
     */
    @Nullable Held take(long first) {
        Held held = runs.get(first);
        if (held == null || !isSettled(held)) {
            return null;
        }
        runs.remove(first);
        taken(held);
        return held;
    }

    private static boolean isSettled(Held held) {
        return held.isWhole() || (held instanceof Transfer transfer && transfer.isTooLong());
    }

    private void taken(Held held) {
        refused = false;
        messages -= held.count();
        if (held instanceof Held.Run run) {
            budget.give(Limits.RUN_OVERHEAD);
            for (Bytes payload : run.payloads()) {
                budget.give(Limits.cost(payload));
            }
        } else if (held instanceof Transfer transfer) {
            transfer.placed(false);
        }
    }

    /** Where the first messages are that are all here; {@link Long#MAX_VALUE} if there are none. */
    long firstWhole() {
        for (Map.Entry<Long, Held> entry : runs.entrySet()) {
            if (entry.getValue().isWhole()) {
                return entry.getKey();
            }
        }
        return Long.MAX_VALUE;
    }

    /** Gives up all before a sequence. */
    void drop(long before) {
        while (!runs.isEmpty() && runs.firstKey() < before) {
            taken(runs.pollFirstEntry().getValue());
        }
    }
}
