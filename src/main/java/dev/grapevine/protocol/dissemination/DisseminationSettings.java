package dev.grapevine.protocol.dissemination;

import java.time.Duration;

/**
 * The bounds of topics.
 *
 * @param maxPayloadBytes longest payload of a message, in bytes, up to 64 MiB; a longer one fails at the publish call, and
 *     one that another member publishes is a gap here; default 4 MiB. See {@link #longestMessage()}
 * @param retainedBytes how many bytes a publisher retains for repair, over all topics, each message with 64 bytes of
 *     overhead; the oldest give way; default 16 MiB. Beyond a full mesh as much again of what it was given by others
 * @param retainedAge how long a member retains what it was given by others, beyond a full mesh; default 60 s
 * @param reorderMessages how many messages of one stream are held back while an earlier one is missing; default
 *     16,384. A stream that publishes more than this in a round trip stays behind after a loss
 * @param reorderBytes how many bytes of all streams are held back, counted likewise and 192 more for each run; default
 *     16 MiB
 * @param pullDelay how long a missing message may be merely late before it is asked for; default 20 ms
 * @param pullRetry how long an answer may take before it is asked for again; default 500 ms, doubled up to 8 s. What it starts
 *     from: it follows loss and round-trip time unless {@code TuningSettings.adaptive} is off
 * @param digestInterval how often a publisher tells how far its streams are while there is something new; default 500 ms. What it
 *     starts from, likewise
 * @param idleDigestInterval how often it does when there is not; default 10 s
 * @param maxStreams most streams (publisher and topic) of others known at a time, and most topics published to; default
 *     65,536
 */
