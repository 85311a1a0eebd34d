package dev.grapevine.protocol.membership;

import static dev.grapevine.protocol.membership.SwimScript.alive;
import static dev.grapevine.protocol.membership.SwimScript.changed;
import static dev.grapevine.protocol.membership.SwimScript.dead;
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
import dev.grapevine.protocol.frame.MembershipFrame.Leave;
import dev.grapevine.protocol.frame.MembershipFrame.Ping;
import dev.grapevine.protocol.frame.Rumor;
import dev.grapevine.protocol.frame.Rumor.Evidence;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.RejectReason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What one lying member (here: 2) gets by what it says of others, and of this one. */
class LyingMemberTest {

    private final Member two = member(2);
    private final Member three = member(3);
    private final Member madeUp = new Member(new Origin(new MemberId(9, 9), 99), "m9", three.address(), "", Map.of());

    private static List<RejectReason> rejections(List<Effect> effects) {
        List<RejectReason> reasons = new ArrayList<>();
        for (Effect effect : effects) {
            if (effect instanceof Effect.Rejected rejected) {
                reasons.add(rejected.reason());
            }
        }
        return reasons;
    }

    private static boolean isPing(Effect effect, Member to) {
        return effect instanceof Effect.Send send && send.to().equals(to.origin()) && send.frame() instanceof Ping;
    }

    private static Member[] members(int first, int last) {
        return IntStream.rangeClosed(first, last).mapToObj(SwimScript::member).toArray(Member[]::new);
    }

    private static void assertOnlyRejected(List<Effect> effects) {
        assertThat(effects).hasSize(1);
        assertThat(rejections(effects)).containsExactly(RejectReason.INVALID_RUMOR);
    }

    @Test
    void aMemberThatOthersSayHasLeftIsAskedAndRefutes() {
        SwimScript script = linkedTo(two, three);
        assertThat(script.gossip(two, left(three, 0)))
                .as("told, and not removed")
                .containsExactly(send(three, new Gossip(List.of(left(three, 0)))));
        assertThat(script.gossip(two, left(three, 0))).as("once").isEmpty();
        assertThat(script.gossip(three, alive(three, 1))).isEmpty();
        assertThat(script.linkDown(three, LinkLoss.LOST)).doesNotContain(changed(three, MemberStatus.LEFT));
        assertThat(script.core.status(three.origin())).isEqualTo(MemberStatus.ALIVE);
    }

    @Test
    void aMemberThatOthersSayHasLeftIsGoneWhenItsLinkEndsWithoutARefutation() {
        SwimScript script = linkedTo(two, three);
        script.gossip(two, left(three, 0));
        assertThat(script.linkDown(three, LinkLoss.LOST)).contains(changed(three, MemberStatus.LEFT));
    }

    @Test
    void aDepartureByHearsayIsRefutedAsADeathIsAndTheMembersOwnWordIsNot() {
        SwimScript script = linkedTo(two);
        script.gossip(two, alive(three, 0), left(three, 0));
        assertThat(script.core.status(three.origin())).isEqualTo(MemberStatus.LEFT);
        assertThat(script.linkUp(three).toString())
                .as("told when it shows itself")
                .contains("Left[");
        assertThat(script.gossip(three, alive(three, 1))).contains(changed(three, MemberStatus.ALIVE));
        script.receive(three, new Leave(List.of(left(three, 1))));
        assertThat(script.gossip(three, alive(three, 2))).isEmpty();
        assertThat(script.core.status(three.origin())).isEqualTo(MemberStatus.LEFT);
    }

    @Test
    void thisMemberRefutesItsOwnDepartureAndConfirmsItOnceItIsTrue() {
        SwimScript script = linkedTo(two);
        List<Effect> effects = script.gossip(two, left(script.self, 0));
        assertThat(rejections(effects)).containsExactly(RejectReason.INVALID_RUMOR);
        assertThat(effects).contains(send(two, new Gossip(List.of(alive(script.self, 1)))));
        script.leave();
        assertThat(script.gossip(two, left(script.self, 1)))
                .containsExactly(send(two, new Leave(List.of(left(script.self, 1)))));
    }

