package dev.grapevine.protocol.dissemination;

import static dev.grapevine.protocol.dissemination.Fixture.ANN;
import static dev.grapevine.protocol.dissemination.Fixture.BEN;
import static dev.grapevine.protocol.dissemination.Fixture.CLE;
import static dev.grapevine.protocol.dissemination.Fixture.DAN;
import static dev.grapevine.protocol.dissemination.Fixture.NEWS;
import static dev.grapevine.protocol.dissemination.Fixture.SELF;
import static dev.grapevine.protocol.dissemination.Fixture.control;
import static dev.grapevine.protocol.dissemination.Fixture.data;
import static dev.grapevine.protocol.dissemination.Fixture.deliver;
import static dev.grapevine.protocol.dissemination.Fixture.noted;
import static dev.grapevine.protocol.dissemination.Fixture.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame.Graft;
import dev.grapevine.protocol.frame.DisseminationFrame.Prune;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamDigest;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamState;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.frame.StreamName;
import dev.grapevine.protocol.frame.Way;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.ProtocolEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which links carry Ann's messages, who is not a neighbour herself. */
class TreeTest {

    private static final Effect OPENED = noted(ProtocolEvent.STREAM_OPENED, 1);
    private static final Duration INTERVAL = Duration.ofMillis(550);

    private final Fixture node = Fixture.partial(DisseminationSettings.DEFAULT, BEN, CLE, DAN);

    private static Publications forwarded(long first, long last, int hops) {
        return run(ANN, NEWS, first, last).withWay(new Way(hops, 0));
    }

    private static StreamDigest told(long last, int hops) {
        return new StreamDigest(List.of(new StreamState(ANN, NEWS, 1, 1, last, 1, new Way(hops, 0))));
    }

    private List<Effect> receive(Origin from, long first, long last) {
        return node.receive(from, forwarded(first, last, 2));
    }

    @Test
    void whatIsPublishedGoesToAllNeighbours() {
        Publications run = run(SELF, NEWS, 1, 1);

        assertThat(node.publish(1, 1))
                .containsExactly(data(BEN, run), data(CLE, run), data(DAN, run), deliver(SELF, 1, 1));
    }

    @Test
    void whatComesFreshIsPushedOnOverAllLinksButThatItCameBy() {
        Publications on = forwarded(1, 2, 3);

        assertThat(receive(CLE, 1, 2)).containsExactly(OPENED, deliver(ANN, 1, 2), data(BEN, on), data(DAN, on));
    }

    @Test
    void whatComesBeforeAnEarlierMessageIsPushedOnAtOnceAndHeldBackHere() {
        receive(CLE, 1, 1);

        assertThat(receive(CLE, 3, 3)).containsExactly(data(BEN, forwarded(3, 3, 3)), data(DAN, forwarded(3, 3, 3)));
    }

    @Test
    void whoPushesWhatIsKnownIsPruned() {
        receive(CLE, 1, 1);

        assertThat(receive(BEN, 1, 1))
                .containsExactly(noted(ProtocolEvent.DUPLICATE_MESSAGE, 1), control(BEN, new Prune(ANN)));
    }

    @Test
    void theLinkThatIsFirstWithNewMessagesIsNotPrunedForARepetition() {
        receive(CLE, 1, 1);

        assertThat(receive(CLE, 1, 1)).containsExactly(noted(ProtocolEvent.DUPLICATE_MESSAGE, 1));
    }

    @Test
    void overALinkThatTheNeighbourPrunedNothingIsPushedUntilItGraftsIt() {
        receive(CLE, 1, 1);
        node.receive(DAN, new Prune(ANN));

        assertThat(receive(CLE, 2, 2)).containsExactly(deliver(ANN, 2, 2), data(BEN, forwarded(2, 2, 3)));

        node.receive(DAN, new Graft(ANN));
        assertThat(receive(CLE, 3, 3)).hasSize(3);
    }

    @Test
    void theTreesOfTwoPublishersAreTwo() {
        receive(CLE, 1, 1);
        node.receive(DAN, new Prune(ANN));
        node.receive(BEN, new Prune(SELF));

        Publications own = run(SELF, NEWS, 1, 1);
        assertThat(node.publish(1, 1)).containsExactly(data(CLE, own), data(DAN, own), deliver(SELF, 1, 1));
    }

    @Test
    void lazyNeighboursAreToldInOneFrameAnIntervalAndTheOthersOnceAStreamRests() {
        receive(CLE, 1, 1);
        node.receive(DAN, new Prune(ANN));
        receive(CLE, 2, 2);
        node.after(Duration.ofMillis(400));
        receive(CLE, 3, 4);
        StreamDigest digest = told(4, 3);

        assertThat(node.after(Duration.ofMillis(150))).containsExactly(data(DAN, digest));
        assertThat(node.after(INTERVAL)).containsExactly(data(BEN, digest));
    }

