package dev.grapevine.protocol.antientropy;

import dev.grapevine.clock.Dot;
import dev.grapevine.clock.HybridTimestamp;
import dev.grapevine.clock.VersionVector;
import dev.grapevine.crdt.CausalContext;
import dev.grapevine.crdt.DotRange;
import dev.grapevine.crdt.DotSet;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.AntiEntropyFrame;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Cursor;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Entry;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Operation;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Operations;
import dev.grapevine.protocol.frame.AntiEntropyFrame.StateChunk;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a frame of a correct peer always satisfies. Everything is checked before anything is applied, so a frame is taken
 * whole or refused whole, except that operations in this member's own name which it never made are left out alone: a
 * correct peer may have been told them by a liar.
 */
final class FrameChecks {

    /** Far beyond what any origin reaches, and far below where arithmetic with counters could overflow. */
    static final long MAX_COUNTER = 1L << 48;

    private FrameChecks() {}

    /** What is wrong with operations, or null. */
    static @Nullable String problem(Operations frame) {
        if (frame.operations().isEmpty() || frame.operations().size() > AntiEntropyFrame.MAX_ENTRIES) {
            return frame.operations().size() + " operations";
        }
        for (Operation operation : frame.operations()) {
            if (!isPossible(operation.dot())
                    || !isPossible(operation.stamp())
                    || operation.superseded().size() > AntiEntropyFrame.MAX_DOTS
                    || !arePossible(operation.superseded())
                    || operation.superseded().contains(operation.dot())) {
                return "operation " + operation.dot() + " at " + operation.stamp() + " over "
                        + operation.superseded().size() + " dots";
            }
        }
        return null;
    }

    /** What is wrong with a context, or null. */
    static @Nullable String problem(CausalContext context) {
        if (context.runs().counters().size() > AntiEntropyFrame.MAX_ORIGINS
                || context.cloud().size() > AntiEntropyFrame.MAX_RANGES) {
            return "context of " + context.runs().counters().size() + " origins and "
                    + context.cloud().size() + " ranges";
        }
        for (long counter : context.runs().counters().values()) {
            if (counter <= 0 || counter > MAX_COUNTER) {
                return "run to " + counter;
            }
        }
        for (DotRange range : context.cloud()) {
            if (range.from() <= 0 || range.from() > range.to() || range.to() > MAX_COUNTER) {
                return "dots from " + range.from() + " to " + range.to();
            }
        }
        return null;
    }

    /** What is wrong with a chunk of a state, or null. */
    static @Nullable String problem(StateChunk chunk) {
        if (chunk.entries().size() > AntiEntropyFrame.MAX_ENTRIES) {
            return chunk.entries().size() + " entries";
        }
        String inContext = problem(chunk.context());
        return inContext != null ? inContext : problemOfEntries(chunk);
    }

    private static @Nullable String problemOfEntries(StateChunk chunk) {
        Cursor from = chunk.from();
        Cursor to = chunk.to();
        Cursor last = null;
        DotSet context = DotSet.of(chunk.context());
        for (Entry entry : chunk.entries()) {
            Cursor place = new Cursor(entry.key(), entry.dot());
            boolean rises = last == null ? from == null || place.compareTo(from) >= 0 : place.compareTo(last) > 0;
            if (!rises || !isPossible(entry.stamp()) || !context.contains(entry.dot())) {
                return "entry " + entry.dot() + " at " + entry.stamp();
            }
            last = place;
        }
        boolean ends = to == null || (last != null && to.compareTo(last) > 0);
        return ends ? null : "a range that ends before its entries, or has none";
    }

    private static boolean arePossible(Collection<Dot> dots) {
        for (Dot dot : dots) {
            if (!isPossible(dot)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPossible(Dot dot) {
        return dot.counter() > 0 && dot.counter() <= MAX_COUNTER;
    }

    private static boolean isPossible(HybridTimestamp stamp) {
        return stamp.millis() >= 0 && stamp.counter() >= 0;
    }

    /** Whether something names a dot of this member that it never gave. */
    static boolean isForged(CausalContext context, Dot lastOwn) {
        return context.runs().get(lastOwn.origin()) > lastOwn.counter()
                || context.cloud().stream().anyMatch(range -> isForged(new Dot(range.origin(), range.to()), lastOwn));
    }

    /** A context without the dots of this member that it never gave. */
    static CausalContext withoutForged(CausalContext context, Dot lastOwn) {
        Origin self = lastOwn.origin();
        TreeMap<Origin, Long> runs = new TreeMap<>(context.runs().counters());
        runs.computeIfPresent(
                self, (origin, run) -> lastOwn.counter() == 0 ? null : Long.valueOf(Math.min(run, lastOwn.counter())));
        List<DotRange> cloud = new ArrayList<>();
        for (DotRange range : context.cloud()) {
            long to = range.origin().equals(self) ? Math.min(range.to(), lastOwn.counter()) : range.to();
            if (range.from() <= to) {
                cloud.add(new DotRange(range.origin(), range.from(), to));
            }
        }
        return new CausalContext(VersionVector.of(runs), cloud);
    }

    /** A chunk with a smaller context, and without what that does not cover. */
    static StateChunk within(StateChunk chunk, CausalContext context) {
        if (context.equals(chunk.context())) {
            return chunk;
        }
        DotSet covered = DotSet.of(context);
        List<Entry> entries = chunk.entries().stream()
                .filter(entry -> covered.contains(entry.dot()))
                .toList();
        return new StateChunk(chunk.store(), chunk.session(), chunk.from(), chunk.to(), entries, context);
    }

    /** Whether something names a dot of this member that it never gave. */
    static boolean isForged(Operation operation, Dot lastOwn) {
        return isForged(operation.dot(), lastOwn)
                || operation.superseded().stream().anyMatch(dot -> isForged(dot, lastOwn));
    }

    private static boolean isForged(Dot dot, Dot lastOwn) {
        return dot.origin().equals(lastOwn.origin()) && dot.counter() > lastOwn.counter();
    }
}
