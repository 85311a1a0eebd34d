package dev.grapevine.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.grapevine.Grapevine;
import dev.grapevine.observe.NodeState;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** An application that has Spring Boot but neither its actuator, nor Micrometer, nor Jackson. */
class NodeNoActuatorTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "org.springframework.boot.actuate.endpoint.annotation.Endpoint",
                "org.springframework.boot.health.contributor.Health",
                "io.micrometer.core.instrument.MeterRegistry",
                "tools.jackson.databind.json.JsonMapper"
            })
    void theClassesAreReallyAbsent(String name) {
        assertThatExceptionOfType(ClassNotFoundException.class).isThrownBy(() -> Class.forName(name));
    }

    @Test
    void theApplicationHasItsNodeAndNothingElseOfOurs() {
        Grapevine grapevine;
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(App.class)
                .web(WebApplicationType.NONE)
                .properties(Map.of("spring.application.name", "plain", "grapevine.bind", "127.0.0.1:0"))
                .run()) {
            grapevine = context.getBean(Grapevine.class);
            assertThat(grapevine.state()).isEqualTo(NodeState.JOINED);
            assertThat(context.getBeanDefinitionNames())
                    .filteredOn(name -> name.startsWith("grapevine"))
                    .containsExactlyInAnyOrder(
                            "grapevine",
                            "grapevineConnectionDetails",
                            "grapevineMembershipLifecycle",
                            "grapevineTransportLifecycle",
                            "grapevine-dev.grapevine.spring.GrapevineProperties");
        }
        assertThat(grapevine.state()).isEqualTo(NodeState.STOPPED);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class App {}
}
