package dev.grapevine.topic;

/** A subscriber that chose {@link Overflow#ERROR} was too slow for its buffer. */
public final class SubscriberOverflowException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Says which subscription.
     *
     * @param topic the topic
     * @param buffer how many messages the buffer takes, of large ones fewer
     */
    public SubscriberOverflowException(String topic, int buffer) {
        super("A subscriber of topic '" + topic + "' was too slow: its buffer for " + buffer + " messages is full");
    }
}
