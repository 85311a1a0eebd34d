package dev.grapevine.runtime;

import dev.grapevine.protocol.frame.Frame;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/**
 * What waits for one lane of one link, as the publisher of its batches. Whatever is ready when the transport asks goes
 * out as one batch (natural batching): an idle link adds no latency, a busy one fills its frames by itself.
 *
 * <p>Bounded by bytes. At the limit either the oldest frames give way (control: fresh news is worth more) or the new one
 * is refused (data: what was sent first is needed first); both are counted by the caller and repaired by the protocols.
 *
 * <p>Confined to the node's thread, on which the transport also asks and cancels.
 */
final class Outbox extends Flux<List<Frame>> implements Subscription {

    /**
     * A frame and its size, measured once for all the outboxes that it goes to.
     *
     * @param frame the frame
     * @param size its size in bytes
     */
    record Waiting(Frame frame, int size) {
        static Waiting of(Frame frame) {
            return new Waiting(frame, frame.size());
        }
    }

    /** From this many bytes on an outbox counts as full: publishers are asked for no more. */
    static final long HIGH_WATER = 512 << 10;

    private final int maxBatchBytes;
    private final long maxBytes;
    private final boolean dropOldest;
    private final Runnable onDrained;
    private final ArrayDeque<Waiting> queue = new ArrayDeque<>();
    private long bytes;
    private long requested;
    private boolean full;
    private long fullSince;
    private boolean lagging;
    private boolean draining;
    private boolean closed;
    private @Nullable CoreSubscriber<? super List<Frame>> subscriber;

    /**
     * An empty outbox.
     *
     * @param maxBatchBytes how much goes into one batch, unless a single frame is longer
     * @param maxBytes how much may wait
     * @param dropOldest what gives way at the limit: the oldest, or the new one
     * @param onDrained called when the transport has taken something
     */
    Outbox(int maxBatchBytes, long maxBytes, boolean dropOldest, Runnable onDrained) {
        this.maxBatchBytes = maxBatchBytes;
        this.maxBytes = maxBytes;
        this.dropOldest = dropOldest;
        this.onDrained = onDrained;
    }

    /**
     * Adds a frame; it is not sent before {@link #flush()}.
     *
     * @param frame the frame with its size
     * @return how many frames were dropped for want of room, this one or older ones
     */
    int offer(Waiting frame) {
        if (closed) {
            return 1;
        }
        int dropped = 0;
        if (bytes + frame.size() > maxBytes && !queue.isEmpty()) {
            if (!dropOldest) {
                return 1;
            }
            while (!queue.isEmpty() && bytes + frame.size() > maxBytes) {
                bytes -= queue.poll().size();
                dropped++;
            }
        }
        queue.add(frame);
        bytes += frame.size();
        return dropped;
    }

    /** Sends what the transport has asked for. */
    void flush() {
        if (draining || subscriber == null) {
            return; // the loop below picks up what a nested call came for
        }
        draining = true;
        boolean sent = false;
        try {
            while (requested > 0 && !queue.isEmpty() && !closed) {
                requested--;
                sent = true;
                subscriber.onNext(nextBatch());
            }
        } finally {
            draining = false;
        }
        if (sent) {
            onDrained.run();
        }
    }

    private List<Frame> nextBatch() {
        Waiting first = queue.remove();
        long size = first.size();
        if (queue.isEmpty() || size + queue.element().size() > maxBatchBytes) {
            taken(size);
            return List.of(first.frame());
        }
        List<Frame> batch = new ArrayList<>();
        batch.add(first.frame());
        while (!queue.isEmpty() && size + queue.element().size() <= maxBatchBytes) {
            Waiting next = queue.remove();
            size += next.size();
            batch.add(next.frame());
        }
        taken(size);
        return batch;
    }

    private void taken(long size) {
        bytes -= size;
        full &= bytes >= HIGH_WATER; // whether or not anybody asks just now
        lagging &= bytes > 0;
    }

    /** How many bytes wait. */
    long bytes() {
        return bytes;
    }

    /**
     * Whether it has waited with at least {@link #HIGH_WATER} bytes for a while, as far as anybody asked, and has not been
     * empty since.
     *
     * @param now time in nanoseconds
     * @param grace for how long it may, in nanoseconds
     */
    boolean isLagging(long now, long grace) {
        if (!lagging && isFull()) {
            if (!full) {
                full = true;
                fullSince = now;
            }
            lagging = now - fullSince > grace;
        }
        return lagging;
    }

    /** Whether at least {@link #HIGH_WATER} bytes wait. */
    boolean isFull() {
        return bytes >= HIGH_WATER;
    }

    /** Ends the publisher; what waits is dropped. */
    void close() {
        if (!closed) {
            closed = true;
            queue.clear();
            bytes = 0;
            if (subscriber != null) {
                subscriber.onComplete();
            }
        }
    }

    @Override
    public void subscribe(CoreSubscriber<? super List<Frame>> actual) {
        if (subscriber != null) {
            Operators.error(actual, new IllegalStateException("A lane has one sender"));
            return;
        }
        subscriber = actual;
        actual.onSubscribe(this);
        if (closed) {
            actual.onComplete();
        }
    }

    @Override
    public void request(long n) {
        if (n <= 0) {
            refuse(Exceptions.nullOrNegativeRequestException(n));
            return;
        }
        requested = Operators.addCap(requested, n);
        flush();
    }

    /** The transport broke the rules of Reactive Streams (3.9). */
    private void refuse(Throwable error) {
        if (!closed) {
            cancel();
            if (subscriber != null) {
                subscriber.onError(error);
            }
        }
    }

    @Override
    public void cancel() {
        closed = true;
        queue.clear();
        bytes = 0;
    }
}
