package dev.grapevine.topic;

import dev.grapevine.membership.Origin;

/**
 * A message of a topic. Messages of one publisher and priority come in the order in which it published them, each at most
 * once.
 *
 * @param topic the topic
 * @param publisher who published
 * @param priority how urgent it is
 * @param sequence number of the message in what this publisher published to this topic with this priority, from 1, without
 *     holes
 * @param value the value
 * @param <T> type of the values
 */
public record Message<T>(String topic, Origin publisher, Priority priority, long sequence, T value)
        implements Delivery<T> {}
