package dev.grapevine.runtime;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.protocol.step.Input;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;
import reactor.util.concurrent.Queues;
import reactor.util.context.Context;

/**
 * One publish call: keeps a window of payloads asked for at its source and gives what has arrived to the core as there is
 * room, a portion at a time, so that no outbox is filled much beyond the mark however long the payloads are.
 *
 * <p>The source signals on its own thread, into a queue that never holds more than was asked for; the window is bounded
 * by bytes, by the size of what came so far, so that a fast source of small payloads need not pause between two windows
 * and one of large payloads does not fill the memory. Everything else but subscription and cancellation happens on the
 * node's thread.
 */
final class PublishSession implements CoreSubscriber<Bytes>, Subscription {

    /** Payloads asked for while nothing is known of their size. */
    static final int FIRST_WINDOW = 64;

    /** Most payloads asked for and not yet given to the core. */
    static final int MAX_WINDOW = 2048;

    /** About how many bytes may be asked for and not yet given to the core, unless a single payload is longer. */
    static final long WINDOW_BYTES = 1 << 20;

    /** Bytes given to the core at a time, unless a single payload is longer. */
    static final int PORTION_BYTES = 256 << 10;

    private static final AtomicIntegerFieldUpdater<PublishSession> SCHEDULED =
            AtomicIntegerFieldUpdater.newUpdater(PublishSession.class, "scheduled");

    private final String topic;
    private final CoreSubscriber<? super Void> actual;
    private final Commands commands;
    private final Admission admission;

    private final Queue<Bytes> arrived = Queues.<Bytes>unbounded(FIRST_WINDOW).get();
    private volatile int scheduled;
    private int asked;
    private int typicalBytes;
    private boolean waiting;
    private @Nullable Throwable failure;
    private volatile boolean done;
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
            ready();
        }
    }

    /** Fills the window again once half of it is used up, so that the source need not wait for the core. */
    private void ask() {
        int window = window();
        if (over || cancelled || upstream == null || asked > window / 2) {
            return;
        }
        int more = window - asked;
        asked = window;
        scheduled = 1; // a source that answers at once is seen by the caller's next look, without another task
        upstream.request(more);
        scheduled = 0;
    }

    private int window() {
        return typicalBytes == 0 ? FIRST_WINDOW : (int) Math.max(1, Math.min(MAX_WINDOW, WINDOW_BYTES / typicalBytes));
    }

    @Override
    public void onNext(Bytes payload) {
        arrived.offer(payload);
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
        if (scheduled == 0 && SCHEDULED.compareAndSet(this, 0, 1)) {
            // Runs after whatever else is ready now has arrived too: natural batching.
            schedule(() -> {
                scheduled = 0;
                ready();
            });
        }
    }

    private void ready() {
        if (over || cancelled || waiting) {
            return;
        }
        boolean last = done; // before the look into the queue: what came before the end is in it
        // Not isEmpty(): while a payload is being put in, the queue is not empty and yet has nothing to give.
        if (arrived.peek() != null) {
            waiting = true;
            admission.await(this);
        } else if (last) {
            finish();
        }
    }

    /** There is room: gives a portion to the core. */
    void proceed() {
        waiting = false;
        if (over || cancelled) {
            return;
        }
        if (commands.accept(new Input.Publish(topic, portion()))) {
            ask();
            ready();
        } else {
            admission.leave(this);
            fail(Stopped.error());
        }
    }

    private List<Bytes> portion() {
        List<Bytes> portion = new ArrayList<>();
        long bytes = 0;
        Bytes next = arrived.peek();
        while (next != null && (portion.isEmpty() || bytes + next.length() <= PORTION_BYTES)) {
            arrived.poll();
            bytes += next.length();
            portion.add(next);
            next = arrived.peek();
        }
        asked -= portion.size();
        int average = (int) (bytes / portion.size());
        // Falls slowly and rises at once: a window is sized for the larger payloads of late.
        typicalBytes = Math.max(1, Math.max(average, typicalBytes - typicalBytes / 8));
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
