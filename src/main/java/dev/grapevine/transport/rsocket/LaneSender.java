package dev.grapevine.transport.rsocket;

import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.protocol.frame.Lane;
import io.netty.buffer.Unpooled;
import io.rsocket.Payload;
import io.rsocket.util.ByteBufPayload;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.SignalType;

/**
 * This side's direction of a lane: what RSocket subscribes to, and what subscribes to the publisher of batches.
 *
 * <p>The publisher is asked for one batch at a time, when the link's scheduler gives the lane its turn. A batch
 * is therefore encoded at the last moment, and a publisher that collects until it is asked batches the more the slower
 * the peer is.
 *
 * <p>A batch does not pass through RSocket-Java, which would frame the same bytes anew for each peer; what it keeps count of, the
 * streams and the credit, is not touched by it.
 *
 * <p>Everything happens on the event loop; a batch that comes on another thread is brought there.
 */
final class LaneSender extends Flux<Payload> implements Subscription {

    private final RSocketLink link;
    private final Lane lane;
    private boolean opening;
    private boolean ended;
    private @Nullable CoreSubscriber<? super Payload> rsocket;
    private @Nullable Batches batches;

    /**
     * A lane's sending half.
     *
     * @param opening whether this side opens the lane, with a first payload that names it
     */
    LaneSender(RSocketLink link, Lane lane, boolean opening) {
        this.link = link;
        this.lane = lane;
        this.opening = opening;
    }

    /** See {@link dev.grapevine.transport.Link#send}. */
    Mono<Void> send(Flux<List<Frame>> source) {
        return Mono.create(sink -> link.onLoop(() -> start(source, sink), sink::success));
    }

    private void start(Flux<List<Frame>> source, MonoSink<Void> sink) {
        if (batches != null) {
            sink.error(new IllegalStateException("Lane " + lane + " of this link has its publisher already"));
        } else if (ended) {
            sink.success();
        } else {
            batches = new Batches(sink);
            sink.onDispose(batches);
            source.subscribe(batches);
        }
    }

    @Override
    public void subscribe(CoreSubscriber<? super Payload> subscriber) {
        rsocket = subscriber;
        subscriber.onSubscribe(this);
    }

    /** The peer grants credit. */
    @Override
    public void request(long n) {
        if (n <= 0) {
            end();
            if (rsocket != null) {
                rsocket.onError(Exceptions.nullOrNegativeRequestException(n));
            }
            return;
        }
        long granted = n;
        if (opening && rsocket != null) {
            opening = false;
            granted--;
            rsocket.onNext(ByteBufPayload.create(Unpooled.wrappedBuffer(new byte[] {(byte) Streams.of(lane)})));
        }
        if (granted > 0) {
            link.granted(lane, granted);
        }
    }

    /** RSocket ends the lane. */
    @Override
    public void cancel() {
        end();
    }

    /** The link has ended. */
    void end() {
        ended = true;
        if (batches != null) {
            batches.finish();
        }
    }

    /** Whether the publisher can be asked for a batch, and has not been. */
    boolean isReady() {
        return !ended && batches != null && batches.isReady();
    }

    /** Asks for a batch, which may come at once or later. */
    void ask() {
        if (batches != null) {
            batches.ask();
        }
    }

    private void emit(List<Frame> batch) {
        if (!ended) {
            link.send(lane, batch);
        }
    }

    /** What subscribes to the publisher. */
    private final class Batches extends BaseSubscriber<List<Frame>> {

        private final MonoSink<Void> done;
        private boolean subscribed;
        private boolean asked;

        Batches(MonoSink<Void> done) {
            this.done = done;
        }

        boolean isReady() {
            return !asked && subscribed && !isDisposed();
        }

        void ask() {
            asked = true;
            request(1);
        }

        void finish() {
            cancel();
            done.success();
        }

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            subscribed = true;
            link.onLoop(link::pump, () -> {});
        }

        @Override
        protected void hookOnNext(List<Frame> batch) {
            link.onLoop(
                    () -> {
                        asked = false;
                        emit(batch);
                        link.pump();
                    },
                    () -> {});
        }

        @Override
        protected void hookOnError(Throwable error) {
            link.publisherFailed(lane, error);
        }

        @Override
        protected void hookFinally(SignalType type) {
            done.success();
        }
    }
}
