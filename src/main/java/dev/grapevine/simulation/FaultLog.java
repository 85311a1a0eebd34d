package dev.grapevine.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;

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

    /** Everybody may believe everybody dead from now on: frames are lost. */
    Cause beginEverywhere(long nanos) {
        return begin(new Cause(nanos, Duration.ZERO, (observer, subject) -> true, subject -> true));
    }

    /**
     * Everybody may believe a member dead.
     *
     * @param patience for how long that must have gone on before anybody does
     */
    Cause beginOf(long nanos, int node, Duration patience) {
        return begin(new Cause(nanos, patience, (observer, subject) -> subject == node, subject -> subject == node));
    }

    /**
     * Two groups may believe each other's members dead, and none of their own.
     *
     * @param patience for how long that must have gone on before anybody does
     */
    Cause beginBetween(long nanos, Set<Integer> one, Set<Integer> other, Duration patience) {
        TreeSet<Integer> here = new TreeSet<>(one);
        TreeSet<Integer> there = new TreeSet<>(other);
        return begin(new Cause(
                nanos,
                patience,
                (observer, subject) -> (here.contains(observer) && there.contains(subject))
                        || (there.contains(observer) && here.contains(subject)),
                subject -> here.contains(subject) || there.contains(subject)));
    }

    private Cause begin(Cause cause) {
        causes.add(cause);
        return cause;
    }

    /**
     * Whether something was done that explains why one member believes another dead.
     *
     * @param observer the number of the member that believes it
     * @param subject the number of the member that it believes dead
     * @param nanos virtual time of the removal
     * @param grace for how long after its end a fault still counts: suspicions and rumors take their time
     * @return true if at some moment of the grace before, the subject had crashed, had stood still or been cut off from
     *     the observer for long enough, or frames were being lost; also if that was so for others, whose word the
     *     observer may take as soon as it has any trouble with the subject itself
     */
    public boolean explainsRemoval(int observer, int subject, long nanos, Duration grace) {
        boolean own = false;
        boolean ofOthers = false;
        for (Cause cause : causes) {
            boolean lasted = cause.hasLasted(nanos, grace.toNanos());
            boolean between = cause.began(nanos, grace.toNanos()) && cause.blame.of(observer, subject);
            if (lasted && between) {
                return true;
            }
            own |= between;
            ofOthers |= lasted && cause.touches(subject);
        }
        return own && ofOthers;
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

    /** Who may believe whom dead. */
    @FunctionalInterface
    private interface Blame {
        boolean of(int observer, int subject);
    }

    /** A span of time in which some members were in trouble. */
    static final class Cause {
        private final long from;
        private final long patience;
        private final Blame blame;
        private final IntPredicate touched;
        private long to = Long.MAX_VALUE;

        private Cause(long from, Duration patience, Blame blame, IntPredicate touched) {
            this.from = from;
            this.patience = patience.toNanos();
            this.blame = blame;
            this.touched = touched;
        }

        void end(long nanos) {
            to = Math.min(to, nanos);
        }

        private boolean began(long nanos, long grace) {
            return from <= nanos && to >= nanos - grace;
        }

        private boolean hasLasted(long nanos, long grace) {
            return from <= nanos - patience && to >= nanos - grace;
        }

        private boolean touches(int subject) {
            return touched.test(subject);
        }
    }
}