    @Test
    void whoIsKnownToKnowIsNotTold() {
        receive(CLE, 1, 1);
        receive(BEN, 1, 1);
        node.receive(DAN, new Prune(ANN));
        node.receive(DAN, told(1, 4));

        assertThat(node.after(Duration.ofMillis(1200))).isEmpty();
    }

    @Test
    void lazyNeighboursAreToldInTurnOneAnInterval() {
        for (Origin neighbour : List.of(BEN, CLE, DAN)) {
            node.receive(neighbour, forwarded(1, 1, 2));
            node.receive(neighbour, new Prune(ANN));
        }
        node.after(INTERVAL);

        List<Effect> told = new ArrayList<>();
        for (int sequence = 2; sequence <= 7; sequence++) {
            receive(BEN, sequence, sequence);
            told.addAll(node.after(INTERVAL));
        }
        assertThat(told)
                .containsExactly(
                        data(CLE, told(2, 3)),
                        data(DAN, told(3, 3)),
                        data(CLE, told(4, 3)),
                        data(DAN, told(5, 3)),
                        data(CLE, told(6, 3)),
                        data(DAN, told(7, 3)));
    }

    @Test
    void whereMuchIsPublishedMoreOfThemAreToldAnInterval() {
        receive(BEN, 1, 1);
        node.receive(CLE, new Prune(ANN));
        node.receive(DAN, new Prune(ANN));
        for (int sequence = 2; sequence <= 2 * Limits.RUNS_PER_DIGEST; sequence++) {
            receive(BEN, sequence, sequence);
        }
        StreamDigest digest = told(10, 3);

        assertThat(node.after(INTERVAL)).containsExactly(data(CLE, digest), data(DAN, digest));
    }

    @Test
    void aStreamThatRestsIsToldOfTwiceMoreAndThenNoMore() {
        receive(CLE, 1, 1);
        int frames = 0;
        for (int second = 0; second < 60; second++) {
            frames += node.after(Duration.ofSeconds(1)).size();
        }

        assertThat(frames).isEqualTo(2 + 2 * 3);
    }

    @Test
    void aNeighbourWhoseWayIsShorterIsAskedToPushAndTakesThePlaceOfTheParentWhenItDoes() {
        node.receive(CLE, forwarded(1, 1, 5));
        node.receive(BEN, forwarded(1, 1, 5));

        assertThat(node.receive(BEN, told(1, 5))).as("no shorter").isEmpty();
        assertThat(node.receive(BEN, told(1, 4))).containsExactly(control(BEN, new Graft(ANN)));
        assertThat(node.receive(BEN, forwarded(2, 2, 4)))
                .containsExactly(deliver(ANN, 2, 2), data(CLE, forwarded(2, 2, 5)), data(DAN, forwarded(2, 2, 5)));
        assertThat(node.receive(CLE, forwarded(2, 2, 5)))
                .containsExactly(noted(ProtocolEvent.DUPLICATE_MESSAGE, 1), control(CLE, new Prune(ANN)));
    }

    @Test
    void itDoesSoThoughTheParentWasFirst() {
        node.receive(CLE, forwarded(1, 1, 5));
        node.receive(BEN, told(1, 4));
        node.receive(CLE, forwarded(2, 2, 5));

        assertThat(node.receive(BEN, forwarded(2, 2, 4)))
                .containsExactly(noted(ProtocolEvent.DUPLICATE_MESSAGE, 1), control(CLE, new Prune(ANN)));
    }

    @Test
    void whoSaysThatItsWayIsShortAndPushesNothingIsNobodysParent() {
        node.receive(CLE, forwarded(1, 1, 5));
        node.receive(BEN, told(1, 0));

        assertThat(node.receive(CLE, forwarded(2, 2, 5))).contains(deliver(ANN, 2, 2));
        assertThat(node.receive(CLE, forwarded(2, 2, 5)))
                .as("the parent still")
                .containsExactly(noted(ProtocolEvent.DUPLICATE_MESSAGE, 1));
    }

    @Test
    void aWayOverQuickLinksIsShorterThoughItHasMoreOfThem() {
        node.roundTrip(CLE, Duration.ofMillis(80));
        node.roundTrip(BEN, Duration.ofMillis(1));
        node.receive(CLE, forwarded(1, 1, 1));

        assertThat(node.receive(BEN, told(1, 4)))
                .as("the shortest of its last round trips is a link's length")
                .isEmpty();
        for (int trip = 0; trip < 4; trip++) {
            node.roundTrip(CLE, Duration.ofMillis(80 + trip));
        }
        receive(CLE, 2, 2);
        assertThat(node.receive(BEN, told(2, 4))).containsExactly(control(BEN, new Graft(ANN)));
    }

