package dev.grapevine.micrometer;

import dev.grapevine.protocol.step.Pace;
import dev.grapevine.protocol.step.Tuning;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The pace of gossip and of what topics do about losses that holds, and what made it so. */
final class GossipMeters {

    private final AtomicLong decisions = new AtomicLong();
    private volatile @Nullable Tuning tuning;

    void tuned(Tuning changed) {
        tuning = changed;
        decisions.incrementAndGet();
    }

    void bindTo(MeterRegistry registry, Tags tags) {
        FunctionCounter.builder("grapevine.gossip.decisions", decisions, AtomicLong::get)
                .tags(tags)
                .description("How often the pace of gossip changed")
                .register(registry);
        Gauge.builder("grapevine.gossip.loss", this, meters -> meters.value(Tuning::loss))
                .tags(tags)
                .description("Share of what is sent that is lost, at the last decision")
                .register(registry);
        bind(registry, tags.and("gossip", "membership"), Tuning::membership);
        bind(registry, tags.and("gossip", "writes"), Tuning::writes);
        bindTopics(registry, tags.and("gossip", "topics"));
    }

    private void bind(MeterRegistry registry, Tags tags, Function<Tuning, Pace> pace) {
        Gauge.builder(
                        "grapevine.gossip.fanout",
                        this,
                        meters -> meters.value(t -> pace.apply(t).fanout()))
                .tags(tags)
                .description("Peers that are told in a round")
                .register(registry);
        bindInterval(registry, tags, tuning -> pace.apply(tuning).interval());
        Gauge.builder(
                        "grapevine.gossip.batch",
                        this,
                        meters -> meters.value(t -> pace.apply(t).batchBytes()))
                .tags(tags)
                .baseUnit("bytes")
                .description("Most bytes to a peer in a round")
                .register(registry);
        bindReasons(registry, tags, tuning -> pace.apply(tuning).reasons());
    }

    private void bindTopics(MeterRegistry registry, Tags tags) {
        bindInterval(registry, tags, tuning -> tuning.topics().digestInterval());
        bindReasons(registry, tags, tuning -> tuning.topics().reasons());
        Gauge.builder(
                        "grapevine.gossip.retry",
                        this,
                        meters -> meters.value(t -> seconds(t.topics().pullRetry())))
                .tags(tags)
                .baseUnit("seconds")
                .description("How long the answer to a request for messages may take")
                .register(registry);
        Gauge.builder(
                        "grapevine.gossip.repair",
                        this,
                        meters -> meters.value(t -> t.topics().repairBytesPerSecond()))
                .tags(tags)
                .baseUnit("bytes")
                .description("Most bytes a second of messages that are sent again; 0 for any number")
                .register(registry);
    }

    private void bindInterval(MeterRegistry registry, Tags tags, Function<Tuning, Duration> interval) {
        Gauge.builder("grapevine.gossip.interval", this, meters -> meters.value(t -> seconds(interval.apply(t))))
                .tags(tags)
                .baseUnit("seconds")
                .description("Length of a round")
                .register(registry);
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    private void bindReasons(MeterRegistry registry, Tags tags, Function<Tuning, Set<Pace.Reason>> reasons) {
        for (Pace.Reason reason : Pace.Reason.values()) {
            Gauge.builder(
                            "grapevine.gossip.reason",
                            this,
                            meters -> meters.value(t -> reasons.apply(t).contains(reason) ? 1 : 0))
                    .tags(tags.and("reason", TagValues.of(reason)))
                    .description("1 while this makes the pace differ from what was set")
                    .register(registry);
        }
    }

    /** 0 before the first decision. */
    private double value(ToDoubleFunction<Tuning> of) {
        Tuning now = tuning;
        return now == null ? 0 : of.applyAsDouble(now);
    }
}
