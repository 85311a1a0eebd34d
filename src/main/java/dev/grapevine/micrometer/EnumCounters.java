package dev.grapevine.micrometer;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One counter for each constant of an enum that is counted at all; the others are ignored. */
final class EnumCounters<E extends Enum<E>> {

    private final String name;
    private final String tag;
    private final String description;
    private final Map<E, LongAdder> counters;

    EnumCounters(Class<E> type, String name, String tag, String description, Predicate<E> counted) {
        this.name = name;
        this.tag = tag;
        this.description = description;
        this.counters = new EnumMap<>(type);
        for (E constant : type.getEnumConstants()) {
            if (counted.test(constant)) {
                counters.put(constant, new LongAdder());
            }
        }
    }

    void add(E constant, long count) {
        @Nullable LongAdder counter = counters.get(constant);
        if (counter != null) {
            counter.add(count);
        }
    }

    void bindTo(MeterRegistry registry, Tags tags) {
        bindTo(registry, tags, TagValues::of);
    }

    void bindTo(MeterRegistry registry, Tags tags, Function<E, String> tagValue) {
        counters.forEach((constant, counter) -> FunctionCounter.builder(name, counter, LongAdder::sum)
                .tags(tags.and(tag, tagValue.apply(constant)))
                .description(description)
                .register(registry));
    }
}
