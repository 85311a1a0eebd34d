package dev.grapevine.protocol.dissemination;

import static dev.grapevine.protocol.dissemination.Fixture.ANN;
import static dev.grapevine.protocol.dissemination.Fixture.BEN;
import static dev.grapevine.protocol.dissemination.Fixture.DAN;
import static dev.grapevine.protocol.dissemination.Fixture.NEWS;
import static dev.grapevine.protocol.dissemination.Fixture.SELF;
import static dev.grapevine.protocol.dissemination.Fixture.bulk;
import static dev.grapevine.protocol.dissemination.Fixture.deliver;
import static dev.grapevine.protocol.dissemination.Fixture.digest;
import static dev.grapevine.protocol.dissemination.Fixture.gap;
import static dev.grapevine.protocol.dissemination.Fixture.noted;
import static dev.grapevine.protocol.dissemination.Fixture.payloads;
import static dev.grapevine.protocol.dissemination.Fixture.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.frame.DisseminationFrame.Graft;
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
import dev.grapevine.protocol.step.RejectReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostileInputTest {

    private static final long FAR = Limits.MAX_SEQUENCE;

    private final Fixture node = new Fixture();

    @BeforeEach
    void linked() {
        node.linkUp(ANN);
        node.receive(1, 2);
        node.publish(1, 5);
    }

    private static void assertRejected(List<Effect> effects, RejectReason reason) {
        assertThat(effects).singleElement().isInstanceOfSatisfying(Effect.Rejected.class, rejected -> {
            assertThat(rejected.reason()).isEqualTo(reason);
            assertThat(rejected.peer()).isEqualTo(ANN);
        });
    }

    @Test
    void nobodySpeaksForAnother() {
        assertRejected(node.receive(ANN, run(BEN, NEWS, 1, 2)), RejectReason.FORGED_ORIGIN);
        assertRejected(node.receive(ANN, run(SELF, NEWS, 6, 6)), RejectReason.FORGED_ORIGIN);
        assertRejected(node.receive(ANN, digest(BEN, NEWS, 1, 1, 5)), RejectReason.FORGED_ORIGIN);
        assertRejected(node.receive(ANN, new Unavailable(BEN, NEWS, 1, 5)), RejectReason.FORGED_ORIGIN);
    }

    @Test
    void anotherLifeOfTheSameMemberIsAnother() {
        assertRejected(
                node.receive(ANN, run(new Origin(ANN.id(), ANN.epoch() + 1), NEWS, 1, 2)), RejectReason.FORGED_ORIGIN);
    }

    @Test
    void oneIsAskedOnlyForOnesOwnStreams() {
        assertRejected(node.receive(ANN, new Pull(BEN, NEWS, 1, 2)), RejectReason.FORGED_ORIGIN);
        assertRejected(node.receive(ANN, new StreamQuery(BEN, NEWS)), RejectReason.FORGED_ORIGIN);
        assertRejected(node.receive(ANN, new Pull(SELF, "other", 1, 2)), RejectReason.INVALID_RANGE);
        assertRejected(node.receive(ANN, new StreamQuery(SELF, "other")), RejectReason.INVALID_RANGE);
    }

    @Test
    void aRequestWithoutALinkIsNotServed() {
        node.linkDown(ANN);

        assertRejected(node.receive(ANN, new Pull(SELF, NEWS, 1, 2)), RejectReason.NOT_READY);
    }

    @ParameterizedTest
    @CsvSource({"0", "-1", "-9223372036854775808", "1152921504606846977", "9223372036854775807"})
    void aSequenceThatCannotBeIsRejected(long first) {
        assertRejected(
                node.receive(ANN, new Publications(ANN, NEWS, first, payloads(1, 2))), RejectReason.INVALID_RANGE);
    }

    @Test
    void aRunOfNothingOrOfTooMuchIsRejected() {
        assertRejected(node.receive(ANN, new Publications(ANN, NEWS, 3, List.of())), RejectReason.INVALID_RANGE);
        assertRejected(
                node.receive(
                        ANN,
                        new Publications(
                                ANN, NEWS, 3, Fixture.payloadsOfLength(DisseminationFrame.MAX_PAYLOADS + 1, 0))),
                RejectReason.INVALID_RANGE);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1, 5",
        "-1, 1, 5",
        "7, 1, 5",
        "1, 0, 5",
        "1, 7, 5",
        "1, 1, -1",
        "1, 1, 1152921504606846977",
        "1, 1, 9223372036854775807",
        "9223372036854775807, 9223372036854775807, 9223372036854775807"
    })
    void aStateThatCannotBeIsRejected(long start, long retained, long last) {
        assertRejected(node.receive(ANN, digest(ANN, NEWS, start, retained, last)), RejectReason.INVALID_RANGE);
    }

    @Test
    void aDigestOfTooManyStreamsIsRejected() {
        List<StreamState> states =
                Collections.nCopies(DisseminationFrame.MAX_STREAMS + 1, new StreamState(ANN, NEWS, 1, 1, 5));

        assertRejected(node.receive(ANN, new StreamDigest(states)), RejectReason.INVALID_RANGE);
    }

    @ParameterizedTest
    @CsvSource({"0, 2", "-5, 2", "3, 2", "1, 6", "1, 1152921504606846976", "6, 6", "1, 9223372036854775807"})
    void aPullOfWhatWasNeverPublishedIsRejectedAtNoCost(long from, long to) {
        assertRejected(node.receive(ANN, new Pull(SELF, NEWS, from, to)), RejectReason.INVALID_RANGE);
    }

    @ParameterizedTest
    @CsvSource({"0, 2", "3, 2", "1, 3", "1, 9223372036854775807"})
    void anAnswerThatNobodyAskedForIsRejected(long from, long to) {
        assertRejected(node.receive(ANN, new Unavailable(ANN, NEWS, from, to)), RejectReason.INVALID_RANGE);
        assertRejected(node.receive(ANN, new Unavailable(ANN, "other", 1, 2)), RejectReason.INVALID_RANGE);
    }

    @Test
    void aTopicsNameHasALengthAndALimit() {
        String tooLong = "x".repeat(DisseminationFrame.MAX_NAME_LENGTH + 1);

        assertRejected(node.receive(ANN, run(ANN, "", 1, 1)), RejectReason.INVALID_RANGE);
        assertRejected(node.receive(ANN, run(ANN, tooLong, 1, 1)), RejectReason.INVALID_RANGE);
        assertRejected(node.receive(ANN, digest(ANN, tooLong, 1, 1, 1)), RejectReason.INVALID_RANGE);
        String nameless = StreamName.critical("");
        assertRejected(node.receive(ANN, run(ANN, nameless, 1, 1)), RejectReason.INVALID_RANGE);
        String marked = StreamName.critical(StreamName.critical("x"));
        assertRejected(node.receive(ANN, run(ANN, marked, 1, 1)), RejectReason.INVALID_RANGE);
    }

    @Test
    void aSequenceFarAheadCostsNoMoreThanOneRequestAtATime() {
        node.receive(ANN, new Publications(ANN, NEWS, FAR, payloads(1, 1)));

        assertThat(node.after(Duration.ofMillis(20)))
                .containsExactly(
                        Fixture.control(ANN, new Pull(ANN, NEWS, 3, 2 + Limits.PULL_MESSAGES)),
                        noted(ProtocolEvent.REPAIR_REQUESTED, Limits.PULL_MESSAGES));
        assertThat(node.after(Duration.ofMillis(50))).isEmpty();
    }

    @Test
    void whatOthersInventOfAPublisherThatHasNoLinkHereYetIsNotBelievedOnceItHas() {
        node.present(BEN);
        node.receive(ANN, digest(BEN, NEWS, 1, 1, 1_000_000));
        node.linkUp(BEN);

        node.receive(BEN, digest(BEN, NEWS, 1, 1, 3));
        assertThat(node.after(Duration.ofMillis(50)))
                .contains(Fixture.control(BEN, new Pull(BEN, NEWS, 1, 3)), noted(ProtocolEvent.REPAIR_REQUESTED, 3));
        assertThat(node.receive(BEN, run(BEN, NEWS, 1, 3))).containsExactly(deliver(BEN, 1, 3));
        assertThat(node.after(Duration.ofSeconds(30)))
                .noneMatch(effect -> effect instanceof Effect.Send send && send.frame() instanceof Pull);
        assertThat(node.receive(BEN, run(BEN, NEWS, 4, 4))).containsExactly(deliver(BEN, 4, 4));
    }

    @Test
    void whereOthersSayThatAPublisherWithoutALinkHereBeganHidesNothingOfIt() {
        node.present(BEN);
        node.receive(ANN, new StreamDigest(List.of(new StreamState(BEN, NEWS, 1, 1, 2_000, 1_000, Way.NONE))));
        node.receive(ANN, run(BEN, NEWS, 6, 7));
        node.linkUp(BEN);

        node.receive(BEN, digest(BEN, NEWS, 4, 1, 7));
        assertThat(node.after(Duration.ofMillis(50))).contains(Fixture.control(BEN, new Pull(BEN, NEWS, 4, 5)));
        assertThat(node.receive(BEN, run(BEN, NEWS, 4, 5))).containsExactly(deliver(BEN, 4, 5), deliver(BEN, 6, 7));
    }

    @Test
    void beyondAMeshALieAboutWhereAStreamBeginsHoldsOnlyUntilAnotherTellsOrSomethingCame() {
        Fixture member = Fixture.partial(DisseminationSettings.DEFAULT, ANN, BEN);
        member.receive(ANN, digest(DAN, NEWS, FAR, FAR - 1, FAR - 1));

        member.receive(BEN, digest(DAN, NEWS, 5, 1, 4));
        assertThat(member.receive(BEN, run(DAN, NEWS, 5, 6))).contains(deliver(DAN, 5, 6));
        assertThat(member.receive(BEN, run(DAN, NEWS, 7, 7))).contains(deliver(DAN, 7, 7));
        member.receive(ANN, digest(DAN, NEWS, 1, 1, 7));
        assertThat(member.receive(BEN, run(DAN, NEWS, 8, 8))).contains(deliver(DAN, 8, 8));
    }

    @Test
    void runsWithAHoleBeforeEachLeaveNoMoreHolesThanRunsThatAreHeldBack() {
        int most = 100;
        InboundStream stream = stream(Fixture.bounds(1024, most, 1 << 20, 16));
        for (long sequence = 2; sequence <= 20_000; sequence += 2) {
            stream.accept(run(ANN, NEWS, sequence, sequence), 0, effect -> {});
        }

        assertThat(stream.holes()).isEqualTo(most + 1);
        assertThat(stream.knownLast()).isEqualTo(20_000);
    }

    @Test
    void aRunOfOneMessageTakesMoreOfTheSharedBytesThanItsMessage() {
        int each = Limits.RUN_OVERHEAD + Limits.MESSAGE_OVERHEAD + 2;
        InboundStream stream = stream(Fixture.bounds(1024, 4096, 3L * each, 16));
        for (long sequence = 2; sequence <= 8; sequence += 2) {
            stream.accept(run(ANN, NEWS, sequence, sequence), 0, effect -> {});
        }

        assertThat(stream.holes()).isEqualTo(3 + 1);
    }

    @Test
    void afterOneLossWhatFollowsInOrderLeavesOneHoleBehindWhatIsHeldBack() {
        InboundStream stream = stream(Fixture.bounds(1024, 100, 1 << 20, 16));
        for (long sequence = 2; sequence <= 20_000; sequence++) {
            stream.accept(run(ANN, NEWS, sequence, sequence), 0, effect -> {});
        }

        assertThat(stream.holes()).isEqualTo(2);
    }

    /** A stream that begins at 1. */
    private static InboundStream stream(DisseminationSettings settings) {
        InboundStream stream = new InboundStream(
                new StreamPlace(ANN, NEWS, 0, 0),
                new TreeEdges(),
                settings,
                new Pacing(settings, new SplittableRandom(1)),
                new HeldBudget(settings.reorderBytes()),
                0);
        stream.learn(new StreamState(ANN, NEWS, 1, 1, 0), 0, effect -> {});
        return stream;
    }

    @Test
    void anEnormousGapIsOneEffect() {
        assertThat(node.receive(ANN, digest(ANN, NEWS, 1, FAR, FAR)))
                .containsExactly(gap(ANN, 3, FAR - 1), noted(ProtocolEvent.GAP_ANNOUNCED, 1));
    }

    @Test
    void anEnormousRangeThatIsNotRetainedIsAnsweredInOneFrame() {
        Fixture small = new Fixture(Fixture.bounds(1, 16, 4096, 16));
        small.linkUp(ANN);
        for (int batch = 0; batch < 25; batch++) {
            small.publish(NEWS, Fixture.payloadsOfLength(4000, 0));
        }

        assertThat(small.receive(ANN, new Pull(SELF, NEWS, 1, 100_000)))
                .containsExactly(bulk(ANN, new Unavailable(SELF, NEWS, 1, 100_000)));
    }

    @Test
    void aPeerThatPullsWithoutEndIsServedSoMuchATickAndThenRejected() {
        node.publish("big", Fixture.payloadsOfLength(20, 40 << 10));
        node.after(Duration.ofMillis(50));
        node.after(Duration.ofMillis(50));
        int sent = 0;
        List<Effect> last = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            last = node.receive(ANN, new Pull(SELF, "big", 1 + i % 20, 20));
            sent += (int) last.stream().filter(Effect.Send.class::isInstance).count();
        }

        assertThat(sent).isLessThanOrEqualTo(13);
        assertThat(node.after(Duration.ofMillis(50)).stream().filter(Effect.Send.class::isInstance))
                .hasSizeLessThanOrEqualTo(13);
        for (int topic = 0; topic <= Limits.PENDING_REPAIRS + 4; topic++) {
            node.publish("topic-" + topic, payloads(1, 1));
            last = node.receive(ANN, new Pull(SELF, "topic-" + topic, 1, 1));
        }
        assertRejected(last, RejectReason.TOO_MANY_REQUESTS);
        assertRejected(node.receive(ANN, new StreamQuery(SELF, NEWS)), RejectReason.TOO_MANY_REQUESTS);
    }

    @Test
    void whoGraftsWithoutEndIsToldOfStreamsInSoManyBytesATick() {
        Fixture member = Fixture.partial(DisseminationSettings.DEFAULT, ANN, BEN);
        member.receive(BEN, run(DAN, NEWS, 1, 1));
        member.receive(BEN, run(DAN, "more", 1, 1));
        int told = 0;
        for (int i = 0; i < 10_000; i++) {
            told += toldStreams(member.receive(ANN, new Graft(DAN)));
        }

        int each = DigestBatch.bytes(NEWS); // as long a name as the other
        assertThat(told).isEqualTo((Limits.REPAIR_BYTES_PER_TICK - 1) / each + 1);
        member.after(Duration.ofMillis(50));
        assertThat(toldStreams(member.receive(ANN, new Graft(DAN)))).isEqualTo(2);
    }

    private static int toldStreams(List<Effect> effects) {
        return effects.stream()
                .mapToInt(effect -> ((StreamDigest) ((Effect.Send) effect).frame())
                        .streams()
                        .size())
                .sum();
    }

    @Test
    void streamsBeyondTheLimitAreIgnoredAndCountedAndTheKnownOnesGoOn() {
        Fixture small = new Fixture(Fixture.bounds(1024, 16, 4096, 2));
        small.linkUp(ANN);
        small.receive(ANN, run(ANN, "a", 1, 1));
        small.receive(1, 1);

        assertRejected(small.receive(ANN, run(ANN, "c", 1, 1)), RejectReason.TOO_MANY_STREAMS);
        assertRejected(small.receive(ANN, digest(ANN, "d", 1, 1, 1)), RejectReason.TOO_MANY_STREAMS);
        assertThat(small.receive(2, 2)).containsExactly(deliver(ANN, 2, 2));
    }

    @Test
    void aStreamBeyondTheLimitHidesNoneThatADigestTellsOfBesideIt() {
        Fixture small = new Fixture(Fixture.bounds(1024, 16, 4096, 2));
        small.linkUp(ANN);
        small.receive(ANN, run(ANN, "a", 1, 1));
        small.receive(1, 1);
        List<StreamState> states = List.of(
                new StreamState(ANN, "c", 1, 1, 1),
                new StreamState(ANN, "d", 1, 1, 1),
                new StreamState(ANN, NEWS, 1, 1, 2));

        assertRejected(small.receive(ANN, new StreamDigest(states)), RejectReason.TOO_MANY_STREAMS);
        assertThat(small.after(Duration.ofMillis(20))).contains(Fixture.control(ANN, new Pull(ANN, NEWS, 2, 2)));
    }

    @Test
    void whoeverPublishesToEverMoreTopicsLeavesAQuarterOfTheStreamsToOthers() {
        Fixture small = new Fixture(Fixture.bounds(1024, 16, 4096, 100));
        small.linkUp(ANN);
        small.linkUp(BEN);
        int begun = 0;
        for (int topic = 0; topic < 200; topic++) {
            List<Effect> effects = small.receive(ANN, run(ANN, "topic-" + topic, 1, 1));
            begun += effects.stream().anyMatch(Effect.Deliver.class::isInstance) ? 1 : 0;
        }

        assertThat(begun).isEqualTo(75);
        assertThat(small.receive(BEN, run(BEN, NEWS, 1, 1))).contains(deliver(BEN, 1, 1));
    }

    @Test
    void theStreamsOfMembersThatAreGoneMakeRoom() {
        Fixture small = new Fixture(Fixture.bounds(1024, 16, 4096, 2));
        small.receive(BEN, run(BEN, "a", 1, 1));
        small.receive(BEN, run(BEN, "b", 1, 1));
        assertThat(small.receive(1, 1)).singleElement().isInstanceOf(Effect.Rejected.class);

        small.memberGone(BEN);

        assertThat(small.receive(1, 1)).contains(deliver(ANN, 1, 1));
    }

    @Test
    void membersThatComeAndGoWithoutEndAreForgottenTheEldestFirst() {
        for (long number = 10; number < 10 + Limits.GONE_SOURCES + 1; number++) {
            node.receive(Fixture.origin(number), run(Fixture.origin(number), NEWS, 1, 1));
            node.memberGone(Fixture.origin(number));
        }

        assertThat(node.receive(Fixture.origin(11), run(Fixture.origin(11), NEWS, 1, 1)))
                .containsExactly(noted(ProtocolEvent.DUPLICATE_MESSAGE, 1));
        assertThat(node.receive(Fixture.origin(10), run(Fixture.origin(10), NEWS, 1, 1)))
                .contains(deliver(Fixture.origin(10), 1, 1));
    }

    @Test
    void anUnknownStreamThatOverflowsAndWhoseOriginGoesIsAGapAndLeavesNothingBehind() {
        Fixture small = new Fixture(Fixture.bounds(1024, 16, 10, 16));
        small.linkUp(ANN);
        small.receive(ANN, run(ANN, "other", 6, 9));
        small.linkDown(ANN);

        assertThat(small.memberGone(ANN)).contains(new Effect.Gap("other", ANN, 1, 9));
        small.linkUp(ANN);
        assertThat(small.after(Duration.ofSeconds(10))).isEmpty();
    }
}
