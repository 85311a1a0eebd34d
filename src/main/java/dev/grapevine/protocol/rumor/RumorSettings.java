package dev.grapevine.protocol.rumor;

import java.time.Duration;

/**
 * The bounds and the pace of rumors.
 *
 * @param strategy how rumors spread and when they stop; default {@link Strategy#RUMOR_MONGERING}
 * @param fanout how many members each calls in a round; default 1
 * @param interval how long a round is; default 100 ms
 * @param restInterval how often a member that spreads nothing asks others, if its strategy asks; default 500 ms
 * @param maxRumors most rumors that are spread at a time; default 4,096. At the bound the one told longest ago gives way
 * @param maxBytes most bytes of these, each with {@value #OVERHEAD_BYTES} bytes of overhead; default 4 MiB. A rumor
 *     that is longer is refused
 * @param maxKnown most rumors remembered after interest in them is lost; default 65,536. What is forgotten is taken for new if
 *     it is heard again
 */
public record RumorSettings(
        Strategy strategy,
        int fanout,
        Duration interval,
        Duration restInterval,
        int maxRumors,
        long maxBytes,
        int maxKnown) {

    /** The defaults. */
    public static final RumorSettings DEFAULT = new RumorSettings(
            Strategy.RUMOR_MONGERING, 1, Duration.ofMillis(100), Duration.ofMillis(500), 4_096, 4L << 20, 65_536);

    /** What a rumor costs beside what it says, in bytes. */
    public static final int OVERHEAD_BYTES = 128;

    /** The highest {@link #fanout()}. */
    public static final int MOST_FANOUT = 16;

    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException if one is not positive, the fanout is above {@value #MOST_FANOUT}, or the rest interval is
     *     shorter than the interval
     */
    public RumorSettings {
        check(fanout >= 1 && fanout <= MOST_FANOUT, "fanout is 1 to " + MOST_FANOUT, fanout);
        check(interval.toNanos() > 0, "interval is positive", interval);
        check(restInterval.compareTo(interval) >= 0, "restInterval is at least the interval " + interval, restInterval);
        check(maxRumors > 0, "maxRumors is at least 1", maxRumors);
        check(maxBytes > 0, "maxBytes is at least 1", maxBytes);
        check(maxKnown > 0, "maxKnown is at least 1", maxKnown);
    }

    private static void check(boolean fits, String rule, Object value) {
        if (!fits) {
            throw new IllegalArgumentException(rule + ", not " + value);
        }
    }

    /**
     * The same settings with another {@link #strategy()}.
     *
     * @param strategy the value to use
     * @return a changed copy
     */
    public RumorSettings withStrategy(Strategy strategy) {
        return new RumorSettings(strategy, fanout, interval, restInterval, maxRumors, maxBytes, maxKnown);
    }

    /**
     * The same settings with another {@link #fanout()}.
     *
     * @param fanout the value to use
     * @return a changed copy
     */
    public RumorSettings withFanout(int fanout) {
        return new RumorSettings(strategy, fanout, interval, restInterval, maxRumors, maxBytes, maxKnown);
    }

    /**
     * The same settings with another {@link #interval()}.
     *
     * @param interval the value to use
     * @return a changed copy
     */
    public RumorSettings withInterval(Duration interval) {
        return new RumorSettings(strategy, fanout, interval, restInterval, maxRumors, maxBytes, maxKnown);
    }

    /**
     * The same settings with another {@link #restInterval()}.
     *
     * @param restInterval the value to use
     * @return a changed copy
     */
    public RumorSettings withRestInterval(Duration restInterval) {
        return new RumorSettings(strategy, fanout, interval, restInterval, maxRumors, maxBytes, maxKnown);
    }

    /**
     * The same settings with another {@link #maxRumors()}.
     *
     * @param maxRumors the value to use
     * @return a changed copy
     */
    public RumorSettings withMaxRumors(int maxRumors) {
        return new RumorSettings(strategy, fanout, interval, restInterval, maxRumors, maxBytes, maxKnown);
    }

    /**
     * The same settings with another {@link #maxBytes()}.
     *
     * @param maxBytes the value to use
     * @return a changed copy
     */
    public RumorSettings withMaxBytes(long maxBytes) {
        return new RumorSettings(strategy, fanout, interval, restInterval, maxRumors, maxBytes, maxKnown);
    }

    /**
     * The same settings with another {@link #maxKnown()}.
     *
     * @param maxKnown the value to use
     * @return a changed copy
     */
    public RumorSettings withMaxKnown(int maxKnown) {
        return new RumorSettings(strategy, fanout, interval, restInterval, maxRumors, maxBytes, maxKnown);
    }
}
