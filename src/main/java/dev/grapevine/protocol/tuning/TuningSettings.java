package dev.grapevine.protocol.tuning;

/**
 * Whether the pace of gossip follows what is measured, and what it may cost.
 *
 * @param adaptive whether fanout, interval and batch size follow loss, round-trip time and size; if not, they are as set,
 *     and the budget is kept all the same; default true
 * @param bytesPerSecond what this member may send as gossip, in bytes a second, half of it for news of members and half for
 *     rumors of writes; 0 for any number; default 0. Frames as they are encoded, without what RSocket and TCP add. News that
 *     cannot wait is sent all the same and makes what follows wait; probes and what travels on their backs, topics and
 *     anti-entropy are not gossip
 */
public record TuningSettings(boolean adaptive, long bytesPerSecond) {

    /** The least budget that is not none: with less, a round would be longer than {@link TuningCore#LONGEST_NANOS}. */
    public static final long LEAST_BYTES_PER_SECOND = 1024;

    /** The defaults. */
    public static final TuningSettings DEFAULT = new TuningSettings(true, 0);

    /**
     * Checks the budget.
     *
     * @throws IllegalArgumentException if the budget is neither 0 nor at least {@value #LEAST_BYTES_PER_SECOND}
     */
    public TuningSettings {
        if (bytesPerSecond != 0 && bytesPerSecond < LEAST_BYTES_PER_SECOND) {
            throw new IllegalArgumentException(
                    "bytesPerSecond is 0 or at least " + LEAST_BYTES_PER_SECOND + ", not " + bytesPerSecond);
        }
    }

    /**
     * The same settings with another {@link #adaptive()}.
     *
     * @param adaptive the value to use
     * @return a changed copy
     */
    public TuningSettings withAdaptive(boolean adaptive) {
        return new TuningSettings(adaptive, bytesPerSecond);
    }

    /**
     * The same settings with another {@link #bytesPerSecond()}.
     *
     * @param bytesPerSecond the value to use
     * @return a changed copy
     */
    public TuningSettings withBytesPerSecond(long bytesPerSecond) {
        return new TuningSettings(adaptive, bytesPerSecond);
    }
}
