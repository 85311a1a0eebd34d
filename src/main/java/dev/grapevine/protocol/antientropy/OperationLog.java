package dev.grapevine.protocol.antientropy;

import dev.grapevine.clock.Dot;
import dev.grapevine.crdt.DotRange;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Operation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.TreeMap;

/**
 * The operations that a store can still hand on one by one. Bounded by bytes: those applied first give way. It has holes
 * where operations were learnt only as part of a state; what falls into a hole is handed on as state again.
 */
final class OperationLog {

    /**
     * An operation's stamp is later than those of its origin's earlier operations and of everything that it supersedes,
     * so in this order a receiver never has to hold one back.
     */
    private static final Comparator<Operation> CAUSAL =
            Comparator.comparing(Operation::stamp).thenComparing(Operation::dot);

    private final TreeMap<Origin, TreeMap<Long, Operation>> origins = new TreeMap<>();
    private final ArrayDeque<Operation> byAge = new ArrayDeque<>();
    private final long maxBytes;
    private long bytes;

    OperationLog(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    void append(Operation operation) {
        Dot dot = operation.dot();
        origins.computeIfAbsent(dot.origin(), origin -> new TreeMap<>()).put(dot.counter(), operation);
        byAge.add(operation);
        bytes += operation.size();
        while (bytes > maxBytes) {
            forget(byAge.remove());
        }
    }

    private void forget(Operation operation) {
        Origin origin = operation.dot().origin();
        TreeMap<Long, Operation> held = origins.getOrDefault(origin, new TreeMap<>());
        held.remove(operation.dot().counter());
        if (held.isEmpty()) {
            origins.remove(origin);
        }
        bytes -= operation.size();
    }

    /** Whether every dot of the ranges is here. */
    boolean holds(List<DotRange> wanted) {
        long count = 0;
        for (DotRange range : wanted) {
            count += range.size();
            if (count > byAge.size() || !holds(range)) {
                return false;
            }
        }
        return true;
    }

    private boolean holds(DotRange range) {
        TreeMap<Long, Operation> held = origins.get(range.origin());
        return held != null && held.subMap(range.from(), true, range.to(), true).size() == range.size();
    }

    /** Operations of the ranges in causal order, up to a number of bytes but at least one if there is any. */
    List<Operation> take(List<DotRange> wanted, long maxTakenBytes) {
        PriorityQueue<Cursor> cursors = new PriorityQueue<>(Comparator.comparing(cursor -> cursor.head, CAUSAL));
        for (DotRange range : wanted) {
            TreeMap<Long, Operation> held = origins.getOrDefault(range.origin(), new TreeMap<>());
            Iterator<Operation> rest =
                    held.subMap(range.from(), true, range.to(), true).values().iterator();
            if (rest.hasNext()) {
                cursors.add(new Cursor(rest.next(), rest));
            }
        }
        List<Operation> taken = new ArrayList<>();
        long takenBytes = 0;
        while (!cursors.isEmpty()
                && (taken.isEmpty() || takenBytes + cursors.element().head.size() <= maxTakenBytes)) {
            Cursor next = cursors.remove();
            taken.add(next.head);
            takenBytes += next.head.size();
            if (next.rest.hasNext()) {
                next.head = next.rest.next();
                cursors.add(next);
            }
        }
        return taken;
    }

    private static final class Cursor {
        private Operation head;
        private final Iterator<Operation> rest;

        Cursor(Operation head, Iterator<Operation> rest) {
            this.head = head;
            this.rest = rest;
        }
    }
}
