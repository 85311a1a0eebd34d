package dev.grapevine.runtime;

import dev.grapevine.topic.AcknowledgeOptions;
import dev.grapevine.topic.Acknowledgeable;
import dev.grapevine.topic.Delivery;
import dev.grapevine.topic.Gap;
import dev.grapevine.topic.Message;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import reactor.util.context.Context;

/**
 * One subscriber of a topic that acknowledges. A message stays here from when it is asked for until it is acknowledged or
 * given up, and there are never more of these than the subscriber chose, nor of large ones more than
 * {@link #MAX_LARGE_BYTES}; further ones wait in the buffer of the subscription below, with its overflow strategy.
 *
 * <p>What is rejected waits in the order of its rejection, what is not answered in the order in which it was given, so the
 * first of each is the one that is due first. Deadlines are looked at on the node's tick and whenever something is given.
 *
 * @param <T> type of the values
 */
final class AcknowledgeSubscription<T> extends DrainSubscription<Acknowledgeable<T>> {

    /** As many bytes of large messages as may wait in the buffer: so there is room for any if there is no other. */
    static final long MAX_LARGE_BYTES = DeliveryBuffer.MAX_LARGE_BYTES;

    /** What arrived and has not been given yet, and how long it is if it is a large message. */
    private record Arrived<T>(Delivery<T> delivery, int largeBytes) {}

    private final AcknowledgeOptions options;
    private final long timeout;
    private final long redeliveryDelay;
    private final long retention;
    private final LongSupplier nanos;
    private final LongConsumer givenUp;
    private final BooleanSupplier ending;
    private final Consumer<AcknowledgeSubscription<T>> over;
    private final Upstream upstream = new Upstream();

    // Guarded by itself, as is all below.
    private final Object lock = new Object();
    private final ArrayDeque<Arrived<T>> arrived = new ArrayDeque<>();

    /** Told before all that arrived later, in the order of their sequences, which they need not be given up in. */
    private final Queue<Gap<T>> lost = new PriorityQueue<>(Comparator.comparingLong(Gap::from));

    private final Set<Attempt> unanswered = new LinkedHashSet<>();
    private final ArrayDeque<Attempt> rejected = new ArrayDeque<>();
    private long asked;
    private long largeBytes;
    private volatile @Nullable Throwable failure;

    /**
     * A subscription that is not served yet, see {@link #begin(Flux)}.
     *
     * @param givenUp told how many messages are given up
     * @param ending whether the topic ends, which the subscription below may not have told yet
     * @param over told when it is over
     */
    AcknowledgeSubscription(
            CoreSubscriber<? super Acknowledgeable<T>> actual,
            AcknowledgeOptions options,
            Scheduler delivery,
            LongSupplier nanos,
            LongConsumer givenUp,
            BooleanSupplier ending,
            Consumer<AcknowledgeSubscription<T>> over) {
        super(actual, delivery);
        this.options = options;
        this.timeout = nanos(options.timeout());
        // Half of what there is: the time until then, and how long it has been by then, are differences that must not
        // overflow.
        this.redeliveryDelay = Math.min(nanos(options.redeliveryDelay()), Long.MAX_VALUE / 2);
        this.retention = nanos(options.retention());
        this.nanos = nanos;
        this.givenUp = givenUp;
        this.ending = ending;
        this.over = over;
    }

    /** As many as there can be if it is longer, which no node lives to see. */
    private static long nanos(Duration time) {
        return time.compareTo(Duration.ofNanos(Long.MAX_VALUE)) < 0 ? time.toNanos() : Long.MAX_VALUE;
    }

    /** What the subscription below has to keep to. */
    LargeRoom largeRoom() {
        return upstream;
    }

    void begin(Flux<Delivery<T>> deliveries) {
        deliveries.subscribe(upstream);
        begin();
    }

    /** Time has passed; on the node's thread. */
    void tick() {
        boolean due;
        synchronized (lock) {
            long now = nanos.getAsLong();
            rejectOverdue(now);
            Attempt first = rejected.peek();
            due = (first != null && first.isDue(now)) || !lost.isEmpty() || !arrived.isEmpty();
        }
        if (due) {
            wake();
        }
    }

    /** It cannot go on: it ends once what waits is given. */
    void fail(Throwable defect) {
        failure = defect;
        wake();
    }

    @Override
    long emit(long most) {
        Acknowledgeable<T> next;
        synchronized (lock) {
            next = take(nanos.getAsLong());
        }
        askForMore();
        if (next == null) {
            return 0;
        }
        if (next.delivery() instanceof Gap<T> gap && gap.reason() == Gap.Reason.GIVEN_UP) {
            givenUp.accept(gap.count());
        }
        next(next);
        return 1;
    }