    @Test
    void aLaterLifeThatIsOnlyToldOfDoesNotReplaceAMemberWhoseLinkWorks() {
        SwimScript script = linkedTo(two, three);
        Member later = member(3, 11);
        assertThat(script.gossip(two, alive(later, 0))).isEmpty();
        assertThat(script.run(300, two, three)).as("put to the test at once").anyMatch(effect -> isPing(effect, three));
        script.linkDown(three, LinkLoss.LOST);
        assertThat(script.gossip(two, alive(later, 0)))
                .contains(changed(three, MemberStatus.DEAD), changed(later, MemberStatus.ALIVE));
    }

    @Test
    void theDeathOfALifeThatNeverWasDoesNotEndTheOneThatIs() {
        SwimScript script = linkedTo(two, three);
        Member later = member(3, 11);
        assertThat(script.gossip(two, dead(later, 0, two), left(later, 0))).isEmpty();
        assertThat(script.core.status(three.origin())).isEqualTo(MemberStatus.ALIVE);
        assertThat(script.core.status(later.origin())).isNull();
    }

    @Test
    void theDeathOfALifeThatNeverWasDoesNotShutOutOneThatComes() {
        SwimScript script = linkedTo(two);
        script.gossip(two, dead(member(3, 11), 0, two), left(member(4, 99), 0));
        assertThat(script.linkUp(three)).contains(changed(three, MemberStatus.ALIVE));
        assertThat(script.gossip(two, alive(member(4), 0))).contains(changed(member(4), MemberStatus.ALIVE));
    }

    @Test
    void aMadeUpMemberAtTheAddressOfAnotherDoesNotReplaceItWhileItsLinkWorks() {
        SwimScript script = linkedTo(two, three);
        assertThat(script.gossip(two, alive(madeUp, 0))).isEmpty();
        Member moved = new Member(two.origin(), "m2", three.address(), "", Map.of());
        assertThat(script.gossip(two, alive(moved, 5)))
                .as("nor does one that says it moved there")
                .doesNotContain(changed(three, MemberStatus.DEAD));
    }

    @Test
    void howAMemberThatWasMetDescribesItselfIsItsOwnToSay() {
        SwimScript script = linkedTo(two, three);
        Member moved = new Member(three.origin(), "m3", new Address("elsewhere", 1), "", Map.of());
        assertOnlyRejected(script.gossip(two, alive(moved, 1)));
        assertThat(script.core.present().get(three.origin())).isEqualTo(three);
    }

    @Test
    void aMemberThatIsMetPutsRightWhatOthersSaidOfIt() {
        SwimScript script = linkedTo(two);
        Member wrong = new Member(three.origin(), "m3", new Address("elsewhere", 1), "", Map.of());
        script.gossip(two, alive(wrong, 0));
        assertThat(script.linkUp(three)).contains(changed(three, MemberStatus.ALIVE));
    }

    @Test
    void aMemberThatWasOnlyKnownAsDeadComesInWhenItRefutes() {
        SwimScript script = linkedTo(two);
        script.gossip(two, dead(three, 3, two));
        script.linkUp(three);
        assertThat(script.gossip(three, alive(three, 4))).contains(changed(three, MemberStatus.ALIVE));
    }

    @Test
    void incarnationsOutOfReachAreRejectedAndNotTaken() {
        SwimScript script = linkedTo(two, three);
        long far = Claims.MAX_LEAP + 1;
        for (Rumor claim : List.of(
                dead(script.self, far, two),
                suspect(script.self, Claims.MAX_INCARNATION - 1, two, Evidence.SILENCE),
                left(script.self, far),
                alive(script.self, far),
                dead(three, far, two),
                suspect(three, far, two, Evidence.REFUSED),
                left(three, far),
                alive(three, far),
                alive(member(4), Claims.MAX_INCARNATION))) {
            assertOnlyRejected(script.gossip(two, claim));
        }
        assertThat(script.gossip(two, dead(script.self, 0, two)))
                .as("and it can refute as ever")
                .contains(send(three, new Gossip(List.of(alive(script.self, 1)))));
    }

    @Test
    void aMemberIsBelievedWhateverIncarnationItTakesItself() {
        SwimScript script = linkedTo(two, three);
        script.gossip(three, alive(three, Claims.MAX_INCARNATION));
        assertOnlyRejected(script.gossip(three, alive(three, Claims.MAX_INCARNATION + 1)));
        assertThat(script.gossip(two, dead(three, 0, two)))
                .as("refuted already")
                .isEmpty();
    }

