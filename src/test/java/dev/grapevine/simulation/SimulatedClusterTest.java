package dev.grapevine.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.grapevine.codec.Codecs;
import dev.grapevine.membership.MembershipEvent;
import dev.grapevine.protocol.NodeSettings;
import dev.grapevine.replicated.ReplicatedMap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SimulatedClusterTest {

    private static final Duration SOON = Duration.ofSeconds(15);

    @Test
    void allMembersStartedAtOnceFindEachOther() {
        SimulatedCluster cluster = SimulatedCluster.builder().members(9).seed(3).start();
        cluster.awaitMembership(SOON);
        assertThat(cluster.node(8).members()).hasSize(9);
    }

    @Test
    void aKilledMemberIsKnownDeadByAllOthersWithinASecond() {
        for (long seed = 1; seed <= 5; seed++) {
            SimulatedCluster cluster =
                    SimulatedCluster.builder().members(5).seed(seed).start();
            cluster.awaitMembership(SOON);
            cluster.advance(Duration.ofSeconds(3));
            cluster.crash(2);
            cluster.awaitMembership(Duration.ofSeconds(1));
        }
    }

    @Test
    void aMemberThatIsStoppedForThreeSecondsIsNotRemoved() {
        for (long seed = 1; seed <= 5; seed++) {
            List<String> removed = new ArrayList<>();
            SimulatedCluster cluster =
                    SimulatedCluster.builder().members(5).seed(seed).start();
            cluster.awaitMembership(SOON);
            cluster.node(0).membership().subscribe(event -> {
                if (event.type() == dev.grapevine.membership.MembershipEvent.Type.DIED) {
                    removed.add(event.member().name());
                }
            });
            cluster.stall(3, Duration.ofSeconds(3));
            cluster.advance(Duration.ofSeconds(20));
            assertThat(removed).as("seed " + seed).isEmpty();
        }
    }

    @Test
    void aMemberThatRestartsEmptyIsFilledAgain() {
        SimulatedCluster cluster = SimulatedCluster.builder().members(3).seed(5).start();
        cluster.awaitMembership(SOON);
        flags(cluster, 0).put("dark-mode", "on").subscribe();
        cluster.advance(Duration.ofSeconds(1));
        cluster.crash(1);
        cluster.advance(Duration.ofSeconds(2));
        cluster.restart(1);
        ReplicatedMap<String, String> filled = flags(cluster, 1);
        assertThat(filled.get("dark-mode")).isNull();
        assertThat(cluster.runUntil(() -> "on".equals(filled.get("dark-mode")), SOON))
                .isTrue();
        cluster.awaitMembership(SOON);
    }

    @Test
    void aMemberThatStopsAnnouncesItAndMayComeBack() {
        SimulatedCluster cluster = SimulatedCluster.builder().members(3).seed(6).start();
        cluster.awaitMembership(SOON);
        cluster.stop(1);
        assertThat(cluster.isRunning(1)).isFalse();
        cluster.awaitMembership(Duration.ofSeconds(1));
        cluster.restart(1);
        cluster.awaitMembership(SOON);
        assertThat(cluster.node(0).members()).hasSize(3);
    }

    @Test
    void labelsChangedAtRunTimeAreAnUpdateForEverybodyAndSurviveLoss() {
        SimulatedCluster cluster = SimulatedCluster.builder().members(5).seed(8).start();
        cluster.node(1).updateMetadata(Map.of("early", "yes")).subscribe();
        cluster.awaitMembership(SOON);
        assertThat(cluster.runUntil(() -> shows(cluster, Map.of("early", "yes")), SOON))
                .isTrue();
        List<MembershipEvent> updates = new ArrayList<>();
        cluster.node(4).membership().skip(5).subscribe(updates::add);
        cluster.faults().loss(0.2);
        cluster.node(1).updateMetadata(Map.of("load", "7")).subscribe();
        assertThat(cluster.runUntil(() -> cluster.node(1).self().metadata().containsKey("load"), SOON))
                .isTrue();
        assertThat(cluster.runUntil(() -> shows(cluster, Map.of("load", "7")), SOON))
                .isTrue();
        cluster.advance(Duration.ofSeconds(1));
        assertThat(updates)
                .filteredOn(event ->
                        event.member().id().equals(cluster.node(1).self().id()))
                .last()
                .isEqualTo(new MembershipEvent(
                        MembershipEvent.Type.UPDATED, cluster.node(1).self()));
    }

    private static boolean shows(SimulatedCluster cluster, Map<String, String> labels) {
        return IntStream.range(0, 5).allMatch(i -> cluster.node(i).members().stream()
                .anyMatch(member -> member.metadata().equals(labels)));
    }

    @Test
    void bothSidesOfAnHourLongSplitMergeAlthoughTheSeedsNeverComeBack() {
        SimulatedCluster cluster =
                SimulatedCluster.builder().members(6).seed(12).start();
        cluster.awaitMembership(SOON);
        Partition split = cluster.partition(Set.of(0, 1, 2), Set.of(3, 4, 5));
        cluster.advance(Duration.ofMinutes(1));
        // The seed of all is gone for good, and neither side knows the other any more.
        cluster.crash(0);
        cluster.advance(Duration.ofMinutes(59));
        assertThat(cluster.node(1).members()).hasSize(2);
        assertThat(cluster.node(4).members()).hasSize(3);
        split.heal();
        cluster.awaitMembership(Duration.ofSeconds(30));
        assertThat(cluster.node(1).members()).hasSize(5);
    }

    @Test
    void aFailureNamesTheSeedTheReplayTheFaultsAndTheLastSteps() {
        SimulatedCluster cluster = SimulatedCluster.builder()
                .members(3)
                .seed(4711)
                .replay("run me with 4711")
                .start();
        cluster.awaitMembership(SOON);
        cluster.partition(Set.of(0), Set.of(1, 2));
        SimulationFailure failure = catchThrowableOfType(
                SimulationFailure.class, () -> cluster.runUntil(() -> neverWithin(cluster), Duration.ofSeconds(40)));
        assertThat(failure.seed()).isEqualTo(4711);
        assertThat(failure)
                .hasMessageContaining("Seed 4711: a promise of the test's own")
                .hasMessageContaining("Replay: run me with 4711")
                .hasMessageContaining("cluster: partition [0] | [1, 2]")
                .hasMessageContaining("DEAD")
                .hasMessageContaining("trace hash " + Long.toHexString(cluster.traceHash()));
    }

    /** A user's own check: reports once the partition has split the views. */
    private static boolean neverWithin(SimulatedCluster cluster) {
        if (cluster.node(1).members().size() < 3) {
            cluster.report("a promise of the test's own");
        }
        return false;
    }

    @Test
    void membersThatDoNotAgreeInTimeAreAFailureThatSaysHowTheyDiffer() {
        SimulatedCluster cluster = SimulatedCluster.builder().members(2).seed(9).start();
        cluster.partition(Set.of(0), Set.of(1));
        assertThatThrownBy(() -> cluster.awaitMembership(Duration.ofSeconds(5)))
                .isInstanceOf(SimulationFailure.class)
                .hasMessageContaining("Seed 9: no agreement within PT5S")
                .hasMessageContaining("node 0 sees");
    }

    @Test
    void aCoreThatDoesNotConvergeIsAFailureWithTheSeed() {
        CoreSimulation simulation = new CoreSimulation(77, 4, NodeSettings.DEFAULT, "again with 77");
        FaultSchedule schedule =
                new FaultSchedule().at(Duration.ofSeconds(3), faults -> faults.partition(Set.of(0, 1), Set.of(2, 3)));
        assertThatThrownBy(() -> simulation.run(schedule, Duration.ofSeconds(50), Duration.ZERO))
                .isInstanceOf(SimulationFailure.class)
                .hasMessageContaining("Seed 77: no convergence")
                .hasMessageContaining("again with 77");
    }

    @Test
    void theSameSeedAndCallsGiveTheSameHashAndAnotherSeedAnother() {
        assertThat(hashOf(1)).isEqualTo(hashOf(1)).isNotEqualTo(hashOf(2));
    }

    private static long hashOf(long seed) {
        SimulatedCluster cluster = SimulatedCluster.builder().seed(seed).start();
        cluster.advance(Duration.ofSeconds(3));
        return cluster.traceHash();
    }

    private static ReplicatedMap<String, String> flags(SimulatedCluster cluster, int node) {
        return cluster.node(node).map("flags", Codecs.utf8());
    }
}
