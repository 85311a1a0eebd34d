package dev.grapevine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;

/** Whole nodes, pipelines and wire format and all, through loss, a crash and a partition. */
class PipelineSimulationTest {

    private static final Duration LENGTH = Duration.ofSeconds(6);
    private static final Duration DEADLINE = Duration.ofSeconds(90);
    private static final Duration MEAN_PAUSE = Duration.ofMillis(50);

    @Test
    void aHundredSeedsOfSevenMembersKeepEveryPromise() {
        Seeds.run("PipelineSimulationTest", 100, PipelineSimulationTest::run);
    }

    static SimulatedCluster run(long seed) {
        SimulatedCluster cluster = SimulatedCluster.builder()
                .members(7)
                .seed(seed)
                .replay(Seeds.replay("PipelineSimulationTest", seed))
                .start();
        ClusterWorkload workload = new ClusterWorkload(cluster);
        EnumSet<FaultSchedule.Kind> kinds = EnumSet.of(
                FaultSchedule.Kind.LOSS,
                FaultSchedule.Kind.PARTITION,
                seed % 2 == 0 ? FaultSchedule.Kind.CRASH : FaultSchedule.Kind.RESTART);
        if (seed % 3 == 0) {
            kinds.addAll(EnumSet.of(
                    FaultSchedule.Kind.STALL, FaultSchedule.Kind.DUPLICATION, FaultSchedule.Kind.REORDERING));
        }
        cluster.play(FaultSchedule.random(seed, 7, LENGTH, kinds));
        workload.plan(LENGTH, MEAN_PAUSE);
        cluster.advance(LENGTH);
        cluster.heal();
        workload.awaitConvergence(DEADLINE);
        assertThat(workload.operations()).isGreaterThan(30);
        return cluster;
    }
}
