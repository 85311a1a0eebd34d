package dev.grapevine.protocol.membership;

import static dev.grapevine.protocol.membership.SwimScript.alive;
import static dev.grapevine.protocol.membership.SwimScript.changed;
import static dev.grapevine.protocol.membership.SwimScript.digest;
import static dev.grapevine.protocol.membership.SwimScript.left;
import static dev.grapevine.protocol.membership.SwimScript.linkedTo;
import static dev.grapevine.protocol.membership.SwimScript.member;
import static dev.grapevine.protocol.membership.SwimScript.send;
import static dev.grapevine.protocol.membership.SwimScript.suspect;
import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.protocol.frame.MembershipFrame;
import dev.grapevine.protocol.frame.MembershipFrame.Ack;
import dev.grapevine.protocol.frame.MembershipFrame.Gossip;
import dev.grapevine.protocol.frame.MembershipFrame.Leave;
import dev.grapevine.protocol.frame.MembershipFrame.LeaveAck;
import dev.grapevine.protocol.frame.MembershipFrame.Nack;
import dev.grapevine.protocol.frame.MembershipFrame.Ping;
import dev.grapevine.protocol.frame.MembershipFrame.PingRequest;
import dev.grapevine.protocol.frame.MembershipFrame.Sync;
import dev.grapevine.protocol.frame.MembershipFrame.SyncDigest;
import dev.grapevine.protocol.frame.Rumor;
import dev.grapevine.protocol.frame.Rumor.Evidence;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.protocol.step.ProtocolEvent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The life of a member as its own core sees it: joining, watching, answering, leaving. */
class SwimCoreTest {

    private final Member two = member(2);
    private final Member three = member(3);
    private final Member four = member(4);

    private static Effect noted(ProtocolEvent event) {
        return new Effect.Noted(event, 1);
    }

    static <T> List<T> frames(List<Effect> effects, Member to, Class<T> kind) {
        return effects.stream()
                .filter(effect ->
                        effect instanceof Effect.Send send && send.to().equals(to.origin()))
                .map(effect -> ((Effect.Send) effect).frame())
                .filter(kind::isInstance)
                .map(kind::cast)
                .toList();
    }

    @Test
    void beforeJoiningNothingIsSaidAndAtJoiningTheLinkedAreGreeted() {
        SwimScript script = new SwimScript();
        assertThat(script.linkUp(two)).containsExactly(changed(two, MemberStatus.ALIVE));
        assertThat(script.run(5_000)).isEmpty();
        assertThat(script.core.present()).containsOnlyKeys(two.origin());
        assertThat(script.join())
                .containsExactly(
                        changed(script.self, MemberStatus.ALIVE),
                        send(two, digest(List.of(script.self, two), alive(script.self, 0), alive(two, 0))));
        assertThat(script.join()).isEmpty();
        assertThat(script.core.present()).containsOnlyKeys(script.self.origin(), two.origin());
    }

    @Test
    void aHandshakeAdmitsAndBothSidesCompareTables() {
        SwimScript script = linkedTo(two);
        assertThat(script.linkUp(three))
                .containsExactly(
                        changed(three, MemberStatus.ALIVE),
                        send(three, digest(List.of(script.self, two, three), alive(three, 0))));
        assertThat(script.core.status(three.origin())).isEqualTo(MemberStatus.ALIVE);
    }

    @Test
    void aComparedTableIsAnsweredOnlyWithWhatIsKnownBetter() {
        SwimScript script = linkedTo(two);
        script.gossip(two, alive(three, 4), left(four, 1));
        Sync stale = new Sync(List.of(alive(two, 0), alive(three, 3), alive(four, 0), alive(script.self, 0)));
        assertThat(script.receive(two, stale))
                .containsExactly(send(two, new Sync(List.of(alive(three, 4), left(four, 1)))));
        assertThat(script.receive(two, new Sync(List.of(alive(three, 4))))).isEmpty();
    }

