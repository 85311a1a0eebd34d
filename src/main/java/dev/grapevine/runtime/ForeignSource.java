package dev.grapevine.runtime;

import java.util.Objects;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.util.context.Context;

/**
 * A source that is not Reactor's. Reactor's operators trust those in front of them never to signal null; to any other
 * publisher that is answered as Reactive Streams wants it (rule 2.13), with a {@link NullPointerException} to its caller.
 *
 * @param <T> type of the values
 */
final class ForeignSource<T> extends Flux<T> {

    private final Publisher<? extends T> source;

    private ForeignSource(Publisher<? extends T> source) {
        this.source = source;
    }

    /** The source as a flux, whosever it is. */
    static <T> Flux<T> flux(Publisher<? extends T> source) {
        return source instanceof CorePublisher ? Flux.from(source) : new ForeignSource<>(source);
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        source.subscribe(new NullRefusing<>(actual));
    }

    private record NullRefusing<T>(CoreSubscriber<? super T> actual) implements CoreSubscriber<T> {

        @Override
        public Context currentContext() {
            return actual.currentContext();
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            actual.onSubscribe(Objects.requireNonNull(subscription, "subscription"));
        }

        @Override
        public void onNext(T value) {
            actual.onNext(Objects.requireNonNull(value, "value"));
        }

        @Override
        public void onError(Throwable error) {
            actual.onError(Objects.requireNonNull(error, "error"));
        }

        @Override
        public void onComplete() {
            actual.onComplete();
        }
    }
}
