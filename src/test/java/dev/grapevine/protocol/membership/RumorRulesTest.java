package dev.grapevine.protocol.membership;

import static dev.grapevine.protocol.membership.SwimCoreTest.frames;
import static dev.grapevine.protocol.membership.SwimScript.alive;
import static dev.grapevine.protocol.membership.SwimScript.changed;
import static dev.grapevine.protocol.membership.SwimScript.dead;
import static dev.grapevine.protocol.membership.SwimScript.digest;
import static dev.grapevine.protocol.membership.SwimScript.left;
import static dev.grapevine.protocol.membership.SwimScript.linkedTo;
import static dev.grapevine.protocol.membership.SwimScript.member;
import static dev.grapevine.protocol.membership.SwimScript.send;
import static dev.grapevine.protocol.membership.SwimScript.suspect;
import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.MembershipFrame.Gossip;
import dev.grapevine.protocol.frame.MembershipFrame.Ping;
import dev.grapevine.protocol.frame.Rumor;
import dev.grapevine.protocol.frame.Rumor.Evidence;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.RejectReason;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What each kind of claim changes, what it takes to remove a member, and what is merely counted. */
class RumorRulesTest {

    private final Member two = member(2);
    private final Member three = member(3);
    private final Member four = member(4);

    private static Effect noted(ProtocolEvent event) {
        return new Effect.Noted(event, 1);
    }

    private static void assertOnlyRejected(List<Effect> effects, RejectReason reason) {
        assertThat(effects).singleElement().isInstanceOfSatisfying(Effect.Rejected.class, rejected -> assertThat(
                        rejected.reason())
                .isEqualTo(reason));
    }

    @Test
    void onlyAliveAdmits() {
        SwimScript script = linkedTo(two);
        assertOnlyRejected(script.gossip(two, suspect(three, 0, two, Evidence.SILENCE)), RejectReason.INVALID_RUMOR);
        assertThat(script.gossip(two, dead(three, 0, two), left(four, 0))).isEmpty();
        assertThat(script.core.present()).doesNotContainKeys(three.origin(), four.origin());
        assertThat(script.gossip(two, alive(member(5), 0))).containsExactly(changed(member(5), MemberStatus.ALIVE));
    }

    @Test
    void aTombstoneKeepsTheDeadFromBeingIntroducedAgain() {
        SwimScript script = linkedTo(two);
        script.gossip(two, dead(three, 4, two));
        assertThat(script.gossip(two, alive(three, 4))).isEmpty();
        assertThat(script.gossip(two, alive(three, 5))).containsExactly(changed(three, MemberStatus.ALIVE));
    }

    @Test
    void whoLeftNeverComesBackExceptInALaterLife() {
        SwimScript script = linkedTo(two, three);
        assertThat(script.gossip(three, left(three, 1))).containsExactly(changed(three, MemberStatus.LEFT));
        assertThat(script.gossip(two, alive(three, 9), dead(three, 9, two))).isEmpty();
        script.linkDown(three, LinkLoss.LOST);
        assertThat(script.linkUp(three)).noneMatch(effect -> effect instanceof Effect.MemberChanged);
        Member later = member(3, 11);
        assertThat(script.gossip(two, alive(later, 0))).containsExactly(changed(later, MemberStatus.ALIVE));
    }

    @Test
    void aLaterLifeOfTheSameIdReplacesTheEarlierAtOnce() {
        SwimScript script = linkedTo(two, three);
        Member later = new Member(new Origin(three.id(), 11), "m3", new Address("elsewhere", 3), "", Map.of());
        assertThat(script.linkUp(later))
                .startsWith(
                        changed(three, MemberStatus.DEAD),
                        new Effect.Close(three.origin()),
                        changed(later, MemberStatus.ALIVE));
        assertThat(script.gossip(two, alive(three, 99)))
                .as("the earlier life is over")
                .isEmpty();
    }

    @Test
    void aLaterOriginAtTheSameAddressReplacesTheEarlierAtOnce() {
        SwimScript script = linkedTo(two);
        script.gossip(two, alive(three, 0));
        Member later = new Member(new Origin(new MemberId(7, 7), 11), "m7", three.address(), "", Map.of());
        Member earlier = new Member(new Origin(new MemberId(8, 8), 9), "m8", three.address(), "", Map.of());
        assertThat(script.gossip(two, alive(earlier, 0))).isEmpty();
        assertThat(script.gossip(two, alive(later, 0)))
                .containsExactly(changed(three, MemberStatus.DEAD), changed(later, MemberStatus.ALIVE));
    }

