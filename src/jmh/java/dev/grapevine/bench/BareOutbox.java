package dev.grapevine.bench;

import dev.grapevine.bytes.Bytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/** Natural batching for bare RSocket: what is ready when RSocket asks is one batch. On one event loop. */
final class BareOutbox extends Flux<List<Bytes>> implements Subscription {

    private final int batchBytes;
    private final ArrayDeque<Bytes> queue = new ArrayDeque<>();
    private CoreSubscriber<? super List<Bytes>> subscriber;
    private long bytes;
    private long requested;
    private boolean draining;
    private Runnable onDrained = () -> {};

    BareOutbox(int batchBytes) {
        this.batchBytes = batchBytes;
    }

    void onDrained(Runnable callback) {
        onDrained = callback;
    }

    void offer(Bytes message) {
        queue.add(message);
        bytes += message.length();
    }

    long bytes() {
        return bytes;
    }

    void flush() {
        if (draining || subscriber == null) {
            return;
        }
        draining = true;
        while (requested > 0 && !queue.isEmpty()) {
            requested--;
            List<Bytes> batch = new ArrayList<>();
            int size = 0;
            while (!queue.isEmpty() && size + queue.element().length() <= batchBytes) {
                Bytes next = queue.remove();
                size += next.length();
                batch.add(next);
            }
            bytes -= size;
            subscriber.onNext(batch);
        }
        draining = false;
        onDrained.run();
    }

    @Override
    public void subscribe(CoreSubscriber<? super List<Bytes>> actual) {
        subscriber = actual;
        actual.onSubscribe(this);
    }

    @Override
    public void request(long n) {
        requested = Operators.addCap(requested, n);
        flush();
    }

    @Override
    public void cancel() {
        queue.clear();
    }
}