    @Test
    void aSuspicionThatBothSidesHoldIsNotSentBackAndForth() {
        SwimScript script = linkedTo(two);
        Rumor.Suspect suspicion = new Rumor.Suspect(three.origin(), 0, two.origin(), Evidence.SILENCE);
        script.gossip(two, alive(three, 0), suspicion);
        assertThat(frames(script.receive(two, new Sync(List.of(alive(three, 0), suspicion))), two, Sync.class))
                .isEmpty();
        assertThat(frames(script.receive(two, new Sync(List.of(alive(three, 0)))), two, Sync.class))
                .containsExactly(new Sync(List.of(alive(three, 0), suspicion)));
    }

    @Test
    void viewsAreComparedNowAndThenAndEqualOnesCostOneSmallFrame() {
        SwimScript script = linkedTo(two);
        List<SyncDigest> digests = frames(script.run(60_000, two), two, SyncDigest.class);
        assertThat(digests).hasSize(2).containsOnly(digest(List.of(script.self, two)));
        assertThat(script.receive(two, digests.get(0))).isEmpty();
    }

    @Test
    void aPingIsAnsweredByItsTargetOnly() {
        SwimScript script = linkedTo(two);
        assertThat(script.receive(two, new Ping(77, script.self.origin(), List.of())))
                .containsExactly(send(two, new Ack(77, List.of())));
        assertThat(script.receive(two, new Ping(78, three.origin(), List.of())))
                .singleElement()
                .isInstanceOf(Effect.Rejected.class);
    }

    @Test
    void aProbeThatIsAnsweredTellsTheRoundTrip() {
        SwimScript script = linkedTo(two);
        List<Effect> effects = script.run(1_000, two);
        assertThat(frames(effects, two, Ping.class)).hasSize(1);
        assertThat(effects).contains(noted(ProtocolEvent.PROBE_ACKED), new Effect.RoundTrip(two.origin(), 0));
    }

    @Test
    void whoDoesNotAnswerInTimeIsAskedThroughOthersAndThenSuspected() {
        SwimScript script = linkedTo(two, three);
        List<Effect> effects = script.run(4_500, three);
        PingRequest request = frames(effects, three, PingRequest.class).get(0);
        assertThat(request.target()).isEqualTo(two.origin());
        assertThat(frames(effects, two, Ping.class).get(0).sequence()).isEqualTo(request.sequence());
        assertThat(effects)
                .containsSubsequence(
                        noted(ProtocolEvent.PROBE_FAILED),
                        changed(two, MemberStatus.SUSPECT),
                        noted(ProtocolEvent.SUSPICION_RAISED));
        assertThat(script.core.present()).containsKey(two.origin());
    }

    @Test
    void anIndirectAnswerIsAnAnswer() {
        SwimScript script = linkedTo(two, three);
        List<Effect> lost = script.linkDown(two, LinkLoss.SILENT);
        PingRequest request = frames(lost, three, PingRequest.class).get(0);
        assertThat(script.receive(three, new Ack(request.sequence(), List.of())))
                .containsExactly(noted(ProtocolEvent.PROBE_ACKED_INDIRECTLY));
        assertThat(script.receive(three, new Ack(request.sequence(), List.of())))
                .as("late")
                .isEmpty();
        assertThat(script.run(900, three)).doesNotContain(changed(two, MemberStatus.SUSPECT));
    }

    @Test
    void anAnswerFromWhoWasNotAskedIsForged() {
        SwimScript script = linkedTo(two, three, four);
        List<Effect> lost = script.linkDown(two, LinkLoss.LOST);
        long sequence = frames(lost, three, PingRequest.class).get(0).sequence();
        Member stranger = member(9);
        assertThat(script.receive(stranger, new Ack(sequence, List.of())))
                .singleElement()
                .isInstanceOf(Effect.Rejected.class);
    }

    @Test
    void aLostLinkStartsAProbeThroughOthersAtOnceUnlessThisSideClosedIt() {
        SwimScript script = linkedTo(two, three);
        assertThat(frames(script.linkDown(two, LinkLoss.LOCAL), three, PingRequest.class))
                .isEmpty();
        script.linkUp(two);
        assertThat(frames(script.linkDown(two, LinkLoss.LOST), three, PingRequest.class))
                .hasSize(1);
    }

