package dev.grapevine.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.Grapevine;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MembershipEvent;
import dev.grapevine.observe.NodeState;
import dev.grapevine.protocol.step.JoinState;
import dev.grapevine.replicated.MapChange;
import dev.grapevine.topic.Message;
import dev.grapevine.topic.Topic;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.server.reactive.HttpHandler;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

/** Applications with nodes that really talk to each other, over loopback. */
@ExtendWith(OutputCaptureExtension.class)
class RealNodeTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private static final Map<String, Object> BASE = Map.of(
            "spring.application.name", "prices",
            "grapevine.bind", "127.0.0.1:0",
            "grapevine.metadata.role", "test");

    record Price(String item, long cents) {}

    @Test
    void twoApplicationsFindEachOtherShareMessagesAndStateAndSayGoodbye() {
        try (ConfigurableApplicationContext first = run(Map.of("grapevine.name", "first", "grapevine.zone", "a"))) {
            Grapevine one = first.getBean(Grapevine.class);
            ConfigurableApplicationContext second = run(Map.of(
                    "grapevine.name",
                    "second",
                    "grapevine.seeds",
                    one.self().address().toString()));
            Grapevine two = second.getBean(Grapevine.class);
            assertThat(awaitMember(one, "second").metadata()).containsEntry("role", "test");
            assertThat(awaitMember(two, "first").zone()).isEqualTo("a");

            shareAMessage(first, second);
            shareAnEntry(first, second);
            assertThat(health(first).getDetails())
                    .containsEntry("members", 2)
                    .containsEntry("joinState", JoinState.JOINED)
                    .containsEntry("cluster", "prices");
            assertThat(first.getBean(MeterRegistry.class)
                            .get("grapevine.members")
                            .tag("state", "alive")
                            .gauge()
                            .value())
                    .isEqualTo(2);

            // Who has not seen it before it is gone is told nothing of it.
            StepVerifier.create(one.membership()
                            .filter(event -> event.member().name().equals("second"))
                            .map(MembershipEvent::type)
                            .take(2))
                    .expectNext(MembershipEvent.Type.JOINED)
                    .then(second::close)
                    .expectNext(MembershipEvent.Type.LEFT)
                    .expectComplete()
                    .verify(SOON);
            assertThat(two.state()).isEqualTo(NodeState.STOPPED);
        }
    }

    private static void shareAMessage(ConfigurableApplicationContext from, ConfigurableApplicationContext to) {
        Topic<Price> out = prices(from);
        Topic<Price> in = prices(to);
        Price price = new Price("apple", 42);
        StepVerifier.create(in.messages().map(Message::value).next())
                .then(() -> out.publish(price).block(SOON))
                .expectNext(price)
                .expectComplete()
                .verify(SOON);
    }

    private static Topic<Price> prices(ConfigurableApplicationContext context) {
        return context.getBean(Grapevine.class)
                .topic("prices", context.getBean(GrapevineJson.class).codec(Price.class));
    }

    private static void shareAnEntry(ConfigurableApplicationContext from, ConfigurableApplicationContext to) {
        from.getBean(Grapevine.class)
                .map("flags", from.getBean(GrapevineJson.class).codec(Boolean.class))
                .put("beta", true)
                .block(SOON);
        Flux<MapChange<String, Boolean>> changes = to.getBean(Grapevine.class)
                .map("flags", to.getBean(GrapevineJson.class).codec(Boolean.class))
                .changes();
        StepVerifier.create(changes.next())
                .assertNext(change -> {
                    assertThat(change.key()).isEqualTo("beta");
                    assertThat(change.value()).isTrue();
                })
                .expectComplete()
                .verify(SOON);
    }

    @Test
    void anApplicationWhoseSeedsDoNotAnswerIsUpAndSaysSo() throws IOException {
        int nobody;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = free.getLocalPort();
        }
        try (ConfigurableApplicationContext alone = run(Map.of("grapevine.seeds", "127.0.0.1:" + nobody))) {
            alone.getBean(Grapevine.class)
                    .joinState()
                    .filter(JoinState.SEEKING::equals)
                    .blockFirst(SOON);
            assertThat(health(alone).getStatus()).isEqualTo(Status.UP);
            assertThat(health(alone).getDetails()).containsEntry("seeds", "unreachable");
        }
    }

    @Test
    void aPortInUseFailsTheStartNamesTheAddressAndTellsWhatToDo(CapturedOutput output) throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + taken.getLocalPort();

            assertThat(startFailure(Map.of("grapevine.bind", address))).hasMessageContaining("grapevine");

            assertThat(output)
                    .contains("APPLICATION FAILED TO START")
                    .contains(address)
                    .contains("Stop what listens on that port, or set 'grapevine.bind'");
        }
    }

    @Test
    void metadataBeyondTheLimitFailsTheStart() {
        assertThat(startFailure(Map.of("grapevine.metadata.big", "x".repeat(5000))))
                .rootCause()
                .hasMessageContaining("4096");
    }

    @Test
    void theOthersAreToldWhichPortTheWebServerTook() {
        try (ConfigurableApplicationContext first = run(Map.of("grapevine.name", "first"));
                ConfigurableApplicationContext web = new SpringApplicationBuilder(App.class, NoHandler.class)
                        .web(WebApplicationType.REACTIVE)
                        .properties(BASE)
                        .properties(Map.of(
                                "grapevine.name",
                                "web",
                                "server.port",
                                0,
                                "grapevine.seeds",
                                first.getBean(Grapevine.class).self().address().toString()))
                        .run()) {
            String port = web.getEnvironment().getProperty("local.server.port");
            assertThat(port).isNotEqualTo("0");
            assertThat(awaitMember(first.getBean(Grapevine.class), "web").metadata())
                    .containsEntry("http.port", port)
                    .containsEntry("role", "test");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class NoHandler {
        @Bean
        HttpHandler handler() {
            return (request, response) -> response.setComplete();
        }
    }

    private static Throwable startFailure(Map<String, Object> properties) {
        try (ConfigurableApplicationContext started = run(properties)) {
            throw new AssertionError("Started: " + started);
        } catch (RuntimeException expected) {
            return expected;
        }
    }

    private static Member awaitMember(Grapevine grapevine, String name) {
        return grapevine
                .membership()
                .map(MembershipEvent::member)
                .filter(member -> member.name().equals(name))
                .blockFirst(SOON);
    }

    private static Health health(ConfigurableApplicationContext context) {
        return context.getBean(GrapevineHealthIndicator.class).health().block(SOON);
    }

    private static ConfigurableApplicationContext run(Map<String, Object> properties) {
        return new SpringApplicationBuilder(App.class)
                .web(WebApplicationType.NONE)
                .properties(BASE)
                .properties(properties)
                .run();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class App {
        @Bean
        SimpleMeterRegistry registry() {
            return new SimpleMeterRegistry();
        }
    }
}