    private @Nullable Acknowledgeable<T> take(long now) {
        rejectOverdue(now);
        Attempt again = rejected.peek();
        if (again != null && again.isDue(now)) {
            rejected.remove();
            return given(new Attempt(again.message, again.largeBytes, again.number + 1, again.first, now));
        }
        Gap<T> gap = lost.poll();
        if (gap != null) {
            return new Announcement<>(gap);
        }
        Arrived<T> fresh = arrived.poll();
        if (fresh == null) {
            return null;
        }
        return fresh.delivery() instanceof Message<T> message
                ? given(new Attempt(message, fresh.largeBytes(), 1, now, now))
                : new Announcement<>(fresh.delivery());
    }

    private Attempt given(Attempt attempt) {
        unanswered.add(attempt);
        return attempt;
    }

    private void rejectOverdue(long now) {
        while (!unanswered.isEmpty()) {
            Attempt first = unanswered.iterator().next();
            if (now - first.givenAt < timeout) {
                return;
            }
            unanswered.remove(first);
            again(first, now);
        }
    }

    /** Puts a message back, or gives it up, which is told in its place among those that wait. */
    private void again(Attempt attempt, long now) {
        long due = now + redeliveryDelay;
        if (attempt.number >= options.maxAttempts() || due - attempt.first > retention) {
            largeBytes -= attempt.largeBytes;
            lost.add(givenUp(attempt.message));
        } else {
            attempt.due = due;
            rejected.add(attempt);
        }
    }

    private static <T> Gap<T> givenUp(Message<T> lost) {
        return new Gap<>(
                lost.topic(), lost.publisher(), lost.priority(), lost.sequence(), lost.sequence(), Gap.Reason.GIVEN_UP);
    }

    private boolean answer(Attempt attempt, boolean done) {
        boolean inTime;
        synchronized (lock) {
            inTime = unanswered.remove(attempt);
            if (inTime && done) {
                largeBytes -= attempt.largeBytes;
            } else if (inTime) {
                again(attempt, nanos.getAsLong());
            }
        }
        if (inTime) {
            askForMore();
            wake();
        }
        return inTime;
    }

    private void askForMore() {
        long more;
        synchronized (lock) {
            int held = arrived.size() + lost.size() + unanswered.size() + rejected.size();
            more = options.maxUnacknowledged() - asked - held;
            asked += Math.max(0, more);
        }
        if (more > 0) {
            upstream.request(more);
        }
    }

    @Override
    boolean isEnding() {
        return ending.getAsBoolean();
    }

    @Override
    boolean isEmpty() {
        synchronized (lock) {
            return lost.isEmpty() && arrived.isEmpty();
        }
    }

    @Override
    void clear() {
        synchronized (lock) {
            arrived.clear();
            lost.clear();
            unanswered.clear();
            rejected.clear();
            largeBytes = 0;
        }
    }

    @Override
    void onCancel() {
        upstream.cancel();
        clear();
        over.accept(this);
    }

    @Override
    @Nullable Throwable failure() {
        return failure;
    }

    /** The subscription below, which has the buffer and signals on delivery threads. */
    private final class Upstream extends BaseSubscriber<Delivery<T>> implements LargeRoom {

        /** Of the message that comes next, on the thread on which that comes. */
        private int nextLargeBytes;

        @Override
        public long left() {
            synchronized (lock) {
                return MAX_LARGE_BYTES - largeBytes;
            }
        }

        @Override
        public void taken(int bytes) {
            nextLargeBytes = bytes;
        }

        @Override
        public Context currentContext() {
            return actual().currentContext();
        }

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            askForMore();
        }

        @Override
        protected void hookOnNext(Delivery<T> delivery) {
            synchronized (lock) {
                asked--;
                arrived.add(new Arrived<>(delivery, nextLargeBytes));
                largeBytes += nextLargeBytes;
                nextLargeBytes = 0;
            }
            wakeHere();
        }

        @Override
        protected void hookOnError(Throwable error) {
            failure = error;
            wakeHere();
        }

        @Override
        protected void hookOnComplete() {
            completeHere();
        }
    }

    /** A message as it is given once. */
    private final class Attempt implements Acknowledgeable<T> {

        private final Message<T> message;
        private final int largeBytes;
        private final int number;
        private final long first;
        private final long givenAt;
        private long due;

        Attempt(Message<T> message, int largeBytes, int number, long first, long givenAt) {
            this.message = message;
            this.largeBytes = largeBytes;
            this.number = number;
            this.first = first;
            this.givenAt = givenAt;
        }

        boolean isDue(long now) {
            return now - due >= 0;
        }

        @Override
        public Delivery<T> delivery() {
            return message;
        }

        @Override
        public int attempt() {
            return number;
        }

        @Override
        public boolean acknowledge() {
            return answer(this, true);
        }

        @Override
        public boolean reject() {
            return answer(this, false);
        }

        @Override
        public String toString() {
            return message + ", attempt " + number;
        }
    }

    /** A gap, which needs no answer. */
    private record Announcement<T>(Delivery<T> delivery) implements Acknowledgeable<T> {

        @Override
        public int attempt() {
            return 1;
        }

        @Override
        public boolean acknowledge() {
            return false;
        }

        @Override
        public boolean reject() {
            return false;
        }
    }
}
