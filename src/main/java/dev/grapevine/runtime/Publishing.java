package dev.grapevine.runtime;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.topic.Priority;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The way in for what is published on this node. */
interface Publishing {

    /**
     * Publishes a payload: now, if there is room, and otherwise on subscription, once there is. So callers defer it.
     *
     * @param topic the topic
     * @param priority how urgent it is
     * @param payload the payload, within the limit
     * @return see {@link dev.grapevine.topic.Topic#publish}
     */
    Mono<Void> publish(String topic, Priority priority, Bytes payload);

    /**
     * Publishes payloads as there is room.
     *
     * @param topic the topic
     * @param priority how urgent they are
     * @param payloads the payloads, within the limit; subscribed to and asked on a delivery thread
     * @return see {@link dev.grapevine.topic.Topic#publishAll}
     */
    Mono<Void> publishAll(String topic, Priority priority, Flux<Bytes> payloads);

    /**
     * Checks a payload against the limit.
     *
     * @param topic the topic, or the name of a causal topic's stream
     * @param payload the payload
     * @return the payload
     * @throws IllegalArgumentException if it is too long
     */
    Bytes withinLimit(String topic, Bytes payload);
}
