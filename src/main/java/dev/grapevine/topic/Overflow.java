package dev.grapevine.topic;

/** What happens when a subscriber's buffer is full. Messages cannot be conflated, so something has to give. */
public enum Overflow {
    /** The oldest buffered message makes room; the subscriber is told by a {@link Gap}. */
    DROP_OLDEST,
    /** The message that just arrived is dropped; the subscriber is told by a {@link Gap}. */
    DROP_NEWEST,
    /** The subscription ends with a {@link SubscriberOverflowException} after what is buffered has been delivered. */
    ERROR
}
