package dev.grapevine.topic;

import dev.grapevine.membership.Origin;

/**
 * Messages of one publisher and priority that this subscriber will not get.
 *
 * @param topic the topic
 * @param publisher who published them
 * @param priority of which of its messages
 * @param from first missing sequence
 * @param to last missing sequence, inclusive
 * @param reason why
 * @param <T> type of the topic's values
 */
public record Gap<T>(String topic, Origin publisher, Priority priority, long from, long to, Reason reason)
        implements Delivery<T> {

    /** Why messages are missing. */
    public enum Reason {
        /** They were lost on the way and are not retained any more. */
        LOST,
        /** This subscriber was too slow for the buffer and strategy that it chose. */
        OVERFLOW,
        /** The codec could not read the message. */
        UNDECODABLE,
        /** A subscriber that acknowledges did not acknowledge the message, however often it was given. */
        GIVEN_UP
    }

    /**
     * How many messages are missing.
     *
     * @return the count, at least 1
     */
    public long count() {
        return to - from + 1;
    }
}
