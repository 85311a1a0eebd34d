package dev.grapevine.protocol.tuning;

/**
 * Whether the pace of gossip and of what topics do about losses follows what is measured, and what both may cost.
 *
 * @param adaptive whether fanout, intervals and batch size follow loss, round-trip time and size; if not, they are as set,
 *     and the budgets are kept all the same; default true
 * @param bytesPerSecond what this member may send as gossip, in bytes a second, half of it for news of members and half for
 *     rumors of writes; 0 for any number; default 0. Frames as they are encoded, without what RSocket and TCP add. News that
 *     cannot wait is sent all the same and makes what follows wait; probes and what travels on their backs, topics and
 *     anti-entropy are not gossip
 * @param topicBytesPerSecond what this member may send of topics beside the messages themselves, in bytes a second: an eighth of it
 *     to tell how far the streams are, the rest to send again what peers ask for; 0 for any number; default 0. Frames as they are
 *     encoded. Parts of large messages, which are fetched by all who lack them, are not repairs; what a new link is told first is
 *     not counted. With less than what is lost of what is published, peers stay behind and are told gaps in the end
 */
public record TuningSettings(boolean adaptive, long bytesPerSecond, long topicBytesPerSecond) {

    /** The least budget that is not none: with less, a round would be longer than {@link TuningCore#LONGEST_NANOS}. */
    public static final long LEAST_BYTES_PER_SECOND = 1024;

    /** The least budget of topics that is not none: with less, a single frame of repair would take more than 5 s. */
    public static final long LEAST_TOPIC_BYTES_PER_SECOND = 16 << 10;

    /** The defaults. */
    public static final TuningSettings DEFAULT = new TuningSettings(true, 0, 0);

    /**
     * Checks the budgets.
     *
     * @throws IllegalArgumentException if a budget is neither 0 nor at least {@value #LEAST_BYTES_PER_SECOND}, that of topics
     *     {@value #LEAST_TOPIC_BYTES_PER_SECOND}
     */
    public TuningSettings {
        zeroOrAtLeast(LEAST_BYTES_PER_SECOND, bytesPerSecond, "bytesPerSecond");
        zeroOrAtLeast(LEAST_TOPIC_BYTES_PER_SECOND, topicBytesPerSecond, "topicBytesPerSecond");
    }

    private static void zeroOrAtLeast(long least, long value, String name) {
        if (value != 0 && value < least) {
            throw new IllegalArgumentException(name + " is 0 or at least " + least + ", not " + value);
        }
    }

    /**
     * The same settings with another {@link #adaptive()}.
     *
     * @param adaptive the value to use
     * @return a changed copy
     */
    public TuningSettings withAdaptive(boolean adaptive) {
        return new TuningSettings(adaptive, bytesPerSecond, topicBytesPerSecond);
    }

    /**
     * The same settings with another {@link #bytesPerSecond()}.
     *
     * @param bytesPerSecond the value to use
     * @return a changed copy
     */
    public TuningSettings withBytesPerSecond(long bytesPerSecond) {
        return new TuningSettings(adaptive, bytesPerSecond, topicBytesPerSecond);
    }

    /**
     * The same settings with another {@link #topicBytesPerSecond()}.
     *
     * @param topicBytesPerSecond the value to use
     * @return a changed copy
     */
    public TuningSettings withTopicBytesPerSecond(long topicBytesPerSecond) {
        return new TuningSettings(adaptive, bytesPerSecond, topicBytesPerSecond);
    }
}
