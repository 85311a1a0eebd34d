package dev.grapevine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.observe.GrapevineObserver;
import dev.grapevine.protocol.NodeSettings;
import dev.grapevine.protocol.step.ProtocolEvent;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Topics among whole nodes of which each has links to a few others only: everything has to be forwarded. */
class FewLinksTopicsTest {

    private static final int MEMBERS = 40;
    private static final NodeSettings FEW_LINKS = NodeSettings.DEFAULT.withOverlay(
            overlay -> overlay.withMaxPeers(12).withViews(views -> views.withViews(4, 12)));

    @Test
    void everyMemberIsGivenAllInOrderWithoutGapsThoughATenthOfFramesIsLostAndATenthOfMembersDies() {
        for (long seed = 1; seed <= 2; seed++) {
            Map<ProtocolEvent, Long> noted = new EnumMap<>(ProtocolEvent.class);
            SimulatedCluster cluster = SimulatedCluster.builder()
                    .members(MEMBERS)
                    .seed(seed)
                    .settings(FEW_LINKS)
                    .observers(node -> counting(noted))
                    .replay(Seeds.replay("FewLinksTopicsTest", seed))
                    .start();
            cluster.awaitMembership(Duration.ofSeconds(30));
            cluster.advance(Duration.ofSeconds(5));
            ClusterWorkload workload = new ClusterWorkload(cluster);
            cluster.faults().loss(0.1);
            workload.plan(Duration.ofSeconds(10), Duration.ofMillis(20));
            cluster.advance(Duration.ofSeconds(5));
            for (int victim = 1; victim <= MEMBERS / 10; victim++) {
                cluster.crash(7 * victim);
            }
            cluster.advance(Duration.ofSeconds(5));
            cluster.heal();
            workload.awaitConvergence(Duration.ofSeconds(90));
            assertThat(workload.operations()).as("seed %d", seed).isGreaterThan(200);
            assertThat(noted).as("seed %d", seed).containsKey(ProtocolEvent.REPAIR_SERVED);
            assertThat(noted).as("seed %d", seed).doesNotContainKey(ProtocolEvent.GAP_ANNOUNCED);
        }
    }

    private static GrapevineObserver counting(Map<ProtocolEvent, Long> noted) {
        return new GrapevineObserver() {
            @Override
            public void protocol(ProtocolEvent event, long count) {
                noted.merge(event, count, Long::sum);
            }
        };
    }
}
