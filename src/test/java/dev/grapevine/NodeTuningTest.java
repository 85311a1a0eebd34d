package dev.grapevine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.protocol.step.Pace.Reason;
import dev.grapevine.protocol.step.Tuning;
import dev.grapevine.simulation.SimulatedCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

/** How gossip follows what is measured, on whole nodes in virtual time. */
class NodeTuningTest {

    /** Of the machine: only a test that fails ever waits so long. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final SimulatedCluster cluster =
            SimulatedCluster.builder().members(6).seed(3).start();

    @Test
    void whileMuchIsLostMorePeersAreToldAndTheStreamSaysWhy() {
        cluster.awaitMembership(Duration.ofSeconds(10));
        List<Tuning> seen = new ArrayList<>();
        StepVerifier.create(cluster.node(0)
                        .tuning()
                        .doOnNext(seen::add)
                        .map(tuning -> tuning.membership().reasons())
                        .distinctUntilChanged())
                .then(() -> cluster.advance(Duration.ofSeconds(20)))
                .expectNext(Set.of())
                .then(() -> cluster.faults().loss(0.3))
                .then(() -> cluster.advance(Duration.ofMinutes(2)))
                .expectNext(Set.of(Reason.LOSS))
                .then(() -> cluster.faults().loss(0))
                .then(() -> cluster.advance(Duration.ofMinutes(5)))
                .expectNext(Set.of())
                .then(() -> cluster.stop(0))
                .then(() -> cluster.advance(Duration.ofSeconds(5)))
                .expectComplete()
                .verify(PATIENCE);
        assertThat(seen).allSatisfy(tuning -> {
            boolean lossy = !tuning.membership().reasons().isEmpty();
            assertThat(tuning.membership().fanout()).isBetween(lossy ? 4 : 3, lossy ? 6 : 3);
            assertThat(tuning.explanation().contains("for [LOSS]")).isEqualTo(lossy);
        });
    }

    @Test
    void whereAnswersTakeLongRoundsDoToo() {
        cluster.faults().latency(Duration.ofMillis(150), Duration.ofMillis(10));
        cluster.awaitMembership(Duration.ofSeconds(30));
        StepVerifier.create(cluster.node(0)
                        .tuning()
                        .map(tuning -> tuning.membership())
                        .filter(pace -> pace.reasons().contains(Reason.ROUND_TRIP))
                        .take(1))
                .then(() -> cluster.advance(Duration.ofSeconds(30)))
                .assertNext(pace -> {
                    assertThat(pace.interval()).isBetween(Duration.ofMillis(300), Duration.ofMillis(1200));
                    assertThat(pace.batchBytes()).isGreaterThan(16 << 10);
                })
                .expectComplete()
                .verify(PATIENCE);
    }
}
