package dev.grapevine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.NodeHealth;
import dev.grapevine.observe.GrapevineObserver;
import dev.grapevine.simulation.Partition;
import dev.grapevine.simulation.SimulatedCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

/** What the stream of a node's health tells, on whole nodes in virtual time. */
class NodeHealthTest {

    /** Of the machine: only a test that fails ever waits so long. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<NodeHealth> observed = new ArrayList<>();
    private final SimulatedCluster cluster = SimulatedCluster.builder()
            .members(4)
            .seed(5)
            .observers(node -> node != 0
                    ? GrapevineObserver.NONE
                    : new GrapevineObserver() {
                        @Override
                        public void healthChanged(NodeHealth health) {
                            observed.add(health);
                        }
                    })
            .start();

    private void meet() {
        cluster.awaitMembership(Duration.ofSeconds(10));
        cluster.advance(Duration.ofSeconds(5));
        observed.clear();
    }

    @Test
    void aNodeThatIsWellSaysSoToWhoeverAsksAndCompletesWhenItStops() {
        meet();
        StepVerifier.create(cluster.node(0).health())
                .then(() -> cluster.advance(Duration.ofSeconds(30)))
                .expectNext(NodeHealth.GOOD)
                .then(() -> cluster.stop(0))
                .then(() -> cluster.advance(Duration.ofSeconds(5)))
                .expectComplete()
                .verify(PATIENCE);
    }

    @Test
    void whoIsCutOffFromAllIsIsolatedUntilItHasFoundThemAgain() {
        meet();
        Partition[] cut = new Partition[1];
        StepVerifier.create(cluster.node(0).health().map(NodeHealth::isolated).distinctUntilChanged())
                .then(() -> cluster.advance(Duration.ofSeconds(1)))
                .expectNext(false)
                .then(() -> cut[0] = cluster.partition(Set.of(0), Set.of(1, 2, 3)))
                .then(() -> cluster.advance(Duration.ofMinutes(2)))
                .expectNext(true)
                .then(() -> cut[0].heal())
                .then(() -> cluster.advance(Duration.ofMinutes(1)))
                .expectNext(false)
                .thenCancel()
                .verify(PATIENCE);
        assertThat(observed)
                .extracting(NodeHealth::isolated)
                .contains(true)
                .last()
                .isEqualTo(false);
    }

    @Test
    void whoIsNotAnsweredDoubtsItself() {
        meet();
        cluster.partition(Set.of(0), Set.of(1, 2, 3));
        cluster.advance(Duration.ofSeconds(20));
        assertThat(observed).extracting(NodeHealth::score).anyMatch(score -> score > 0);
        cluster.heal();
        cluster.advance(Duration.ofMinutes(3));
        assertThat(observed).last().extracting(NodeHealth::score).isEqualTo(0);
    }

    @Test
    void anInstanceThatCrashesOverAndOverFlapsUntilItHasBeenCalm() {
        meet();
        for (int crash = 0; crash < 6; crash++) {
            cluster.crash(3);
            cluster.advance(Duration.ofSeconds(10));
            cluster.restart(3);
            cluster.advance(Duration.ofSeconds(15));
        }
        StepVerifier.create(cluster.node(0).health())
                .then(() -> cluster.advance(Duration.ofSeconds(1)))
                .assertNext(health -> {
                    assertThat(health.flapping()).extracting(Member::id).containsExactly(id(3));
                    assertThat(health.linksFlapping()).isFalse();
                })
                .then(() -> cluster.advance(Duration.ofMinutes(6)))
                .thenConsumeWhile(health -> !health.flapping().isEmpty())
                .assertNext(health -> assertThat(health.flapping()).isEmpty())
                .thenCancel()
                .verify(PATIENCE);
    }

    private MemberId id(int node) {
        return cluster.origin(node).id();
    }
}
