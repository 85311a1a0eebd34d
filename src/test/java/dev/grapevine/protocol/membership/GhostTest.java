package dev.grapevine.protocol.membership;

import static dev.grapevine.protocol.membership.ClusterHarness.address;
import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.membership.ClusterHarness.Change;
import dev.grapevine.protocol.membership.ClusterHarness.Node;
import dev.grapevine.protocol.overlay.OverlaySettings;
import dev.grapevine.protocol.step.JoinState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * What comes back after the tombstones are forgotten, with a horizon of a minute: members that are there do, however long
 * they were away; those that are gone may be heard of once more from whoever missed it, and are found out again at once.
 */
class GhostTest {

    private static final Duration HORIZON = Duration.ofMinutes(1);
    private static final Duration LONGER = Duration.ofMinutes(5);

    /** A probe that nobody answers, and the time of a suspicion that one member has and others confirm. */
    private static final Duration FOUND_OUT = Duration.ofSeconds(30);

    private static ClusterHarness cluster(long seed) {
        ClusterHarness cluster =
                new ClusterHarness(seed, MembershipSettings.DEFAULT.withDeadRetention(HORIZON), Refinement.all());
        cluster.overlaySettings = OverlaySettings.DEFAULT.withLostRetention(HORIZON);
        return cluster;
    }

    private static void split(ClusterHarness cluster, Set<Node> side) {
        cluster.partition((a, b) -> side.contains(a) && !side.contains(b));
    }

    private static void assertAgreed(ClusterHarness cluster, long seed) {
        assertThat(cluster.running()).as("seed %d: %s", seed, cluster.views()).allSatisfy(node -> assertThat(
                        node.present())
                .containsExactlyElementsOf(
                        cluster.running().stream().map(Node::origin).sorted().toList()));
    }

    private static List<Change> changesOf(ClusterHarness cluster, Origin subject, int from) {
        return cluster.changes.subList(from, cluster.changes.size()).stream()
                .filter(change -> change.subject().equals(subject))
                .toList();
    }

    /** It may be shown once by each, for a bounded time, and never again. */
    private static void assertNoPingPong(ClusterHarness cluster, Origin gone, int from, long seed) {
        List<Change> changes = changesOf(cluster, gone, from);
        for (Node observer : cluster.running()) {
            assertThat(changes.stream()
                            .filter(change -> change.observer() == observer && change.status() == MemberStatus.ALIVE))
                    .as("seed %d: %s admits %s: %s", seed, observer, gone, changes)
                    .hasSizeLessThanOrEqualTo(1);
        }
    }

    /** How often others than these admitted it. */
    private static long admissions(ClusterHarness cluster, Origin gone, int from, Set<Node> except) {
        return changesOf(cluster, gone, from).stream()
                .filter(change -> change.status() == MemberStatus.ALIVE && !except.contains(change.observer()))
                .count();
    }

    @Test
    void whoDiedWithThoseWhoWereCutOffIsHeardOfOnceMoreAtMostAndFoundOutAtOnce() {
        long admissions = 0;
        for (long seed = 1; seed <= 20; seed++) {
            ClusterHarness cluster = cluster(seed);
            List<Node> nodes = cluster.startAll(7);
            cluster.run(Duration.ofSeconds(5));
            Node gone = nodes.get(6);
            split(cluster, Set.of(nodes.get(4), nodes.get(5), gone));
            cluster.run(LONGER);
            assertThat(nodes.get(0).swim.status(gone.origin()))
                    .as("forgotten on the other side")
                    .isNull();
            // It stands still, so that its side still tells that it lives when the two sides meet; then it dies.
            gone.stall(Duration.ofHours(1));
            cluster.run(Duration.ofSeconds(1));
            int before = cluster.changes.size();
            cluster.heal();
            cluster.run(Duration.ofSeconds(11));
            gone.kill();
            cluster.run(FOUND_OUT);
            assertAgreed(cluster, seed);
            cluster.run(LONGER);
            assertAgreed(cluster, seed);
            assertNoPingPong(cluster, gone.origin(), before, seed);
            admissions += admissions(cluster, gone.origin(), before, Set.of(nodes.get(4), nodes.get(5)));
        }
        assertThat(admissions).as("it was heard of").isPositive();
    }

