package dev.grapevine.runtime;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.topic.Priority;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A publish call: on subscription drains a source into the core as there is room. */
final class PublishMono extends Mono<Void> {

    private final String topic;
    private final Priority priority;
    private final Flux<Bytes> payloads;
    private final Commands commands;
    private final Admission admission;

    /**
     * A publish call.
     *
     * @param topic the topic
     * @param priority how urgent the payloads are
     * @param payloads the payloads; what they do when asked happens on the thread that they choose
     * @param commands the way to the core
     * @param admission says when there is room
     */
    PublishMono(String topic, Priority priority, Flux<Bytes> payloads, Commands commands, Admission admission) {
        this.topic = topic;
        this.priority = priority;
        this.payloads = payloads;
        this.commands = commands;
        this.admission = admission;
    }

    @Override
    public void subscribe(CoreSubscriber<? super Void> actual) {
        payloads.subscribe(new PublishSession(topic, priority, actual, commands, admission));
    }
}
