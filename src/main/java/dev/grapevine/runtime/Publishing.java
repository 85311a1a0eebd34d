package dev.grapevine.runtime;

import dev.grapevine.bytes.Bytes;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The way in for what is published on this node. */
interface Publishing {

    /**
     * Publishes payloads as there is room.
     *
     * @param topic the topic
     * @param payloads the payloads, within the limit
     * @return see {@link dev.grapevine.topic.Topic#publishAll}
     */
    Mono<Void> publish(String topic, Flux<Bytes> payloads);

    /**
     * Checks a payload against the limit.
     *
     * @param topic the topic, for the message of the error
     * @param payload the payload
     * @return the payload
     * @throws IllegalArgumentException if it is too long
     */
    Bytes withinLimit(String topic, Bytes payload);
}
