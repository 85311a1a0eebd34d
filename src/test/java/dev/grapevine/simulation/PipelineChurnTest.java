package dev.grapevine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.codec.Codecs;
import java.time.Duration;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

/** Whole nodes that are restarted over and over: nothing grows in those that stay, in their pipelines or in the simulator. */
class PipelineChurnTest {

    private static final int MEMBERS = 5;

    /** The streams of the 256 members that went last, what the simulator records of all lives, and whom both name. */
    private static final String REMEMBERED =
            "Inbound[ST].*|new (InboundS.*|LargeMessages|StartQuery|StreamRequests|Holes|ReorderBuffer|RepairRound|RetainedRuns|TreeEdges|BitSet|MemberId|Origin)"
                    + "|MemberResurrectionChecker.*|(new )?FaultLog.*";

    @Test
    void whatRestartedOverAndOverLeavesNothingBehindInPipelines() {
        SimulatedCluster cluster = SimulatedCluster.builder()
                .members(MEMBERS)
                .seed(1)
                .settings(ChurnSimulation.settings(Duration.ofMinutes(2), 1))
                .replay("mvn -Dtest=PipelineChurnTest test")
                .start();
        GrowthSeries series = new GrowthSeries();
        for (int i = 0; i < 30; i++) {
            for (int node = 2; node < MEMBERS; node++) {
                if (i % 2 == 0) {
                    cluster.crash(node);
                } else {
                    cluster.stop(node);
                }
                cluster.advance(Duration.ofSeconds(5));
                cluster.restart(node);
                cluster.advance(Duration.ofSeconds(10));
                cluster.node(node)
                        .topic("news", Codecs.utf8())
                        .publish("of " + i)
                        .subscribe();
                cluster.node(0)
                        .map("state", Codecs.utf8())
                        .put("key", "of " + i)
                        .subscribe();
            }
            cluster.awaitMembership(Duration.ofSeconds(30));
            series.add(ObjectGraph.sizes(cluster));
        }
        SortedMap<String, String> growing = series.growing(20);
        growing.keySet().removeIf(path -> path.matches(REMEMBERED));
        assertThat(growing).isEmpty();
    }
}
