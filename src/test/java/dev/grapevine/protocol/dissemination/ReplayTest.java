package dev.grapevine.protocol.dissemination;

import static dev.grapevine.protocol.dissemination.Fixture.ANN;
import static dev.grapevine.protocol.dissemination.Fixture.BEN;
import static dev.grapevine.protocol.dissemination.Fixture.CLE;
import static dev.grapevine.protocol.dissemination.Fixture.NEWS;
import static dev.grapevine.protocol.dissemination.Fixture.SELF;
import static dev.grapevine.protocol.dissemination.Fixture.control;
import static dev.grapevine.protocol.dissemination.Fixture.deliver;
import static dev.grapevine.protocol.dissemination.Fixture.digest;
import static dev.grapevine.protocol.dissemination.Fixture.gap;
import static dev.grapevine.protocol.dissemination.Fixture.noted;
import static dev.grapevine.protocol.dissemination.Fixture.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame.Announcement;
import dev.grapevine.protocol.frame.DisseminationFrame.Chunk;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.frame.DisseminationFrame.Pull;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamDigest;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamQuery;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamState;
import dev.grapevine.protocol.frame.DisseminationFrame.Unavailable;
import dev.grapevine.protocol.frame.StreamName;
import dev.grapevine.protocol.frame.Way;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.ProtocolEvent;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A member that met Ann when she had published 10 messages. */
class ReplayTest {

    private static final long SUB = 7;
    private static final Effect WAITS = new Effect.ReplayWaits(SUB);

    private final Fixture node = new Fixture();

    private void met() {
        node.linkUp(ANN);
        node.receive(ANN, digest(ANN, NEWS, 11, 3, 10));
    }

    private static Effect replayed(Origin origin, long first, long last) {
        return new Effect.Replayed(SUB, (Effect.Deliver) deliver(origin, first, last));
    }

    private static Effect replayGap(Origin origin, long from, long to) {
        return new Effect.ReplayGap(SUB, (Effect.Gap) gap(origin, from, to));
    }

    private static Effect query(Origin whom) {
        return control(whom, new StreamQuery(ANN, NEWS));
    }

    private static Effect[] pull(Origin whom, long from, long to) {
        return new Effect[] {
            control(whom, new Pull(ANN, NEWS, from, to)), noted(ProtocolEvent.REPAIR_REQUESTED, to - from + 1)
        };
    }

    /** The subscription has begun and knows that Ann retains from 3 on; it takes 100. */
    private void begun() {
        met();
        node.replay(SUB);
        node.receive(ANN, digest(ANN, NEWS, 11, 3, 10));
        node.room(SUB, 100);
    }

    @Test
    void thePublisherIsAskedWhatItRetainsAndThenForAsMuchAsTheSubscriptionTakes() {
        met();

        assertThat(node.replay(SUB)).containsExactly(query(ANN));
        assertThat(node.receive(ANN, digest(ANN, NEWS, 11, 3, 10))).containsExactly(WAITS);
        assertThat(node.room(SUB, 5)).containsExactly(pull(ANN, 3, 7));
        assertThat(node.receive(3, 7)).containsExactly(replayed(ANN, 3, 7), WAITS);
        assertThat(node.room(SUB, 5)).containsExactly(pull(ANN, 8, 10));
        assertThat(node.receive(8, 10)).containsExactly(replayed(ANN, 8, 10));
    }

    @Test
    void fromWhenItHasCaughtUpItIsGivenWhatEverybodyIs() {
        begun();
        node.receive(3, 10);

        assertThat(node.receive(11, 12)).containsExactly(deliver(ANN, 11, 12), replayed(ANN, 11, 12));
        assertThat(node.receive(ANN, new Unavailable(ANN, NEWS, 13, 13))).noneMatch(Effect.ReplayGap.class::isInstance);
        node.receive(14, 14);
        assertThat(node.receive(ANN, new Unavailable(ANN, NEWS, 13, 13)))
                .contains(gap(ANN, 13, 13), replayGap(ANN, 13, 13), deliver(ANN, 14, 14), replayed(ANN, 14, 14));
    }

    @Test
    void whatEverybodyIsGivenMeanwhileComesBehindWhatIsRetainedWithoutBeingAskedFor() {
        begun();

        assertThat(node.receive(11, 12)).containsExactly(deliver(ANN, 11, 12));
        assertThat(node.receive(3, 10)).containsExactly(replayed(ANN, 3, 10), replayed(ANN, 11, 12));
    }

