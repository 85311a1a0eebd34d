package dev.grapevine.protocol.membership;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.protocol.membership.ClusterHarness.Node;
import dev.grapevine.protocol.step.JoinState;
import dev.grapevine.protocol.step.ProtocolEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the two cores promise together, each over many seeds; a failure names its seed. */
class ClusterTest {

    private static final int SEEDS = 200;

    private static int size(long seed) {
        return 3 + (int) (seed % 5);
    }

    private static ClusterHarness converged(long seed) {
        ClusterHarness cluster = new ClusterHarness(seed);
        cluster.startAll(size(seed));
        cluster.run(Duration.ofSeconds(3));
        assertThat(cluster.agreesOnEverybodyRunning())
                .as("seed %d%n%s", seed, cluster.views())
                .isTrue();
        return cluster;
    }

    private static void assertAgreed(ClusterHarness cluster, long seed) {
        assertThat(cluster.agreesOnEverybodyRunning())
                .as("seed %d%n%s", seed, cluster.views())
                .isTrue();
    }

    private static boolean holdsPresent(ClusterHarness cluster, Node gone) {
        return cluster.running().stream().anyMatch(node -> node.present().contains(gone.origin()));
    }

    private static List<ClusterHarness.Change> removalsOfRunning(ClusterHarness cluster) {
        return cluster.changes.stream()
                .filter(change -> !change.status().isPresent())
                .filter(change -> cluster.running().stream()
                        .anyMatch(node -> node.origin().equals(change.subject())))
                .toList();
    }

    @Test
    void membersThatStartAtTheSameTimeFindEachOtherWhateverTheSeeds() {
        for (long seed = 0; seed < SEEDS; seed++) {
            ClusterHarness cluster = new ClusterHarness(seed);
            int n = size(seed);
            for (int i = 1; i <= n; i++) {
                // A random tree of seeds: the graph is connected, nothing else is known of it.
                Address seedAddress = ClusterHarness.address(
                        i == 1 ? 1 + cluster.random.nextInt(n) : 1 + cluster.random.nextInt(i - 1));
                cluster.start(i, 1, seedAddress);
            }
            cluster.run(Duration.ofSeconds(3));
            assertAgreed(cluster, seed);
            assertThat(cluster.nodes).as("seed %d", seed).allMatch(node -> node.joinState == JoinState.JOINED);
            assertThat(cluster.nodes).as("seed %d", seed).allMatch(node -> node.links.size() == n - 1);
        }
    }

    @Test
    void aLoneInstanceIsUpAndAlone() {
        ClusterHarness cluster = new ClusterHarness(1);
        Node lone = cluster.start(1, 1);
        Node withItselfAsSeed = cluster.start(2, 1, ClusterHarness.address(2));
        Node seeking = cluster.start(3, 1, ClusterHarness.address(9));
        cluster.run(Duration.ofSeconds(30));
        assertThat(lone.joinState).isEqualTo(JoinState.ALONE);
        assertThat(lone.present()).containsExactly(lone.origin());
        assertThat(withItselfAsSeed.joinState).isEqualTo(JoinState.ALONE);
        assertThat(seeking.joinState).isEqualTo(JoinState.SEEKING);
        cluster.start(9, 1);
        cluster.run(Duration.ofSeconds(11));
        assertThat(seeking.joinState).isEqualTo(JoinState.JOINED);
    }

