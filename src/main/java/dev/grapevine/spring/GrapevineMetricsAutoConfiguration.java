package dev.grapevine.spring;

import dev.grapevine.micrometer.MicrometerObserver;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;

/**
 * Meters of the node, where the application has Micrometer.
 *
 * <p>The observer is a passive binder and asks for no registry: a condition on a registry would depend on the order of
 * configurations, and the meters would silently vanish.
 */
@AutoConfiguration(before = GrapevineAutoConfiguration.class)
@ConditionalOnClass(name = "io.micrometer.core.instrument.MeterRegistry")
@ConditionalOnProperty(
        name = {"grapevine.enabled", "management.metrics.enable.grapevine"},
        matchIfMissing = true)
public class GrapevineMetricsAutoConfiguration {

    /** Made by Spring. */
    public GrapevineMetricsAutoConfiguration() {}

    /**
     * Counts what the node does and binds to every registry of the application.
     *
     * @return the observer
     */
    @Bean
    @ConditionalOnMissingBean
    MicrometerObserver grapevineMicrometerObserver() {
        return new MicrometerObserver();
    }
}
