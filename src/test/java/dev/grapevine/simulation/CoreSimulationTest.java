package dev.grapevine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.protocol.NodeSettings;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CoreSimulationTest {

    private static final Duration LENGTH = Duration.ofSeconds(12);
    private static final Duration DEADLINE = Duration.ofSeconds(90);

    @Test
    void aThousandSeedsKeepEveryPromise() {
        Seeds.run("CoreSimulationTest", 1000, CoreSimulationTest::run);
    }

    static CoreSimulation run(long seed) {
        int members = 3 + (int) (seed % 5);
        CoreSimulation simulation =
                new CoreSimulation(seed, members, NodeSettings.DEFAULT, Seeds.replay("CoreSimulationTest", seed));
        simulation.run(FaultSchedule.random(seed, members, LENGTH, kinds(seed)), LENGTH, DEADLINE);
        assertThat(simulation.operations()).isGreaterThan(50);
        return simulation;
    }

    /** Half of the seeds without loss: loss can explain any removal. */
    private static Set<FaultSchedule.Kind> kinds(long seed) {
        Set<FaultSchedule.Kind> kinds = EnumSet.allOf(FaultSchedule.Kind.class);
        if (seed % 2 == 0) {
            kinds.remove(FaultSchedule.Kind.LOSS);
        }
        if (seed % 3 == 0) {
            kinds.remove(FaultSchedule.Kind.ONE_WAY_PARTITION);
        }
        if (seed % 7 < 3) {
            kinds.remove(FaultSchedule.Kind.STALL);
        }
        return kinds;
    }
}
