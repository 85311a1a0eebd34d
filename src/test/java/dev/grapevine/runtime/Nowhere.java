package dev.grapevine.runtime;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.topic.Priority;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The way in of a topic that only has subscribers: what is published never ends and goes nowhere. */
final class Nowhere implements Publishing {

    @Override
    public Mono<Void> publish(String topic, Priority priority, Bytes payload) {
        return Mono.never();
    }

    @Override
    public Mono<Void> publishAll(String topic, Priority priority, Flux<Bytes> payloads) {
        return Mono.never();
    }

    @Override
    public Bytes withinLimit(String topic, Bytes payload) {
        return payload;
    }
}