    @Test
    void aHigherIncarnationBringsAnotherDescriptionOfAMemberThatWasNotMet() {
        SwimScript script = linkedTo(two);
        script.gossip(two, alive(three, 0));
        Member described = new Member(three.origin(), "m3", three.address(), "zone", Map.of());
        assertThat(script.gossip(two, alive(described, 0))).isEmpty();
        assertThat(script.gossip(two, alive(described, 1))).containsExactly(changed(described, MemberStatus.ALIVE));
        assertThat(script.gossip(two, alive(described, 2)))
                .as("nothing visible")
                .isEmpty();
    }

    @Test
    void aMemberRefutesItsSuspicionAndItsDeathAtOnceToEverybody() {
        SwimScript script = linkedTo(two, three);
        Gossip refutation = new Gossip(List.of(alive(script.self, 5)));
        assertThat(script.gossip(two, suspect(script.self, 4, three, Evidence.SILENCE)))
                .containsExactly(noted(ProtocolEvent.REFUTED), send(two, refutation), send(three, refutation));
        assertThat(script.gossip(two, dead(script.self, 4, three)))
                .as("refuted already")
                .isEmpty();
        assertThat(script.gossip(two, dead(script.self, 5, three)))
                .contains(send(two, new Gossip(List.of(alive(script.self, 6)))));
    }

    @Test
    void claimsAboutThisMemberThatCannotBeAreRejected() {
        SwimScript script = linkedTo(two);
        assertOnlyRejected(script.gossip(two, alive(member(1, 11), 0)), RejectReason.INVALID_RUMOR);
        assertOnlyRejected(
                script.gossip(two, dead(script.self, Claims.MAX_INCARNATION, two)), RejectReason.INVALID_RUMOR);
        assertThat(script.gossip(two, alive(member(1, 9), 0)))
                .as("an earlier life is no news")
                .isEmpty();
        Member squatter = new Member(new Origin(new MemberId(7, 7), 11), "m7", script.self.address(), "", Map.of());
        assertOnlyRejected(script.gossip(two, alive(squatter, 0)), RejectReason.INVALID_RUMOR);
        assertThat(script.gossip(two, alive(script.self, 3)))
                .as("an incarnation that was never taken is raised above")
                .contains(noted(ProtocolEvent.REFUTED), send(two, new Gossip(List.of(alive(script.self, 4)))));
        assertThat(script.core.status(script.self.origin())).isEqualTo(MemberStatus.ALIVE);
    }

    @Test
    void absurdClaimsAreRejectedAndChangeNothing() {
        SwimScript script = linkedTo(two, three);
        List<Rumor> absurd = List.of(
                alive(four, -1),
                alive(four, Claims.MAX_INCARNATION + 1),
                alive(member(4, 0), 0),
                suspect(three, 0, three, Evidence.REFUSED),
                suspect(three, 0, member(9), Evidence.REFUSED),
                dead(three, -1, two),
                left(three, Claims.MAX_INCARNATION + 1));
        for (Rumor claim : absurd) {
            assertOnlyRejected(script.gossip(two, claim), RejectReason.INVALID_RUMOR);
        }
        assertThat(script.core.present()).containsOnlyKeys(script.self.origin(), two.origin(), three.origin());
        assertThat(script.core.status(three.origin())).isEqualTo(MemberStatus.ALIVE);
    }

    @Test
    void aSecondRefusalIsEnough() {
        SwimScript script = linkedTo(two, three, four);
        script.linkDown(two, LinkLoss.LOST);
        Gossip accusation = new Gossip(List.of(suspect(two, 0, script.self, Evidence.REFUSED)));
        assertThat(script.refused(two))
                .as("told to everybody at once")
                .containsExactly(
                        changed(two, MemberStatus.SUSPECT),
                        noted(ProtocolEvent.SUSPICION_RAISED),
                        send(three, accusation),
                        send(four, accusation));
        Gossip verdict = new Gossip(List.of(dead(two, 0, script.self)));
        assertThat(script.gossip(three, suspect(two, 0, three, Evidence.REFUSED)))
                .containsExactly(
                        noted(ProtocolEvent.DEATH_DECLARED),
                        changed(two, MemberStatus.DEAD),
                        send(three, verdict),
                        send(four, verdict));
    }

