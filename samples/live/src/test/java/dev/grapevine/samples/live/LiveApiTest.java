package dev.grapevine.samples.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.test.web.reactive.server.WebTestClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** One instance, over HTTP. */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {"grapevine.name=solo", "grapevine.seeds="})
class LiveApiTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    @LocalServerPort
    int port;

    private WebTestClient client;

    @BeforeEach
    void connect() {
        client = WebTestClient.bindToServer()
                .baseUrl("http://127.0.0.1:" + port)
                .responseTimeout(SOON)
                .build();
    }

    @Test
    void theStreamBeginsWithWhoWeAre() {
        StepVerifier.create(events().next())
                .assertNext(event -> {
                    assertThat(event.event()).isEqualTo("hello");
                    assertThat(event.data()).containsEntry("cluster", "live");
                })
                .expectComplete()
                .verify(SOON);
    }

    @Test
    void theMembersAreToldAsTheyAre() {
        StepVerifier.create(first("member"))
                .assertNext(member ->
                        assertThat(member).containsEntry("name", "solo").containsEntry("change", "JOINED"))
                .expectComplete()
                .verify(SOON);
    }

    @Test
    void whatIsSaidComesOnTheStreamAndIsRememberedForTheNextPage() {
        client.post()
                .uri("/api/chat")
                .bodyValue(new LiveController.Said("Ann", "hello"))
                .exchange()
                .expectStatus()
                .isAccepted();

        for (int page = 0; page < 2; page++) {
            StepVerifier.create(first("chat"))
                    .assertNext(line -> assertThat(line)
                            .containsEntry("author", "Ann")
                            .containsEntry("text", "hello")
                            .containsEntry("instance", "solo"))
                    .expectComplete()
                    .verify(SOON);
        }
    }

    @Test
    void aFlagIsSetAndRemoved() {
        client.put()
                .uri("/api/flags/beta")
                .bodyValue(Map.of("enabled", true))
                .exchange()
                .expectStatus()
                .isNoContent();
        StepVerifier.create(first("flag"))
                .assertNext(shown -> {
                    assertThat(shown).containsEntry("name", "beta");
                    assertThat(shown.get("flag"))
                            .asInstanceOf(InstanceOfAssertFactories.MAP)
                            .containsEntry("enabled", true)
                            .containsEntry("instance", "solo");
                })
                .expectComplete()
                .verify(SOON);

        StepVerifier.create(
                        named("flag").filter(shown -> shown.get("flag") == null).next())
                .then(() -> client.delete()
                        .uri("/api/flags/beta")
                        .exchange()
                        .expectStatus()
                        .isNoContent())
                .assertNext(shown -> assertThat(shown).containsEntry("name", "beta"))
                .expectComplete()
                .verify(SOON);
    }

    @Test
    void theInstancePublishesItsOwnLoad() {
        StepVerifier.create(first("load"))
                .assertNext(shown -> assertThat(shown.get("reading"))
                        .asInstanceOf(InstanceOfAssertFactories.MAP)
                        .hasEntrySatisfying("heapUsed", used -> assertThat(((Number) used).longValue())
                                .isPositive())
                        .hasEntrySatisfying("process", load -> assertThat(((Number) load).doubleValue())
                                .isBetween(0.0, 1.0)))
                .expectComplete()
                .verify(SOON);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Upper", "-dash", "a b", "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddx"})
    void aFlagWithABadNameIsRefused(String name) {
        client.put()
                .uri("/api/flags/{name}", name)
                .bodyValue(Map.of("enabled", true))
                .exchange()
                .expectStatus()
                .isEqualTo(HttpStatus.BAD_REQUEST);
    }

    @Test
    void emptyAndEndlessTalkIsRefused() {
        for (LiveController.Said said : List.of(
                new LiveController.Said("Ann", "  "),
                new LiveController.Said("Ann", "x".repeat(501)),
                new LiveController.Said(null, "hello"))) {
            client.post()
                    .uri("/api/chat")
                    .bodyValue(said)
                    .exchange()
                    .expectStatus()
                    .isBadRequest();
        }
    }

    @Test
    void healthAndTheEndpointShowTheNode() {
        client.get()
                .uri("/actuator/health/readiness")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.components.grapevine.details.cluster")
                .isEqualTo("live");
        client.get()
                .uri("/actuator/grapevine")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.members[0].name")
                .isEqualTo("solo");
        client.get()
                .uri("/actuator/metrics/grapevine.members?tag=state:alive")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.measurements[0].value")
                .isEqualTo(1.0);
    }

    private Mono<Map<String, Object>> first(String event) {
        return named(event).next();
    }

    private Flux<Map<String, Object>> named(String event) {
        return events().filter(one -> event.equals(one.event())).map(ServerSentEvent::data);
    }

    private Flux<ServerSentEvent<Map<String, Object>>> events() {
        return client.get()
                .uri("/api/events")
                .accept(MediaType.TEXT_EVENT_STREAM)
                .exchange()
                .expectStatus()
                .isOk()
                .returnResult(new ParameterizedTypeReference<ServerSentEvent<Map<String, Object>>>() {})
                .getResponseBody();
    }
}