    @Test
    void aPingRequestIsCarriedOutAndItsAnswerPassedOn() {
        SwimScript script = linkedTo(two, three);
        List<Effect> asked = script.receive(two, new PingRequest(500, three.origin(), List.of()));
        Ping ping = frames(asked, three, Ping.class).get(0);
        assertThat(asked).containsExactly(send(three, new Ping(ping.sequence(), three.origin(), List.of())));
        assertThat(script.receive(three, new Ack(ping.sequence(), List.of())))
                .containsExactly(send(two, new Ack(500, List.of())));
    }

    @Test
    void aPingRequestWithoutAnswerIsNackedAtEightyPerCentOfTheTimeOut() {
        SwimScript script = linkedTo(two, three);
        script.receive(two, new PingRequest(500, three.origin(), List.of()));
        assertThat(frames(script.run(300, two), two, Nack.class)).isEmpty();
        assertThat(frames(script.run(50, two), two, Nack.class)).containsExactly(new Nack(500, List.of()));
        assertThat(frames(script.run(2_000, two), two, Nack.class)).as("once").isEmpty();
    }

    @Test
    void aPingRequestForSomebodyUnlinkedIsNackedAtOnce() {
        SwimScript script = linkedTo(two);
        assertThat(script.receive(two, new PingRequest(500, three.origin(), List.of())))
                .containsExactly(send(two, new Nack(500, List.of())));
    }

    @Test
    void pingsForOthersAreBounded() {
        SwimScript script = linkedTo(two, three);
        for (int i = 0; i < Relays.MAX; i++) {
            assertThat(frames(script.receive(two, new PingRequest(i, three.origin(), List.of())), three, Ping.class))
                    .hasSize(1);
        }
        assertThat(script.receive(two, new PingRequest(9_999, three.origin(), List.of())))
                .containsExactly(send(two, new Nack(9_999, List.of())));
    }

    @Test
    void anyPingToASuspectCarriesTheSuspicion() {
        SwimScript script = linkedTo(two, three);
        List<Effect> effects = script.gossip(three, suspect(two, 0, three, Evidence.SILENCE));
        assertThat(effects).containsExactly(changed(two, MemberStatus.SUSPECT));
        List<Ping> pings = frames(script.run(300, three), two, Ping.class);
        assertThat(pings).as("who hears of it probes promptly").hasSize(1);
        assertThat(pings.get(0).rumors()).contains(suspect(two, 0, three, Evidence.SILENCE));
    }

    @Test
    void freshNewsIsGossipedUntilItHasBeenToldOftenEnough() {
        SwimScript script = linkedTo(two, three);
        script.gossip(two, alive(four, 3));
        List<Effect> effects = script.run(10_000, two, three);
        long told = effects.stream()
                .filter(effect -> effect instanceof Effect.Send send
                        && send.frame() instanceof MembershipFrame frame
                        && !(frame instanceof Sync)
                        && frame.rumors().contains(alive(four, 3)))
                .count();
        assertThat(told).as("at least 8, lambda x ceil(log2(4 + 1)) being 6").isEqualTo(8);
        assertThat(frames(script.run(5_000, two, three), two, Gossip.class)).isEmpty();
    }

    @Test
    void aLeaveIsToldToEverybodyLinkedAndConfirmedWhenAllDid() {
        SwimScript script = linkedTo(two, three);
        Leave leave = new Leave(List.of(left(script.self, 0)));
        assertThat(script.leave())
                .containsExactly(changed(script.self, MemberStatus.LEFT), send(two, leave), send(three, leave));
        assertThat(script.receive(two, new LeaveAck(List.of()))).isEmpty();
        assertThat(script.run(200)).as("told again while not confirmed").contains(send(three, leave));
        assertThat(script.receive(three, new LeaveAck(List.of()))).containsExactly(new Effect.LeaveConfirmed());
        assertThat(script.leave()).isEmpty();
        assertThat(script.core.present()).containsOnlyKeys(two.origin(), three.origin());
    }

