package dev.grapevine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.codec.Codecs;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.MembershipEvent;
import dev.grapevine.observe.GrapevineObserver;
import dev.grapevine.protocol.NodeSettings;
import dev.grapevine.protocol.step.JoinState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

/** What users see of members that join together, on whole nodes. */
class JoinBatchSimulationTest {

    private static final Duration SOON = Duration.ofSeconds(15);

    /** Long enough that a member can come and be known dead before it would be shown. */
    private static final NodeSettings PATIENT = NodeSettings.DEFAULT.withJoinQuiet(Duration.ofSeconds(1));

    private final List<String> observed = new ArrayList<>();

    private SimulatedClusterBuilder cluster(int members, long seed) {
        return SimulatedCluster.builder().members(members).seed(seed).observers(node -> new GrapevineObserver() {
            @Override
            public void memberChanged(Member member, MemberStatus status) {
                observed.add(node + " sees " + member.name() + " " + status);
            }
        });
    }

    @Test
    void whoJoinsAClusterSeesAllOfItAtOnceAndIsSeenAtOnce() {
        SimulatedCluster cluster = cluster(8, 1).start();
        cluster.crash(7);
        cluster.awaitMembership(SOON);
        cluster.advance(Duration.ofSeconds(5));
        List<Integer> seenByOther = new ArrayList<>();
        cluster.node(3).views().subscribe(view -> seenByOther.add(view.size()));
        cluster.restart(7);
        List<Integer> seenByItself = new ArrayList<>();
        cluster.node(7).views().subscribe(view -> seenByItself.add(view.size()));
        cluster.advance(Duration.ofMillis(100));
        assertThat(seenByOther).containsExactly(7, 8);
        cluster.advance(Duration.ofSeconds(1));
        assertThat(seenByItself).containsExactly(0, 1, 8);
    }

    @Test
    void whoHasFoundItsClusterSeesIt() {
        SimulatedCluster cluster = cluster(5, 2).start();
        List<String> told = new ArrayList<>();
        cluster.node(4)
                .joinState()
                .subscribe(state ->
                        told.add(state + " among " + cluster.node(4).members().size()));
        cluster.awaitMembership(SOON);
        cluster.advance(Duration.ofMillis(100));
        assertThat(told).containsExactly("JOINING among 1", "JOINED among 5");
        assertThat(cluster.node(4).currentJoinState()).contains(JoinState.JOINED);
    }

    @Test
    void whoJoinsAndIsKilledWithinABurstIsNeverShown() {
        SimulatedCluster cluster = cluster(5, 3).settings(PATIENT).start();
        cluster.advance(Duration.ofMillis(100));
        cluster.crash(4);
        cluster.advance(Duration.ofSeconds(20));
        assertThat(observed).doesNotContain("0 sees node-4 ALIVE").contains("0 sees node-3 ALIVE");
        assertThat(observed).noneMatch(line -> !line.startsWith("4") && line.contains("node-4"));
        assertThat(cluster.node(0).members()).hasSize(4);
    }

    @Test
    void whoJoinsAndLeavesWithinABurstIsNeverShownAndItsLeaveIsConfirmed() {
        SimulatedCluster cluster = cluster(5, 4).settings(PATIENT).start();
        cluster.advance(Duration.ofMillis(100));
        List<Integer> sizes = new ArrayList<>();
        cluster.node(4).views().subscribe(view -> sizes.add(view.size()));
        cluster.advance(Duration.ofMillis(1));
        boolean[] left = new boolean[1];
        cluster.node(4).leave().subscribe(nothing -> {}, failure -> {}, () -> left[0] = true);
        cluster.advance(Duration.ofMillis(100));
        assertThat(left[0]).as("long before the leave timeout").isTrue();
        assertThat(sizes).as("it sees whom it leaves").containsExactly(1, 4);
        cluster.stop(4);
        cluster.advance(Duration.ofSeconds(20));
        assertThat(observed).noneMatch(line -> !line.startsWith("4") && line.contains("node-4"));
        assertThat(cluster.node(0).members()).hasSize(4);
    }

