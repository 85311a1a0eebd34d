package dev.grapevine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.codec.Codecs;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.observe.GrapevineObserver;
import dev.grapevine.observe.NodeState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

/** A leave is announced, confirmed and drained before the links close, and told apart from a death by everybody. */
class LeaveTest {

    private static final Duration SOON = Duration.ofSeconds(15);

    /** Of the default settings. */
    private static final Duration LEAVE_TIMEOUT = Duration.ofSeconds(1);

    private final List<String> gone = new ArrayList<>();

    private SimulatedCluster cluster(int members, long seed) {
        SimulatedCluster cluster = SimulatedCluster.builder()
                .members(members)
                .seed(seed)
                .observers(node -> new GrapevineObserver() {
                    @Override
                    public void memberChanged(Member member, MemberStatus status) {
                        if (!status.isPresent() && !member.name().equals("node-" + node)) {
                            gone.add(member.name() + " " + status + " at " + node);
                        }
                    }
                })
                .start();
        cluster.awaitMembership(SOON);
        cluster.advance(Duration.ofSeconds(2));
        return cluster;
    }

    private static boolean[] leave(SimulatedCluster cluster, int node) {
        boolean[] confirmed = new boolean[1];
        cluster.node(node).leave().subscribe(nothing -> {}, failure -> {}, () -> confirmed[0] = true);
        return confirmed;
    }

    @Test
    void whenALeaveIsConfirmedEverybodyHasSeenItAndTheLinksAreStillOpen() {
        SimulatedCluster cluster = cluster(7, 1);
        boolean[] confirmed = leave(cluster, 3);
        assertThat(cluster.runUntil(() -> confirmed[0], Duration.ofMillis(20))).isTrue();
        assertThat(gone).hasSize(6).allMatch(line -> line.startsWith("node-3 LEFT at "));
        List<String> heard = new ArrayList<>();
        cluster.node(5).topic("t", Codecs.utf8()).messages().subscribe(message -> heard.add(message.value()));
        cluster.node(3).topic("t", Codecs.utf8()).publish("still here").subscribe();
        cluster.advance(Duration.ofMillis(50));
        assertThat(heard).containsExactly("still here");
    }

    @Test
    void whatWasPublishedJustBeforeTheStopArrivesBeforeTheLinksClose() {
        SimulatedCluster cluster = cluster(4, 2);
        List<String> heard = new ArrayList<>();
        cluster.node(0).topic("t", Codecs.utf8()).messages().subscribe(message -> heard.add(message.value()));
        List<String> values =
                IntStream.range(0, 500).mapToObj(Integer::toString).toList();
        boolean[] published = new boolean[1];
        cluster.node(3)
                .topic("t", Codecs.utf8())
                .publishAll(Flux.fromIterable(values))
                .subscribe(nothing -> {}, failure -> {}, () -> published[0] = true);
        assertThat(cluster.runUntil(() -> published[0], SOON)).isTrue();
        cluster.stop(3);
        cluster.advance(Duration.ofSeconds(5));
        assertThat(cluster.node(3).state()).isEqualTo(NodeState.STOPPED);
        assertThat(heard).isEqualTo(values);
        assertThat(gone).hasSize(3).allMatch(line -> line.startsWith("node-3 LEFT at "));
    }

    @Test
    void aPeerThatStandsStillHoldsUpALeaveForItsTimeoutOnlyAndSeesALeaveWhenItWakes() {
        for (long seed = 1; seed <= 5; seed++) {
            gone.clear();
            SimulatedCluster cluster = cluster(5, seed);
            cluster.stall(2, Duration.ofSeconds(4));
            cluster.advance(Duration.ofMillis(10));
            boolean[] confirmed = leave(cluster, 1);
            cluster.advance(LEAVE_TIMEOUT.minusMillis(50));
            assertThat(confirmed[0]).as("seed %d: one has not confirmed", seed).isFalse();
            assertThat(cluster.runUntil(() -> confirmed[0], Duration.ofMillis(150)))
                    .as("seed %d", seed)
                    .isTrue();
            cluster.stop(1);
            cluster.advance(Duration.ofSeconds(20));
            assertThat(gone)
                    .as("seed %d", seed)
                    .containsExactlyInAnyOrder(
                            "node-1 LEFT at 0", "node-1 LEFT at 2", "node-1 LEFT at 3", "node-1 LEFT at 4");
        }
    }

    @Test
    void aLeaveIsConfirmedAndSeenByEverybodyAlthoughFramesAreLost() {
        for (long seed = 1; seed <= 10; seed++) {
            gone.clear();
            SimulatedCluster cluster = cluster(6, seed);
            cluster.faults().loss(0.3);
            cluster.stop(4);
            cluster.advance(Duration.ofSeconds(10));
            assertThat(cluster.node(4).state()).as("seed %d", seed).isEqualTo(NodeState.STOPPED);
            assertThat(gone)
                    .as("seed %d", seed)
                    .filteredOn(line -> line.startsWith("node-4"))
                    .hasSize(5)
                    .allMatch(line -> line.startsWith("node-4 LEFT at "));
        }
    }

    @Test
    void aPeerThatIsCutOffFromWhoLeavesHearsOfTheLeaveFromOthers() {
        SimulatedCluster cluster = cluster(5, 3);
        cluster.partition(Set.of(1), Set.of(2));
        cluster.stop(1);
        cluster.advance(Duration.ofSeconds(30));
        assertThat(gone).contains("node-1 LEFT at 2").hasSize(4).allMatch(line -> line.startsWith("node-1 LEFT at "));
    }

    @Test
    void aClusterThatIsShutDownAtOnceIsGoneWithoutADeath() {
        SimulatedCluster cluster = cluster(8, 4);
        for (int i = 0; i < 8; i++) {
            cluster.stop(i);
        }
        cluster.advance(Duration.ofSeconds(3));
        for (int i = 0; i < 8; i++) {
            assertThat(cluster.node(i).state()).isEqualTo(NodeState.STOPPED);
        }
        assertThat(gone).noneMatch(line -> line.contains("DEAD"));
    }
}
