package dev.grapevine.runtime;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.codec.Codec;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.topic.Delivery;
import dev.grapevine.topic.Gap;
import dev.grapevine.topic.Message;
import dev.grapevine.topic.Priority;
import dev.grapevine.topic.SubscriberOverflowException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.CoreSubscriber;

/**
 * One subscriber of a topic. Critical messages have a buffer of their own, which is emptied first. Values are decoded where they are delivered, so that a slow codec harms this subscriber
 * only.
 *
 * @param <T> type of the values
 */
final class DeliverySubscription<T> extends DrainSubscription<Delivery<T>> {

    private static final Logger log = LoggerFactory.getLogger(DeliverySubscription.class);

    /** Messages taken from the buffer at a time: enough to make its lock cheap, few enough to keep its bound honest. */
    private static final int SLICE = 64;

    private final TopicChannel<T> channel;
    private final SubscriberOptions options;
    private final DeliveryBuffer normal;
    private final DeliveryBuffer critical;
    private final Codec<T> codec;
    private final LargeRoom room;
    private final AtomicBoolean replayWaits = new AtomicBoolean();
    private volatile long replay;

    DeliverySubscription(
            TopicChannel<T> channel,
            CoreSubscriber<? super Delivery<T>> actual,
            SubscriberOptions options,
            LargeRoom room) {
        super(actual, options.delivery());
        this.channel = channel;
        this.options = options;
        this.codec = channel.codec();
        this.room = room;
        this.normal = new DeliveryBuffer(options.buffer(), options.overflow());
        this.critical = new DeliveryBuffer(options.buffer(), options.overflow());
    }

    String topic() {
        return channel.name();
    }

    /** Adds a run, for when it is woken; on the node's thread. */
    void offer(Priority priority, Run run) {
        if ((run.isGap() && !options.showGaps()) || isOverflown()) {
            return;
        }
        long missed = (priority == Priority.CRITICAL ? critical : normal).offer(run);
        if (missed > 0) {
            channel.observer().subscriberMissed(channel.name(), missed);
        }
    }

    /** The number under which it is given what is retained; 0 if it did not ask for that. */
    long replay() {
        return replay;
    }

    void replay(long number) {
        replay = number;
    }

    /** More is retained for this subscription: says how much it takes, now or once half of its buffer is free. */
    void replayWaits() {
        replayWaits.set(true);
        tellRoom();
    }

    private void tellRoom() {
        if (replayWaits.get()) {
            int room = Math.min(normal.roomToHalf(), critical.roomToHalf());
            if (room > 0 && replayWaits.compareAndSet(true, false)) {
                channel.replays().room(replay, room);
            }
        }
    }

    @Override
    long emit(long most) {
        // Runs that show nothing (gaps unseen, undecodable messages) cost no demand: go on until something was shown.
        while (true) {
            int slice = (int) Math.min(SLICE, most);
            Priority priority = Priority.CRITICAL;
            Run run = critical.poll(slice, room.left());
            if (run == null) {
                priority = Priority.NORMAL;
                run = normal.poll(slice, room.left());
            }
            if (run == null) {
                return 0;
            }
            tellRoom();
            long shown = run.gap() != null ? showGap(priority, run, run.gap()) : show(priority, run);
            if (shown > 0 || isCancelled()) {
                return shown;
            }
        }
    }

    private long showGap(Priority priority, Run run, Gap.Reason reason) {
        if (!options.showGaps()) {
            return 0;
        }
        next(new Gap<>(channel.name(), run.origin(), priority, run.first(), run.last(), reason));
        return 1;
    }

    private long show(Priority priority, Run run) {
        long sequence = run.first();
        long shown = 0;
        int messages = run.messages();
        for (int i = 0; i < messages; i++) {
            if (isCancelled()) {
                return shown;
            }
            Bytes payload = run.message(i);
            T value = decode(priority, run, sequence, payload);
            if (value != null) {
                room.taken(run.largeBytes(i));
                next(new Message<>(channel.name(), run.origin(), priority, sequence, value));
                shown++;
            } else if (options.showGaps()) {
                next(new Gap<>(channel.name(), run.origin(), priority, sequence, sequence, Gap.Reason.UNDECODABLE));
                shown++;
            }
            sequence++;
        }
        return shown;
    }

    private @Nullable T decode(Priority priority, Run run, long sequence, Bytes payload) {
        try {
            return codec.decode(payload);
        } catch (Throwable error) {
            Undecodable.throwIfOutOfMemory(error);
            channel.observer().rejected(RejectReason.UNDECODABLE, channel.name() + ": " + error);
            tell(new Message<>(channel.name(), run.origin(), priority, sequence, payload), error);
            return null;
        }
    }

    private void tell(Message<Bytes> message, Throwable error) {
        try {
            options.handler().undecodable(message, error);
        } catch (Throwable e) {
            Undecodable.throwIfOutOfMemory(e);
            log.warn("The error hook of a subscriber of topic {} failed", channel.name(), e);
        }
    }

    @Override
    boolean isEmpty() {
        return critical.isEmpty() && normal.isEmpty();
    }

    @Override
    void clear() {
        critical.clear();
        normal.clear();
    }

    @Override
    void onCancel() {
        channel.remove(this);
    }

    private boolean isOverflown() {
        return critical.isOverflown() || normal.isOverflown();
    }

    @Override
    @Nullable Throwable failure() {
        return isOverflown() ? new SubscriberOverflowException(channel.name(), options.buffer()) : null;
    }
}
