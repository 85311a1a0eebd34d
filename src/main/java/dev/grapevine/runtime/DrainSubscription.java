package dev.grapevine.runtime;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * A subscription that is filled on the node's thread and drained on delivery threads, or where the subscriber wants it, one
 * at a time, as far as the subscriber asks. What waits, and its bound, are the subclass's.
 *
 * <p>Whatever is thrown while it is drained ends the subscription with that error and nothing else.
 *
 * @param <T> type of the elements
 */
abstract class DrainSubscription<T> implements Subscription, Runnable {

    private static final Logger log = LoggerFactory.getLogger(DrainSubscription.class);

    /** Who was given so many elements in a turn, which a batch of messages of a few KiB is, is probably given more very soon. */
    private static final long BUSY = 16;

    @SuppressWarnings("rawtypes")
    private static final AtomicLongFieldUpdater<DrainSubscription> REQUESTED =
            AtomicLongFieldUpdater.newUpdater(DrainSubscription.class, "requested");

    @SuppressWarnings("rawtypes")
    private static final AtomicIntegerFieldUpdater<DrainSubscription> WORK =
            AtomicIntegerFieldUpdater.newUpdater(DrainSubscription.class, "work");

    private final CoreSubscriber<? super T> actual;
    private final Scheduler delivery;

    private volatile long requested;
    private volatile int work = 1; // until begin: nothing is signalled before the subscriber has its subscription
    private volatile boolean cancelled;
    private volatile @Nullable Throwable wrongRequest;
    private volatile boolean completed;
    private volatile boolean terminated;

    DrainSubscription(CoreSubscriber<? super T> actual, Scheduler delivery) {
        this.actual = actual;
        this.delivery = delivery;
    }

    /**
     * Hands out elements with {@link #next}.
     *
     * @param most how many at most, at least 1
     * @return how many were handed out; 0 only if nothing waits that may be
     */
    abstract long emit(long most);

    /** Whether nothing waits. */
    abstract boolean isEmpty();

    /** Drops what waits. */
    abstract void clear();

    /** Called once when the subscriber cancels, on its thread. */
    abstract void onCancel();

    /** An error with which the subscription ends once nothing waits, or null. */
    abstract @Nullable Throwable failure();

    final void next(T element) {
        actual.onNext(element);
    }

    final CoreSubscriber<? super T> actual() {
        return actual;
    }

    final boolean isCancelled() {
        return cancelled;
    }

    /** Gives the subscriber its subscription, then drains. Called once. */
    final void begin() {
        actual.onSubscribe(this);
        schedule();
    }

    /** Whether no more will come, or soon none: the threads on which it is served may be gone. */
    boolean isEnding() {
        return completed;
    }

    /** No more will come: the subscription completes once what waits is delivered. */
    final void complete() {
        completed = true;
        wake();
    }

    /** As {@link #complete}, on a thread that delivers already. */
    final void completeHere() {
        completed = true;
        wakeHere();
    }

    @Override
    public final void request(long n) {
        if (n > 0) {
            Operators.addCap(REQUESTED, this, n);
        } else {
            wrongRequest = new IllegalArgumentException("A request of " + n + " elements (Reactive Streams 3.9)");
        }
        wake();
    }

    @Override
    public final void cancel() {
        if (!cancelled) {
            cancelled = true;
            onCancel();
            wake();
        }
    }

    /** Something waits, or something has changed: drain. */
    final void wake() {
        if (WORK.getAndIncrement(this) == 0) {
            schedule();
        }
    }

    /** As {@link #wake}, on a thread that delivers already: drains on it, unless another one does. */
    final void wakeHere() {
        if (WORK.getAndIncrement(this) == 0) {
            run();
        }
    }

    private void schedule() {
        try {
            delivery.schedule(this);
        } catch (Throwable e) { // a scheduler may be the subscriber's, and throw what it likes
            if (isEnding() || cancelled || terminated) {
                // The node has stopped and its delivery threads are gone, so it is the subscriber itself that asks
                // here, late: it is served on its own thread.
                run();
            } else {
                broken(new IllegalStateException("The threads on which it is served take no more tasks", e));
            }
        }
    }

    /** The subscriber, or what it has chosen to read messages with, threw what nobody caught. */
    private void broken(Throwable error) {
        boolean told = terminated;
        terminated = true;
        log.warn("A subscription ends: {} was thrown while it was served", error.toString(), error);
        try {
            onCancel();
            clear();
            if (!told && !cancelled) {
                actual.onError(error);
            }
        } catch (Throwable again) {
            log.warn("A subscriber failed to be told that its subscription ends", again);
        }
    }

    @Override
    public final void run() {
        int missed = work;
        do {
            try {
                if (drain() >= BUSY) {
                    giveWay();
                }
            } catch (Throwable defect) {
                broken(defect);
            }
            missed = WORK.addAndGet(this, -missed);
        } while (missed != 0);
    }

    /** Whoever fills may go on, which costs less than to be put to sleep and woken; but not where others wait for the thread. */
    @SuppressWarnings("ThreadPriorityCheck") // a hint: without it all goes on as well, with more switches
    private static void giveWay() {
        if (!Schedulers.isInNonBlockingThread()) {
            Thread.yield();
        }
    }

    /** How many were handed out. */
    private long drain() {
        if (terminated) {
            return 0;
        }
        Throwable wrong = wrongRequest;
        if (wrong != null && !cancelled) {
            clear();
            terminate(wrong);
            return 0;
        }
        long demand = requested;
        long emitted = 0;
        while (!cancelled && emitted != demand) {
            boolean last = completed || failure() != null;
            long count = emit(demand - emitted);
            emitted += count;
            if (count == 0) {
                if (last && isEmpty()) {
                    terminate(failure());
                    return emitted;
                }
                break;
            }
        }
        if (cancelled) {
            terminated = true;
            clear();
            return emitted;
        }
        if (emitted == demand && (completed || failure() != null) && isEmpty()) {
            terminate(failure());
            return emitted;
        }
        if (emitted > 0 && demand != Long.MAX_VALUE) {
            REQUESTED.addAndGet(this, -emitted);
        }
        return emitted;
    }

    private void terminate(@Nullable Throwable failure) {
        terminated = true;
        onCancel();
        if (failure != null) {
            actual.onError(failure);
        } else {
            actual.onComplete();
        }
    }
}
