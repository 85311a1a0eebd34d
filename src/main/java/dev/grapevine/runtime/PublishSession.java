package dev.grapevine.runtime;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.frame.StreamName;
import dev.grapevine.protocol.step.Input;
import dev.grapevine.topic.Priority;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;
import reactor.util.concurrent.Queues;
import reactor.util.context.Context;

/**
 * One publish call: keeps a window of payloads asked for at its source and gives what has arrived to the core as there is
 * room, a portion at a time, so that no outbox is filled much beyond the mark however long the payloads are.
 *
 * <p>The source signals on its own thread, into a queue that never holds more than was asked for, see
 * {@link SourceWindow}, and is never called on the node's thread. Everything else happens there, but for subscription and
 * cancellation.
 */
final class PublishSession implements CoreSubscriber<Bytes>, Subscription {

    /**
     * Bytes given to the core at a time, unless a single payload is longer: one run, which is one batch. Of several batches
     * each peer's link would write all before the next link writes the first, and so each be encoded for every peer and have
     * left the processor's cache by then.
     */
    static final int PORTION_BYTES = DisseminationFrame.RUN_BYTES;

    /** However short they are: what holds runs in bounded room, such as the tail of a subscription that catches up, holds whole ones. */
    static final int PORTION_PAYLOADS = 2048;

    private static final Logger log = LoggerFactory.getLogger(PublishSession.class);

    private static final AtomicIntegerFieldUpdater<PublishSession> SCHEDULED =
            AtomicIntegerFieldUpdater.newUpdater(PublishSession.class, "scheduled");

    private final String stream;
    private final Priority priority;
    private final CoreSubscriber<? super Void> actual;
    private final Commands commands;
    private final Admission admission;
    private final Scheduler sources;
    private final SourceWindow window;
    private final Queue<Bytes> arrived =
            Queues.<Bytes>unbounded(SourceWindow.MAX_AHEAD).get();
    private volatile int scheduled;
    private long counted;
    private boolean waiting;
    private long turn;
    private @Nullable Throwable failure;
    private volatile boolean done;
    private volatile boolean over;
    private volatile boolean cancelled;
    private @Nullable Subscription upstream;

    PublishSession(
            String topic,
            Priority priority,
            CoreSubscriber<? super Void> actual,
            Commands commands,
            Admission admission,
            Scheduler sources) {
        this.stream = stream(topic, priority);
        this.priority = priority;
        this.actual = actual;
        this.commands = commands;
        this.admission = admission;
        this.sources = sources;
        this.window = new SourceWindow(admission::isCrowded, this::requestUpstream);
    }

    /** The stream on which messages of a topic, or of a causal topic's stream, are published. */
    static String stream(String topic, Priority priority) {
        return priority == Priority.CRITICAL ? StreamName.critical(topic) : topic;
    }

    Priority priority() {
        return priority;
    }

    /** When it began to wait, as a number that rises. */
    long turn() {
        return turn;
    }

    void turn(long number) {
        turn = number;
    }

    /** Whether the message that it waits with is a large one. */
    boolean isNextLarge() {
        return isLarge(arrived.peek());
    }

    private static boolean isLarge(@Nullable Bytes payload) {
        return payload != null && payload.length() > DisseminationFrame.MAX_CHUNK_BYTES;
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

    private void ask() {
        scheduled = 1; // a source that answers at once is seen by the caller's next look, without another task
        if (window.wantsMore()) {
            try {
                sources.schedule(window::ask);
            } catch (
                    RejectedExecutionException
                            e) { // no thread can be had: without more of its payloads the call never ends
                leave();
                fail(e);
            }
        }
        scheduled = 0;
    }

    private void requestUpstream(int more) {
        if (!over && !cancelled && upstream != null) {
            upstream.request(more);
        }
    }

    @Override
    public void onNext(Bytes payload) {
        window.arrived(payload.length());
        arrived.offer(payload);
        // Between the lazy writes before and the looks behind: without it the node's thread could have looked too
        // early, and
        // this one see a task that has looked already.
        VarHandle.fullFence();
        if (window.isLow()) {
            window.ask();
        }
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
        if (over || cancelled) {
            return;
        }
        count(window.heldBytes());
        if (waiting) {
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
        if (!admission.takes(stream)) {
            leave();
            fail(new IllegalStateException("This node publishes to as many topics as it may (maxStreams): not to '"
                    + StreamName.topic(stream) + "'"));
        } else if (commands.accept(new Input.Publish(stream, portion()))) {
            admission.begun(stream);
            ask();
            ready();
        } else {
            leave();
            fail(Stopped.error());
        }
    }

    /** A large message and a small one wait for different room, so they never go together. */
    private List<Bytes> portion() {
        List<Bytes> portion = new ArrayList<>();
        long bytes = 0;
        boolean isLarge = isNextLarge();
        Bytes next = arrived.peek();
        while (next != null
                && isLarge(next) == isLarge
                && portion.size() < PORTION_PAYLOADS
                && (portion.isEmpty() || bytes + next.length() <= PORTION_BYTES)) {
            arrived.poll();
            bytes += next.length();
            portion.add(next);
            next = arrived.peek();
        }
        window.taken(portion.size(), bytes);
        count(window.heldBytes());
        return portion;
    }

    /** Tells all calls of the node how much this one holds. */
    private void count(long held) {
        admission.held(held - counted);
        counted = held;
    }

    private void leave() {
        count(0);
        admission.leave(this, waiting);
    }

    private void finish() {
        over = true;
        leave();
        // Behind the flush of what the step has just written: waking the caller's thread first would make every peer
        // wait.
        try {
            admission.scheduler().schedule(this::answer);
        } catch (RejectedExecutionException e) {
            answer(); // the node stops, and what was published is published
        }
    }

    private void answer() {
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
            try {
                cancelUpstream();
            } finally {
                actual.onError(error);
            }
        }
    }

    /** What a source does then may take its time, or fail: on the node's thread that would be everybody's. */
    private void cancelUpstream() {
        Subscription source = upstream;
        if (source == null) {
            return;
        }
        if (!admission.isHere()) {
            source.cancel();
            return;
        }
        try {
            sources.schedule(source::cancel);
        } catch (RejectedExecutionException e) {
            log.warn("A source for '{}' could not be told that it is no longer wanted", StreamName.topic(stream), e);
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
        if (n <= 0) {
            schedule(() -> {
                leave();
                fail(Exceptions.nullOrNegativeRequestException(n));
            });
        } // else there is nothing to do: a Mono<Void> has nothing to give
    }

    @Override
    public void cancel() {
        if (over || cancelled) {
            return;
        }
        cancelled = true;
        if (upstream != null) {
            upstream.cancel(); // where whoever cancels the call chose to
        }
        schedule(() -> {
            arrived.clear();
            leave();
        });
    }
}
