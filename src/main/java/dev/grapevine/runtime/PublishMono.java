package dev.grapevine.runtime;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.topic.Priority;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** A publish call: on subscription drains a source into the core as there is room. */
final class PublishMono extends Mono<Void> {

    private final String topic;
    private final Priority priority;
    private final Flux<Bytes> payloads;
    private final Commands commands;
    private final Admission admission;
    private final Scheduler sources;

    /**
     * A publish call.
     *
     * @param topic the topic
     * @param priority how urgent the payloads are
     * @param payloads the payloads
     * @param commands the way to the core
     * @param admission says when there is room
     * @param sources where the node's thread has the payloads asked for, and cancelled
     */
    PublishMono(
            String topic,
            Priority priority,
            Flux<Bytes> payloads,
            Commands commands,
            Admission admission,
            Scheduler sources) {
        this.topic = topic;
        this.priority = priority;
        this.payloads = payloads;
        this.commands = commands;
        this.admission = admission;
        this.sources = sources;
    }

    @Override
    public void subscribe(CoreSubscriber<? super Void> actual) {
        payloads.subscribe(new PublishSession(topic, priority, actual, commands, admission, sources));
    }
}
