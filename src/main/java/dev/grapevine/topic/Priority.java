package dev.grapevine.topic;

/**
 * How urgent a message is. Order is kept among the messages of one publisher, topic and priority; between the two
 * priorities there is none, so that a critical message can pass normal ones that wait.
 */
public enum Priority {
    /** Takes its turn behind what was published before it. */
    NORMAL,
    /**
     * Goes to every linked member at once, and passes normal messages and repairs that wait: at the publisher, on the
     * links, and in the buffers of subscribers. As lossless as a normal message.
     */
    CRITICAL
}
