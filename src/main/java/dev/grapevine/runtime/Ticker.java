package dev.grapevine.runtime;

import dev.grapevine.protocol.step.Input;
import dev.grapevine.protocol.step.Time;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.FluxSink.OverflowStrategy;
import reactor.core.scheduler.Scheduler;

/**
 * Tells a core that time has passed, as often as the core needs it, so that a member at rest hardly wakes its processor.
 * Late ticks are not made up for. Confined to the node's thread.
 */
final class Ticker {

    private static final Input TICK = new Input.Tick();

    private final long interval;
    private final Scheduler.Worker worker;
    private final LongSupplier nanos;
    private @Nullable FluxSink<Input> sink;
    private @Nullable Disposable next;
    private long nextAt;

    /** When the core needs the next tick; later than {@link #nextAt} if what it was for is over. */
    private long dueAt;

    /** Whether the next tick is no more than an interval away, sooner than which none is needed. */
    private boolean soon;

    /**
     * A ticker that waits for its one subscriber.
     *
     * @param interval the shortest time between two ticks
     * @param scheduler the node's
     * @param nanos the node's clock
     */
    Ticker(Duration interval, Scheduler scheduler, LongSupplier nanos) {
        this.interval = interval.toNanos();
        this.worker = scheduler.createWorker();
        this.nanos = nanos;
    }

    /** The ticks, the first after an interval. */
    Flux<Input> ticks() {
        return Flux.create(
                ticks -> {
                    sink = ticks;
                    ticks.onDispose(worker);
                    scheduleNext();
                },
                OverflowStrategy.DROP);
    }

    /**
     * The core has taken a step, after which it may need the next tick sooner, or not as soon: then the timer that is set goes
     * off without a tick, which costs less than to set it anew with every answer to a probe.
     *
     * @param now the time of the step
     * @param untilTick how long the core can do without a tick
     */
    void stepped(Time now, ToLongFunction<Time> untilTick) {
        if (soon || isOver()) {
            return;
        }
        long wait = untilTick.applyAsLong(now);
        long at = now.nanos() + wait;
        if (next == null || at - nextAt < 0) {
            if (next != null) {
                next.dispose();
            }
            dueAt = at;
            schedule(wait);
        } else {
            // The core never says less than an interval: with inputs coming all the time it would be put off by each.
            dueAt = wait > interval ? at : nextAt;
        }
    }

    private boolean isOver() {
        return sink == null || sink.isCancelled();
    }

    private void schedule(long wait) {
        nextAt = dueAt;
        soon = wait <= interval;
        next = worker.schedule(this::tick, wait, TimeUnit.NANOSECONDS);
    }

    private void tick() {
        next = null;
        soon = false;
        if (sink == null || isOver()) {
            return;
        }
        try {
            long early = dueAt - nanos.getAsLong();
            if (early > 0) {
                schedule(early);
                return;
            }
            sink.next(TICK);
            if (next == null && !isOver()) {
                scheduleNext(); // it was dropped: no step has asked for the next
            }
        } catch (Throwable error) {
            // Else it would be the scheduler's alone, and the node without ticks from then on.
            sink.error(new IllegalStateException("A tick failed", error));
        }
    }

    private void scheduleNext() {
        dueAt = nanos.getAsLong() + interval;
        schedule(interval);
    }
}
