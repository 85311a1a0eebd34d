package dev.grapevine.protocol.dissemination;

import static dev.grapevine.protocol.dissemination.Fixture.ANN;
import static dev.grapevine.protocol.dissemination.Fixture.NEWS;
import static dev.grapevine.protocol.dissemination.Fixture.control;
import static dev.grapevine.protocol.dissemination.Fixture.deliver;
import static dev.grapevine.protocol.dissemination.Fixture.digest;
import static dev.grapevine.protocol.dissemination.Fixture.gap;
import static dev.grapevine.protocol.dissemination.Fixture.noted;
import static dev.grapevine.protocol.dissemination.Fixture.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.frame.DisseminationFrame.Pull;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamQuery;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.RejectReason;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReceivingTest {

    private static final Effect OPENED = noted(ProtocolEvent.STREAM_OPENED, 1);

    private final Fixture node = new Fixture();

    @BeforeEach
    void linked() {
        node.linkUp(ANN);
    }

    @Test
    void aStreamWhoseFirstMessageComesBeginsThere() {
        assertThat(node.receive(1, 3)).containsExactly(OPENED, deliver(ANN, 1, 3));
    }

    @Test
    void aRunInOrderIsOneDeliveryOfTheSameList() {
        node.receive(1, 3);
        Publications run = run(ANN, NEWS, 4, 67);

        List<Effect> effects = node.receive(ANN, run);

        assertThat(effects).containsExactly(deliver(ANN, 4, 67));
        assertThat(((Effect.Deliver) effects.get(0)).payloads()).isSameAs(run.payloads());
    }

    @Test
    void aDigestTellsWhereAStreamBegins() {
        assertThat(node.receive(ANN, digest(ANN, NEWS, 6, 1, 5))).containsExactly(OPENED);
        assertThat(node.receive(6, 7)).containsExactly(deliver(ANN, 6, 7));
    }

    @Test
    void messagesOfAStreamWhoseBeginningIsUnknownAreHeldBackAndItIsAskedFor() {
        Effect query = control(ANN, new StreamQuery(ANN, NEWS));

        assertThat(node.receive(6, 7)).containsExactly(query);
        assertThat(node.receive(8, 8)).isEmpty();
        assertThat(node.after(Duration.ofMillis(450))).isEmpty();
        assertThat(node.after(Duration.ofMillis(50))).containsExactly(query);
        assertThat(node.after(Duration.ofMillis(950))).isEmpty();
        assertThat(node.after(Duration.ofMillis(50))).containsExactly(query);
        assertThat(node.receive(ANN, digest(ANN, NEWS, 6, 1, 8)))
                .containsExactly(OPENED, deliver(ANN, 6, 7), deliver(ANN, 8, 8));
        assertThat(node.after(Duration.ofSeconds(20))).isEmpty();
    }

    @Test
    void whatCameBeforeTheBeginningWasToldIsKeptEvenIfItIsOlder() {
        node.receive(6, 7);

        assertThat(node.receive(ANN, digest(ANN, NEWS, 9, 8, 8))).containsExactly(OPENED, deliver(ANN, 6, 7));
        assertThat(node.receive(8, 9)).containsExactly(deliver(ANN, 8, 9));
    }

    @Test
    void duplicatesAreDroppedAndCounted() {
        node.receive(1, 5);

        assertThat(node.receive(2, 4)).containsExactly(noted(ProtocolEvent.DUPLICATE_MESSAGE, 3));
    }

    @Test
    void ofARunThatWasSeenInPartTheRestIsDelivered() {
        node.receive(1, 5);

        assertThat(node.receive(4, 8)).containsExactly(deliver(ANN, 6, 8), noted(ProtocolEvent.DUPLICATE_MESSAGE, 2));
    }

    @Test
    void aRunAheadIsHeldBackUntilTheMissingOnesCome() {
        node.receive(1, 2);

        assertThat(node.receive(5, 6)).isEmpty();
        assertThat(node.receive(9, 9)).isEmpty();
        assertThat(node.receive(3, 4)).containsExactly(deliver(ANN, 3, 4), deliver(ANN, 5, 6));
        assertThat(node.receive(7, 8)).containsExactly(deliver(ANN, 7, 8), deliver(ANN, 9, 9));
    }

    @Test
    void aRunThatSurroundsWhatIsHeldBackFillsTheHolesAroundIt() {
        node.receive(1, 1);
        node.receive(4, 5);

        assertThat(node.receive(1, 7))
                .containsExactly(
                        deliver(ANN, 2, 3),
                        deliver(ANN, 4, 5),
                        deliver(ANN, 6, 7),
                        noted(ProtocolEvent.DUPLICATE_MESSAGE, 3));
    }

    @Test
    void theSameRunAheadTwiceIsADuplicate() {
        node.receive(1, 1);
        node.receive(4, 5);

        assertThat(node.receive(4, 5)).containsExactly(noted(ProtocolEvent.DUPLICATE_MESSAGE, 2));
    }

    @Test
    void whatDoesNotFitIntoTheReorderBufferIsRejectedAndAskedForAgain() {
        Fixture small = new Fixture(Fixture.bounds(1024, 4, 4096, 16));
        small.linkUp(ANN);
        small.receive(1, 1);

        assertThat(small.receive(3, 8)).singleElement().isInstanceOfSatisfying(Effect.Rejected.class, rejected -> {
            assertThat(rejected.reason()).isEqualTo(RejectReason.REORDER_OVERFLOW);
            assertThat(rejected.detail()).startsWith("2 messages");
        });
        assertThat(small.after(Duration.ofMillis(20)))
                .containsExactly(control(ANN, new Pull(ANN, NEWS, 2, 2)), noted(ProtocolEvent.REPAIR_REQUESTED, 1));
        assertThat(small.receive(2, 2))
                .containsExactly(
                        deliver(ANN, 2, 2),
                        deliver(ANN, 3, 6),
                        control(ANN, new Pull(ANN, NEWS, 7, 8)),
                        noted(ProtocolEvent.REPAIR_REQUESTED, 2));
        assertThat(small.receive(7, 8)).containsExactly(deliver(ANN, 7, 8));
    }

    @Test
    void theBytesHeldBackAreBoundedOverAllStreamsAndReturnedOnDelivery() {
        Fixture small = new Fixture(Fixture.bounds(1024, 100, Limits.RUN_OVERHEAD + 2 * (64 + 2), 16));
        small.linkUp(ANN);
        for (int round = 0; round < 3; round++) {
            String topic = "topic-" + round;
            small.receive(ANN, run(ANN, topic, 1, 1));
            assertThat(small.receive(ANN, run(ANN, topic, 3, 4))).isEmpty();
            small.receive(ANN, run(ANN, "other", 1, 1));
            assertThat(small.receive(ANN, run(ANN, "other", 4 + round, 4 + round)))
                    .last()
                    .isInstanceOf(Effect.Rejected.class);
            assertThat(small.receive(ANN, run(ANN, topic, 2, 2))).hasSize(2);
        }
    }

    @Test
    void aPartOfAFrameThatIsHeldBackDoesNotKeepTheFrameAlive() {
        node.receive(1, 1);
        node.receive(5, 5);
        Publications wide = run(ANN, NEWS, 4, 6);
        node.receive(ANN, wide);

        List<Effect> effects = node.receive(2, 3);

        assertThat(effects)
                .containsExactly(deliver(ANN, 2, 3), deliver(ANN, 4, 4), deliver(ANN, 5, 5), deliver(ANN, 6, 6));
        assertThat(((Effect.Deliver) effects.get(1)).payloads().get(0))
                .isNotSameAs(wide.payloads().get(0));
    }

    @Test
    void aMemberThatIsGoneLeavesGapsForWhatIsMissingAndNoneForATailNobodyKnows() {
        node.receive(1, 2);
        node.receive(5, 6);
        node.receive(9, 9);
        node.linkDown(ANN);

        assertThat(node.memberGone(ANN))
                .containsExactly(
                        gap(ANN, 3, 4),
                        noted(ProtocolEvent.GAP_ANNOUNCED, 1),
                        deliver(ANN, 5, 6),
                        gap(ANN, 7, 8),
                        noted(ProtocolEvent.GAP_ANNOUNCED, 1),
                        deliver(ANN, 9, 9));
    }

    @Test
    void aTailThatADigestToldOfIsAGapWhenTheMemberIsGone() {
        node.receive(1, 2);
        node.receive(ANN, digest(ANN, NEWS, 1, 1, 4));
        node.linkDown(ANN);

        assertThat(node.memberGone(ANN)).containsExactly(gap(ANN, 3, 4), noted(ProtocolEvent.GAP_ANNOUNCED, 1));
    }

    @Test
    void aStreamWhoseBeginningIsNeverLearntBeginsWithWhatCameAndWhatMayHaveBeenBeforeIsTold() {
        node.receive(6, 7);
        node.linkDown(ANN);

        assertThat(node.memberGone(ANN))
                .containsExactly(gap(ANN, 1, 5), noted(ProtocolEvent.GAP_ANNOUNCED, 1), OPENED, deliver(ANN, 6, 7));
    }

    @Test
    void aMemberThatComesBackInTheSameLifeGoesOnWhereItWasWithoutDuplicates() {
        node.receive(1, 5);
        node.linkDown(ANN);
        node.memberGone(ANN);
        node.linkUp(ANN);

        assertThat(node.receive(ANN, digest(ANN, NEWS, 1, 1, 5))).isEmpty();
        assertThat(node.receive(4, 6)).containsExactly(deliver(ANN, 6, 6), noted(ProtocolEvent.DUPLICATE_MESSAGE, 2));
    }

    @Test
    void aStartThatAReturnedMemberNamesAnewDoesNotHideWhatWasMissedMeanwhile() {
        node.receive(1, 5);
        node.linkDown(ANN);
        node.memberGone(ANN);
        node.linkUp(ANN);

        assertThat(node.receive(ANN, digest(ANN, NEWS, 9, 7, 8)))
                .containsExactly(gap(ANN, 6, 6), noted(ProtocolEvent.GAP_ANNOUNCED, 1));
        assertThat(node.receive(7, 8)).containsExactly(deliver(ANN, 7, 8));
    }

    @Test
    void anotherLifeOfAMemberIsAnotherStream() {
        node.receive(1, 5);
        Origin reborn = new Origin(ANN.id(), ANN.epoch() + 1);
        node.linkUp(reborn);

        assertThat(node.receive(reborn, run(reborn, NEWS, 1, 2))).containsExactly(OPENED, deliver(reborn, 1, 2));
    }
}
