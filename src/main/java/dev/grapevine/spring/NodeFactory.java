package dev.grapevine.spring;

import dev.grapevine.Grapevine;
import dev.grapevine.GrapevineBuilder;
import dev.grapevine.discovery.Seed;
import dev.grapevine.discovery.SeedProvider;
import dev.grapevine.membership.Address;
import dev.grapevine.observe.GrapevineObserver;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/** Builds a node from properties. What is wrong is said under the property's name, before anything is begun. */
final class NodeFactory {

    /** The label that tells others where this instance's web server listens, if its port is fixed. */
    static final String HTTP_PORT = "http.port";

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
        checkAddress("grapevine.bind", properties.bind());
        seeds.forEach(seed -> check("grapevine.seeds", seed, () -> Seed.parse(seed, ANY_PORT)));
        GrapevineBuilder builder = Grapevine.builder(cluster())
                .bind(properties.bind())
                .seeds(seeds)
                .zone(properties.zone())
                .metadata(metadata())
                .settings(properties.toSettings())
                .links(properties.links().toLimits())
                .observer(observer);
        if (seedProvider != null) {
            builder.seedProvider(seedProvider);
        }
        if (StringUtils.hasText(properties.name())) {
            builder.name(properties.name());
        }
        if (StringUtils.hasText(properties.advertise())) {
            checkAddress("grapevine.advertise", properties.advertise());
            builder.advertise(properties.advertise());
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
        return cluster;
    }

    private Map<String, String> metadata() {
        Map<String, String> metadata = new TreeMap<>(properties.metadata());
        @Nullable Integer httpPort = environment.getProperty("server.port", Integer.class);
        if (httpPort != null && httpPort > 0) {
            metadata.putIfAbsent(HTTP_PORT, httpPort.toString());
        }
        return metadata;
    }

    private static void checkAddress(String property, String text) {
        check(property, text, () -> Address.parse(text, ANY_PORT));
    }

    private static void check(String property, String text, Runnable parse) {
        try {
            parse.run();
        } catch (IllegalArgumentException e) {
            throw new InvalidConfigurationPropertyValueException(property, text, String.valueOf(e.getMessage()));
        }
    }
}
