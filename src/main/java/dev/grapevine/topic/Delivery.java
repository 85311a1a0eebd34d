package dev.grapevine.topic;

/**
 * One thing that a subscriber is given: a message, or the announcement that some are missing.
 *
 * @param <T> type of the values
 */
public sealed interface Delivery<T> permits Message, Gap {}
