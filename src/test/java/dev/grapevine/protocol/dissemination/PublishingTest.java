package dev.grapevine.protocol.dissemination;

import static dev.grapevine.protocol.dissemination.Fixture.ANN;
import static dev.grapevine.protocol.dissemination.Fixture.BEN;
import static dev.grapevine.protocol.dissemination.Fixture.NEWS;
import static dev.grapevine.protocol.dissemination.Fixture.SELF;
import static dev.grapevine.protocol.dissemination.Fixture.bulk;
import static dev.grapevine.protocol.dissemination.Fixture.data;
import static dev.grapevine.protocol.dissemination.Fixture.deliver;
import static dev.grapevine.protocol.dissemination.Fixture.digest;
import static dev.grapevine.protocol.dissemination.Fixture.noted;
import static dev.grapevine.protocol.dissemination.Fixture.payloads;
import static dev.grapevine.protocol.dissemination.Fixture.payloadsOfLength;
import static dev.grapevine.protocol.dissemination.Fixture.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.frame.DisseminationFrame.Pull;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamDigest;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamQuery;
import dev.grapevine.protocol.frame.DisseminationFrame.Unavailable;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.ProtocolEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PublishingTest {

    private static final Duration TICK = Duration.ofMillis(50);
    /** Longer than a digest interval with its jitter, shorter than two. */
    private static final Duration DIGEST = Duration.ofMillis(600);
    /** The same of the idle interval. */
    private static final Duration IDLE = Duration.ofSeconds(12);

    private final Fixture node = new Fixture();

    @Test
    void aPublicationGoesOnceToEachLinkedPeerAsTheSameFrameAndIsDeliveredHere() {
        node.linkUp(ANN);
        node.linkUp(BEN);

        List<Effect> effects = node.publish(1, 3);

        Publications frame = run(SELF, NEWS, 1, 3);
        assertThat(effects).containsExactly(data(ANN, frame), data(BEN, frame), deliver(SELF, 1, 3));
        assertThat(((Effect.Send) effects.get(0)).frame()).isSameAs(((Effect.Send) effects.get(1)).frame());
    }

    @Test
    void sequencesGoOnWithoutHolesInEachTopicByItself() {
        node.publish(1, 2);
        node.publish("weather", payloads(1, 5));

        assertThat(node.publish(3, 3)).containsExactly(deliver(SELF, 3, 3));
    }

    @Test
    void publishingNothingDoesNothing() {
        node.linkUp(ANN);

        assertThat(node.publish(NEWS, List.of())).isEmpty();
    }

    @Test
    void aListThatTheCallerChangesAfterwardsDoesNotChangeWhatWasPublished() {
        List<Bytes> mine = new ArrayList<>(payloads(1, 2));
        List<Effect> effects = node.publish(NEWS, mine);
        mine.clear();

        assertThat(effects).containsExactly(deliver(SELF, 1, 2));
    }

    @Test
    void manyPayloadsCostEffectsByThePeerAndNotByThePayload() {
        for (long peer = 2; peer <= 8; peer++) {
            node.linkUp(Fixture.origin(peer));
        }

        assertThat(node.publish(1, 64)).hasSize(7 + 1);
    }

    @Test
    void aLongRunIsSplitAtTheNumberOfPayloadsThatAFrameMayHave() {
        node.linkUp(ANN);

        List<Effect> effects = node.publish(NEWS, payloadsOfLength(DisseminationFrame.MAX_PAYLOADS + 1, 0));

        assertThat(sentSizes(effects)).containsExactly(DisseminationFrame.MAX_PAYLOADS, 1);
        assertThat(effects).last().isInstanceOf(Effect.Deliver.class);
    }

    @Test
    void aHeavyRunIsSplitBeforeItPassesSixtyKibibytes() {
        node.linkUp(ANN);

        assertThat(sentSizes(node.publish(NEWS, payloadsOfLength(5, 20 << 10)))).containsExactly(3, 2);
    }

    @Test
    void theLongestMessageThatIsPushedSharesItsRunWithWhatFits() {
        node.linkUp(ANN);

        List<Bytes> payloads = new ArrayList<>(payloadsOfLength(1, 10));
        payloads.addAll(payloadsOfLength(2, 48 << 10));
        payloads.addAll(payloadsOfLength(1, 10));
        assertThat(sentSizes(node.publish(NEWS, payloads))).containsExactly(2, 2);
    }

    private static List<Integer> sentSizes(List<Effect> effects) {
        return effects.stream()
                .filter(Effect.Send.class::isInstance)
                .map(send ->
                        ((Publications) ((Effect.Send) send).frame()).payloads().size())
                .toList();
    }

    @Test
    void aPeerThatIsMetLaterIsToldThatItsStreamBeginsWithWhatComesNext() {
        node.publish(1, 5);

        assertThat(node.linkUp(ANN)).containsExactly(data(ANN, digest(SELF, NEWS, 6, 1, 5)));
    }

    @Test
    void aStreamThatBeginsAfterThePeerWasMetBeginsWithItsFirstMessage() {
        node.linkUp(ANN);
        node.linkDown(ANN);
        node.publish(1, 5);

        assertThat(node.linkUp(ANN)).containsExactly(data(ANN, digest(SELF, NEWS, 1, 1, 5)));
    }

    @Test
    void aPeerThatLinksAgainGoesOnWhereItsStreamBegan() {
        node.publish(1, 5);
        node.linkUp(ANN);
        node.publish(6, 7);
        node.linkDown(ANN);
        node.publish(8, 9);

        assertThat(node.linkUp(ANN)).containsExactly(data(ANN, digest(SELF, NEWS, 6, 1, 9)));
    }

    @Test
    void aPeerThatWasGoneIsMetAnew() {
        node.linkUp(ANN);
        node.publish(1, 5);
        node.linkDown(ANN);
        node.memberGone(ANN);

        assertThat(node.linkUp(ANN)).containsExactly(data(ANN, digest(SELF, NEWS, 6, 1, 5)));
    }

    @Test
    void nothingIsSentToAPeerWithoutALink() {
        node.linkUp(ANN);
        node.linkDown(ANN);

        assertThat(node.publish(1, 1)).containsExactly(deliver(SELF, 1, 1));
        assertThat(node.after(IDLE)).isEmpty();
    }

    @Test
    void withoutStreamsThereIsNothingToTell() {
        assertThat(node.linkUp(ANN)).isEmpty();
        assertThat(node.after(IDLE)).isEmpty();
    }

    @Test
    void aPublicationIsToldOfThreeTimesAndThenOnlyNowAndThen() {
        node.linkUp(ANN);
        node.publish(1, 2);

        Effect digest = data(ANN, digest(SELF, NEWS, 1, 1, 2));
        assertThat(node.after(TICK)).isEmpty();
        assertThat(node.after(DIGEST)).containsExactly(digest);
        assertThat(node.after(DIGEST)).containsExactly(digest);
        assertThat(node.after(DIGEST)).containsExactly(digest);
        assertThat(node.after(DIGEST)).isEmpty();
        assertThat(node.after(IDLE)).containsExactly(digest);
        assertThat(node.after(DIGEST)).isEmpty();
        assertThat(node.after(IDLE)).containsExactly(digest);
    }

    @Test
    void manyStreamsAreToldOfInSeveralDigests() {
        node.linkUp(ANN);
        for (int topic = 0; topic < DisseminationFrame.MAX_STREAMS + 1; topic++) {
            node.publish("topic-" + topic, payloads(1, 1));
        }

        List<Effect> effects = node.after(DIGEST);

        assertThat(effects).hasSizeGreaterThan(1).allSatisfy(effect -> {
            StreamDigest digest = (StreamDigest) ((Effect.Send) effect).frame();
            assertThat(digest.size()).isLessThan(64 << 10);
        });
        assertThat(effects.stream()
                        .mapToInt(effect -> ((StreamDigest) ((Effect.Send) effect).frame())
                                .streams()
                                .size())
                        .sum())
                .isEqualTo(DisseminationFrame.MAX_STREAMS + 1);
    }

    @Test
    void aQueryIsAnsweredWithTheStateOfThatStream() {
        node.publish(1, 5);
        node.linkUp(ANN);

        assertThat(node.receive(ANN, new StreamQuery(SELF, NEWS)))
                .containsExactly(data(ANN, digest(SELF, NEWS, 6, 1, 5)));
    }

    @Test
    void whatIsRetainedIsSentAgainOnTheBulkLane() {
        node.linkUp(ANN);
        node.publish(1, 3);
        node.publish(4, 6);

        assertThat(node.receive(ANN, new Pull(SELF, NEWS, 2, 5)))
                .containsExactly(bulk(ANN, run(SELF, NEWS, 2, 5)), noted(ProtocolEvent.REPAIR_SERVED, 4));
    }

    @Test
    void whatWasPublishedOneByOneIsSentAgainInRunsNoLongerThanOthers() {
        node.linkUp(ANN);
        for (int i = 0; i < 10; i++) {
            node.publish(NEWS, payloadsOfLength(1, 10 << 10));
        }

        List<Effect> effects = node.receive(ANN, new Pull(SELF, NEWS, 1, 10));

        assertThat(effects.stream().filter(Effect.Send.class::isInstance).map(effect ->
                        (Publications) ((Effect.Send) effect).frame()))
                .extracting(Publications::first, Publications::last)
                .containsExactly(tuple(1L, 6L), tuple(7L, 10L));
    }

    @Test
    void whatIsNotRetainedAnyMoreIsSaidToBeUnavailableAndTheRestIsSent() {
        Fixture small = new Fixture(Fixture.bounds(2 * (64 + 2), 16, 4096, 16));
        small.linkUp(ANN);
        small.publish(1, 2);
        small.publish(3, 5);

        assertThat(small.receive(ANN, new Pull(SELF, NEWS, 1, 5)))
                .containsExactly(
                        bulk(ANN, new Unavailable(SELF, NEWS, 1, 3)),
                        bulk(ANN, run(SELF, NEWS, 4, 5)),
                        noted(ProtocolEvent.REPAIR_SERVED, 2));
    }

    @Test
    void theOldestMessageOfAllTopicsGivesWayFirst() {
        Fixture small = new Fixture(Fixture.bounds(3 * (64 + 2), 16, 4096, 16));
        small.linkUp(ANN);
        small.publish("a", payloads(1, 2));
        small.publish("b", payloads(1, 1));
        small.publish("a", payloads(3, 3));

        assertThat(small.after(DIGEST))
                .containsExactly(data(
                        ANN,
                        new StreamDigest(List.of(
                                new DisseminationFrame.StreamState(SELF, "a", 1, 2, 3),
                                new DisseminationFrame.StreamState(SELF, "b", 1, 1, 1)))));
        small.publish("b", payloads(2, 3));
        assertThat(small.receive(ANN, new Pull(SELF, "a", 1, 3)))
                .containsExactly(
                        bulk(ANN, new Unavailable(SELF, "a", 1, 2)),
                        bulk(ANN, new Publications(SELF, "a", 3, payloads(3, 3))),
                        noted(ProtocolEvent.REPAIR_SERVED, 1));
    }

    @Test
    void aMessageLargerThanTheWindowIsSentAndNotRetained() {
        Fixture small = new Fixture(Fixture.bounds(100, 16, 4096, 16));
        small.linkUp(ANN);
        small.publish(NEWS, payloadsOfLength(1, 1000));

        assertThat(small.receive(ANN, new Pull(SELF, NEWS, 1, 1)))
                .containsExactly(bulk(ANN, new Unavailable(SELF, NEWS, 1, 1)));
    }

    @Test
    void aPeerIsServedSoManyBytesAndTheRestOnLaterTicks() {
        node.linkUp(ANN);
        node.publish(NEWS, payloadsOfLength(20, 40 << 10));

        List<Effect> now = node.receive(ANN, new Pull(SELF, NEWS, 1, 20));
        List<Effect> retry = node.receive(ANN, new Pull(SELF, NEWS, 14, 20));
        List<Effect> later = node.after(TICK);

        assertThat(now).hasSize(13 + 1).contains(noted(ProtocolEvent.REPAIR_SERVED, 13));
        assertThat(retry).isEmpty();
        assertThat(later).hasSize(7 + 1).contains(noted(ProtocolEvent.REPAIR_SERVED, 7));
        assertThat(node.after(TICK)).isEmpty();
    }

    @Test
    void onePeersRepairsDoNotDelayAnothers() {
        node.linkUp(ANN);
        node.linkUp(BEN);
        node.publish(NEWS, payloadsOfLength(20, 40 << 10));
        node.receive(ANN, new Pull(SELF, NEWS, 1, 20));

        assertThat(node.receive(BEN, new Pull(SELF, NEWS, 1, 13)))
                .hasSize(13 + 1)
                .contains(noted(ProtocolEvent.REPAIR_SERVED, 13));
    }

    @Test
    void repairsThatWaitedWhenTheLinkWentAreForgotten() {
        node.linkUp(ANN);
        node.publish(NEWS, payloadsOfLength(20, 40 << 10));
        node.receive(ANN, new Pull(SELF, NEWS, 1, 20));
        node.linkDown(ANN);
        node.linkUp(ANN);

        assertThat(node.after(TICK)).isEmpty();
    }

    @Test
    void aTopicBeyondTheLimitIsRejectedAndNothingIsPublished() {
        Fixture small = new Fixture(Fixture.bounds(1024, 16, 4096, 1));
        small.linkUp(ANN);
        small.publish(1, 1);

        assertThat(small.mayPublish(NEWS)).isTrue();
        assertThat(small.mayPublish("weather")).isFalse();
        assertThat(small.publish("weather", payloads(1, 1))).singleElement().isInstanceOf(Effect.Rejected.class);
        assertThat(small.publish(2, 2)).hasSize(2);
    }
}