    @Test
    void whoIsShownIsKnownToHaveLeftOrDiedAtOnceAlthoughOthersAreHeld() {
        SimulatedCluster cluster = cluster(9, 5).start();
        cluster.crash(7);
        cluster.crash(8);
        cluster.awaitMembership(SOON);
        cluster.advance(Duration.ofSeconds(5));
        cluster.restart(7);
        cluster.restart(8);
        cluster.stop(2);
        cluster.crash(3);
        List<MembershipEvent.Type> told = new ArrayList<>();
        cluster.node(0)
                .membership()
                .filter(event ->
                        List.of("node-2", "node-3").contains(event.member().name()))
                .subscribe(event -> told.add(event.type()));
        cluster.awaitMembership(Duration.ofSeconds(2));
        assertThat(told)
                .filteredOn(type -> type == MembershipEvent.Type.LEFT || type == MembershipEvent.Type.DIED)
                .containsExactly(MembershipEvent.Type.LEFT, MembershipEvent.Type.DIED);
    }

    @Test
    void whoseMessageIsDeliveredIsInTheView() {
        SimulatedCluster cluster = cluster(5, 6).settings(PATIENT).start();
        List<String> told = new ArrayList<>();
        cluster.node(0)
                .topic("t", Codecs.utf8())
                .messages()
                .subscribe(message -> told.add(message.value()
                        + (cluster.node(0).members().stream()
                                        .anyMatch(member -> member.origin().equals(cluster.origin(1)))
                                ? " from a member"
                                : " from a stranger")));
        cluster.advance(Duration.ofMillis(100));
        assertThat(cluster.node(0).members()).hasSize(1);
        cluster.node(1).topic("t", Codecs.utf8()).publish("x").subscribe();
        cluster.advance(Duration.ofMillis(20));
        assertThat(told).containsExactly("x from a member");
        assertThat(cluster.node(0).members())
                .as("and all that were held with it")
                .hasSize(5);
    }

    @Test
    void membersThatAreRestartedAtOnceReplaceTheirEarlierLivesWithoutAContradiction() {
        for (long seed = 1; seed <= 5; seed++) {
            SimulatedCluster cluster = cluster(7, seed).start();
            cluster.awaitMembership(SOON);
            cluster.advance(Duration.ofSeconds(2));
            List<MembershipEvent> told = new ArrayList<>();
            cluster.node(0).membership().skip(7).subscribe(told::add);
            for (int i = 1; i < 7; i++) {
                cluster.restart(i);
            }
            cluster.awaitMembership(SOON);
            cluster.advance(Duration.ofSeconds(2));
            LinkedHashSet<String> there = new LinkedHashSet<>();
            for (int i = 0; i < 7; i++) {
                there.add("node-" + i);
            }
            for (MembershipEvent event : told) {
                boolean changed =
                        switch (event.type()) {
                            case JOINED -> there.add(event.member().name());
                            case LEFT, DIED -> there.remove(event.member().name());
                            default -> there.contains(event.member().name());
                        };
                assertThat(changed)
                        .as("seed %d: %s after %s", seed, event, there)
                        .isTrue();
            }
            assertThat(there).as("seed %d", seed).hasSize(7);
        }
    }

    @Test
    void aStoppedNodeCompletesItsViews() {
        SimulatedCluster cluster = cluster(3, 8).start();
        cluster.awaitMembership(SOON);
        StepVerifier.create(cluster.node(2).views().map(List::size))
                .expectSubscription()
                .then(() -> cluster.advance(Duration.ofMillis(10)))
                .expectNext(3)
                .then(() -> cluster.stop(2))
                .then(() -> cluster.advance(Duration.ofSeconds(3)))
                .expectNext(2)
                .verifyComplete();
        List<Integer> late = new ArrayList<>();
        cluster.node(2).views().subscribe(view -> late.add(view.size()));
        cluster.advance(Duration.ofMillis(10));
        assertThat(late).containsExactly(2);
    }
}
