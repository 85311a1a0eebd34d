package dev.grapevine.tck;

import java.util.function.LongConsumer;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;

/**
 * Passes signals on, and after each element makes the source change once more until there were as many as wanted, so that a
 * stream that conflates what a slow subscriber has not seen gives an exact number of elements at any demand.
 *
 * <p>It is a subscriber of Reactor's kind, before which {@code Flux.subscribe} puts no guard: what is verified is the conduct
 * of the stream itself.
 *
 * @param <T> type of the elements
 */
public final class FedSubscriber<T> implements CoreSubscriber<T> {

    private final Subscriber<? super T> actual;
    private final long elements;
    private final LongConsumer feed;
    private final Runnable end;
    private long seen;

    /**
     * Feeds a source.
     *
     * @param actual is given the signals
     * @param elements how many elements there shall be, at least 1
     * @param feed makes the source change for the so-manyth time, from 1 on
     * @param end ends the source
     */
    public FedSubscriber(Subscriber<? super T> actual, long elements, LongConsumer feed, Runnable end) {
        this.actual = actual;
        this.elements = elements;
        this.feed = feed;
        this.end = end;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        actual.onSubscribe(subscription);
    }

    @Override
    public void onNext(T element) {
        actual.onNext(element);
        seen++;
        if (seen < elements) {
            feed.accept(seen);
        } else if (seen == elements) {
            end.run();
        }
    }

    @Override
    public void onError(Throwable error) {
        actual.onError(error);
    }

    @Override
    public void onComplete() {
        actual.onComplete();
    }
}
