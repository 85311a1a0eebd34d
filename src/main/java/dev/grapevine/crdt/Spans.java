package dev.grapevine.crdt;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A mutable set of positive counters as disjoint spans that do not touch: memory goes with the holes, not the size. */
final class Spans {

    /** First counter of each span to its last. */
    private final TreeMap<Long, Long> spans = new TreeMap<>();

    private long size;

    boolean contains(long counter) {
        Map.Entry<Long, Long> span = spans.floorEntry(counter);
        return span != null && span.getValue() >= counter;
    }

    /** How far the counters go from 1 on without a hole. */
    long run() {
        return spans.getOrDefault(1L, 0L);
    }

    /** How many counters are beyond the run. */
    long ahead() {
        return size - run();
    }

    boolean add(long counter) {
        if (contains(counter)) {
            return false;
        }
        add(counter, counter);
        return true;
    }

    /** Adds a span, taking in every span that it overlaps or touches. */
    void add(long from, long to) {
        long first = from;
        long last = to;
        Map.Entry<Long, Long> before = spans.floorEntry(from);
        if (before != null && before.getValue() >= from - 1) {
            first = before.getKey();
            last = Math.max(to, before.getValue());
            remove(before);
        }
        Map.Entry<Long, Long> next = spans.ceilingEntry(first);
        while (next != null && next.getKey() <= last + 1) {
            last = Math.max(last, next.getValue());
            remove(next);
            next = spans.ceilingEntry(first);
        }
        spans.put(first, last);
        size += last - first + 1;
    }

    private void remove(Map.Entry<Long, Long> span) {
        spans.remove(span.getKey());
        size -= span.getValue() - span.getKey() + 1;
    }

    /** Every span as first and last counter, in their order. */
    List<long[]> all() {
        return minus(new Spans());
    }

    /** What is here and not in the other, as first and last counters. */
    List<long[]> minus(Spans other) {
        List<long[]> rest = new ArrayList<>();
        for (Map.Entry<Long, Long> span : spans.entrySet()) {
            long next = span.getKey();
            long last = span.getValue();
            Map.Entry<Long, Long> hidden = other.spans.floorEntry(next);
            hidden = hidden != null && hidden.getValue() >= next ? hidden : other.spans.higherEntry(next);
            while (hidden != null && hidden.getKey() <= last) {
                if (hidden.getKey() > next) {
                    rest.add(new long[] {next, hidden.getKey() - 1});
                }
                next = hidden.getValue() + 1;
                hidden = other.spans.higherEntry(hidden.getKey());
            }
            if (next <= last) {
                rest.add(new long[] {next, last});
            }
        }
        return rest;
    }
}
