package dev.grapevine.micrometer;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The counters of each topic, up to a limit of topics: names come from the application and from peers, and a registry
 * must not grow with them.
 */
final class TopicMeters {

    /** The name under which all topics beyond the limit are counted. */
    static final String OTHER = "other";

    /** What is counted of one topic. */
    static final class Counters {
        final LongAdder published = new LongAdder();
        final LongAdder delivered = new LongAdder();
        final LongAdder lost = new LongAdder();
        final LongAdder missed = new LongAdder();
    }

    private final Tags tags;
    private final int maxTopics;
    private final Counters other = new Counters();
    private final Map<String, Counters> topics = new ConcurrentHashMap<>();
    private final List<MeterRegistry> registries = new ArrayList<>();
    private volatile boolean full;

    TopicMeters(Tags tags, int maxTopics) {
        this.tags = tags;
        this.maxTopics = maxTopics;
        this.full = maxTopics == 0;
    }

    Counters of(String topic) {
        @Nullable Counters known = topics.get(topic);
        if (known != null) {
            return known;
        }
        return full ? other : admit(topic);
    }

    private synchronized Counters admit(String topic) {
        @Nullable Counters known = topics.get(topic);
        if (known != null) {
            return known;
        }
        if (full || topic.equals(OTHER)) {
            return other;
        }
        Counters counters = new Counters();
        registries.forEach(registry -> register(registry, topic, counters));
        topics.put(topic, counters);
        full = topics.size() >= maxTopics;
        return counters;
    }

    synchronized void bindTo(MeterRegistry registry) {
        registries.add(registry);
        register(registry, OTHER, other);
        topics.forEach((topic, counters) -> register(registry, topic, counters));
    }

    private void register(MeterRegistry registry, String topic, Counters counters) {
        register(registry, counters.published, Tags.of("topic", topic, "direction", "out", "outcome", "published"));
        register(registry, counters.delivered, Tags.of("topic", topic, "direction", "in", "outcome", "delivered"));
        register(registry, counters.lost, Tags.of("topic", topic, "direction", "in", "outcome", "lost"));
        register(registry, counters.missed, Tags.of("topic", topic, "direction", "in", "outcome", "missed"));
    }

    private void register(MeterRegistry registry, LongAdder counter, Tags ofCounter) {
        FunctionCounter.builder("grapevine.messages", counter, LongAdder::sum)
                .tags(tags.and(ofCounter))
                .description("Messages of topics, by what became of them at this member")
                .register(registry);
    }
}