    @Test
    void itsAnswerIsForItAloneAndNoDuplicate() {
        begun();

        assertThat(node.receive(3, 10)).containsExactly(replayed(ANN, 3, 10));
        assertThat(node.receive(3, 10)).containsExactly(noted(ProtocolEvent.DUPLICATE_MESSAGE, 8));
    }

    @Test
    void whatGaveWayBeforeItWasFetchedIsAGapInItsPlace() {
        begun();

        assertThat(node.receive(ANN, new Unavailable(ANN, NEWS, 3, 5)))
                .containsExactly(replayGap(ANN, 3, 5), pull(ANN, 6, 10)[0], pull(ANN, 6, 10)[1]);
        assertThat(node.receive(6, 10)).containsExactly(replayed(ANN, 6, 10));
    }

    @Test
    void anAnswerThatIsLostInPartIsAskedForOnceMore() {
        begun();
        node.receive(3, 4);

        assertThat(node.receive(8, 10)).containsExactly(noted(ProtocolEvent.DUPLICATE_MESSAGE, 3));
        assertThat(node.after(Duration.ofMillis(499))).isEmpty();
        assertThat(node.after(Duration.ofMillis(1))).containsExactly(pull(ANN, 5, 10));
    }

    @Test
    void anAnswerThatTookItsTimeIsNone() {
        met();
        node.receive(11, 12);
        node.replay(SUB);

        assertThat(node.receive(ANN, digest(ANN, NEWS, 11, 11, 10))).isEmpty();
        assertThat(node.receive(ANN, digest(ANN, NEWS, 11, 12, 12))).containsExactly(WAITS);
        assertThat(node.room(SUB, 9)).containsExactly(pull(ANN, 12, 12));
    }

    @Test
    void aQuestionThatIsLostIsAskedAgain() {
        met();
        node.replay(SUB);

        assertThat(node.after(Duration.ofMillis(500))).containsExactly(query(ANN));
        assertThat(node.after(Duration.ofMillis(1000))).containsExactly(query(ANN));
    }

    @Test
    void afterEachLargeMessageASubscriptionIsAskedAgainHowMuchItTakes() {
        List<Bytes> three = Fixture.payloadsOfLength(3, 100_000);
        node.publish(NEWS, three);
        node.publish(4, 6);
        node.replay(SUB);

        for (int sequence = 1; sequence <= 3; sequence++) {
            Effect.Deliver large = new Effect.Deliver(NEWS, SELF, sequence, three.subList(0, 1));
            assertThat(node.room(SUB, 9)).containsExactly(new Effect.Replayed(SUB, large), WAITS);
        }
        assertThat(node.room(SUB, 9)).containsExactly(replayed(SELF, 4, 6));
    }

    @Test
    void whatIsStillOnItsWayBehindALargeMessageIsGivenAndThenItIsAskedHowMuchItTakes() {
        begun();
        Bytes large = Bytes.wrap(new byte[60_000]);
        node.receive(ANN, new Announcement(ANN, NEWS, 3, large.length(), Way.NONE));
        node.after(Duration.ofMillis(300));
        node.receive(ANN, new Chunk(ANN, NEWS, 3, 0, large.slice(0, 49_152)));
        for (int i = 0; i < 3; i++) {
            node.after(Duration.ofMillis(400)); // the rest takes its time, and what is behind is asked for once more
        }
        assertThat(node.receive(ANN, new Chunk(ANN, NEWS, 3, 49_152, large.slice(49_152, 10_848))))
                .contains(WAITS);

        assertThat(node.receive(4, 8)).containsExactly(replayed(ANN, 4, 8));
        assertThat(node.after(Duration.ofSeconds(1)))
                .noneMatch(effect -> effect instanceof Effect.Send send && send.frame() instanceof Pull);
        assertThat(node.room(SUB, 5)).containsExactly(pull(ANN, 9, 10));
    }

    @Test
    void whatThisMemberPublishedItselfComesFromItsOwnWindow() {
        node.publish(1, 4);

        assertThat(node.replay(SUB)).containsExactly(WAITS);
        assertThat(node.room(SUB, 3)).containsExactly(replayed(SELF, 1, 3), WAITS);
        assertThat(node.publish(5, 5)).containsExactly(deliver(SELF, 5, 5));
        assertThat(node.room(SUB, 3)).containsExactly(replayed(SELF, 4, 5));
        assertThat(node.publish(6, 6)).containsExactly(deliver(SELF, 6, 6), replayed(SELF, 6, 6));
    }

