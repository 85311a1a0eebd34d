package dev.grapevine.topic;

import java.time.Duration;

/**
 * How a subscriber that acknowledges is served. A time longer than some 146 years means for ever.
 *
 * @param buffer how many messages may wait for this subscriber, and how many critical ones besides, 1 to 1,048,576; default
 *     {@value Topic#DEFAULT_BUFFER}
 * @param overflow what happens when they are more; default {@link Overflow#DROP_OLDEST}
 * @param maxUnacknowledged how many messages may be given and not answered, or wait to be given again; further ones wait
 *     in the buffer. 1 to 65,536, default 256. Of messages longer than 48 KiB, as they came, there are never more than
 *     128 MiB of these: the next one that would be more waits in the buffer until some were acknowledged or given up, and
 *     so do all behind it of the same priority
 * @param timeout how long an answer may take before the message counts as rejected, at least 1 ms; default 30 s
 * @param redeliveryDelay how long after a rejection a message is given again; may be zero; default 500 ms
 * @param maxAttempts how often a message is given before it is given up; default 16
 * @param retention how long after it was first given a message is given again at the latest; default 5 minutes
 */
public record AcknowledgeOptions(
        int buffer,
        Overflow overflow,
        int maxUnacknowledged,
        Duration timeout,
        Duration redeliveryDelay,
        int maxAttempts,
        Duration retention) {

    /** The defaults. */
    public static final AcknowledgeOptions DEFAULT = new AcknowledgeOptions(
            Topic.DEFAULT_BUFFER,
            Overflow.DROP_OLDEST,
            256,
            Duration.ofSeconds(30),
            Duration.ofMillis(500),
            16,
            Duration.ofMinutes(5));

    private static final int MAX_UNACKNOWLEDGED = 65_536;

    /**
     * Checks the bounds; that of the buffer is checked when it is used.
     *
     * @throws IllegalArgumentException if a number or time is out of them
     */
    public AcknowledgeOptions {
        check(
                maxUnacknowledged >= 1 && maxUnacknowledged <= MAX_UNACKNOWLEDGED,
                "maxUnacknowledged",
                maxUnacknowledged);
        check(timeout.compareTo(Duration.ofMillis(1)) >= 0, "timeout", timeout);
        check(!redeliveryDelay.isNegative(), "redeliveryDelay", redeliveryDelay);
        check(maxAttempts >= 1, "maxAttempts", maxAttempts);
        check(!retention.isNegative(), "retention", retention);
    }

    private static void check(boolean holds, String name, Object value) {
        if (!holds) {
            throw new IllegalArgumentException(name + " cannot be " + value);
        }
    }

    /**
     * The same with another buffer and overflow strategy.
     *
     * @param buffer see {@link #buffer()}
     * @param overflow see {@link #overflow()}
     * @return a changed copy
     */
    public AcknowledgeOptions withBuffer(int buffer, Overflow overflow) {
        return new AcknowledgeOptions(
                buffer, overflow, maxUnacknowledged, timeout, redeliveryDelay, maxAttempts, retention);
    }

    /**
     * The same with another {@link #maxUnacknowledged()}.
     *
     * @param maxUnacknowledged the value to use
     * @return a changed copy
     */
    public AcknowledgeOptions withMaxUnacknowledged(int maxUnacknowledged) {
        return new AcknowledgeOptions(
                buffer, overflow, maxUnacknowledged, timeout, redeliveryDelay, maxAttempts, retention);
    }

    /**
     * The same with another {@link #timeout()}.
     *
     * @param timeout the value to use
     * @return a changed copy
     */
    public AcknowledgeOptions withTimeout(Duration timeout) {
        return new AcknowledgeOptions(
                buffer, overflow, maxUnacknowledged, timeout, redeliveryDelay, maxAttempts, retention);
    }

    /**
     * The same with other rules for giving a message again.
     *
     * @param redeliveryDelay see {@link #redeliveryDelay()}
     * @param maxAttempts see {@link #maxAttempts()}
     * @param retention see {@link #retention()}
     * @return a changed copy
     */
    public AcknowledgeOptions withRedelivery(Duration redeliveryDelay, int maxAttempts, Duration retention) {
        return new AcknowledgeOptions(
                buffer, overflow, maxUnacknowledged, timeout, redeliveryDelay, maxAttempts, retention);
    }
}