    @Test
    void whoStoodStillWhileAnotherDiedAndWasForgottenBringsItBackForNobody() {
        long admissions = 0;
        for (long seed = 1; seed <= 20; seed++) {
            ClusterHarness cluster = cluster(seed);
            List<Node> nodes = cluster.startAll(6);
            cluster.run(Duration.ofSeconds(5));
            Node sleeper = nodes.get(5);
            Node gone = nodes.get(4);
            sleeper.stall(LONGER);
            cluster.run(Duration.ofSeconds(1));
            gone.kill();
            cluster.run(LONGER.minusSeconds(2));
            assertThat(nodes.get(0).swim.status(gone.origin())).as("forgotten").isNull();
            int before = cluster.changes.size();
            cluster.run(FOUND_OUT);
            assertAgreed(cluster, seed);
            cluster.run(LONGER);
            assertAgreed(cluster, seed);
            assertNoPingPong(cluster, gone.origin(), before, seed);
            admissions += admissions(cluster, gone.origin(), before, Set.of(sleeper));
        }
        assertThat(admissions).as("it was heard of").isPositive();
    }

    @Test
    void whoLeftWhileAnotherStoodStillIsNotBroughtBackEither() {
        for (long seed = 1; seed <= 20; seed++) {
            ClusterHarness cluster = cluster(seed);
            List<Node> nodes = cluster.startAll(6);
            cluster.run(Duration.ofSeconds(5));
            Node sleeper = nodes.get(5);
            Node gone = nodes.get(4);
            sleeper.stall(LONGER);
            cluster.run(Duration.ofSeconds(1));
            gone.leave();
            cluster.run(Duration.ofSeconds(2));
            gone.kill();
            cluster.run(LONGER.minusSeconds(4));
            int before = cluster.changes.size();
            cluster.run(FOUND_OUT);
            assertAgreed(cluster, seed);
            cluster.run(LONGER);
            assertAgreed(cluster, seed);
            assertNoPingPong(cluster, gone.origin(), before, seed);
        }
    }

    @Test
    void aTombstoneDoesNotWanderFromNewcomerToNewcomerBeyondItsTime() {
        ClusterHarness cluster = cluster(3);
        List<Node> line = new ArrayList<>(cluster.startAll(4));
        cluster.run(Duration.ofSeconds(5));
        Node gone = line.remove(3);
        gone.kill();
        for (int i = 0; i < 12; i++) {
            cluster.run(Duration.ofSeconds(10));
            line.add(cluster.start(10 + i, 1, line.get(0).member.address()));
            cluster.run(Duration.ofSeconds(2));
            Node eldest = line.remove(0);
            eldest.leave();
            cluster.run(Duration.ofSeconds(1));
            eldest.kill();
        }
        assertThat(line).allSatisfy(node -> assertThat(node.swim.status(gone.origin()))
                .as("two horizons later, everybody who saw it die is gone")
                .isNull());
    }

    @Test
    void aSplitThatLastsLongerThanAnyMemoryEndsByTheSeedsOfEitherSide() {
        for (long seed = 1; seed <= 20; seed++) {
            ClusterHarness cluster = cluster(seed);
            List<Node> nodes = new ArrayList<>();
            for (int i = 1; i <= 6; i++) {
                nodes.add(cluster.start(i, 1, seed % 2 == 0 ? address(1) : address(6)));
            }
            cluster.run(Duration.ofSeconds(5));
            assertAgreed(cluster, seed);
            split(cluster, Set.copyOf(nodes.subList(0, 3)));
            cluster.run(LONGER);
            assertThat(nodes.get(0).swim.status(nodes.get(5).origin())).isNull();
            assertThat(nodes.get(5).swim.status(nodes.get(0).origin())).isNull();
            cluster.heal();
            cluster.run(Duration.ofSeconds(15));
            assertAgreed(cluster, seed);
        }
    }

    @Test
    void whoForgotEachOtherAndHasNoSeedOnTheOtherSideStaysApartUntilItIsGivenOne() {
        ClusterHarness cluster = cluster(1);
        Node seed = cluster.start(9, 1);
        List<Node> nodes = new ArrayList<>();
        for (int i = 1; i <= 4; i++) {
            nodes.add(cluster.start(i, 1, address(9)));
        }
        cluster.run(Duration.ofSeconds(5));
        seed.kill();
        split(cluster, Set.copyOf(nodes.subList(0, 2)));
        cluster.run(LONGER);
        cluster.heal();
        cluster.run(LONGER);
        assertThat(nodes.get(0).present()).hasSize(2);
        assertThat(nodes.get(0).joinState).isEqualTo(JoinState.JOINED);
        nodes.get(0).seeds(address(3));
        cluster.run(Duration.ofSeconds(15));
        assertAgreed(cluster, 1);
    }
}
