package dev.grapevine.runtime;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.codec.Codec;
import dev.grapevine.observe.GrapevineObserver;
import dev.grapevine.protocol.frame.StreamName;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.topic.AcknowledgeOptions;
import dev.grapevine.topic.Acknowledgeable;
import dev.grapevine.topic.Delivery;
import dev.grapevine.topic.Message;
import dev.grapevine.topic.Order;
import dev.grapevine.topic.Overflow;
import dev.grapevine.topic.Priority;
import dev.grapevine.topic.Start;
import dev.grapevine.topic.Topic;
import dev.grapevine.topic.UndecodableHandler;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;

/**
 * A topic as this node uses it: its subscribers here, and the way in for what is published here.
 *
 * @param <T> type of the values
 */
final class TopicChannel<T> implements Topic<T> {

    private static final Logger log = LoggerFactory.getLogger(TopicChannel.class);

    private final String name;
    private final Codec<T> codec;
    private final Order order;
    private final Publishing publishing;
    private final Replaying replays;
    private final Scheduler delivery;
    private final TopicView<T> own;
    private final GrapevineObserver observer;
    private final Acknowledging acknowledging;
    private final List<DeliverySubscription<T>> subscribers = new CopyOnWriteArrayList<>();
    private final List<DeliverySubscription<T>> replaying = new CopyOnWriteArrayList<>();
    private volatile boolean completed;
    private boolean toldOfOtherOrder;

    TopicChannel(
            String name,
            Codec<T> codec,
            Order order,
            Publishing publishing,
            Replaying replays,
            Scheduler delivery,
            Acknowledging acknowledging,
            GrapevineObserver observer) {
        this.name = name;
        this.codec = codec;
        this.order = order;
        this.publishing = publishing;
        this.replays = replays;
        this.delivery = delivery;
        this.own = new TopicView<>(this, Start.NOW, delivery);
        this.acknowledging = acknowledging;
        this.observer = observer;
    }

    @Override
    public String name() {
        return name;
    }

    Codec<T> codec() {
        return codec;
    }

    Order order() {
        return order;
    }

    Replaying replays() {
        return replays;
    }

    GrapevineObserver observer() {
        return observer;
    }

    @Override
    public Mono<Void> publish(T value, Priority priority) {
        return Mono.defer(() -> publishing.publish(published(priority), priority, encode(value)));
    }

    @Override
    public Mono<Void> publishAll(Publisher<? extends T> values, Priority priority) {
        return Mono.defer(() -> publishing.publishAll(
                published(priority), priority, ForeignSource.<T>flux(values).map(this::encode)));
    }

    /** Under which name messages are published, but for the mark of critical ones. */
    private String published(Priority priority) {
        if (order == Order.CAUSAL && priority == Priority.CRITICAL) {
            throw new IllegalArgumentException(
                    "A critical message would pass what it depends on: topic '" + name + "' is causal");
        }
        return stream();
    }

    /** The name of the stream of what is not critical. */
    private String stream() {
        return order == Order.CAUSAL ? StreamName.causal(name) : name;
    }

    private Bytes encode(T value) {
        return publishing.withinLimit(stream(), Encoding.encode(codec, value, "topic", name));
    }

    @Override
    public Topic<T> from(Start start) {
        return view(start, delivery);
    }

    @Override
    public Topic<T> deliverOn(Scheduler scheduler) {
        return view(Start.NOW, Objects.requireNonNull(scheduler, "scheduler"));
    }

    Topic<T> view(Start start, Scheduler scheduler) {
        if (start == Start.RETAINED && order == Order.CAUSAL) {
            throw new IllegalArgumentException(
                    "What is retained of a causal topic comes in no causal order: '" + name + "'");
        }
        return start == Start.NOW && scheduler == delivery ? this : new TopicView<>(this, start, scheduler);
    }

    @Override
    public Flux<Message<T>> messages(int buffer, Overflow overflow) {
        return messages(own, buffer, overflow);
    }

    @SuppressWarnings("unchecked") // without gaps all deliveries are messages: no operator need look at each
    Flux<Message<T>> messages(TopicView<T> view, int buffer, Overflow overflow) {
        Flux<? extends Delivery<T>> messages = open(
                new SubscriberOptions(view.start(), view.delivery(), buffer, overflow, false, this::logUndecodable));
        return (Flux<Message<T>>) messages;
    }

