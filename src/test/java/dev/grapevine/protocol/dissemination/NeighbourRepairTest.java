package dev.grapevine.protocol.dissemination;

import static dev.grapevine.protocol.dissemination.Fixture.ANN;
import static dev.grapevine.protocol.dissemination.Fixture.BEN;
import static dev.grapevine.protocol.dissemination.Fixture.CLE;
import static dev.grapevine.protocol.dissemination.Fixture.DAN;
import static dev.grapevine.protocol.dissemination.Fixture.NEWS;
import static dev.grapevine.protocol.dissemination.Fixture.SELF;
import static dev.grapevine.protocol.dissemination.Fixture.bulk;
import static dev.grapevine.protocol.dissemination.Fixture.control;
import static dev.grapevine.protocol.dissemination.Fixture.deliver;
import static dev.grapevine.protocol.dissemination.Fixture.digest;
import static dev.grapevine.protocol.dissemination.Fixture.gap;
import static dev.grapevine.protocol.dissemination.Fixture.noted;
import static dev.grapevine.protocol.dissemination.Fixture.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame.Announcement;
import dev.grapevine.protocol.frame.DisseminationFrame.Graft;
import dev.grapevine.protocol.frame.DisseminationFrame.Prune;
import dev.grapevine.protocol.frame.DisseminationFrame.Pull;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamDigest;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamQuery;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamState;
import dev.grapevine.protocol.frame.DisseminationFrame.Unavailable;
import dev.grapevine.protocol.frame.Way;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.RejectReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What Ann published is asked of Ben and Cle, who forward it, and of this member, which does so too. */
class NeighbourRepairTest {

    private static final Effect GAP_NOTED = noted(ProtocolEvent.GAP_ANNOUNCED, 1);

    private final Fixture node = Fixture.partial(DisseminationSettings.DEFAULT, BEN, CLE);

    @BeforeEach
    void begun() {
        receive(BEN, 1, 2);
    }

    private List<Effect> receive(Origin from, long first, long last) {
        return node.receive(from, run(ANN, NEWS, first, last).withWay(new Way(2, 0)));
    }

    private List<Effect> tell(Origin from, long last) {
        return node.receive(from, new StreamDigest(List.of(new StreamState(ANN, NEWS, 1, 1, last, 1, new Way(4, 0)))));
    }

    private static Effect pull(Origin from, long first, long last) {
        return control(from, new Pull(ANN, NEWS, first, last));
    }

    private static Effect asked(long count) {
        return noted(ProtocolEvent.REPAIR_REQUESTED, count);
    }

    private static void assertRejected(List<Effect> effects, RejectReason reason) {
        assertThat(effects).singleElement().isInstanceOfSatisfying(Effect.Rejected.class, rejected -> assertThat(
                        rejected.reason())
                .isEqualTo(reason));
    }

    /** Ticks for a while; what was asked for, and what else happened. */
    private List<Effect> ticks(Duration duration) {
        List<Effect> effects = new ArrayList<>();
        for (long millis = 0; millis < duration.toMillis(); millis += 50) {
            for (Effect effect : node.after(Duration.ofMillis(50))) {
                boolean isDigest = effect instanceof Effect.Send send && send.frame() instanceof StreamDigest;
                if (!isDigest) {
                    effects.add(effect);
                }
            }
        }
        return effects;
    }

    @Test
    void whoIsAskedForMoreOfItsOwnThanThereIsSaysHowFarItIsSinceSomebodyMayHaveLied() {
        Fixture few = Fixture.partial(DisseminationSettings.DEFAULT, ANN);
        few.publish(1, 5);
        assertThat(few.receive(ANN, new Pull(SELF, NEWS, 4, 9)))
                .containsExactly(bulk(ANN, run(SELF, NEWS, 4, 5)), noted(ProtocolEvent.REPAIR_SERVED, 2));
        assertThat(few.receive(ANN, new Pull(SELF, NEWS, 7, 9)))
                .containsExactly(bulk(ANN, digest(SELF, NEWS, 1, 1, 5)));
        assertThat(few.receive(ANN, new Pull(SELF, "invented", 1, 5)))
                .containsExactly(bulk(ANN, digest(SELF, "invented", 1, 1, 0)));
    }

    @Test
    void whatATreeLostBetweenTwoMessagesIsAskedOfWhoPushedTheSecondAndTheTreeStaysAsItIs() {
        receive(BEN, 5, 5);

        assertThat(node.after(Duration.ofMillis(20))).containsExactly(pull(BEN, 3, 4), asked(2));
        assertThat(receive(BEN, 3, 4)).startsWith(deliver(ANN, 3, 4), deliver(ANN, 5, 5));
    }

