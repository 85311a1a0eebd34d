package dev.grapevine.spring;

import dev.grapevine.Grapevine;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.context.annotation.Bean;

/** Health of the node, under {@code grapevine}, where the application has Spring Boot's health. */
@AutoConfiguration(after = GrapevineAutoConfiguration.class)
@ConditionalOnClass(
        name = {
            "org.springframework.boot.health.contributor.ReactiveHealthIndicator",
            "org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator"
        })
public class GrapevineHealthAutoConfiguration {

    /** Made by Spring. */
    public GrapevineHealthAutoConfiguration() {}

    /**
     * The node's health.
     *
     * @param grapevine the node
     * @return the indicator
     */
    @Bean
    @ConditionalOnBean(Grapevine.class)
    @ConditionalOnEnabledHealthIndicator("grapevine")
    @ConditionalOnMissingBean(name = "grapevineHealthIndicator")
    GrapevineHealthIndicator grapevineHealthIndicator(Grapevine grapevine) {
        return new GrapevineHealthIndicator(grapevine);
    }
}