    @Test
    void aLeaveThatNobodyConfirmsEndsAfterItsTimeOut() {
        SwimScript script = linkedTo(two);
        script.leave();
        assertThat(script.run(950)).doesNotContain(new Effect.LeaveConfirmed());
        assertThat(script.run(50)).contains(new Effect.LeaveConfirmed());
        assertThat(script.linkDown(two, LinkLoss.LOST))
                .as("confirmed once only")
                .isEmpty();
    }

    @Test
    void aLeaveWithNobodyLinkedOrBeforeJoiningIsConfirmedAtOnce() {
        SwimScript alone = linkedTo();
        assertThat(alone.leave()).containsExactly(changed(alone.self, MemberStatus.LEFT), new Effect.LeaveConfirmed());
        assertThat(new SwimScript().leave()).containsExactly(new Effect.LeaveConfirmed());
    }

    @Test
    void whoHasLeftAnswersButProbesAndAccusesNobody() {
        SwimScript script = linkedTo(two, three);
        script.leave();
        script.receive(two, new LeaveAck(List.of()));
        script.receive(three, new LeaveAck(List.of()));
        List<Ack> acks = frames(script.receive(two, new Ping(5, script.self.origin(), List.of())), two, Ack.class);
        assertThat(acks).hasSize(1);
        assertThat(script.refused(two)).isEmpty();
        List<Effect> later = script.run(60_000);
        assertThat(frames(later, two, Ping.class)).isEmpty();
        assertThat(later).doesNotContain(changed(two, MemberStatus.SUSPECT), changed(three, MemberStatus.SUSPECT));
    }

    @Test
    void anAnnouncedLeaveIsConfirmedAndTheLinkLeftOpen() {
        SwimScript script = linkedTo(two, three);
        List<Effect> effects = script.receive(two, new Leave(List.of(left(two, 0))));
        assertThat(effects)
                .containsExactly(changed(two, MemberStatus.LEFT), send(two, new LeaveAck(List.of(left(two, 0)))));
        assertThat(script.receive(two, new Leave(List.of(left(two, 0)))))
                .as("asked again, confirmed again")
                .containsExactly(send(two, new LeaveAck(List.of(left(two, 0)))));
        assertThat(script.linkDown(two, LinkLoss.LOST)).isEmpty();
        assertThat(script.refused(two)).isEmpty();
    }

    @Test
    void aLeaveThatDoesNotNameItsSenderIsRejected() {
        SwimScript script = linkedTo(two);
        assertThat(script.receive(two, new Leave(List.of()))).singleElement().isInstanceOf(Effect.Rejected.class);
        assertThat(script.core.status(two.origin())).isEqualTo(MemberStatus.ALIVE);
    }

    @Test
    void anOwnPausePutsOffEveryVerdictByItsLength() {
        SwimScript script = linkedTo(two);
        script.run(3_500);
        assertThat(script.core.status(two.origin())).isEqualTo(MemberStatus.SUSPECT);
        assertThat(script.pause(60_000))
                .contains(noted(ProtocolEvent.OWN_PAUSE_NOTICED))
                .doesNotContain(changed(two, MemberStatus.DEAD));
        assertThat(script.gossip(two, alive(two, 1))).containsExactly(changed(two, MemberStatus.ALIVE));
    }

    @Test
    void aRestThatWasAnnouncedIsNoOwnPauseButWhatComesLongAfterItIs() {
        SwimScript script = linkedTo(two);
        script.run(3_500);
        script.resting(1_000);
        assertThat(script.pause(1_450)).doesNotContain(noted(ProtocolEvent.OWN_PAUSE_NOTICED));
        script.resting(1_000);
        assertThat(script.pause(1_550)).contains(noted(ProtocolEvent.OWN_PAUSE_NOTICED));
        script.resting(1_000);
        script.resting(0);
        assertThat(script.pause(600)).as("the last word counts").contains(noted(ProtocolEvent.OWN_PAUSE_NOTICED));
    }

