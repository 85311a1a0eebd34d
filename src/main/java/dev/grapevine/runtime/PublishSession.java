package dev.grapevine.runtime;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.protocol.step.Input;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;
import reactor.util.context.Context;

/**
 * One publish call: asks its source for a window of payloads as there is room, and gives what has arrived meanwhile to
 * the core as one run. Everything but cancellation happens on the node's thread.
 */
final class PublishSession implements CoreSubscriber<Bytes>, Subscription {

    /** Payloads asked for at a time. */
    static final int WINDOW = 256;

    private final String topic;
    private final CoreSubscriber<? super Void> actual;
    private final Commands commands;
    private final Admission admission;
    private final Scheduler scheduler;

    private List<Bytes> arrived = new ArrayList<>();
    private int outstanding;
    private boolean flushScheduled;
    private boolean done;
    private @Nullable Throwable failure;
    private volatile boolean cancelled;
    private @Nullable Subscription upstream;

    PublishSession(
            String topic,
            CoreSubscriber<? super Void> actual,
            Commands commands,
            Admission admission,
            Scheduler scheduler) {
        this.topic = topic;
        this.actual = actual;
        this.commands = commands;
        this.admission = admission;
        this.scheduler = scheduler;
    }

    @Override
    public Context currentContext() {
        return actual.currentContext();
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        if (Operators.validate(upstream, subscription)) {
            upstream = subscription;
            actual.onSubscribe(this);
            scheduler.schedule(() -> admission.await(this));
        }
    }

    /** There is room: asks for another window. */
    void proceed() {
        if (!cancelled && !done && upstream != null) {
            outstanding = WINDOW;
            upstream.request(WINDOW);
        }
    }

    @Override
    public void onNext(Bytes payload) {
        arrived.add(payload);
        if (!flushScheduled) {
            // Runs after whatever else is ready now has arrived too: natural batching.
            flushScheduled = true;
            scheduler.schedule(this::flush);
        }
    }

    private void flush() {
        flushScheduled = false;
        if (cancelled) {
            return;
        }
        if (!arrived.isEmpty()) {
            List<Bytes> run = arrived;
            arrived = new ArrayList<>();
            outstanding -= run.size();
            commands.accept(new Input.Publish(topic, run));
        }
        if (done) {
            finish();
        } else if (outstanding == 0) {
            admission.await(this);
        }
    }

    private void finish() {
        if (failure != null) {
            actual.onError(failure);
        } else {
            actual.onComplete();
        }
    }

    /** The node has stopped: ends the call and its source. */
    void fail(Throwable error) {
        if (!cancelled && !done && upstream != null) {
            upstream.cancel();
            done = true;
            actual.onError(error);
        }
    }

    @Override
    public void onError(Throwable error) {
        failure = error;
        onComplete();
    }

    @Override
    public void onComplete() {
        done = true;
        if (!flushScheduled) {
            scheduler.schedule(this::flush);
        }
    }

    @Override
    public void request(long n) {
        Operators.validate(n); // a Mono<Void> has nothing to give
    }

    @Override
    public void cancel() {
        cancelled = true;
        if (upstream != null) {
            upstream.cancel();
        }
        scheduler.schedule(() -> admission.remove(this));
    }
}
