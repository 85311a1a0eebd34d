package dev.grapevine.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.Grapevine;
import dev.grapevine.micrometer.MicrometerObserver;
import dev.grapevine.observe.GrapevineObserver;
import dev.grapevine.observe.NodeState;
import dev.grapevine.protocol.NodeSettings;
import dev.grapevine.transport.LinkLimits;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.ParameterizedTypeReference;

/** Which beans there are, and when; the node itself is a fake one. */
class GrapevineAutoConfigurationTest {

    record Price(String item, long cents) {}

    private final ApplicationContextRunner bare = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    GrapevineAutoConfiguration.class,
                    GrapevineHealthAutoConfiguration.class,
                    GrapevineMetricsAutoConfiguration.class,
                    GrapevineEndpointAutoConfiguration.class,
                    GrapevineJsonAutoConfiguration.class));

    private final ApplicationContextRunner runner = bare.withBean(FakeGrapevine.class);

    @Test
    void aNodeOfTheApplicationTakesThePlaceOfOursAndIsStartedToo() {
        runner.run(context -> {
            assertThat(context).hasSingleBean(Grapevine.class);
            assertThat(context.getBean(Grapevine.class).state()).isEqualTo(NodeState.JOINED);
        });
    }

    @Test
    void switchedOffThereIsNothing() {
        bare.withPropertyValues("grapevine.enabled=false", "management.endpoints.web.exposure.include=*")
                .run(context -> assertThat(context)
                        .doesNotHaveBean(Grapevine.class)
                        .doesNotHaveBean(GrapevineLifecycle.class)
                        .doesNotHaveBean(MicrometerObserver.class)
                        .doesNotHaveBean(GrapevineHealthIndicator.class)
                        .doesNotHaveBean(GrapevineEndpoint.class)
                        .doesNotHaveBean(GrapevineJson.class));
    }

    @Test
    void aClusterWithoutANameFailsTheStart() {
        bare.run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .hasMessageContaining("grapevine.cluster")
                .hasMessageContaining("spring.application.name"));
    }

    @ParameterizedTest
    @CsvSource({
        "grapevine.bind, 0.0.0.0:port",
        "grapevine.bind, 0.0.0.0:99999",
        "grapevine.advertise, two words",
        "grapevine.seeds, ten:eleven"
    })
    void aBadAddressFailsTheStartUnderThePropertysName(String property, String value) {
        bare.withPropertyValues("grapevine.cluster=c", property + "=" + value).run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .hasMessageContaining(property)
                .hasMessageContaining(value.substring(value.indexOf(':') + 1)));
    }

    @ParameterizedTest
    @CsvSource({
        "grapevine.membership.probe-interval, 199ms, at least PT0.2S",
        "grapevine.membership.probe-timeout, 2s, shorter than 'grapevine.membership.probe-interval'",
        "grapevine.membership.indirect-probes, -1, at least 0",
        "grapevine.links.max-frame, 1KB, at least 131072",
        "grapevine.links.max-frame, 20MB, at most 16777152",
        "grapevine.links.max-connections, 0, at least 1",
        "grapevine.links.handshake-timeout, 0s, must be positive",
        "grapevine.links.keep-alive-interval, 20s, shorter than 'grapevine.links.silence-timeout'",
        "grapevine.topics.max-payload, 3GB, at most",
        "grapevine.topics.max-payload, 65MB, at most 67108864",
        "grapevine.topics.retained, 0B, at least 1 byte",
        "grapevine.maps.max-entry, 1MB, at most 524288",
        "grapevine.maps.max-maps, 0, at least 1",
        "grapevine.seeds, host:0, Not a port",
        "grapevine.seeds, host:79:46, Not a host"
    })
    void aValueOutsideItsRangeFailsTheStartUnderThePropertysName(String property, String value, String message) {
        assertFails(property, value, message);
    }

    @Test
    void whatIsTooLongFailsTheStartUnderThePropertysName() {
        assertFails("grapevine.name", "n".repeat(200), "1 to 128 characters");
        assertFails("grapevine.cluster", "c".repeat(200), "1 to 128 characters");
        assertFails("grapevine.zone", "z".repeat(100), "at most 64 characters");
    }

    private void assertFails(String property, String value, String message) {
        bare.withPropertyValues("grapevine.cluster=c", property + "=" + value).run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .isInstanceOfSatisfying(InvalidConfigurationPropertyValueException.class, failure -> {
                    assertThat(failure.getName()).isEqualTo(property);
                    assertThat(failure.getReason()).contains(message);
                }));
    }

    @Test
    void thePropertiesHaveTheDefaultsOfTheLibrary() {
        runner.run(context -> {
            GrapevineProperties properties = context.getBean(GrapevineProperties.class);
            assertThat(properties.toSettings()).isEqualTo(NodeSettings.DEFAULT);
            assertThat(properties.links().toLimits()).isEqualTo(LinkLimits.DEFAULT);
            assertThat(properties.seeds()).isEmpty();
        });
    }

    @Test
    void theSeedsComeFromThePropertiesUnlessABeanNamesThem() {
        runner.withPropertyValues("grapevine.seeds=a:1, b:2").run(context -> assertThat(
                        context.getBean(GrapevineConnectionDetails.class).getSeeds())
                .containsExactly("a:1", "b:2"));
        runner.withPropertyValues("grapevine.seeds=a:1")
                .withBean(GrapevineConnectionDetails.class, () -> () -> List.of("found:3"))
                .run(context -> assertThat(context.getBean(GrapevineConnectionDetails.class)
                                .getSeeds())
                        .containsExactly("found:3"));
    }

    @Test
    void healthIsThereUnlessItIsSwitchedOff() {
        ApplicationContextRunner withHealth =
                runner.withConfiguration(AutoConfigurations.of(HealthContributorAutoConfiguration.class));
        withHealth.run(context -> assertThat(context).hasBean("grapevineHealthIndicator"));
        withHealth
                .withPropertyValues("management.health.grapevine.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean("grapevineHealthIndicator"));
    }

    @Test
    void theEndpointIsThereWhenItIsExposed() {
        runner.run(context -> assertThat(context).doesNotHaveBean(GrapevineEndpoint.class));
        runner.withPropertyValues("management.endpoints.web.exposure.include=grapevine")
                .run(context -> assertThat(context).hasSingleBean(GrapevineEndpoint.class));
    }

    @Test
    void theMetersAreInARegistryThatIsConfiguredLater() {
        runner.withConfiguration(AutoConfigurations.of(MetricsAutoConfiguration.class))
                .withBean(SimpleMeterRegistry.class)
                .run(context -> {
                    context.getBean(MicrometerObserver.class).published("prices", 3);
                    assertThat(context.getBean(MeterRegistry.class)
                                    .get("grapevine.messages")
                                    .tags("topic", "prices", "outcome", "published")
                                    .functionCounter()
                                    .count())
                            .isEqualTo(3);
                });
    }

    @Test
    void theMetersCanBeSwitchedOff() {
        runner.withPropertyValues("management.metrics.enable.grapevine=false")
                .run(context -> assertThat(context).doesNotHaveBean(GrapevineObserver.class));
    }

    @Test
    void jsonIsWrittenByTheApplicationsOwnMapper() {
        runner.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class))
                .withPropertyValues("spring.jackson.property-naming-strategy=UPPER_CAMEL_CASE")
                .run(context -> assertThat(context.getBean(GrapevineJson.class)
                                .codec(Price.class)
                                .encode(new Price("apple", 42))
                                .utf8())
                        .isEqualTo("{\"Item\":\"apple\",\"Cents\":42}"));
    }

    @Test
    void jsonWithoutAMapperOfTheApplicationIsJacksonsOwn() {
        runner.run(context -> {
            var codec = context.getBean(GrapevineJson.class).codec(new ParameterizedTypeReference<List<Price>>() {});
            List<Price> prices = List.of(new Price("apple", 42));
            assertThat(codec.decode(codec.encode(prices))).isEqualTo(prices);
        });
    }
}
