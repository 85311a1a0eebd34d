package dev.grapevine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

/** A small part of {@code ChurnBenchmark}: members come and go for hours, and nothing grows. */
class ChurnTest {

    private static final int MEMBERS = 20;
    private static final Duration RETENTION = Duration.ofMinutes(15);

    /** Remembered by number and not by time: the streams of the 256 members that went last. */
    private static final String OF_THE_GONE =
            "Inbound[ST].*|new (InboundS.*|Holes|ReorderBuffer|RepairRound|RetainedRuns|TreeEdges|BitSet)";

    private final ChurnSimulation churn = new ChurnSimulation(
            ChurnSimulation.Plan.of(1, MEMBERS, ChurnSimulation.settings(RETENTION, 1))
                    .with(Duration.ofMinutes(40), Duration.ofSeconds(6)),
            "mvn -Dtest=ChurnTest test");

    @Test
    void hoursOfChurnLeaveEveryTableAndQueueOfEveryMemberFlatAndNoGhosts() {
        GrowthSeries cores = new GrowthSeries();
        for (int i = 0; i < 18; i++) {
            churn.advance(Duration.ofMinutes(10));
            cores.add(churn.coreSizes());
            staysWithinBounds(churn.greatestCoreSizes());
        }
        assertThat(churn.changes()).as("changes of membership").isGreaterThan(300);
        SortedMap<String, String> growing = cores.growing(2 * MEMBERS);
        growing.keySet().removeIf(path -> path.matches(OF_THE_GONE));
        assertThat(growing).isEmpty();
        assertThat(churn.longestGhost()).isLessThan(Duration.ofSeconds(30));
        assertThat(churn.removedAlive()).isZero();
        assertThat(churn.settles(Duration.ofMinutes(1))).isTrue();
    }

    /** Those there are and those who went within the horizon; a newcomer is told of some that went within the one before. */
    private void staysWithinBounds(SortedMap<String, Long> greatest) {
        long went = churn.endedWithin(RETENTION);
        assertThat(greatest.get("Roster.entries"))
                .isLessThanOrEqualTo(MEMBERS + 1 + churn.endedWithin(RETENTION.multipliedBy(2)));
        assertThat(greatest.get("LostMembers.lost")).isLessThanOrEqualTo(went + 1);
        assertThat(greatest.get("Targets.byAddress")).isLessThanOrEqualTo(MEMBERS + 1 + went);
        assertThat(greatest.get("HealthCore.watched")).isLessThanOrEqualTo(2 * MEMBERS);
        assertThat(greatest.get("ProbeRing.ring")).as("two rings").isLessThanOrEqualTo(4 * MEMBERS);
        assertThat(greatest.get("InboundTable.gone")).isLessThanOrEqualTo(256);
    }
}