public record DisseminationSettings(
        int maxPayloadBytes,
        long retainedBytes,
        Duration retainedAge,
        int reorderMessages,
        long reorderBytes,
        Duration pullDelay,
        Duration pullRetry,
        Duration digestInterval,
        Duration idleDigestInterval,
        int maxStreams) {

    /** Most that {@link #maxPayloadBytes()} can be. */
    public static final int LARGEST_PAYLOAD_BYTES = 64 << 20;

    /** The defaults. */
    public static final DisseminationSettings DEFAULT = new DisseminationSettings(
            4 << 20,
            16L << 20,
            Duration.ofSeconds(60),
            16_384,
            16L << 20,
            Duration.ofMillis(20),
            Duration.ofMillis(500),
            Duration.ofMillis(500),
            Duration.ofSeconds(10),
            65_536);

    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException if a size or count is not positive (nothing retained is fine), an interval is
     *     not (no delay before a pull is), or the longest payload is above {@link #LARGEST_PAYLOAD_BYTES}
     */
    public DisseminationSettings {
        atLeast(1, maxPayloadBytes, "maxPayloadBytes");
        if (maxPayloadBytes > LARGEST_PAYLOAD_BYTES) {
            throw new IllegalArgumentException(
                    "maxPayloadBytes is at most " + LARGEST_PAYLOAD_BYTES + ", not " + maxPayloadBytes);
        }
        atLeast(0, retainedBytes, "retainedBytes");
        atLeast(1, retainedAge.toNanos(), "retainedAge");
        atLeast(1, reorderMessages, "reorderMessages");
        atLeast(1, reorderBytes, "reorderBytes");
        atLeast(0, pullDelay.toNanos(), "pullDelay");
        atLeast(1, pullRetry.toNanos(), "pullRetry");
        atLeast(1, digestInterval.toNanos(), "digestInterval");
        atLeast(1, idleDigestInterval.toNanos(), "idleDigestInterval");
        atLeast(1, maxStreams, "maxStreams");
    }

    /**
     * The longest message that can be published: {@link #maxPayloadBytes()}, or what is retained if that is less, since a
     * message of more than 48 KiB is fetched from what its publisher retains.
     *
     * @return bytes
     */
    public int longestMessage() {
        long retainable = Math.max(Limits.LARGE_BYTES, retainedBytes - Limits.MESSAGE_OVERHEAD);
        return (int) Math.min(maxPayloadBytes, retainable);
    }

    /**
     * The longest message that can be published to a causal topic: {@link #longestMessage()}, or 1 KiB less where that is needed
     * to name what it depends on.
     *
     * @return bytes
     */
    public int longestCausalMessage() {
        return Math.min(longestMessage(), longestSealed() - Limits.CAUSES_BYTES);
    }

    /** The longest message with what it depends on: who takes no longer ones takes all that are pushed. */
    int longestSealed() {
        return Math.max(longestMessage(), Limits.LARGE_BYTES);
    }

    private static void atLeast(long least, long value, String name) {
        if (value < least) {
            throw new IllegalArgumentException(name + " is at least " + least + ", not " + value);
        }
    }

    /**
     * The same settings with another {@link #maxPayloadBytes()}.
     *
     * @param maxPayloadBytes the value to use
     * @return a changed copy
     */
    public DisseminationSettings withMaxPayloadBytes(int maxPayloadBytes) {
        return new DisseminationSettings(
                maxPayloadBytes,
                retainedBytes,
                retainedAge,
                reorderMessages,
                reorderBytes,
                pullDelay,
                pullRetry,
                digestInterval,
                idleDigestInterval,
                maxStreams);
    }

    /**
     * The same settings with another {@link #retainedBytes()}.
     *
     * @param retainedBytes the value to use
     * @return a changed copy
     */
    public DisseminationSettings withRetainedBytes(long retainedBytes) {
        return new DisseminationSettings(
                maxPayloadBytes,
                retainedBytes,
                retainedAge,
                reorderMessages,
                reorderBytes,
                pullDelay,
                pullRetry,
                digestInterval,
                idleDigestInterval,
                maxStreams);
    }

    /**
     * The same settings with another {@link #retainedAge()}.
     *
     * @param retainedAge the value to use
     * @return a changed copy
     */
    public DisseminationSettings withRetainedAge(Duration retainedAge) {
        return new DisseminationSettings(
                maxPayloadBytes,
                retainedBytes,
                retainedAge,
                reorderMessages,
                reorderBytes,
                pullDelay,
                pullRetry,
                digestInterval,
                idleDigestInterval,
                maxStreams);
    }

    /**
     * The same settings with another {@link #reorderMessages()}.
     *
     * @param reorderMessages the value to use
     * @return a changed copy
     */
    public DisseminationSettings withReorderMessages(int reorderMessages) {
        return new DisseminationSettings(
                maxPayloadBytes,
                retainedBytes,
                retainedAge,
                reorderMessages,
                reorderBytes,
                pullDelay,
                pullRetry,
                digestInterval,
                idleDigestInterval,
                maxStreams);
    }

    /**
     * The same settings with another {@link #reorderBytes()}.
     *
     * @param reorderBytes the value to use
     * @return a changed copy
     */
    public DisseminationSettings withReorderBytes(long reorderBytes) {
        return new DisseminationSettings(
                maxPayloadBytes,
                retainedBytes,
                retainedAge,
                reorderMessages,
                reorderBytes,
                pullDelay,
                pullRetry,
                digestInterval,
                idleDigestInterval,
                maxStreams);
    }

    /**
     * The same settings with another {@link #pullDelay()}.
     *
     * @param pullDelay the value to use
     * @return a changed copy
     */
    public DisseminationSettings withPullDelay(Duration pullDelay) {
        return new DisseminationSettings(
                maxPayloadBytes,
                retainedBytes,
                retainedAge,
                reorderMessages,
                reorderBytes,
                pullDelay,
                pullRetry,
                digestInterval,
                idleDigestInterval,
                maxStreams);
    }

    /**
     * The same settings with another {@link #pullRetry()}.
     *
     * @param pullRetry the value to use
     * @return a changed copy
     */
    public DisseminationSettings withPullRetry(Duration pullRetry) {
        return new DisseminationSettings(
                maxPayloadBytes,
                retainedBytes,
                retainedAge,
                reorderMessages,
                reorderBytes,
                pullDelay,
                pullRetry,
                digestInterval,
                idleDigestInterval,
                maxStreams);
    }

    /**
     * The same settings with another {@link #digestInterval()}.
     *
     * @param digestInterval the value to use
     * @return a changed copy
     */
    public DisseminationSettings withDigestInterval(Duration digestInterval) {
        return new DisseminationSettings(
                maxPayloadBytes,
                retainedBytes,
                retainedAge,
                reorderMessages,
                reorderBytes,
                pullDelay,
                pullRetry,
                digestInterval,
                idleDigestInterval,
                maxStreams);
    }

    /**
     * The same settings with another {@link #idleDigestInterval()}.
     *
     * @param idleDigestInterval the value to use
     * @return a changed copy
     */
    public DisseminationSettings withIdleDigestInterval(Duration idleDigestInterval) {
        return new DisseminationSettings(
                maxPayloadBytes,
                retainedBytes,
                retainedAge,
                reorderMessages,
                reorderBytes,
                pullDelay,
                pullRetry,
                digestInterval,
                idleDigestInterval,
                maxStreams);
    }

    /**
     * The same settings with another {@link #maxStreams()}.
     *
     * @param maxStreams the value to use
     * @return a changed copy
     */
    public DisseminationSettings withMaxStreams(int maxStreams) {
        return new DisseminationSettings(
                maxPayloadBytes,
                retainedBytes,
                retainedAge,
                reorderMessages,
                reorderBytes,
                pullDelay,
                pullRetry,
                digestInterval,
                idleDigestInterval,
                maxStreams);
    }
}
