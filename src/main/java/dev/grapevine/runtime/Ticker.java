package dev.grapevine.runtime;

import dev.grapevine.protocol.step.Input;
import dev.grapevine.protocol.step.Time;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
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
    private @Nullable FluxSink<Input> sink;
    private @Nullable Disposable next;
    private long nextAt;

    /** Whether the next tick is no more than an interval away, sooner than which none is needed. */
    private boolean soon;

    /**
     * A ticker that waits for its one subscriber.
     *
     * @param interval the shortest time between two ticks
     * @param scheduler the node's
     */
    Ticker(Duration interval, Scheduler scheduler) {
        this.interval = interval.toNanos();
        this.worker = scheduler.createWorker();
    }

    /** The ticks, the first after an interval. */
    Flux<Input> ticks() {
        return Flux.create(
                ticks -> {
                    sink = ticks;
                    ticks.onDispose(worker);
                    schedule(interval);
                },
                OverflowStrategy.DROP);
    }

    /**
     * The core has taken a step, after which it may need the next tick sooner.
     *
     * @param now the time of the step
     * @param untilTick how long the core can do without a tick
     */
    void stepped(Time now, ToLongFunction<Time> untilTick) {
        if (soon || isOver()) {
            return;
        }
        long wait = untilTick.applyAsLong(now);
        if (next == null || now.nanos() + wait - nextAt < 0) {
            if (next != null) {
                next.dispose();
            }
            nextAt = now.nanos() + wait;
            schedule(wait);
        }
    }

    private boolean isOver() {
        return sink == null || sink.isCancelled();
    }

    private void schedule(long wait) {
        soon = wait <= interval;
        next = worker.schedule(this::tick, wait, TimeUnit.NANOSECONDS);
    }

    private void tick() {
        next = null;
        soon = false;
        if (sink != null) {
            sink.next(TICK);
        }
        if (next == null && !isOver()) {
            schedule(interval); // it was dropped: no step has asked for the next
        }
    }
}
