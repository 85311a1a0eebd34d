package dev.grapevine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.codec.Codecs;
import dev.grapevine.membership.MembershipEvent.Type;
import dev.grapevine.topic.Message;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

/** The examples that docs/testing.md quotes. */
class SimulatedClusterExampleTest {

    @Test
    void aKilledMemberIsKnownDead() {
        SimulatedCluster cluster =
                SimulatedCluster.builder().members(3).seed(42).start();
        cluster.awaitMembership(Duration.ofSeconds(10));
        StepVerifier.create(cluster.node(0).membership().skip(3).map(event -> event.type()))
                .then(() -> cluster.crash(2))
                .then(() -> cluster.advance(Duration.ofSeconds(1)))
                .expectNext(Type.SUSPECTED, Type.DIED)
                .thenCancel()
                .verify();
    }

    @Test
    void aPartitionHealsByItself() {
        SimulatedCluster cluster = SimulatedCluster.builder().members(4).seed(7).start();
        cluster.awaitMembership(Duration.ofSeconds(10));
        Partition split = cluster.partition(java.util.Set.of(0, 1), java.util.Set.of(2, 3));
        cluster.advance(Duration.ofSeconds(60));
        assertThat(cluster.node(0).members()).hasSize(2);
        split.heal();
        cluster.awaitMembership(Duration.ofSeconds(30));
    }

    @Test
    void aMessageReachesTheOthers() {
        SimulatedCluster cluster = SimulatedCluster.builder().members(3).start();
        cluster.awaitMembership(Duration.ofSeconds(10));
        var prices = cluster.node(0).topic("prices", Codecs.utf8());
        StepVerifier.create(cluster.node(1)
                        .topic("prices", Codecs.utf8())
                        .messages()
                        .map(Message::value))
                .then(() -> prices.publish("42").subscribe())
                .then(() -> cluster.advance(Duration.ofMillis(100)))
                .expectNext("42")
                .thenCancel()
                .verify();
    }
}