    @Test
    void aLinkThatWasNotMeasuredYetIsNotPreferred() {
        node.linkDown(BEN);
        node.linkUp(BEN);
        node.receive(CLE, forwarded(1, 1, 50));

        assertThat(node.receive(BEN, told(1, 1))).isEmpty();
    }

    @Test
    void theParentIsExchangedOnceASecondAtTheMost() {
        node.receive(CLE, forwarded(1, 1, 9));
        node.receive(BEN, told(1, 6));

        assertThat(node.receive(DAN, told(1, 2))).isEmpty();
        node.after(Duration.ofSeconds(1));
        assertThat(node.receive(DAN, told(1, 2))).containsExactly(control(DAN, new Graft(ANN)));
    }

    @Test
    void whoLosesItsParentAsksTheNearestThatWasNearerThanItself() {
        node.receive(CLE, forwarded(1, 1, 5));
        node.receive(BEN, forwarded(1, 1, 6));
        node.receive(DAN, forwarded(1, 1, 5));

        assertThat(node.linkDown(CLE)).containsExactly(control(DAN, new Graft(ANN)));
    }

    @Test
    void orTheNearestOfAllIfNobodyWas() {
        node.receive(CLE, forwarded(1, 1, 5));
        node.receive(BEN, forwarded(1, 1, 6));
        node.receive(DAN, forwarded(1, 1, 7));

        assertThat(node.linkDown(CLE)).containsExactly(control(BEN, new Graft(ANN)));
        assertThat(node.linkDown(DAN)).as("no parent").isEmpty();
    }

    @Test
    void ifNobodyWasNearerItAsksThoseThatHaveTheMessagesFromItToo() {
        node.receive(CLE, forwarded(1, 1, 5));
        node.receive(BEN, forwarded(1, 1, 7));

        assertThat(node.linkDown(CLE)).containsExactly(control(BEN, new Graft(ANN)), control(DAN, new Graft(ANN)));
    }

    @Test
    void butNotThoseThatPrunedIt() {
        node.receive(CLE, forwarded(1, 1, 5));
        node.receive(BEN, new Prune(ANN));

        assertThat(node.linkDown(CLE)).containsExactly(control(DAN, new Graft(ANN)));
    }

    @Test
    void whoseParentAsksItLooksForAnotherOne() {
        node.receive(CLE, forwarded(1, 1, 5));
        node.receive(BEN, forwarded(1, 1, 5));

        assertThat(node.receive(CLE, new Graft(ANN))).containsExactly(control(BEN, new Graft(ANN)));
        assertThat(node.receive(BEN, forwarded(2, 2, 5)))
                .as("who asked is pushed what comes")
                .containsExactly(deliver(ANN, 2, 2), data(CLE, forwarded(2, 2, 6)), data(DAN, forwarded(2, 2, 6)));
    }

    @Test
    void orAsksThoseThatHaveTheMessagesFromItSoThatTheWordGoesDownTheTree() {
        node.receive(CLE, forwarded(1, 1, 5));

        assertThat(node.receive(CLE, new Graft(ANN)))
                .containsExactly(control(BEN, new Graft(ANN)), control(DAN, new Graft(ANN)));
    }

    @Test
    void aParentThatAsksOverAndOverIsHeardOnceAMessage() {
        node.receive(CLE, forwarded(1, 1, 5));
        node.receive(CLE, new Graft(ANN));

        for (int repeat = 0; repeat < 3; repeat++) {
            assertThat(node.receive(CLE, new Graft(ANN))).doesNotContain(control(BEN, new Graft(ANN)));
        }
    }

    @Test
    void andForNoMoreRequestsThanMayGoOutBetweenTwoTicks() {
        long grafts = 0;
        for (int sequence = 1; sequence <= 2 * Limits.REQUESTS_PER_TICK; sequence++) {
            node.receive(CLE, forwarded(sequence, sequence, 5));
            grafts += node.receive(CLE, new Graft(ANN)).stream()
                    .filter(effect -> effect instanceof Effect.Send send && send.frame() instanceof Graft)
                    .count();
        }

        assertThat(grafts).isEqualTo(Limits.REQUESTS_PER_TICK);
    }

    @Test
    void whoGraftsIsToldHowFarTheStreamsAreThatGoOn() {
        receive(CLE, 1, 3);
        node.receive(BEN, new Prune(ANN));

        assertThat(node.receive(BEN, new Graft(ANN))).containsExactly(data(BEN, told(3, 3)));
        node.after(INTERVAL);
        node.after(INTERVAL);
        assertThat(node.receive(BEN, new Graft(ANN))).as("it rests").isEmpty();
    }

