package dev.grapevine.spring;

import dev.grapevine.Grapevine;
import dev.grapevine.discovery.SeedProvider;
import dev.grapevine.observe.GrapevineObserver;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * Gives an application its node: a {@link Grapevine} bean from the {@code grapevine.*} properties, bound and joined as
 * the application starts, leaving and stopping as it shuts down.
 *
 * <p>A {@code Grapevine} bean of the application takes the place of this one and is started and stopped in the same
 * way.
 */
@AutoConfiguration
@ConditionalOnProperty(name = "grapevine.enabled", matchIfMissing = true)
@EnableConfigurationProperties(GrapevineProperties.class)
public class GrapevineAutoConfiguration {

    /** Made by Spring. */
    public GrapevineAutoConfiguration() {}

    /**
     * The seeds from the properties.
     *
     * @param properties the properties
     * @return the seeds
     */
    @Bean
    @ConditionalOnMissingBean
    GrapevineConnectionDetails grapevineConnectionDetails(GrapevineProperties properties) {
        return properties::seeds;
    }

    /**
     * The node.
     *
     * @param properties the properties
     * @param environment for the application's name and its web port
     * @param connection where the others are
     * @param seedProvider names further seeds, if the application has one
     * @param observers all observers of the application; each is told
     * @param customizers what the application changes
     * @return the node, neither bound nor joined
     */
    @Bean
    @ConditionalOnMissingBean
    Grapevine grapevine(
            GrapevineProperties properties,
            Environment environment,
            GrapevineConnectionDetails connection,
            ObjectProvider<SeedProvider> seedProvider,
            ObjectProvider<GrapevineObserver> observers,
            ObjectProvider<GrapevineBuilderCustomizer> customizers) {
        GrapevineObserver observer =
                CompositeObserver.of(observers.orderedStream().toList());
        return new NodeFactory(properties, environment)
                .build(
                        connection.getSeeds(),
                        seedProvider.getIfUnique(),
                        observer,
                        customizers.orderedStream().toList());
    }

    /**
     * Binds the node early and stops it late.
     *
     * @param grapevine the node
     * @return the outer half of its life
     */
    @Bean
    GrapevineLifecycle grapevineTransportLifecycle(Grapevine grapevine) {
        return GrapevineLifecycle.transport(grapevine);
    }

    /**
     * Joins the node late and lets it leave early.
     *
     * @param grapevine the node
     * @return the inner half of its life
     */
    @Bean
    GrapevineLifecycle grapevineMembershipLifecycle(Grapevine grapevine) {
        return GrapevineLifecycle.membership(grapevine);
    }
}
