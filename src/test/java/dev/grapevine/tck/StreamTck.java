package dev.grapevine.tck;

import java.util.function.LongConsumer;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.tck.PublisherVerification;
import org.reactivestreams.tck.TestEnvironment;
import reactor.core.publisher.Flux;

/**
 * The rules of Reactive Streams for one stream of the public interface. What the rules leave open and the streams do not
 * promise is skipped by the kit itself: no stream of a state or a topic ever fails from the start.
 *
 * @param <T> type of the elements
 */
public abstract class StreamTck<T> extends PublisherVerification<T> {

    /** How long a signal may take on a busy machine, and for how long none must come where none may. */
    static final TestEnvironment ENVIRONMENT = new TestEnvironment(5_000, 50, 50);

    private static final long COLLECTED_WITHIN_MILLIS = 5_000;

    /** The rules, for a stream. */
    protected StreamTck() {
        super(ENVIRONMENT, COLLECTED_WITHIN_MILLIS);
    }

    /** There is none: what a stream could fail with is an overflow, which takes elements first. */
    @Override
    public Publisher<T> createFailedPublisher() {
        return null;
    }

    /** A stream that replays what is, then changes as often as it was seen, then ends; never empty. */
    protected static <T> Publisher<T> fed(Flux<T> stream, long elements, LongConsumer feed, Runnable end) {
        return subscriber -> subscribe(stream, subscriber, elements, feed, end);
    }

    static <T> void subscribe(
            Flux<T> stream, Subscriber<? super T> subscriber, long elements, LongConsumer feed, Runnable end) {
        if (subscriber == null) {
            Publisher<T> foreign = stream; // nobody passes null the way that only Reactor's own subscribers go
            foreign.subscribe(null);
        } else {
            stream.subscribe(new FedSubscriber<>(subscriber, Math.max(1, elements), feed, end));
        }
    }
}