    @Test
    void whatANeighbourTellsOfAndDoesNotComeIsGraftedFromIt() {
        assertThat(tell(CLE, 3)).isEmpty();

        assertThat(node.after(Duration.ofMillis(199))).isEmpty();
        assertThat(node.after(Duration.ofMillis(1)))
                .containsExactly(pull(CLE, 3, 3), asked(1), control(CLE, new Graft(ANN)));
    }

    @Test
    void aPublisherThatIsNoNeighbourHereYetDoesNotSayWithWhichMessageItsStreamBeginsForWhoWasThereBefore() {
        node.after(Duration.ofSeconds(6));
        node.receive(ANN, new StreamDigest(List.of(new StreamState(ANN, "more", 4, 1, 3, 1, Way.NONE))));

        assertThat(ticks(Duration.ofMillis(250))).contains(control(BEN, new Pull(ANN, "more", 1, 3)));
    }

    @Test
    void aNewNeighbourThatBeganInTheMiddleDoesNotSayWhereAStreamBeginsForWhoWasThereBefore() {
        node.after(Duration.ofSeconds(6));
        node.linkUp(DAN);
        node.receive(DAN, new StreamDigest(List.of(new StreamState(ANN, "more", 8, 5, 7, 5, Way.NONE))));

        assertThat(ticks(Duration.ofMillis(250))).contains(control(DAN, new Pull(ANN, "more", 1, 7)));
    }

    @Test
    void whatComesByTheTreeMeanwhileIsNotGrafted() {
        tell(CLE, 3);
        receive(BEN, 3, 3);

        assertThat(ticks(Duration.ofMillis(450))).isEmpty();
    }

    @Test
    void aGraftThatIsNeverAnsweredGoesToTheNextNeighbour() {
        tell(CLE, 3);
        node.after(Duration.ofMillis(200));

        assertThat(ticks(Duration.ofMillis(450))).isEmpty();
        assertThat(ticks(Duration.ofMillis(50)))
                .containsExactly(pull(BEN, 3, 3), asked(1), control(BEN, new Graft(ANN)));
    }

    @Test
    void whatWasAskedOverALinkThatIsGoneIsAskedOfAnotherThoughALargeMessageWasOnItsWayThere() {
        Fixture node = Fixture.partial(DisseminationSettings.DEFAULT, BEN, CLE);
        node.receive(BEN, run(ANN, NEWS, 1, 2).withWay(new Way(2, 0)));
        node.receive(BEN, run(ANN, NEWS, 5, 5).withWay(new Way(2, 0)));
        node.receive(BEN, new Announcement(ANN, NEWS, 6, 200_000, new Way(2, 0)));
        assertThat(node.after(Duration.ofMillis(20))).contains(pull(BEN, 3, 4));
        List<Effect> effects = new ArrayList<>(node.linkDown(BEN));
        effects.addAll(node.after(Duration.ofMillis(50)));
        assertThat(effects).contains(pull(CLE, 3, 4));
    }

    @Test
    void whoDoesNotAnswerWhereAStreamBeginsGivesWayToTheNextWhateverTheClock() {
        Fixture node = Fixture.partial(DisseminationSettings.DEFAULT, BEN, CLE);
        List<Effect> effects =
                new ArrayList<>(node.receive(BEN, run(ANN, NEWS, 5, 5).withWay(new Way(2, 0))));
        for (int tick = 0; tick < 90; tick++) { // the clock of the fixture begins five seconds below zero
            effects.addAll(node.after(Duration.ofMillis(50)));
        }
        assertThat(effects).contains(control(CLE, new StreamQuery(ANN, NEWS)));
    }

    @Test
    void aStreamThatBeganAfterTheFirstLinkIsGivenFromItsFirstMessageThoughAnotherToldOfALaterOne() {
        Fixture node = Fixture.partial(DisseminationSettings.DEFAULT, BEN);
        node.after(Duration.ofSeconds(1));
        node.linkUp(CLE);
        node.receive(CLE, new StreamDigest(List.of(new StreamState(ANN, NEWS, 21, 1, 20, 1, new Way(1, 0)))));
        assertThat(node.receive(BEN, run(ANN, NEWS, 1, 20).withWay(new Way(1, 0))))
                .contains(deliver(ANN, 1, 20));
    }

