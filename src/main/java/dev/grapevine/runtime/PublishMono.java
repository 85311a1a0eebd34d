package dev.grapevine.runtime;

import dev.grapevine.bytes.Bytes;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** A publish call: on subscription drains a source into the core as there is room. */
final class PublishMono extends Mono<Void> {

    private final String topic;
    private final Flux<Bytes> payloads;
    private final Commands commands;
    private final Admission admission;
    private final Scheduler scheduler;

    PublishMono(String topic, Flux<Bytes> payloads, Commands commands, Admission admission, Scheduler scheduler) {
        this.topic = topic;
        this.payloads = payloads;
        this.commands = commands;
        this.admission = admission;
        this.scheduler = scheduler;
    }

    @Override
    public void subscribe(CoreSubscriber<? super Void> actual) {
        payloads.subscribe(new PublishSession(topic, actual, commands, admission, scheduler));
    }
}