    @Override
    public Flux<Delivery<T>> deliveries(int buffer, Overflow overflow) {
        return deliveries(own, buffer, overflow);
    }

    Flux<Delivery<T>> deliveries(TopicView<T> view, int buffer, Overflow overflow) {
        return deliveries(view, buffer, overflow, this::logUndecodable);
    }

    @Override
    public Flux<Delivery<T>> deliveries(int buffer, Overflow overflow, UndecodableHandler handler) {
        return deliveries(own, buffer, overflow, handler);
    }

    Flux<Delivery<T>> deliveries(TopicView<T> view, int buffer, Overflow overflow, UndecodableHandler handler) {
        return open(new SubscriberOptions(view.start(), view.delivery(), buffer, overflow, true, handler));
    }

    private Flux<Delivery<T>> open(SubscriberOptions options) {
        return open(options, LargeRoom.UNLIMITED);
    }

    private Flux<Delivery<T>> open(SubscriberOptions options, LargeRoom room) {
        return new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super Delivery<T>> actual) {
                DeliverySubscription<T> subscription =
                        new DeliverySubscription<>(TopicChannel.this, actual, options, room);
                // First: a subscriber may cancel as it is given its subscription.
                if (options.start() == Start.NOW) {
                    subscribers.add(subscription);
                } else if (replays.begin(subscription)) {
                    replaying.add(subscription);
                } else {
                    Operators.error(actual, Replaying.tooMany(name));
                    return;
                }
                if (completed) {
                    subscription.complete();
                }
                subscription.begin();
            }
        };
    }

    @Override
    public Flux<Acknowledgeable<T>> acknowledgeable(AcknowledgeOptions options) {
        return acknowledgeable(own, options);
    }

    Flux<Acknowledgeable<T>> acknowledgeable(TopicView<T> view, AcknowledgeOptions options) {
        SubscriberOptions below = new SubscriberOptions(
                view.start(), view.delivery(), options.buffer(), options.overflow(), true, this::logUndecodable);
        return new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super Acknowledgeable<T>> actual) {
                acknowledge(actual, options, below);
            }
        };
    }

    private void acknowledge(
            CoreSubscriber<? super Acknowledgeable<T>> actual, AcknowledgeOptions options, SubscriberOptions below) {
        AcknowledgeSubscription<T> subscription = new AcknowledgeSubscription<>(
                actual,
                options,
                below.delivery(),
                acknowledging.nanos(),
                count -> observer.subscriberMissed(name, count),
                () -> completed,
                acknowledging::remove);
        acknowledging.add(subscription);
        subscription.begin(open(below, subscription.largeRoom()));
    }

    private void logUndecodable(Message<Bytes> message, Throwable error) {
        log.warn(
                "Message {} of {} on topic {} could not be read as {}: {}",
                message.sequence(),
                message.publisher(),
                name,
                codec.name(),
                error.toString());
    }

    /** Hands a run of a stream to every subscriber, unless its topic is of another order, as {@link #offer(Priority, Run, Consumer)}. */
    void offer(String stream, Run run, Consumer<? super DrainSubscription<?>> given) {
        if (StreamName.isCausal(stream) == (order == Order.CAUSAL)) {
            offer(EffectDispatcher.priority(stream), run, given);
            return;
        }
        observer.rejected(RejectReason.OTHER_ORDER, name + " of " + run.origin());
        if (!toldOfOtherOrder) {
            toldOfOtherOrder = true;
            log.warn(
                    "Topic {} has order {} here and another one at {}: nobody here is given what is published there",
                    name,
                    order,
                    run.origin());
        }
    }

    /** Hands a run to every subscriber and tells whom it was given, for them to be woken; on the node's thread. */
    void offer(Priority priority, Run run, Consumer<? super DrainSubscription<?>> given) {
        for (DeliverySubscription<T> subscriber : subscribers) {
            subscriber.offer(priority, run);
            given.accept(subscriber);
        }
    }

    void remove(DeliverySubscription<T> subscription) {
        subscribers.remove(subscription);
        if (replaying.remove(subscription)) {
            replays.end(subscription);
        }
    }

    void complete() {
        completed = true;
        subscribers.forEach(DrainSubscription::complete);
        replaying.forEach(DrainSubscription::complete);
    }
}
