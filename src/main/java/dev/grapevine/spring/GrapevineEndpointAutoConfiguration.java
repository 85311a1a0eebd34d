package dev.grapevine.spring;

import dev.grapevine.Grapevine;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** The actuator endpoint of the node, where the application has the actuator and exposes it. */
@AutoConfiguration(after = GrapevineAutoConfiguration.class)
@ConditionalOnClass(
        name = {
            "org.springframework.boot.actuate.endpoint.annotation.Endpoint",
            "org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint"
        })
public class GrapevineEndpointAutoConfiguration {

    /** Made by Spring. */
    public GrapevineEndpointAutoConfiguration() {}

    /**
     * The endpoint.
     *
     * @param grapevine the node
     * @return the endpoint
     */
    @Bean
    @ConditionalOnBean(Grapevine.class)
    @ConditionalOnAvailableEndpoint
    @ConditionalOnMissingBean
    GrapevineEndpoint grapevineEndpoint(Grapevine grapevine) {
        return new GrapevineEndpoint(grapevine);
    }
}
