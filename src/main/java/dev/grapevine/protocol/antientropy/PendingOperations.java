package dev.grapevine.protocol.antientropy;

import dev.grapevine.clock.Dot;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Operation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Operations that arrived before something that they supersede. Bounded by number and bytes: the oldest give way, which
 * loses nothing, since anti-entropy offers again what was not applied.
 */
final class PendingOperations {

    private final Map<Dot, Operation> held = new LinkedHashMap<>();
    /** Only looked up, never walked through. */
    private final Map<Dot, List<Operation>> byMissing = new HashMap<>();

    private final int maxOperations;
    private final long maxBytes;
    private long bytes;

    PendingOperations(int maxOperations, long maxBytes) {
        this.maxOperations = maxOperations;
        this.maxBytes = maxBytes;
    }

    boolean contains(Dot dot) {
        return held.containsKey(dot);
    }

    int size() {
        return held.size();
    }

    /** Keeps an operation until the missing dot has been applied; gives back those that gave way. */
    List<Operation> add(Operation operation, Dot missing) {
        held.put(operation.dot(), operation);
        byMissing.computeIfAbsent(missing, dot -> new ArrayList<>(1)).add(operation);
        bytes += operation.size();
        List<Operation> evicted = new ArrayList<>();
        Iterator<Operation> oldest = held.values().iterator();
        while (held.size() > maxOperations || bytes > maxBytes) {
            Operation out = oldest.next();
            oldest.remove();
            bytes -= out.size();
            evicted.add(out);
        }
        if (held.isEmpty()) {
            byMissing.clear();
        } else {
            evicted.forEach(this::unlist);
        }
        return evicted;
    }

    private void unlist(Operation evicted) {
        for (Dot superseded : evicted.superseded()) {
            byMissing.computeIfPresent(
                    superseded, (dot, waiting) -> waiting.remove(evicted) && waiting.isEmpty() ? null : waiting);
        }
    }

    /** Takes out what waited for a dot. It may be waiting for another one still. */
    List<Operation> release(Dot applied) {
        List<Operation> waiting = byMissing.remove(applied);
        if (waiting == null) {
            return List.of();
        }
        for (Operation operation : waiting) {
            held.remove(operation.dot());
            bytes -= operation.size();
        }
        return waiting;
    }

    /** Takes out everything. */
    List<Operation> releaseAll() {
        List<Operation> all = new ArrayList<>(held.values());
        held.clear();
        byMissing.clear();
        bytes = 0;
        return all;
    }
}