    @Test
    void oneRefusalIsEnoughOnlyWhereNobodyElseIsLeft() {
        SwimScript pair = linkedTo(two);
        pair.linkDown(two, LinkLoss.LOST);
        pair.refused(two);
        assertThat(pair.run(350)).doesNotContain(changed(two, MemberStatus.DEAD));
        assertThat(pair.run(50)).contains(changed(two, MemberStatus.DEAD));

        SwimScript three = linkedTo(two, this.three);
        three.linkDown(two, LinkLoss.LOST);
        three.refused(two);
        assertThat(three.run(3_600_000, this.three)).doesNotContain(changed(two, MemberStatus.DEAD));
        assertThat(three.core.status(two.origin())).isEqualTo(MemberStatus.SUSPECT);
    }

    @Test
    void aRefusalDoesNotCountWhileALinkIsOpenNorForSomebodyUnknown() {
        SwimScript script = linkedTo(two);
        assertThat(script.refused(two)).isEmpty();
        assertThat(script.refused(member(9))).isEmpty();
        assertThat(script.refused(script.self)).isEmpty();
    }

    @Test
    void aLinkThatOpensTakesTheRefusalBack() {
        SwimScript script = linkedTo(two);
        script.linkDown(two, LinkLoss.LOST);
        script.refused(two);
        script.linkUp(two);
        script.linkDown(two, LinkLoss.LOST);
        assertThat(script.run(1_000)).doesNotContain(changed(two, MemberStatus.DEAD));
    }

    @Test
    void silenceTakesTwoAccusersAndTheirTime() {
        SwimScript script = linkedTo(two, three);
        List<Effect> first = script.run(4_000, three);
        assertThat(first).contains(changed(two, MemberStatus.SUSPECT));
        script.gossip(three, suspect(two, 0, three, Evidence.SILENCE));
        assertThat(script.core.status(two.origin())).isEqualTo(MemberStatus.SUSPECT);
        List<Effect> later = script.run(4_000, three);
        assertThat(later)
                .containsSubsequence(
                        noted(ProtocolEvent.DEATH_DECLARED),
                        changed(two, MemberStatus.DEAD),
                        new Effect.Close(two.origin()),
                        send(three, new Gossip(List.of(dead(two, 0, script.self)))));
    }

    @Test
    void oneObserverAloneNeverRemovesAMemberWhileOthersLive() {
        SwimScript script = linkedTo(two, three);
        assertThat(script.run(3_600_000, three)).doesNotContain(changed(two, MemberStatus.DEAD));
        assertThat(script.core.status(two.origin())).isEqualTo(MemberStatus.SUSPECT);
        SwimScript pair = linkedTo(two);
        assertThat(pair.run(10_000)).as("but where nobody else lives").contains(changed(two, MemberStatus.DEAD));
    }

    @Test
    void aRefutationClearsASuspicionAndAnOlderClaimDoesNotBringItBack() {
        SwimScript script = linkedTo(two, three);
        script.gossip(three, suspect(two, 0, three, Evidence.SILENCE));
        assertThat(script.gossip(three, alive(two, 1))).containsExactly(changed(two, MemberStatus.ALIVE));
        assertThat(script.gossip(three, suspect(two, 0, three, Evidence.REFUSED), dead(two, 0, three)))
                .isEmpty();
    }

    @Test
    void aDeathThatIsReportedOfALinkedMemberIsPutToThatMemberFirst() {
        SwimScript script = linkedTo(two, three);
        assertThat(script.gossip(three, dead(two, 0, three))).isEmpty();
        List<Ping> pings = SwimCoreTest.frames(script.run(250, two, three), two, Ping.class);
        assertThat(pings.get(0).rumors()).contains(dead(two, 0, three));
        assertThat(script.gossip(two, alive(two, 1))).isEmpty();
        assertThat(script.run(5_000, two, three)).noneMatch(effect -> effect instanceof Effect.MemberChanged);
    }

    @Test
    void aReportedDeathIsBelievedWhenTheMemberFailsTheProbeHere() {
        SwimScript script = linkedTo(two, three);
        script.gossip(three, dead(two, 0, three));
        assertThat(script.run(1_500, three))
                .containsSubsequence(changed(two, MemberStatus.SUSPECT), changed(two, MemberStatus.DEAD));
    }

