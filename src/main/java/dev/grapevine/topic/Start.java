package dev.grapevine.topic;

/** With what a subscription of a topic begins. */
public enum Start {
    /** With the messages that arrive from now on. */
    NOW,
    /**
     * With the oldest message of each publisher that is still retained, by itself or, where there are too many members for a
     * full mesh, by a neighbour; then what follows, without a hole, a duplicate or another order.
     */
    RETAINED
}