    @Test
    void aKilledProcessIsKnownDeadByAllOthersInUnderASecond() {
        long slowest = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            ClusterHarness cluster = converged(seed);
            cluster.run(Duration.ofMillis(cluster.random.nextInt(20_000)));
            Node victim = cluster.nodes.get(cluster.random.nextInt(cluster.nodes.size()));
            victim.kill();
            long killed = cluster.clock();
            while (holdsPresent(cluster, victim)) {
                cluster.run(Duration.ofMillis(10));
                assertThat(cluster.clock() - killed)
                        .as("seed %d%n%s", seed, cluster.views())
                        .isLessThan(1_000_000_000L);
            }
            slowest = Math.max(slowest, cluster.clock() - killed);
            assertThat(removalsOfRunning(cluster)).as("seed %d", seed).isEmpty();
        }
        assertThat(slowest).as("two accusers agree within milliseconds").isLessThan(100_000_000L);
    }

    @Test
    void theLastSurvivorOfManyKnowsThatItIsAlone() {
        for (long seed = 0; seed < SEEDS; seed++) {
            ClusterHarness cluster = converged(seed);
            cluster.nodes.subList(1, cluster.nodes.size()).forEach(Node::kill);
            cluster.run(Duration.ofSeconds(1));
            assertAgreed(cluster, seed);
            assertThat(cluster.nodes.get(0).joinState).isEqualTo(JoinState.ISOLATED);
        }
    }

    @Test
    void aProcessThatStandsStillForThreeSecondsIsNeverRemovedAndRemovesNobody() {
        for (long seed = 0; seed < SEEDS; seed++) {
            ClusterHarness cluster = converged(seed);
            cluster.run(Duration.ofMillis(cluster.random.nextInt(2_000)));
            Node stopped = cluster.nodes.get(cluster.random.nextInt(cluster.nodes.size()));
            stopped.stall(Duration.ofSeconds(3));
            cluster.run(Duration.ofSeconds(20));
            assertThat(removalsOfRunning(cluster)).as("seed %d", seed).isEmpty();
            assertAgreed(cluster, seed);
            assertThat(stopped.noted.get(ProtocolEvent.OWN_PAUSE_NOTICED)).isEqualTo(1);
        }
    }

    @Test
    void aProcessThatHangsIsRemovedInFiveToTwelveSecondsAndComesBackByItself() {
        for (long seed = 0; seed < SEEDS; seed++) {
            ClusterHarness cluster = converged(seed);
            Node stopped = cluster.nodes.get(cluster.random.nextInt(cluster.nodes.size()));
            stopped.stall(Duration.ofSeconds(40));
            cluster.run(Duration.ofSeconds(4));
            assertThat(removalsOfRunning(cluster)).as("seed %d", seed).isEmpty();
            cluster.run(Duration.ofSeconds(8));
            assertThat(cluster.running().stream().filter(node -> node != stopped))
                    .as("seed %d%n%s", seed, cluster.views())
                    .noneMatch(node -> node.present().contains(stopped.origin()));
            cluster.run(Duration.ofSeconds(50));
            assertAgreed(cluster, seed);
        }
    }

    @Test
    void aPartitionThatHealsMergesEvenAfterBothSidesBuriedEachOther() {
        for (long seed = 0; seed < SEEDS; seed++) {
            ClusterHarness cluster = converged(seed);
            int side = 1 + cluster.random.nextInt(cluster.nodes.size() - 1);
            List<Node> minority = new ArrayList<>(cluster.nodes.subList(0, side));
            cluster.partition((a, b) -> minority.contains(a) && !minority.contains(b));
            cluster.run(Duration.ofSeconds(60));
            assertThat(cluster.nodes)
                    .as("seed %d%n%s", seed, cluster.views())
                    .allMatch(node ->
                            node.present().size() == (minority.contains(node) ? side : cluster.nodes.size() - side));
            int before = cluster.changes.size();
            cluster.heal();
            cluster.run(Duration.ofSeconds(15));
            assertAgreed(cluster, seed);
            assertThat(cluster.changes.subList(before, cluster.changes.size()))
                    .as("seed %d: nobody is removed on the word of the other side", seed)
                    .noneMatch(change -> change.status() == MemberStatus.DEAD);
        }
    }

    @Test
    void whoAnnouncesThatItLeavesIsOutOfEveryViewAtOnceAndIsNotDialledAgain() {
        for (long seed = 0; seed < SEEDS; seed++) {
            ClusterHarness cluster = converged(seed);
            Node leaver = cluster.nodes.get(cluster.random.nextInt(cluster.nodes.size()));
            leaver.leave();
            cluster.run(Duration.ofMillis(20));
            assertThat(leaver.leaveConfirmed).as("seed %d", seed).isTrue();
            assertThat(holdsPresent(cluster, leaver)).as("seed %d", seed).isFalse();
            leaver.kill();
            cluster.run(Duration.ofSeconds(20));
            assertAgreed(cluster, seed);
            assertThat(cluster.running())
                    .as("seed %d", seed)
                    .allMatch(node -> node.view.get(leaver.origin()) == MemberStatus.LEFT);
        }
    }

    @Test
    void aNewLifeAtTheSameAddressReplacesTheOldOne() {
        for (long seed = 0; seed < SEEDS; seed++) {
            ClusterHarness cluster = converged(seed);
            int index = cluster.random.nextInt(cluster.nodes.size());
            cluster.nodes.get(index).kill();
            cluster.run(Duration.ofMillis(cluster.random.nextInt(2) * 500));
            int someSeed = 1 + (index + 1) % size(seed);
            Node reborn = cluster.start(index + 1, 2, ClusterHarness.address(someSeed));
            cluster.run(Duration.ofSeconds(3));
            assertAgreed(cluster, seed);
            assertThat(reborn.present()).hasSize(size(seed));
        }
    }

    @Test
    void aRestartedSeedIsFoundByThoseWhoKnewIt() {
        for (long seed = 0; seed < 50; seed++) {
            ClusterHarness cluster = converged(seed);
            cluster.nodes.get(0).kill();
            cluster.run(Duration.ofSeconds(20));
            cluster.start(1, 2);
            cluster.run(Duration.ofSeconds(11));
            assertAgreed(cluster, seed);
        }
    }

    @Test
    void lostFramesDelayButDoNotHarm() {
        for (long seed = 0; seed < SEEDS; seed++) {
            ClusterHarness cluster = new ClusterHarness(seed);
            cluster.loss = 0.1;
            cluster.startAll(size(seed));
            cluster.run(Duration.ofSeconds(60));
            assertThat(removalsOfRunning(cluster)).as("seed %d", seed).isEmpty();
            Node victim = cluster.nodes.get(cluster.random.nextInt(cluster.nodes.size()));
            victim.kill();
            cluster.run(Duration.ofSeconds(1));
            assertThat(holdsPresent(cluster, victim))
                    .as("seed %d%n%s", seed, cluster.views())
                    .isFalse();
            cluster.loss = 0;
            cluster.run(Duration.ofSeconds(60));
            assertAgreed(cluster, seed);
        }
    }

    @Test
    void noObserverAloneRemovesAMemberWhileAnotherCouldConfirm() {
        for (long seed = 0; seed < SEEDS; seed++) {
            ClusterHarness cluster = new ClusterHarness(seed);
            cluster.startAll(3 + (int) (seed % 8));
            cluster.loss = 0.3;
            for (int fault = 0; fault < 8; fault++) {
                cluster.run(Duration.ofMillis(cluster.random.nextInt(15_000)));
                List<Node> running = cluster.running();
                Node one = running.get(cluster.random.nextInt(running.size()));
                Duration time = Duration.ofMillis(cluster.random.nextInt(40_000));
                switch (cluster.random.nextInt(4)) {
                    case 0 -> one.stall(time);
                    case 1 -> one.block(time);
                    case 2 -> cluster.partition((a, b) -> a == one && b != one);
                    default -> cluster.heal();
                }
            }
            cluster.run(Duration.ofSeconds(60));
            assertThat(cluster.changes)
                    .as("seed %d", seed)
                    .noneMatch(change ->
                            change.status() == MemberStatus.DEAD && change.confirmable() && !change.accusedByAnother());
        }
    }

    @Test
    void faultsInAnyOrderEndInAgreement() {
        for (long seed = 0; seed < SEEDS; seed++) {
            ClusterHarness cluster = new ClusterHarness(seed);
            cluster.startAll(size(seed));
            cluster.loss = 0.05;
            for (int fault = 0; fault < 6; fault++) {
                cluster.run(Duration.ofMillis(cluster.random.nextInt(8_000)));
                injectFault(cluster);
            }
            cluster.loss = 0;
            cluster.heal();
            cluster.run(Duration.ofSeconds(90));
            assertAgreed(cluster, seed);
        }
    }

    private static void injectFault(ClusterHarness cluster) {
        List<Node> running = cluster.running();
        Node one = running.get(cluster.random.nextInt(running.size()));
        switch (cluster.random.nextInt(4)) {
            case 0 -> one.stall(Duration.ofMillis(cluster.random.nextInt(12_000)));
            case 1 -> cluster.partition((a, b) -> a == one && b != one);
            case 2 -> cluster.heal();
            default -> {
                if (running.size() > 2) {
                    one.kill();
                    int number = (int) one.origin().id().low();
                    cluster.run(Duration.ofMillis(cluster.random.nextInt(1_500)));
                    Address[] seeds = IntStream.rangeClosed(1, 3)
                            .mapToObj(ClusterHarness::address)
                            .toArray(Address[]::new);
                    cluster.start(number, one.origin().epoch() + 1, seeds);
                }
            }
        }
    }

    @Test
    void anIdleMemberSendsAboutAPingAndAnAckASecond() {
        ClusterHarness cluster = new ClusterHarness(7);
        cluster.startAll(8);
        cluster.run(Duration.ofSeconds(60));
        long before = cluster.framesSent;
        cluster.run(Duration.ofSeconds(60));
        double perMemberAndSecond = (cluster.framesSent - before) / 8.0 / 60;
        assertThat(perMemberAndSecond).isBetween(1.8, 2.3);
    }

    @Test
    void theSameSeedGivesTheSameRun() {
        List<String> traces = new ArrayList<>();
        for (int run = 0; run < 2; run++) {
            ClusterHarness cluster = converged(42);
            cluster.nodes.get(1).kill();
            cluster.run(Duration.ofSeconds(10));
            traces.add(cluster.changes.toString() + cluster.framesSent);
        }
        assertThat(traces.get(0)).isEqualTo(traces.get(1));
    }
}
