package dev.grapevine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.protocol.NodeSettings;
import dev.grapevine.protocol.step.ProtocolEvent;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CoreSimulationTest {

    private static final Duration LENGTH = Duration.ofSeconds(12);
    private static final Duration DEADLINE = Duration.ofSeconds(90);

    @Test
    void aThousandSeedsKeepEveryPromise() {
        Happened happened = new Happened();
        Seeds.run("CoreSimulationTest", 1000, seed -> {
            CoreSimulation simulation = run(seed);
            happened.seed();
            happened.count("a running member was removed", simulation.removedAlive() > 0);
            happened.count("one refuted", simulation.noted(ProtocolEvent.REFUTED) > 0);
            happened.count("state was transferred", simulation.noted(ProtocolEvent.STATE_TRANSFERRED) > 0);
            happened.count("a gap was announced", simulation.noted(ProtocolEvent.GAP_ANNOUNCED) > 0);
            happened.count("messages were repaired", simulation.noted(ProtocolEvent.REPAIR_SERVED) > 0);
            happened.count("a pause was noticed", simulation.noted(ProtocolEvent.OWN_PAUSE_NOTICED) > 0);
        });
        happened.inAtLeast(0.1, "a running member was removed");
        happened.inAtLeast(0.5, "one refuted");
        happened.inAtLeast(0.1, "state was transferred");
        happened.inAtLeast(0.001, "a gap was announced");
        happened.inAtLeast(0.5, "messages were repaired");
        happened.inAtLeast(0.2, "a pause was noticed");
    }

    static CoreSimulation run(long seed) {
        int members = 3 + (int) (seed % 5);
        NodeSettings settings = seed % 4 < 2 ? NodeSettings.DEFAULT : Tight.STORES;
        if (seed % 8 < 4) { // a member that dies while it is held back is never shown: no removal to be checked
            settings = settings.withJoinQuiet(Duration.ZERO);
        }
        CoreSimulation simulation =
                new CoreSimulation(seed, members, settings, Seeds.replay("CoreSimulationTest", seed));
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