    @Test
    void whatWasGivenAlreadyIsNotGivenAgainThoughANeighbourPushesFromTheFirstMessage() {
        Fixture node = Fixture.partial(DisseminationSettings.DEFAULT, BEN);
        node.linkUp(CLE);
        node.receive(CLE, new StreamDigest(List.of(new StreamState(ANN, NEWS, 21, 1, 20, 1, new Way(1, 0)))));
        assertThat(node.receive(CLE, run(ANN, NEWS, 21, 21).withWay(new Way(1, 0))))
                .contains(deliver(ANN, 21, 21));
        assertThat(node.receive(BEN, run(ANN, NEWS, 1, 21).withWay(new Way(1, 0))))
                .noneMatch(effect -> effect instanceof Effect.Deliver);
    }

    @Test
    void whatWasAskedOverALinkThatIsGoneIsAskedOfAnother() {
        tell(CLE, 3);
        node.after(Duration.ofMillis(200));
        node.linkDown(CLE);

        assertThat(ticks(Duration.ofMillis(50))).contains(pull(BEN, 3, 3));
    }

    @Test
    void whatWasAskedOverALinkThatIsReplacedIsAskedAnewAtOnce() {
        tell(CLE, 3);
        node.after(Duration.ofMillis(200));
        node.linkUp(CLE);

        assertThat(ticks(Duration.ofMillis(50))).containsAnyOf(pull(BEN, 3, 3), pull(CLE, 3, 3));
    }

    @Test
    void whatOneNeighbourRetainsNoMoreIsAGapOnlyWhenNoneDoes() {
        receive(BEN, 5, 5);
        node.after(Duration.ofMillis(20));

        assertThat(node.receive(BEN, new Unavailable(ANN, NEWS, 3, 4))).containsExactly(pull(CLE, 3, 4), asked(2));
        assertThat(node.receive(CLE, new Unavailable(ANN, NEWS, 3, 4)))
                .startsWith(gap(ANN, 3, 4), GAP_NOTED, deliver(ANN, 5, 5));
    }

    @Test
    void whatIsGoneInPartIsAskedOfTheOthersInThatPart() {
        tell(CLE, 9);
        node.after(Duration.ofMillis(200));

        assertThat(node.receive(CLE, new Unavailable(ANN, NEWS, 3, 5))).startsWith(pull(BEN, 3, 5), asked(3));
        assertThat(receive(CLE, 6, 9)).doesNotContain(deliver(ANN, 6, 9));
        assertThat(receive(BEN, 3, 5)).startsWith(deliver(ANN, 3, 5), deliver(ANN, 6, 9));
    }

    @Test
    void neighboursThatLackItTooAreAskedAgainForAWhileBeforeItIsAGap() {
        receive(BEN, 4, 4);
        node.after(Duration.ofMillis(20));
        int requests = 0;
        List<Effect> effects = List.of();
        Duration waited = Duration.ZERO;
        while (!effects.contains(gap(ANN, 3, 3))) {
            effects = ticks(Duration.ofMillis(50));
            waited = waited.plusMillis(50);
            for (Origin neighbour : List.of(BEN, CLE, BEN)) {
                List<Effect> answer = tell(neighbour, 2);
                requests += answer.contains(pull(BEN, 3, 3)) || answer.contains(pull(CLE, 3, 3)) ? 1 : 0;
                effects = effects.contains(gap(ANN, 3, 3)) ? effects : answer;
            }
            assertThat(waited).isLessThan(Duration.ofSeconds(30));
        }
        assertThat(waited).isBetween(Duration.ofSeconds(14), Duration.ofSeconds(18));
        assertThat(requests).isLessThan(2 * Limits.REPAIR_ROUNDS + 1);
    }

    @Test
    void aPublisherThatIsGoneLeavesNoGapWhileANeighbourHasItsMessages() {
        receive(BEN, 5, 5);

        assertThat(node.memberGone(ANN)).isEmpty();
        assertThat(node.after(Duration.ofMillis(20))).contains(pull(BEN, 3, 4));
        assertThat(receive(BEN, 3, 4)).startsWith(deliver(ANN, 3, 4), deliver(ANN, 5, 5));
    }

    @Test
    void anyNeighbourIsServedWhatWasForwarded() {
        receive(BEN, 3, 4);

        assertThat(node.receive(CLE, new Pull(ANN, NEWS, 2, 9)))
                .containsExactly(
                        bulk(CLE, run(ANN, NEWS, 2, 4).withWay(new Way(3, 0))), noted(ProtocolEvent.REPAIR_SERVED, 3));
    }

    @Test
    void whoAsksForWhatHasNotComeIsToldHowFarItIs() {
        assertThat(node.receive(CLE, new Pull(ANN, NEWS, 3, 4)))
                .containsExactly(
                        bulk(CLE, new StreamDigest(List.of(new StreamState(ANN, NEWS, 1, 3, 2, 1, Way.NONE)))));
    }

