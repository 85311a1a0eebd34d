package dev.grapevine.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What was done to a simulated cluster, and when. It answers whether a removal had a cause.
 *
 * <p>Keeps {@value #MAX_LINES} lines; further ones are counted only, while causes are kept all.
 */
public final class FaultLog {

    /** Most lines that are kept. */
    public static final int MAX_LINES = 10_000;

    private final List<String> lines = new ArrayList<>();
    private final List<Cause> causes = new ArrayList<>();
    private long dropped;

    /** An empty log. */
    public FaultLog() {}

    void note(long nanos, String what) {
        if (lines.size() < MAX_LINES) {
            lines.add(SimulationTrace.line(nanos, -1, what));
        } else {
            dropped++;
        }
    }

    /**
     * Something began that can make others believe a member dead.
     *
     * @param nodes whom it touches, or null for everybody
     * @return ends it
     */
    Cause begin(long nanos, @Nullable SortedSet<Integer> nodes) {
        Cause cause = new Cause(nanos, nodes == null ? null : new TreeSet<>(nodes));
        causes.add(cause);
        return cause;
    }

    /**
     * Whether something was done to a member, or to its links, that explains why others believe it dead.
     *
     * @param node the member's number
     * @param nanos virtual time of the removal
     * @param grace for how long after its end a fault still counts: suspicions and rumors take their time
     * @return true if a crash, stall, partition or loss that touched it lasted at some moment of the grace before
     */
    public boolean explainsRemoval(int node, long nanos, Duration grace) {
        return causes.stream().anyMatch(cause -> cause.touches(node, nanos, grace.toNanos()));
    }

    /**
     * The log in words, in the order of time.
     *
     * @return an immutable copy
     */
    public List<String> lines() {
        List<String> copy = new ArrayList<>(lines);
        if (dropped > 0) {
            copy.add("and " + dropped + " more");
        }
        return List.copyOf(copy);
    }

    /** A span of time in which some members were in trouble. */
    static final class Cause {
        private final long from;
        private final @Nullable SortedSet<Integer> nodes;
        private long to = Long.MAX_VALUE;

        private Cause(long from, @Nullable SortedSet<Integer> nodes) {
            this.from = from;
            this.nodes = nodes;
        }

        void end(long nanos) {
            to = Math.min(to, nanos);
        }

        private boolean touches(int node, long nanos, long grace) {
            return (nodes == null || nodes.contains(node)) && from <= nanos && to >= nanos - grace;
        }
    }
}