    @Test
    void aPublisherThatIsMetLaterIsReplayedTooUnlessItsStreamBeginsThen() {
        node.replay(SUB);
        node.linkUp(ANN);
        node.linkUp(BEN);

        assertThat(node.receive(ANN, digest(ANN, NEWS, 11, 3, 10)))
                .containsExactly(noted(ProtocolEvent.STREAM_OPENED, 1), query(ANN));
        assertThat(node.receive(BEN, run(BEN, NEWS, 1, 2)))
                .contains(deliver(BEN, 1, 2), replayed(BEN, 1, 2))
                .doesNotContain(query(BEN));
        assertThat(node.receive(BEN, run(BEN, NEWS, 3, 3))).containsExactly(deliver(BEN, 3, 3), replayed(BEN, 3, 3));
    }

    @Test
    void criticalMessagesAreCaughtUpWithFirst() {
        String critical = StreamName.critical(NEWS);
        node.linkUp(ANN);
        node.receive(ANN, digest(ANN, NEWS, 11, 3, 10));
        node.receive(ANN, digest(ANN, critical, 3, 1, 2));

        assertThat(node.replay(SUB)).containsExactly(control(ANN, new StreamQuery(ANN, critical)));
    }

    @Test
    void aPublisherThatDoesNotAnswerHoldsUpNoOther() {
        met();
        node.linkUp(BEN);
        node.receive(BEN, digest(BEN, NEWS, 3, 1, 2));
        assertThat(node.replay(SUB)).containsExactly(query(ANN));

        assertThat(node.after(Duration.ofMillis(500))).containsExactly(control(BEN, new StreamQuery(BEN, NEWS)));
    }

    @Test
    void ofAPublisherThatIsGoneNothingIsRetainedInAFullMeshButWhatEverybodyWasGivenSinceIsNotLeftOutInSilence() {
        met();
        node.replay(SUB);
        node.receive(11, 12);
        node.linkDown(ANN);
        node.memberGone(ANN);
        node.after(Duration.ofMillis(50));

        assertThat(node.room(SUB, 10)).containsExactly(replayed(ANN, 11, 12));
    }

    @Test
    void whatEverybodyWasGivenSinceAndItsPublisherTookWithItIsAGap() {
        begun();
        node.linkUp(BEN);
        node.receive(BEN, digest(BEN, NEWS, 3, 1, 2));
        node.receive(BEN, run(BEN, NEWS, 3, 4));
        node.linkDown(BEN);
        node.memberGone(BEN);

        assertThat(node.receive(3, 10)).startsWith(replayed(ANN, 3, 10)).endsWith(replayGap(BEN, 3, 4));
    }

    @Test
    void aLinkThatDropsIsWaitedFor() {
        begun();
        node.linkDown(ANN);
        assertThat(node.after(Duration.ofSeconds(20))).isEmpty();

        node.linkUp(ANN);

        assertThat(node.after(Duration.ofMillis(50))).containsExactly(pull(ANN, 3, 10));
    }

    @Test
    void nothingIsAskedForWhenTheSubscriptionIsOver() {
        begun();
        assertThat(node.replayEnd(SUB)).isEmpty();

        assertThat(node.receive(3, 10)).containsExactly(noted(ProtocolEvent.DUPLICATE_MESSAGE, 8));
        assertThat(node.receive(11, 11)).containsExactly(deliver(ANN, 11, 11));
        assertThat(node.after(Duration.ofSeconds(1))).isEmpty();
    }

    @Test
    void onlySoManyRequestsAreUnderWayAndTheNextFollowsTheFirstAnswer() {
        met();
        for (long subscription = 1; subscription <= Limits.REPLAY_REQUESTS + 1; subscription++) {
            node.replay(subscription);
            node.receive(ANN, digest(ANN, NEWS, 11, 3, 10));
            List<Effect> asked = node.room(subscription, 100);
            assertThat(asked).hasSize(subscription <= Limits.REPLAY_REQUESTS ? 2 : 0);
        }

        assertThat(node.receive(3, 10)).contains(pull(ANN, 3, 10));
    }