    @Test
    void whatIsForwardedIsRetainedForSomeTime() {
        node.after(DisseminationSettings.DEFAULT.retainedAge().plusMillis(1));

        assertThat(node.receive(CLE, new Pull(ANN, NEWS, 1, 2)))
                .containsExactly(bulk(CLE, new Unavailable(ANN, NEWS, 1, 2)));
    }

    @Test
    void aRepairThatComesTwicePrunesNobody() {
        receive(BEN, 4, 4);
        node.after(Duration.ofMillis(20));
        receive(BEN, 3, 3);
        receive(CLE, 5, 5);

        assertThat(receive(BEN, 3, 3)).containsExactly(noted(ProtocolEvent.DUPLICATE_MESSAGE, 1));
    }

    @Test
    void nobodySpeaksForWhoIsNoMember() {
        Origin nobody = Fixture.origin(99);

        assertRejected(node.receive(BEN, run(nobody, NEWS, 1, 1)), RejectReason.FORGED_ORIGIN);
        assertRejected(
                node.receive(BEN, new StreamDigest(List.of(new StreamState(nobody, NEWS, 1, 1, 1)))),
                RejectReason.FORGED_ORIGIN);
        assertRejected(node.receive(BEN, new Graft(nobody)), RejectReason.INVALID_RANGE);
        assertRejected(node.receive(BEN, new Prune(nobody)), RejectReason.INVALID_RANGE);
    }

    @Test
    void aGraftToTheTreeOfAMemberOfWhichNothingWasHeardIsNoFault() {
        assertThat(node.receive(BEN, new Graft(CLE))).isEmpty();
        assertThat(node.receive(BEN, new Prune(CLE))).isEmpty();
    }

    @Test
    void nobodyInventsWhatThisMemberPublished() {
        node.publish(1, 1);

        assertRejected(node.receive(BEN, run(SELF, NEWS, 2, 2)), RejectReason.FORGED_ORIGIN);
        assertThat(node.receive(BEN, run(SELF, NEWS, 1, 1)))
                .containsExactly(noted(ProtocolEvent.DUPLICATE_MESSAGE, 1), control(BEN, new Prune(SELF)));
    }

    @Test
    void aSequenceThatWasInventedCostsTimeAndNotTheStream() {
        tell(CLE, Limits.MAX_SEQUENCE);
        List<Effect> effects = ticks(Duration.ofMinutes(3));

        assertThat(effects)
                .anySatisfy(effect -> assertThat(effect)
                        .isInstanceOfSatisfying(Effect.Rejected.class, rejected -> assertThat(rejected.reason())
                                .isEqualTo(RejectReason.INVALID_RANGE)))
                .noneMatch(effect -> effect instanceof Effect.Gap);
        assertThat(receive(BEN, 3, 3)).startsWith(deliver(ANN, 3, 3));
        assertThat(ticks(Duration.ofMinutes(1))).noneMatch(effect -> effect instanceof Effect.Rejected);
    }

    @Test
    void aReplayIsCountedAndDeliveredToNobody() {
        receive(BEN, 3, 5);

        assertThat(receive(CLE, 1, 5))
                .containsExactly(noted(ProtocolEvent.DUPLICATE_MESSAGE, 5), control(CLE, new Prune(ANN)));
    }

    @Test
    void digestsWithoutEndFillNoMoreThanTheTable() {
        Fixture small = Fixture.partial(Fixture.bounds(1024, 16, 4096, 2), BEN, CLE);
        for (int topic = 0; topic < 2; topic++) {
            String name = "topic-" + topic;
            assertThat(small.receive(BEN, new StreamDigest(List.of(new StreamState(ANN, name, 1, 1, 0)))))
                    .hasSize(1);
        }

        assertRejected(
                small.receive(BEN, new StreamDigest(List.of(new StreamState(ANN, "more", 1, 1, 0)))),
                RejectReason.TOO_MANY_STREAMS);
    }

    @Test
    void requestsWithoutEndAreServedNoMoreThanOthers() {
        List<Effect> last = List.of();
        for (int i = 0; i < 100_000 && !isRejection(last); i++) {
            last = node.receive(CLE, new Pull(ANN, "topic-" + i, 1, 1));
        }

        assertRejected(last, RejectReason.TOO_MANY_REQUESTS);
    }

    private static boolean isRejection(List<Effect> effects) {
        return effects.stream().anyMatch(effect -> effect instanceof Effect.Rejected);
    }
}
