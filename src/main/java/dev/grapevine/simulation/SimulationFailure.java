package dev.grapevine.simulation;

import java.util.List;

/**
 * A simulated cluster broke a promise, or did not converge in time. The message says what, and everything that is needed
 * to see it again: the seed, the command if one was named, what was done to the cluster, and the last steps.
 */
public final class SimulationFailure extends AssertionError {

    private static final long serialVersionUID = 1L;

    /** Replays the run. */
    private final long seed;

    SimulationFailure(long seed, String replay, List<String> problems, FaultLog log, SimulationTrace trace) {
        super(String.join(
                System.lineSeparator(),
                "Seed " + seed + ": " + String.join(System.lineSeparator() + "  and: ", problems),
                "Replay: " + replay,
                "Faults:",
                indented(log.lines()),
                "Last steps of " + trace.steps() + ", trace hash " + Long.toHexString(trace.hash()) + ":",
                indented(trace.tail())));
        this.seed = seed;
    }

    private static String indented(List<String> lines) {
        return lines.isEmpty() ? "  none" : "  " + String.join(System.lineSeparator() + "  ", lines);
    }

    /**
     * The seed of the run.
     *
     * @return the seed
     */
    public long seed() {
        return seed;
    }
}
