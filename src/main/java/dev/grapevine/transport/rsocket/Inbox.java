package dev.grapevine.transport.rsocket;

import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.protocol.frame.Lane;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/**
 * What arrived on the lanes of a link, merged for its one consumer. While there is demand a batch is handed on at once;
 * else it waits, and with it the peer's credit, so no more than {@code framesInFlight} batches of a lane ever wait. When
 * demand comes back, control and critical messages go first and the other lanes take turns.
 *
 * <p>Signals come on the event loop; demand may come from any thread.
 */
final class Inbox extends Flux<List<Frame>> implements Subscription {

    private final Map<Lane, Queue<List<Frame>>> waiting = new EnumMap<>(Lane.class);
    private final RSocketLink link;
    private final Consumer<Lane> consumed;
    private @Nullable CoreSubscriber<? super List<Frame>> consumer;
    private long demand;
    private int size;
    private boolean dataFirst;
    private boolean draining;
    private boolean cancelled;
    private boolean completed;

    Inbox(RSocketLink link, Consumer<Lane> consumed) {
        this.link = link;
        this.consumed = consumed;
        Streams.LANES.forEach(lane -> waiting.put(lane, new ArrayDeque<>()));
    }

    @Override
    public void subscribe(CoreSubscriber<? super List<Frame>> subscriber) {
        link.onLoop(() -> accept(subscriber), () -> Operators.complete(subscriber));
    }

    private void accept(CoreSubscriber<? super List<Frame>> subscriber) {
        if (consumer != null) {
            Operators.error(subscriber, new IllegalStateException("A link's frames are for one subscriber"));
        } else if (completed) {
            Operators.complete(subscriber);
        } else {
            consumer = subscriber;
            subscriber.onSubscribe(this);
        }
    }

    void offer(Lane lane, List<Frame> frames) {
        if (completed || cancelled) {
            return;
        }
        waiting(lane).add(frames);
        size++;
        drain();
    }

    /** The link has ended: what still waits is dropped. */
    void complete() {
        if (completed) {
            return;
        }
        completed = true;
        clear();
        if (consumer != null && !cancelled) {
            consumer.onComplete();
        }
    }

    @Override
    public void request(long n) {
        link.onLoop(() -> requested(n), () -> {});
    }

    private void requested(long n) {
        if (n > 0) {
            demand = Operators.addCap(demand, n);
            drain();
        } else if (consumer != null && !completed && !cancelled) {
            completed = true;
            clear();
            consumer.onError(Exceptions.nullOrNegativeRequestException(n));
        }
    }

    /** Nobody takes anything any more: the peer gets no more credit. */
    @Override
    public void cancel() {
        link.onLoop(
                () -> {
                    cancelled = true;
                    clear();
                },
                () -> {});
    }

    private void drain() {
        if (draining || consumer == null) {
            return;
        }
        draining = true;
        try {
            while (demand > 0 && size > 0) {
                Lane lane = choose();
                List<Frame> frames = waiting(lane).remove();
                size--;
                if (demand != Long.MAX_VALUE) {
                    demand--;
                }
                consumer.onNext(frames);
                consumed.accept(lane);
            }
        } finally {
            draining = false;
        }
    }

    private Lane choose() {
        if (!waiting(Lane.CONTROL).isEmpty()) {
            return Lane.CONTROL;
        }
        if (!waiting(Lane.CRITICAL).isEmpty()) {
            return Lane.CRITICAL;
        }
        dataFirst = !dataFirst;
        boolean data =
                dataFirst ? !waiting(Lane.DATA).isEmpty() : waiting(Lane.BULK).isEmpty();
        return data ? Lane.DATA : Lane.BULK;
    }

    private Queue<List<Frame>> waiting(Lane lane) {
        return Objects.requireNonNull(waiting.get(lane));
    }

    private void clear() {
        waiting.values().forEach(Queue::clear);
        size = 0;
    }
}
