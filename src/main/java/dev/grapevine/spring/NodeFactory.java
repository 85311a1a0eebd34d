package dev.grapevine.spring;

import dev.grapevine.Grapevine;
import dev.grapevine.GrapevineBuilder;
import dev.grapevine.discovery.Seed;
import dev.grapevine.discovery.SeedProvider;
import dev.grapevine.observe.GrapevineObserver;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/** Builds a node from properties. What is wrong is said under the property's name, before anything is begun. */
final class NodeFactory {

    private static final int ANY_PORT = 1;

    private final GrapevineProperties properties;
    private final Environment environment;

    NodeFactory(GrapevineProperties properties, Environment environment) {
        this.properties = properties;
        this.environment = environment;
    }

    Grapevine build(
            List<String> seeds,
            @Nullable SeedProvider seedProvider,
            GrapevineObserver observer,
            Iterable<GrapevineBuilderCustomizer> customizers) {
        GrapevineBuilder builder = Grapevine.builder(cluster()).observer(observer);
        Checks.valid("grapevine.bind", properties.bind(), () -> builder.bind(properties.bind()));
        seeds.forEach(seed -> Checks.valid("grapevine.seeds", seed, () -> Seed.parse(seed, ANY_PORT)));
        Checks.valid("grapevine.seeds", seeds.size() + " seeds", () -> builder.seeds(seeds));
        Checks.valid("grapevine.zone", properties.zone(), () -> builder.zone(properties.zone()));
        Checks.valid("grapevine.metadata", properties.metadata(), () -> builder.metadata(properties.metadata()));
        builder.links(properties.links().toLimits()).settings(properties.toSettings());
        if (seedProvider != null) {
            builder.seedProvider(seedProvider);
        }
        @Nullable String name = properties.name();
        if (StringUtils.hasText(name)) {
            Checks.valid("grapevine.name", name, () -> builder.name(name));
        }
        @Nullable String advertise = properties.advertise();
        if (StringUtils.hasText(advertise)) {
            Checks.valid("grapevine.advertise", advertise, () -> builder.advertise(advertise));
        }
        customizers.forEach(customizer -> customizer.customize(builder));
        return builder.build();
    }

    private String cluster() {
        @Nullable String cluster = properties.cluster();
        if (!StringUtils.hasText(cluster)) {
            cluster = environment.getProperty("spring.application.name");
        }
        if (!StringUtils.hasText(cluster)) {
            throw new InvalidConfigurationPropertyValueException(
                    "grapevine.cluster",
                    properties.cluster(),
                    "A cluster needs a name, so that instances of different services do not meet by mistake. "
                            + "Set 'grapevine.cluster' or 'spring.application.name'.");
        }
        String named = cluster;
        Checks.valid("grapevine.cluster", named, () -> Grapevine.builder(named));
        return named;
    }
}
