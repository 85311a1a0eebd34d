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
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A topic whose subscriptions begin elsewhere than with what arrives from now on.
 *
 * @param channel the topic
 * @param start where they begin
 * @param <T> type of the values
 */
record TopicFromStart<T>(TopicChannel<T> channel, Start start) implements Topic<T> {

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
        return channel.from(other);
    }

    @Override
    public Flux<Message<T>> messages(int buffer, Overflow overflow) {
        return channel.messages(start, buffer, overflow);
    }

    @Override
    public Flux<Delivery<T>> deliveries(int buffer, Overflow overflow) {
        return channel.deliveries(start, buffer, overflow);
    }

    @Override
    public Flux<Delivery<T>> deliveries(int buffer, Overflow overflow, UndecodableHandler handler) {
        return channel.deliveries(start, buffer, overflow, handler);
    }

    @Override
    public Flux<Acknowledgeable<T>> acknowledgeable(AcknowledgeOptions options) {
        return channel.acknowledgeable(start, options);
    }
}
