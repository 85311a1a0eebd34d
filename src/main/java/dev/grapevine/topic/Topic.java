package dev.grapevine.topic;

import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * A topic: what any member publishes reaches the subscribers on every member, this one included, with no broker.
 *
 * <p>For each publisher and {@link Priority} in order, each message at most once, to every live member. Messages that a link lost are
 * repaired while the publisher retains them; what cannot be repaired any more is announced as a {@link Gap}. A
 * subscription begins with the messages that arrive after it, or {@linkplain #from on request} with those that are retained.
 *
 * @param <T> type of the values
 */
public interface Topic<T> {

    /** Default size of a subscriber's buffer, in messages. */
    int DEFAULT_BUFFER = 1024;

    /**
     * The topic's name.
     *
     * @return the name
     */
    String name();

    /**
     * Publishes one value with {@link Priority#NORMAL}. Values go in the order of their calls, but that one of at most 48 KiB may
     * pass longer ones whose calls wait for room.
     *
     * @param value the value
     * @return on subscription encodes the value and hands the message to the node; completes when the node is certain to
     *     retain it and hand it to the links, before anything that it is asked afterwards, a stop included (not when it has
     *     arrived). While there is room that is at once, on the subscribing thread; a topic's first message, one of more than
     *     48 KiB, one that has to wait for room or for calls before it, and any once the node was told to stop complete when they
     *     are handed to the links, on a thread apart from those of subscribers; there too completes what is published on the
     *     node's own thread (see {@link #deliverOn}). Fails with {@link IllegalArgumentException} if the encoded value is above the
     *     payload limit, with the codec's error if it cannot be encoded, and with {@link IllegalStateException} if the
     *     node has stopped, publishes to as many topics as it may already ({@code DisseminationSettings.maxStreams()}), or 65,536
     *     publish calls, or such calls with 64 MiB, are under way
     */
    default Mono<Void> publish(T value) {
        return publish(value, Priority.NORMAL);
    }

    /**
     * Publishes one value with a priority.
     *
     * @param value the value
     * @param priority {@link Priority#CRITICAL} to pass what waits: the call waits for no normal ones, and has a limit of
     *     calls of its own
     * @return as {@link #publish(Object)}
     */
    Mono<Void> publish(T value, Priority priority);

    /**
     * Publishes what a publisher gives, in its order. It is asked for more only as there is room in the outboxes
     * towards the peers, so a fast source is slowed to what the cluster takes: about 1 MiB and at most 8,192 values are taken
     * ahead, and where the values become longer all of a sudden at most 64 of the longer ones more.
     *
     * @param values the values
     * @return on subscription subscribes to the values, on a delivery thread, where they are encoded too unless the
     *     source brings a thread of its own; completes after the last one was handed to the links; fails as
     *     {@link #publish(Object)} does or with the error of the source, and what was published before stays published.
     *     Cancelling cancels the source
     */
    default Mono<Void> publishAll(Publisher<? extends T> values) {
        return publishAll(values, Priority.NORMAL);
    }

    /**
     * Publishes what a publisher gives, with a priority.
     *
     * @param values the values
     * @param priority of all of them; critical ones are slowed only by what is critical too
     * @return as {@link #publishAll(Publisher)}
     */
    Mono<Void> publishAll(Publisher<? extends T> values, Priority priority);

    /**
     * This topic for subscribers that begin elsewhere: {@code topic.from(Start.RETAINED).messages()}. Publishing is the same
     * on either.
     *
     * <p>From {@link Start#RETAINED} a subscription is given first, of each publisher that has published before, what is still
     * retained; and so too of each that this member meets later. It is asked for as the subscriber takes it, and never fills
     * more than half of its buffer; the other half is for what comes meanwhile. What gives way at its publisher before it
     * was fetched is announced as a {@link Gap}. A subscriber that takes longer than the publisher publishes, or whose buffer
     * is less than twice what is published in a round trip, does not catch up and is told gaps in the end.
     *
     * @param start where subscriptions begin
     * @return the same topic. Its subscriptions fail with {@link IllegalStateException} where this node has 1,024 already that
     *     began at the retained window
     * @throws IllegalArgumentException for {@link Start#RETAINED} of a topic of {@link Order#CAUSAL}
     */
    Topic<T> from(Start start);

    /**
     * This topic for subscribers that are called on a scheduler of their own, one thread at a time, in place of the node's
     * delivery threads: {@code topic.deliverOn(Schedulers.parallel()).messages()}. It saves the second hop that
     * {@code publishOn} behind a subscription would be. Publishing is the same on either, and so is where
     * {@linkplain #from subscriptions begin}.
     *
     * <p>With {@link reactor.core.scheduler.Schedulers#immediate()} they are called on the node's own thread as a message
     * arrives, and on whichever thread requests: the fastest there is, for subscribers that take microseconds. Whatever they do
     * holds up the whole node, membership included, which others take for its failure; blocking calls of Reactor fail
     * there.
     *
     * @param scheduler where; it is not disposed when the node stops, which does not wait for what runs there. A subscription
     *     ends with {@link IllegalStateException}, told on the node's thread, at the first message for which the scheduler takes
     *     no more tasks; it is told nothing if the scheduler drops a task that it took
     * @return the same topic
     * @throws NullPointerException if there is no scheduler
     */
    Topic<T> deliverOn(Scheduler scheduler);

    /**
     * The messages, with {@link #DEFAULT_BUFFER} and {@link Overflow#DROP_OLDEST}.
     *
     * @return see {@link #messages(int, Overflow)}
     */
    default Flux<Message<T>> messages() {
        return messages(DEFAULT_BUFFER, Overflow.DROP_OLDEST);
    }

    /**
     * The messages that arrive from now on. Of messages longer than 48 KiB at most 128 MiB wait, however many of them the buffer
     * would take. Gaps are counted and logged but not shown: {@link #deliveries} shows them
     * in their place.
     *
     * @param buffer how many messages may wait for this subscriber, and how many critical ones besides, 1 to 1,048,576
     * @param overflow what happens when they are more
     * @return a hot stream, a buffer for each subscriber; signals come on a delivery thread of the node, never on its
     *     network thread, unless {@linkplain #deliverOn one chooses}; completes when the node stops
     */
    Flux<Message<T>> messages(int buffer, Overflow overflow);

    /**
     * The messages that arrive from now on, and in their place the announcements of those that are missing.
     *
     * @param buffer how many messages may wait for this subscriber, and how many critical ones besides, 1 to 1,048,576
     * @param overflow what happens when they are more
     * @return as {@link #messages(int, Overflow)}
     */
    Flux<Delivery<T>> deliveries(int buffer, Overflow overflow);

    /**
     * As {@link #deliveries(int, Overflow)}, with an error hook of the subscriber's own.
     *
     * @param buffer how many messages may wait for this subscriber, and how many critical ones besides, 1 to 1,048,576
     * @param overflow what happens when they are more
     * @param handler is told of each message that the codec could not read; without one it is logged
     * @return as {@link #messages(int, Overflow)}
     */
    Flux<Delivery<T>> deliveries(int buffer, Overflow overflow, UndecodableHandler handler);

    /**
     * The messages that arrive from now on, for a subscriber that says of each whether it is done with it: what it rejects, or
     * does not answer in time, is given to it again (at least once, to this subscription, while it lasts: nothing is written
     * down, and the publisher hears nothing of it).
     *
     * <p>A message that is given again comes behind others that were given meanwhile. One that is given up is announced as a
     * {@link Gap} with {@link Gap.Reason#GIVEN_UP} and counted. Deadlines are kept to within 250 ms.
     *
     * @param options how many may be unanswered, and when a message is given again
     * @return as {@link #messages(int, Overflow)}; when the node stops, what was not answered is not given again
     */
    Flux<Acknowledgeable<T>> acknowledgeable(AcknowledgeOptions options);
}
