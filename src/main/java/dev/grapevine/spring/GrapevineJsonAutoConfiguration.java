package dev.grapevine.spring;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import tools.jackson.databind.json.JsonMapper;

/** JSON by the application's own mapper, where it has Jackson 3. */
@AutoConfiguration(
        after = GrapevineAutoConfiguration.class,
        afterName = "org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration")
@ConditionalOnClass(name = "tools.jackson.databind.json.JsonMapper")
@ConditionalOnProperty(name = "grapevine.enabled", matchIfMissing = true)
public class GrapevineJsonAutoConfiguration {

    /** Made by Spring. */
    public GrapevineJsonAutoConfiguration() {}

    /**
     * The factory of JSON codecs.
     *
     * @param mapper the application's mapper; Jackson's defaults if it has none
     * @return the factory
     */
    @Bean
    @ConditionalOnMissingBean
    GrapevineJson grapevineJson(ObjectProvider<JsonMapper> mapper) {
        return new GrapevineJson(mapper.getIfAvailable(JsonMapper::shared));
    }
}