    @Test
    void aReportedDeathOfALinkedMemberIsNotBelievedHoweverManyAccuseIt() {
        SwimScript script = linkedTo(two, three, four);
        script.gossip(three, suspect(two, 0, three, Evidence.SILENCE), suspect(two, 0, four, Evidence.SILENCE));
        assertThat(script.gossip(three, dead(two, 0, three))).doesNotContain(changed(two, MemberStatus.DEAD));
        assertThat(script.core.status(two.origin())).isEqualTo(MemberStatus.SUSPECT);
    }

    @Test
    void aReportedDeathOfAnUnlinkedMemberIsBelievedAndALaterClaimHasToBeRefuted() {
        SwimScript script = linkedTo(two, three, four);
        script.linkDown(two, LinkLoss.LOST);
        assertThat(script.gossip(three, dead(two, 0, three))).contains(changed(two, MemberStatus.DEAD));
        assertThat(script.gossip(three, dead(two, 3, three))).isEmpty();
        assertThat(script.gossip(three, alive(two, 3)))
                .as("it has to refute the later claim")
                .isEmpty();
        assertThat(script.gossip(three, alive(two, 4))).containsExactly(changed(two, MemberStatus.ALIVE));
    }

    @Test
    void aDeadMemberThatDialsIsToldOfItsDeathAndComesBackByRefuting() {
        SwimScript script = linkedTo(two, three);
        script.linkDown(two, LinkLoss.LOST);
        script.gossip(three, dead(two, 2, three));
        script.quiet();
        assertThat(script.linkUp(two))
                .containsExactly(send(two, digest(List.of(script.self, three), dead(two, 2, three))));
        assertThat(script.core.status(two.origin())).isEqualTo(MemberStatus.DEAD);
        assertThat(script.gossip(two, alive(two, 3))).containsExactly(changed(two, MemberStatus.ALIVE));
    }

    @Test
    void anEarlierLifeThatDialsIsTurnedAway() {
        SwimScript script = linkedTo(two);
        script.gossip(two, alive(member(3, 11), 0));
        List<Effect> effects = script.linkUp(three);
        assertThat(effects).hasSize(2).last().isEqualTo(new Effect.Close(three.origin()));
        assertThat(script.linkUp(member(1, 12)))
                .last()
                .isEqualTo(new Effect.Close(member(1, 12).origin()));
        assertThat(script.core.status(three.origin())).isNull();
    }

    @Test
    void whenTheTableIsFullTheOldestTombstoneGivesWayAndOtherwiseTheStrangerIsRejected() {
        SwimScript script = new SwimScript(MembershipSettings.DEFAULT.withMaxMembers(4));
        script.join();
        script.linkUp(two);
        script.gossip(two, dead(member(5), 0, two), dead(member(6), 0, two));
        assertOnlyRejected(script.gossip(two, dead(member(7), 0, two)), RejectReason.TOO_MANY_MEMBERS);
        assertThat(script.gossip(two, alive(three, 0))).containsExactly(changed(three, MemberStatus.ALIVE));
        assertThat(script.core.status(member(5).origin())).isNull();
        script.gossip(two, alive(four, 0));
        assertOnlyRejected(script.gossip(two, alive(member(8), 0)), RejectReason.TOO_MANY_MEMBERS);
        assertThat(script.core.present()).hasSize(4);
    }

    @Test
    void tombstonesAreForgottenAfterTheirRetention() {
        SwimScript script = linkedTo(two);
        script.gossip(two, dead(three, 0, two));
        script.run(Duration.ofHours(24).toMillis() - 1_000, two);
        assertThat(script.core.status(three.origin())).isEqualTo(MemberStatus.DEAD);
        script.run(2_000, two);
        assertThat(script.core.status(three.origin())).isNull();
    }

    @Test
    void whoeverIsStillThereIsProbedAfterADeadMemberTurnedOutToHaveLeft() {
        SwimScript script = linkedTo(two, three);
        script.linkDown(three, LinkLoss.LOST);
        script.gossip(two, dead(three, 0, two));
        assertThat(script.core.status(three.origin())).isEqualTo(MemberStatus.DEAD);
        script.run(10_000, two);
        script.gossip(two, left(three, 0));
        assertThat(script.core.status(three.origin())).isEqualTo(MemberStatus.LEFT);
        assertThat(frames(script.run(20_000, two), two, Ping.class))
                .as("20 probe intervals")
                .isNotEmpty();
    }
}
