package dev.grapevine.bench;

import dev.grapevine.bytes.Bytes;
import java.util.List;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.scheduler.Scheduler;

/** Asks a source for a window of messages as long as no outbox is above its mark, as Grapevine's publishers do. */
final class BarePublisher extends BaseSubscriber<Bytes> {

    private final Scheduler scheduler;
    private final List<BareOutbox> outboxes;
    private final int window;
    private final int highWater;
    private int outstanding;
    private boolean flushScheduled;

    BarePublisher(Scheduler scheduler, List<BareOutbox> outboxes, int window, int highWater) {
        this.scheduler = scheduler;
        this.outboxes = outboxes;
        this.window = window;
        this.highWater = highWater;
        outboxes.forEach(outbox -> outbox.onDrained(this::more));
    }

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
        scheduler.schedule(this::more);
    }

    private void more() {
        if (outstanding == 0 && outboxes.stream().allMatch(outbox -> outbox.bytes() < highWater)) {
            outstanding = window;
            request(window);
        }
    }

    @Override
    protected void hookOnNext(Bytes message) {
        outstanding--;
        outboxes.forEach(outbox -> outbox.offer(message));
        if (!flushScheduled) {
            flushScheduled = true;
            scheduler.schedule(this::flush);
        }
    }

    private void flush() {
        flushScheduled = false;
        outboxes.forEach(BareOutbox::flush);
        more();
    }
}
