package dev.grapevine.runtime;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.protocol.step.Input;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * One publish call: asks its source for a window of payloads and gives what has arrived to the core as there is room, a
 * portion at a time, so that no outbox is filled much beyond the mark however long the payloads are. Asks for the next
 * window when it has given all of this one. Everything but subscription and cancellation happens on the node's thread.
 */
final class PublishSession implements CoreSubscriber<Bytes>, Subscription {

    /** Payloads asked for at a time. */
    static final int WINDOW = 256;

    /** Bytes given to the core at a time, unless a single payload is longer. */
    static final int PORTION_BYTES = 256 << 10;

    private final String topic;
    private final CoreSubscriber<? super Void> actual;
    private final Commands commands;
    private final Admission admission;

    private final ArrayDeque<Bytes> arrived = new ArrayDeque<>();
    private int outstanding;
    private boolean asking;
    private boolean scheduled;
    private boolean waiting;
    private boolean done;
    private @Nullable Throwable failure;
    private volatile boolean over;
    private volatile boolean cancelled;
    private @Nullable Subscription upstream;

    PublishSession(String topic, CoreSubscriber<? super Void> actual, Commands commands, Admission admission) {
        this.topic = topic;
        this.actual = actual;
        this.commands = commands;
        this.admission = admission;
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
            schedule(this::begin);
        }
    }

    private void begin() {
        if (!cancelled) {
            admission.enter(this);
            ask();
        }
    }

    private void ask() {
        if (over || upstream == null) {
            return;
        }
        outstanding = WINDOW;
        asking = true;
        upstream.request(WINDOW);
        asking = false;
        if (done || !arrived.isEmpty()) {
            ready(); // all came at once
        }
    }

    @Override
    public void onNext(Bytes payload) {
        outstanding--;
        arrived.add(payload);
        somethingCame();
    }

    @Override
    public void onError(Throwable error) {
        failure = error;
        onComplete();
    }

    @Override
    public void onComplete() {
        done = true;
        somethingCame();
    }

    private void somethingCame() {
        if (!asking && !scheduled && !waiting) {
            // Runs after whatever else is ready now has arrived too: natural batching.
            scheduled = true;
            schedule(() -> {
                scheduled = false;
                ready();
            });
        }
    }

    private void ready() {
        if (over || cancelled || waiting) {
            return;
        }
        if (!arrived.isEmpty()) {
            waiting = true;
            admission.await(this);
        } else if (done) {
            finish();
        } else if (outstanding == 0) {
            ask();
        }
    }

    /** There is room: gives a portion to the core. */
    void proceed() {
        waiting = false;
        if (over || cancelled) {
            return;
        }
        if (commands.accept(new Input.Publish(topic, portion()))) {
            ready();
        } else {
            admission.leave(this);
            fail(Stopped.error());
        }
    }

    private List<Bytes> portion() {
        List<Bytes> portion = new ArrayList<>(arrived.size());
        long bytes = 0;
        do {
            Bytes payload = arrived.remove();
            bytes += payload.length();
            portion.add(payload);
        } while (!arrived.isEmpty() && bytes + arrived.element().length() <= PORTION_BYTES);
        return portion;
    }

    private void finish() {
        over = true;
        admission.leave(this);
        if (failure != null) {
            actual.onError(failure);
        } else {
            actual.onComplete();
        }
    }

    /** The node has stopped: ends the call and its source. */
    void fail(Throwable error) {
        if (!cancelled && !over) {
            over = true;
            arrived.clear();
            if (upstream != null) {
                upstream.cancel();
            }
            actual.onError(error);
        }
    }

    /** Runs a task on the node's thread; where that is gone, the node has stopped. */
    private void schedule(Runnable task) {
        try {
            admission.scheduler().schedule(task);
        } catch (RejectedExecutionException e) {
            fail(Stopped.error());
        }
    }

    @Override
    public void request(long n) {
        Operators.validate(n); // a Mono<Void> has nothing to give
    }

    @Override
    public void cancel() {
        if (over || cancelled) {
            return;
        }
        cancelled = true;
        if (upstream != null) {
            upstream.cancel();
        }
        schedule(() -> {
            arrived.clear();
            admission.leave(this);
        });
    }
}
