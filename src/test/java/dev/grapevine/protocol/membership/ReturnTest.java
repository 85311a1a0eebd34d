package dev.grapevine.protocol.membership;

import static dev.grapevine.protocol.membership.SwimScript.alive;
import static dev.grapevine.protocol.membership.SwimScript.dead;
import static dev.grapevine.protocol.membership.SwimScript.linkedTo;
import static dev.grapevine.protocol.membership.SwimScript.member;
import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.membership.ClusterHarness.Node;
import dev.grapevine.protocol.step.DialFailure;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.JoinState;
import dev.grapevine.protocol.step.LinkLoss;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Who may come back as what, and who is told that its place is taken. */
class ReturnTest {

    private final Member two = member(2);
    private final Member three = member(3);

    private static Member at(Origin origin, Address address) {
        return new Member(origin, "x", address, "", Map.of());
    }

    private static void assertAgreed(ClusterHarness cluster) {
        assertThat(cluster.agreesOnEverybodyRunning()).as(cluster.views()).isTrue();
    }

    @Test
    void anEarlierLifeIsRefusedWhileALaterOneIsPresentOrWasMet() {
        SwimScript script = linkedTo(two);
        Member later = member(3, 11);
        script.linkUp(later);
        assertThat(script.core.judge(three)).isEqualTo(DialFailure.SUPERSEDED);
        assertThat(script.core.judge(member(3, 12))).isNull();
        script.linkDown(later, LinkLoss.LOST);
        script.gossip(two, dead(later, 0, two));
        assertThat(script.core.status(later.origin())).isEqualTo(MemberStatus.DEAD);
        assertThat(script.core.judge(three)).isEqualTo(DialFailure.SUPERSEDED);
    }

    @Test
    void theDeathOfALaterLifeThatWasOnlyToldOfRefusesNobody() {
        SwimScript script = linkedTo(two);
        script.gossip(two, dead(member(3, 11), 0, two));
        assertThat(script.core.judge(three)).isNull();
    }

    @Test
    void anotherMemberAtAnAddressInUseIsRefusedIfItStartedEarlier() {
        SwimScript script = linkedTo(two, three);
        Origin other = new Origin(new MemberId(9, 9), 9);
        assertThat(script.core.judge(at(other, three.address()))).isEqualTo(DialFailure.SUPERSEDED);
        script.linkDown(three, LinkLoss.LOST);
        script.gossip(two, dead(three, 0, two));
        assertThat(script.core.judge(at(other, three.address()))).isNull();
    }

    @Test
    void anotherMemberAtTheAddressOfOneWhoseLinkWorksIsTurnedAwayUntilThatOneIsGone() {
        SwimScript script = linkedTo(two, three);
        Member later = at(new Origin(new MemberId(9, 9), 99), three.address());
        assertThat(script.linkUp(later)).contains(new Effect.Close(later.origin()));
        script.linkDown(later, LinkLoss.LOCAL);
        script.linkDown(three, LinkLoss.LOST);
        assertThat(script.linkUp(later))
                .contains(
                        new Effect.MemberChanged(three, MemberStatus.DEAD),
                        new Effect.MemberChanged(later, MemberStatus.ALIVE));
    }

    @Test
    void ofTwoProcessesWithOneIdTheLaterStaysAndOfTwoWithOneOriginTheOneWithTheLowerAddress() {
        SwimScript script = linkedTo(two);
        assertThat(script.core.judge(script.self)).isEqualTo(DialFailure.SELF);
        assertThat(script.core.judge(member(1, 9))).isEqualTo(DialFailure.SUPERSEDED);
        assertThat(script.core.judge(member(1, 11))).isEqualTo(DialFailure.PREDECESSOR);
        Origin own = script.self.origin();
        assertThat(script.core.judge(at(own, new Address("host", 9)))).isEqualTo(DialFailure.SUPERSEDED);
        assertThat(script.core.judge(at(own, new Address("a", 9)))).isEqualTo(DialFailure.PREDECESSOR);
        assertThat(script.core.judge(at(two.origin(), new Address("z", 9))))
                .as("a second process with the origin of a linked member")
                .isEqualTo(DialFailure.SUPERSEDED);
    }

    @Test
    void aMemberThatRestartsWithAnEarlierEpochIsToldThatItsPlaceIsTaken() {
        ClusterHarness cluster = new ClusterHarness(7);
        cluster.startAll(3);
        Node fourth = cluster.start(4, 10, ClusterHarness.address(1));
        cluster.run(Duration.ofSeconds(3));
        fourth.kill();
        cluster.run(Duration.ofSeconds(3));
        Node returned = cluster.start(4, 9, ClusterHarness.address(1));
        cluster.run(Duration.ofSeconds(60));
        assertThat(returned.joinState).isEqualTo(JoinState.SUPERSEDED);
        assertThat(cluster.nodes.get(0).present()).doesNotContain(returned.origin());
        returned.kill();
        Node later = cluster.start(4, 11, ClusterHarness.address(1));
        cluster.run(Duration.ofSeconds(15));
        assertThat(later.joinState).isEqualTo(JoinState.JOINED);
        assertAgreed(cluster);
    }

    @Test
    void ofTwoRunningProcessesWithOneIdTheEarlierIsLeftAloneAndSaysSoAndNothingOscillates() {
        ClusterHarness cluster = new ClusterHarness(8);
        cluster.startAll(4);
        cluster.run(Duration.ofSeconds(3));
        Node earlier = cluster.nodes.get(1);
        Node later = cluster.start(
                new Member(new Origin(earlier.origin().id(), 5), "twin", ClusterHarness.address(9), "", Map.of()),
                ClusterHarness.address(1));
        cluster.run(Duration.ofSeconds(120));
        assertThat(earlier.joinState).isEqualTo(JoinState.SUPERSEDED);
        assertThat(earlier.present()).containsExactly(earlier.origin());
        int changes = cluster.changes.size();
        cluster.run(Duration.ofMinutes(10));
        assertThat(cluster.changes).as("for ten minutes").hasSize(changes);
        for (Node node : List.of(cluster.nodes.get(0), cluster.nodes.get(2), cluster.nodes.get(3), later)) {
            assertThat(node.present())
                    .contains(later.origin())
                    .doesNotContain(earlier.origin())
                    .hasSize(4);
        }
    }

    @Test
    void aMemberThatMovesComesBackAtOnceAndItsOldAddressIsFree() {
        ClusterHarness cluster = new ClusterHarness(9);
        cluster.startAll(4);
        cluster.run(Duration.ofSeconds(3));
        Node moving = cluster.nodes.get(3);
        moving.kill();
        cluster.start(
                new Member(new Origin(moving.origin().id(), 2), "moved", ClusterHarness.address(9), "", Map.of()),
                ClusterHarness.address(1));
        cluster.start(
                new Member(new Origin(new MemberId(5, 5), 3), "next", moving.member.address(), "", Map.of()),
                ClusterHarness.address(1));
        cluster.run(Duration.ofSeconds(20));
        assertAgreed(cluster);
    }

    @Test
    void whoLeftComesBackInALaterLifeOnly() {
        SwimScript script = linkedTo(two, three);
        script.gossip(three, SwimScript.left(three, 0));
        script.linkDown(three, LinkLoss.LOST);
        assertThat(script.linkUp(three)).doesNotContain(new Effect.MemberChanged(three, MemberStatus.ALIVE));
        assertThat(script.gossip(two, alive(three, 9))).isEmpty();
        assertThat(script.linkUp(member(3, 11))).contains(new Effect.MemberChanged(member(3, 11), MemberStatus.ALIVE));
    }
}