    @Test
    void anOwnPauseShowsAlsoWhereSomethingElseComesFirstAndAsksForATickSoon() {
        SwimScript script = linkedTo(two);
        script.resting(200);
        script.sleep(5_000);
        script.resting(0);
        assertThat(script.pause(0)).contains(noted(ProtocolEvent.OWN_PAUSE_NOTICED));
    }

    @Test
    void whileAProbeIsUnderWayTicksComeOftenEnoughToShowAnOwnPause() {
        SwimScript script = linkedTo(two);
        List<Long> answered = new ArrayList<>();
        List<Long> underWay = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            script.run(50, two);
            answered.add(script.untilTick());
        }
        for (int i = 0; i < 40 && underWay.size() < 12; i++) {
            boolean asked = script.run(50).stream().anyMatch(SwimCoreTest::isPing);
            if (asked || !underWay.isEmpty()) {
                underWay.add(script.untilTick());
            }
        }
        assertThat(answered).anyMatch(wait -> wait > 800).allMatch(wait -> wait <= 1_000);
        assertThat(underWay).hasSize(12).allMatch(wait -> wait <= 250);
        assertThat(underWay.subList(9, 12)).as("others are asked").allMatch(wait -> wait <= 0);
    }

    @Test
    void afterAnOwnPauseTheInboxIsReadBeforeAnybodyIsAccusedWhicheverComesFirst() {
        SwimScript script = linkedTo(two, three, four);
        script.gossip(three, suspect(two, 0, three, Evidence.SILENCE));
        script.run(3_500, three);
        assertThat(script.core.status(two.origin())).isEqualTo(MemberStatus.SUSPECT);
        script.sleep(60_000);
        assertThat(script.gossip(three, suspect(two, 0, four, Evidence.SILENCE)))
                .as("what waited is read before the late timer goes off")
                .contains(noted(ProtocolEvent.OWN_PAUSE_NOTICED))
                .doesNotContain(changed(two, MemberStatus.DEAD));
        assertThat(script.run(350)).doesNotContain(changed(two, MemberStatus.DEAD));
        assertThat(script.gossip(two, alive(two, 1))).containsExactly(changed(two, MemberStatus.ALIVE));
    }

    @Test
    void whoHearsNobodyAtAllAccusesNobodyWhileItsLinksStand() {
        SwimScript script = linkedTo(two, three, four);
        assertThat(script.run(12_000))
                .contains(noted(ProtocolEvent.PROBE_FAILED))
                .noneMatch(SwimCoreTest::isChange);
        assertThat(script.receive(three, new Gossip(List.of()))).contains(noted(ProtocolEvent.OWN_PAUSE_NOTICED));
        assertThat(script.run(60_000, three)).as("somebody answers").contains(changed(two, MemberStatus.SUSPECT));
    }

    @Test
    void whoHearsNobodyAccusesThoseWhoseLinksAreLost() {
        SwimScript script = linkedTo(two, three, four);
        script.run(12_000);
        List.of(two, three, four).forEach(member -> script.linkDown(member, LinkLoss.SILENT));
        List<Effect> effects = script.run(60_000);
        assertThat(effects)
                .contains(changed(two, MemberStatus.DEAD))
                .contains(changed(three, MemberStatus.DEAD))
                .contains(changed(four, MemberStatus.DEAD));
    }

    private static boolean isPing(Effect effect) {
        return effect instanceof Effect.Send send && send.frame() instanceof MembershipFrame.Ping;
    }

    private static boolean isChange(Effect effect) {
        return effect instanceof Effect.MemberChanged;
    }

    @Test
    void aPauseOfHalfAnIntervalIsNone() {
        SwimScript script = linkedTo(two);
        assertThat(script.pause(500)).doesNotContain(noted(ProtocolEvent.OWN_PAUSE_NOTICED));
        assertThat(script.pause(501)).contains(noted(ProtocolEvent.OWN_PAUSE_NOTICED));
    }
}
