package dev.grapevine.runtime;

import dev.grapevine.topic.AcknowledgeOptions;
import dev.grapevine.topic.Acknowledgeable;
import dev.grapevine.topic.Delivery;
import dev.grapevine.topic.Message;
import dev.grapevine.topic.Overflow;
import dev.grapevine.topic.Priority;
import dev.grapevine.topic.Start;
import dev.grapevine.topic.Topic;
import dev.grapevine.topic.UndecodableHandler;
import java.util.Objects;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * A topic for subscribers that begin elsewhere than with what arrives from now on, or are called elsewhere than on the node's
 * delivery threads.
 *
 * @param channel the topic
 * @param start where they begin
 * @param delivery where they are called
 * @param <T> type of the values
 */
record TopicView<T>(TopicChannel<T> channel, Start start, Scheduler delivery) implements Topic<T> {

    @Override
    public String name() {
        return channel.name();
    }

    @Override
    public Mono<Void> publish(T value, Priority priority) {
        return channel.publish(value, priority);
    }

    @Override
    public Mono<Void> publishAll(Publisher<? extends T> values, Priority priority) {
        return channel.publishAll(values, priority);
    }

    @Override
    public Topic<T> from(Start other) {
        return channel.view(other, delivery);
    }

    @Override
    public Topic<T> deliverOn(Scheduler other) {
        return channel.view(start, Objects.requireNonNull(other, "scheduler"));
    }

    @Override
    public Flux<Message<T>> messages(int buffer, Overflow overflow) {
        return channel.messages(this, buffer, overflow);
    }

    @Override
    public Flux<Delivery<T>> deliveries(int buffer, Overflow overflow) {
        return channel.deliveries(this, buffer, overflow);
    }

    @Override
    public Flux<Delivery<T>> deliveries(int buffer, Overflow overflow, UndecodableHandler handler) {
        return channel.deliveries(this, buffer, overflow, handler);
    }

    @Override
    public Flux<Acknowledgeable<T>> acknowledgeable(AcknowledgeOptions options) {
        return channel.acknowledgeable(this, options);
    }
}
