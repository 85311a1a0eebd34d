package dev.grapevine.transport.rsocket;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/** Frames for RSocket-Java, which asks for all of them; lent for the time of the call. For one subscriber. */
final class InboundFrames extends Flux<ByteBuf> implements Subscription {

    private @Nullable CoreSubscriber<? super ByteBuf> actual;
    private boolean completed;

    @Override
    public void subscribe(CoreSubscriber<? super ByteBuf> subscriber) {
        if (actual != null || completed) {
            Operators.complete(subscriber);
            return;
        }
        actual = subscriber;
        subscriber.onSubscribe(this);
    }

    void emit(ByteBuf frame) {
        if (actual != null && !completed) {
            actual.onNext(frame);
        }
    }

    void complete() {
        if (!completed) {
            completed = true;
            if (actual != null) {
                actual.onComplete();
            }
        }
    }

    /** How much may come is bounded by the credit of the lanes, not here. */
    @Override
    public void request(long n) {
        if (n <= 0 && actual != null && !completed) {
            completed = true;
            actual.onError(Exceptions.nullOrNegativeRequestException(n));
        }
    }

    @Override
    public void cancel() {
        actual = null;
    }
}