    @Test
    void theQuestionsOfManySubscriptionsAreCountedWithTheRequestsOfRepair() {
        met();
        int asked = 0;
        for (int subscription = 1; subscription <= 100; subscription++) {
            asked += node.replay(subscription).size();
        }

        assertThat(asked).isEqualTo(Limits.REQUESTS_PER_TICK);
        assertThat(node.after(Duration.ofMillis(50)))
                .hasSize(100 - Limits.REQUESTS_PER_TICK)
                .allMatch(query(ANN)::equals);
        assertThat(node.after(Duration.ofMillis(400))).isEmpty();
    }

    @Test
    void manySubscriptionsMayBeServedByTheSameAnswer() {
        met();
        for (long subscription : List.of(SUB, SUB + 1)) {
            node.replay(subscription);
            node.receive(ANN, digest(ANN, NEWS, 11, 3, 10));
            node.room(subscription, 100);
        }

        assertThat(node.receive(3, 10))
                .containsExactly(
                        replayed(ANN, 3, 10), new Effect.Replayed(SUB + 1, (Effect.Deliver) deliver(ANN, 3, 10)));
    }

    @Test
    void whatNeedsNoMoreThanTheTailOfWhatCameIsBoundedAndTheRestIsAskedFor() {
        begun();
        int length = Limits.REPLAY_TAIL_BYTES / 4;
        for (long sequence = 11; sequence <= 16; sequence++) {
            node.receive(ANN, new Publications(ANN, NEWS, sequence, Fixture.payloadsOfLength(1, length)));
        }

        assertThat(node.receive(3, 10))
                .containsExactly(replayed(ANN, 3, 10), pull(ANN, 11, 13)[0], pull(ANN, 11, 13)[1]);
    }

    private static StreamDigest told(long retained, long last) {
        return new StreamDigest(List.of(new StreamState(ANN, NEWS, 5, retained, last, 1, new Way(1, 0))));
    }

    private static Fixture beyondAMesh() {
        Fixture node = Fixture.partial(DisseminationSettings.DEFAULT, BEN, CLE);
        node.receive(BEN, told(2, 4));
        node.receive(BEN, run(ANN, NEWS, 5, 6));
        return node;
    }

    @Test
    void beyondAMeshAllNeighboursAreAskedWhatTheyRetainAndThisMemberGivesWhatItHas() {
        Fixture node = beyondAMesh();

        assertThat(node.replay(SUB)).containsExactly(query(BEN), query(CLE));
        assertThat(node.receive(BEN, told(3, 6))).doesNotContain(WAITS);
        assertThat(node.receive(CLE, told(2, 6))).contains(WAITS);
        assertThat(node.room(SUB, 9)).containsExactly(pull(BEN, 2, 4));
        assertThat(node.receive(BEN, run(ANN, NEWS, 2, 4))).containsExactly(replayed(ANN, 2, 4), replayed(ANN, 5, 6));
    }

    @Test
    void beyondAMeshItIsAGapOnlyWhenNoNeighbourRetainsIt() {
        Fixture node = beyondAMesh();
        node.replay(SUB);
        node.receive(BEN, told(3, 6));
        node.receive(CLE, told(2, 6));
        node.room(SUB, 9);

        assertThat(node.receive(BEN, new Unavailable(ANN, NEWS, 2, 3))).containsExactly(pull(CLE, 2, 4));
        assertThat(node.receive(CLE, new Unavailable(ANN, NEWS, 2, 2)))
                .containsExactly(replayGap(ANN, 2, 2), pull(BEN, 3, 4)[0], pull(BEN, 3, 4)[1]);
        assertThat(node.receive(BEN, run(ANN, NEWS, 3, 4))).containsExactly(replayed(ANN, 3, 4), replayed(ANN, 5, 6));
    }

    @Test
    void aNeighbourThatHasNotGotTheStreamRetainsNothingOfIt() {
        Fixture node = beyondAMesh();
        node.replay(SUB);
        node.receive(CLE, told(1, 0));
        node.receive(BEN, told(7, 6));
        assertThat(node.after(Duration.ofMillis(500))).contains(query(CLE)).doesNotContain(query(BEN));
        assertThat(node.after(Duration.ofMillis(1000))).contains(WAITS).doesNotContain(query(CLE));

        assertThat(node.room(SUB, 9)).containsExactly(replayed(ANN, 5, 6));
    }
}