    @Test
    void whatWasOnItsWayWhenItsSenderWasPrunedMakesNobodyTheParent() {
        receive(CLE, 1, 1);
        receive(BEN, 1, 1);
        receive(BEN, 2, 2);

        assertThat(receive(CLE, 2, 2))
                .as("the parent still")
                .containsExactly(noted(ProtocolEvent.DUPLICATE_MESSAGE, 1));
    }

    @Test
    void norDoesItThoughItsWayHasBecomeShorter() {
        node.receive(CLE, forwarded(1, 1, 5));
        node.receive(BEN, forwarded(1, 1, 5));
        node.receive(CLE, forwarded(2, 2, 5));

        assertThat(node.receive(BEN, forwarded(2, 2, 1)))
                .containsExactly(noted(ProtocolEvent.DUPLICATE_MESSAGE, 1), control(BEN, new Prune(ANN)));
    }

    @Test
    void bothWaysOfALinkAreTwo() {
        receive(CLE, 1, 1);
        node.receive(CLE, new Prune(ANN));

        assertThat(receive(CLE, 2, 2)).as("it pushes still").contains(deliver(ANN, 2, 2));
        assertThat(receive(BEN, 1, 1)).contains(control(BEN, new Prune(ANN)));
        assertThat(receive(CLE, 3, 3))
                .as("who was pruned is pushed to until it prunes too")
                .contains(data(BEN, forwarded(3, 3, 3)));
    }

    @Test
    void aNewLinkIsPushedOverAndToldWhereTheStreamsBegin() {
        receive(CLE, 1, 3);
        node.receive(BEN, new Prune(ANN));
        Origin eve = Fixture.origin(6);

        assertThat(node.linkUp(eve))
                .containsExactly(
                        data(eve, new StreamDigest(List.of(new StreamState(ANN, NEWS, 4, 1, 3, 1, new Way(3, 0))))));
        assertThat(receive(CLE, 4, 4)).contains(data(eve, forwarded(4, 4, 3)));
    }

    @Test
    void aLinkThatComesBackIsANewOne() {
        receive(CLE, 1, 1);
        node.receive(DAN, new Prune(ANN));
        node.linkDown(DAN);
        node.linkUp(DAN);

        assertThat(receive(CLE, 2, 2)).contains(data(DAN, forwarded(2, 2, 3)));
    }

    @Test
    void aNewMemberBeginsWhereItsFirstNeighbourIsAndAnOldOneWithTheStream() {
        assertThat(node.receive(BEN, new StreamDigest(List.of(new StreamState(ANN, NEWS, 6, 1, 5, 1, new Way(1, 0))))))
                .containsExactly(OPENED);
        assertThat(receive(BEN, 6, 6)).contains(deliver(ANN, 6, 6));

        node.after(Duration.ofNanos(Limits.FIRST_LINKS_NANOS + 1));
        Origin eve = Fixture.origin(6);
        node.linkUp(eve);
        node.receive(eve, new StreamDigest(List.of(new StreamState(ANN, "other", 6, 1, 5, 1, new Way(1, 0)))));
        assertThat(node.receive(eve, run(ANN, "other", 1, 5).withWay(new Way(1, 0))))
                .contains(new Effect.Deliver("other", ANN, 1, Fixture.payloads(1, 5)));
    }

    @Test
    void criticalMessagesFloodAllLinksAndPruneNone() {
        String critical = StreamName.critical(NEWS);
        receive(CLE, 1, 1);
        node.receive(DAN, new Prune(ANN));
        Publications run = run(ANN, critical, 1, 1).withWay(new Way(2, 0));
        Publications on = run.withWay(new Way(3, 0));

        assertThat(node.receive(CLE, run))
                .containsExactly(
                        OPENED,
                        new Effect.Deliver(critical, ANN, 1, run.payloads()),
                        new Effect.Send(BEN, Lane.CRITICAL, on),
                        new Effect.Send(DAN, Lane.CRITICAL, on));
        assertThat(node.receive(BEN, run)).containsExactly(noted(ProtocolEvent.DUPLICATE_MESSAGE, 1));
    }

    @Test
    void inAFullMeshNothingIsForwarded() {
        node.partial(false);
        node.linkUp(ANN);

        assertThat(node.receive(ANN, run(ANN, NEWS, 1, 1))).containsExactly(OPENED, deliver(ANN, 1, 1));
        assertThat(node.after(Duration.ofSeconds(1))).isEmpty();
    }
}