    @Test
    void howeverManyAccusationsComeAtOnceTheyAreAnsweredOnce() {
        SwimScript script = linkedTo(two, three);
        Rumor[] claims = new Rumor[200];
        for (int i = 0; i < claims.length; i++) {
            claims[i] = dead(script.self, i, two);
        }
        List<Effect> effects = script.gossip(two, claims);
        Gossip last = new Gossip(List.of(alive(script.self, 200)));
        assertThat(effects)
                .filteredOn(Effect.Send.class::isInstance)
                .containsExactly(send(two, last), send(three, last));
        assertThat(effects).contains(new Effect.Noted(ProtocolEvent.REFUTED, 1));
    }

    @Test
    void theMadeUpDeadTakeAnEighthOfTheTableAtMost() {
        SwimScript script = new SwimScript(MembershipSettings.DEFAULT.withMaxMembers(160));
        script.join();
        script.linkUp(two);
        for (int i = 0; i < 20; i++) {
            assertThat(script.gossip(two, dead(member(100 + i), 0, two))).isEmpty();
        }
        assertThat(rejections(script.gossip(two, left(member(200), 0)))).containsExactly(RejectReason.TOO_MANY_MEMBERS);
        script.gossip(two, alive(member(100), 1));
        assertThat(script.gossip(two, dead(member(200), 0, two)))
                .as("one has turned out to be real")
                .isEmpty();
    }

    @Test
    void nobodyTakesThePlaceOfThisMemberByShowingItsAddress() {
        Member later = member(3, 11);
        SwimScript script = linkedTo(two, later);
        script.linkDown(later, LinkLoss.LOST);
        Member disguised = new Member(later.origin(), later.name(), script.self.address(), "", Map.of());
        List<Effect> effects = script.linkUp(disguised);
        assertThat(rejections(effects)).containsExactly(RejectReason.INVALID_RUMOR);
        assertThat(effects).contains(new Effect.Close(later.origin()));
        assertThat(script.core.status(script.self.origin())).isEqualTo(MemberStatus.ALIVE);
    }

    @Test
    void theEndsOfMadeUpLivesDoNotStopTheProbes() {
        Member[] others = members(2, 6);
        SwimScript script = linkedTo(others);
        List<Rumor> lies = new ArrayList<>();
        for (int i = 100; i < 110; i++) {
            lies.add(dead(member(i), 0, two));
            lies.add(left(member(i), 0));
        }
        script.gossip(two, lies.toArray(Rumor[]::new));
        List<Effect> effects = script.run(60_000, others);
        assertThat(others)
                .allSatisfy(other ->
                        assertThat(effects).as("60 probe intervals").anyMatch(effect -> isPing(effect, other)));
    }

    @Test
    void whoComesBackFromAFalseDepartureIsProbedInTurn() {
        Member[] others = members(2, 6);
        Member victim = others[4];
        SwimScript script = linkedTo(others);
        script.linkDown(victim, LinkLoss.LOST);
        script.gossip(two, dead(victim, 0, two));
        script.run(20_000, others);
        script.gossip(two, left(victim, 0));
        script.gossip(two, alive(victim, 1));
        script.linkUp(victim);
        assertThat(script.core.status(victim.origin())).isEqualTo(MemberStatus.ALIVE);
        assertThat(script.run(60_000, others)).as("60 probe intervals").anyMatch(effect -> isPing(effect, victim));
    }

    @Test
    void howeverManyAccuseAMemberTheOwnAccusationHasRoom() {
        for (int accusers : new int[] {Suspicion.MAX_ACCUSERS - 1, Suspicion.MAX_ACCUSERS}) {
            Member[] others = members(2, 20);
            Member hung = others[0];
            SwimScript script = linkedTo(others);
            Rumor[] lies = IntStream.rangeClosed(1, accusers)
                    .mapToObj(i -> suspect(hung, 0, others[i], Evidence.SILENCE))
                    .toArray(Rumor[]::new);
            script.gossip(others[1], lies);
            script.run(60_000, Arrays.copyOfRange(others, 1, others.length));
            assertThat(script.core.status(hung.origin()))
                    .as("with %d accusers, after a minute of silence", accusers)
                    .isEqualTo(MemberStatus.DEAD);
        }
    }
}
