package dev.grapevine.runtime;

import dev.grapevine.protocol.step.Time;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import reactor.core.scheduler.Scheduler;

/**
 * Where a node's time, chance and delivery threads come from. Nothing in the library asks the machine for them
 * elsewhere, so that a simulation can replay a run exactly.
 *
 * @param delivery on which subscribers are called; never the transport's scheduler in production, since a subscriber may
 *     be slow
 * @param answers on which writes complete, and publish calls that had to wait; apart from {@code delivery}, so that subscribers that hold their threads hold up
 *     no call
 * @param lifecycle on which binding, joining, leaving and relabelling complete; apart from {@code answers}, so that what
 *     users do when a publish call completes does not hold up a leave beyond its timeout
 * @param nanos monotonic time in nanoseconds
 * @param wallMillis wall clock in milliseconds since 1970
 * @param random source of chance; used on the transport's scheduler only
 */
public record Environment(
        Scheduler delivery,
        Scheduler answers,
        Scheduler lifecycle,
        LongSupplier nanos,
        LongSupplier wallMillis,
        RandomGenerator random) {

    /**
     * The time now.
     *
     * @return both clocks read once
     */
    public Time now() {
        return new Time(nanos.getAsLong(), wallMillis.getAsLong());
    }
}
