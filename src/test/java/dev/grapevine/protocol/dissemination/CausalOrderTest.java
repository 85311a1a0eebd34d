package dev.grapevine.protocol.dissemination;

import static dev.grapevine.protocol.dissemination.Fixture.ANN;
import static dev.grapevine.protocol.dissemination.Fixture.BEN;
import static dev.grapevine.protocol.dissemination.Fixture.CLE;
import static dev.grapevine.protocol.dissemination.Fixture.DAN;
import static dev.grapevine.protocol.dissemination.Fixture.SELF;
import static dev.grapevine.protocol.dissemination.Fixture.data;
import static dev.grapevine.protocol.dissemination.Fixture.digest;
import static dev.grapevine.protocol.dissemination.Fixture.noted;
import static dev.grapevine.protocol.dissemination.Fixture.payloads;
import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.dissemination.CausalEnvelope.Cause;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.frame.DisseminationFrame.Unavailable;
import dev.grapevine.protocol.frame.StreamName;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.RejectReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Ann, Ben and Cle publish to a causal topic, and this member has links to all of them. */
class CausalOrderTest {

    private static final String CHAT = StreamName.causal("chat");
    private static final Effect GIVEN_UP = noted(ProtocolEvent.CAUSE_GIVEN_UP, 1);

    private final Fixture node = new Fixture();

    @BeforeEach
    void linked() {
        List.of(ANN, BEN, CLE).forEach(peer -> {
            node.present(peer);
            node.linkUp(peer);
        });
    }

    private static Bytes sealed(String payload, Cause... causes) {
        return CausalEnvelope.seal(List.of(causes), Bytes.utf8(payload));
    }

    private static Cause upTo(Origin publisher, long sequence) {
        return new Cause(publisher, sequence);
    }

    private static Publications run(Origin publisher, long first, Bytes... sealed) {
        return new Publications(publisher, CHAT, first, List.of(sealed));
    }

    private List<Effect> receive(Origin publisher, long first, Bytes... sealed) {
        return withoutOpenings(node.receive(publisher, run(publisher, first, sealed)));
    }

    private static List<Effect> withoutOpenings(List<Effect> effects) {
        return effects.stream()
                .filter(effect -> !effect.equals(noted(ProtocolEvent.STREAM_OPENED, 1)))
                .toList();
    }

    private static Effect deliver(Origin publisher, long first, long last) {
        return new Effect.Deliver(CHAT, publisher, first, payloads(first, last));
    }

    private static Effect gap(Origin publisher, long from, long to) {
        return new Effect.Gap(CHAT, publisher, from, to);
    }

    @Test
    void aMessageWaitsForWhatItsPublisherHadBeenGiven() {
        assertThat(receive(BEN, 1, sealed("m1", upTo(ANN, 2)))).isEmpty();
        assertThat(receive(ANN, 1, sealed("m1"))).containsExactly(deliver(ANN, 1, 1));
        assertThat(receive(ANN, 2, sealed("m2"))).containsExactly(deliver(ANN, 2, 2), deliver(BEN, 1, 1));
    }

    @Test
    void whatFollowsInTheSameStreamWaitsTooAndComesTogether() {
        receive(BEN, 1, sealed("m1", upTo(ANN, 1)), sealed("m2"));
        receive(BEN, 3, sealed("m3"), sealed("m4", upTo(CLE, 1)));

        assertThat(receive(ANN, 1, sealed("m1")))
                .containsExactly(deliver(ANN, 1, 1), deliver(BEN, 1, 2), deliver(BEN, 3, 3));
        assertThat(receive(CLE, 1, sealed("m1"))).containsExactly(deliver(CLE, 1, 1), deliver(BEN, 4, 4));
    }

    @Test
    void aChainOfCausesIsGivenInItsOrder() {
        receive(CLE, 1, sealed("m1", upTo(BEN, 1)));
        receive(BEN, 1, sealed("m1", upTo(ANN, 1)));

        assertThat(receive(ANN, 1, sealed("m1")))
                .containsExactly(deliver(ANN, 1, 1), deliver(BEN, 1, 1), deliver(CLE, 1, 1));
    }

    @Test
    void whatIsPublishedNamesWhatCameSinceTheMessageBefore() {
        receive(ANN, 1, sealed("m1"), sealed("m2"));
        receive(BEN, 1, sealed("m1"));
        node.publish(CHAT, payloads(1, 2));
        receive(BEN, 2, sealed("m2"));

        assertThat(node.publish(CHAT, payloads(3, 4)))
                .contains(data(ANN, new Publications(SELF, CHAT, 3, List.of(sealed("m3", upTo(BEN, 2)), sealed("m4")))))
                .endsWith(deliver(SELF, 3, 4));
    }

    @Test
    void whatIsHeldBackIsNotNamed() {
        receive(ANN, 1, sealed("m1"));
        receive(BEN, 1, sealed("m1", upTo(CLE, 1)));

        assertThat(node.publish(CHAT, payloads(1, 1)))
                .contains(data(ANN, new Publications(SELF, CHAT, 1, List.of(sealed("m1", upTo(ANN, 1))))));
    }

    @Test
    void allThatItDependsOnIsNamedNowAndThenAndToWhoBeginsWithIt() {
        receive(ANN, 1, sealed("m1"));
        node.publish(CHAT, payloads(1, Limits.WHOLE_CAUSES_EVERY));
        assertThat(node.publish(CHAT, payloads(65, 66)))
                .contains(data(
                        ANN, new Publications(SELF, CHAT, 65, List.of(sealed("m65", upTo(ANN, 1)), sealed("m66")))));

        node.linkDown(CLE);
        node.linkUp(CLE);
        assertThat(node.publish(CHAT, payloads(67, 67)))
                .contains(data(ANN, new Publications(SELF, CHAT, 67, List.of(sealed("m67", upTo(ANN, 1))))));
    }

    @Test
    void aGapReleasesWhatWaitsForIt() {
        receive(BEN, 1, sealed("m1", upTo(ANN, 2)));
        receive(ANN, 1, sealed("m1"));
        receive(ANN, 3, sealed("m3"));

        assertThat(node.receive(ANN, new Unavailable(ANN, CHAT, 2, 2)))
                .containsSubsequence(gap(ANN, 2, 2), deliver(BEN, 1, 1), deliver(ANN, 3, 3));
    }

    @Test
    void aGapBehindAMessageThatWaitsIsToldInItsPlace() {
        receive(BEN, 1, sealed("m1", upTo(ANN, 1)));
        receive(BEN, 3, sealed("m3"));
        assertThat(node.receive(BEN, new Unavailable(BEN, CHAT, 2, 2))).doesNotContain(gap(BEN, 2, 2));

        assertThat(receive(ANN, 1, sealed("m1")))
                .containsExactly(deliver(ANN, 1, 1), deliver(BEN, 1, 1), gap(BEN, 2, 2), deliver(BEN, 3, 3));
    }

    @Test
    void whatWasBeforeThisMembersTimeIsNotWaitedFor() {
        node.receive(ANN, digest(ANN, CHAT, 6, 1, 5));

        assertThat(receive(BEN, 1, sealed("m1", upTo(ANN, 5)))).containsExactly(deliver(BEN, 1, 1));
        assertThat(receive(BEN, 2, sealed("m2", upTo(ANN, 6)))).isEmpty();
    }

    @Test
    void whatAPublisherTookWithItIsWaitedForNoMoreAndThatIsCounted() {
        receive(ANN, 1, sealed("m1"));
        receive(BEN, 1, sealed("m1", upTo(ANN, 2)));
        node.absent(ANN);
        node.linkDown(ANN);

        assertThat(node.memberGone(ANN)).containsExactly(GIVEN_UP, deliver(BEN, 1, 1));
    }

    @Test
    void aPublisherOfWhomNobodyHereHeardAndWhoIsNotPresentIsNotWaitedFor() {
        node.absent(ANN);

        assertThat(receive(BEN, 1, sealed("m1", upTo(ANN, 2)))).containsExactly(deliver(BEN, 1, 1));
    }

    @Test
    void halfAMinuteAfterItCameAMessageIsGivenWithoutItsCauseAndItsPublisherWaitsForThatNoMore() {
        receive(BEN, 1, sealed("m1", upTo(ANN, 2)));
        receive(CLE, 1, sealed("m1", upTo(ANN, 2)));

        assertThat(node.after(Duration.ofMillis(29_999))).doesNotContain(deliver(BEN, 1, 1));
        assertThat(node.after(Duration.ofMillis(1)))
                .containsSubsequence(GIVEN_UP, deliver(BEN, 1, 1), GIVEN_UP, deliver(CLE, 1, 1));
        assertThat(receive(CLE, 2, sealed("m2", upTo(ANN, 1)))).containsExactly(GIVEN_UP, deliver(CLE, 2, 2));
    }

    @Test
    void aCauseThatGoesOnComingIsWaitedForLongerButNotForEver() {
        node.receive(ANN, digest(ANN, CHAT, 1, 1, 100));
        receive(CLE, 1, sealed("m1", upTo(BEN, 1)));
        receive(BEN, 1, sealed("m1", upTo(ANN, 100)));
        comesSlowly(1, 24);

        assertThat(node.after(Duration.ofSeconds(5))).contains(GIVEN_UP, deliver(BEN, 1, 1), deliver(CLE, 1, 1));
    }

    @Test
    void aCauseThatDoesNotGoOnComingIsWaitedForNoMore() {
        node.receive(ANN, digest(ANN, CHAT, 1, 1, 100));
        receive(BEN, 1, sealed("m1", upTo(ANN, 100)));
        comesSlowly(1, 10);

        assertThat(node.after(Duration.ofSeconds(5))).doesNotContain(deliver(BEN, 1, 1));
        assertThat(node.after(Duration.ofSeconds(5))).contains(GIVEN_UP, deliver(BEN, 1, 1));
    }

    @Test
    void aCauseThatNobodyToldOfIsNotWaitedForLongerHoweverMuchComesOfItsPublisher() {
        node.receive(ANN, digest(ANN, CHAT, 1, 1, 100));
        receive(BEN, 1, sealed("m1", upTo(ANN, 101)));
        comesSlowly(1, 6);

        assertThat(node.after(Duration.ofSeconds(5))).contains(GIVEN_UP, deliver(BEN, 1, 1));
    }

    /** Each five seconds one of Ann's messages comes, and nothing that waits is given, up to before one. */
    private void comesSlowly(long first, long end) {
        for (long sequence = first; sequence < end; sequence++) {
            assertThat(node.after(Duration.ofSeconds(5))).noneMatch(Effect.Deliver.class::isInstance);
            assertThat(receive(ANN, sequence, sealed("m" + sequence))).contains(deliver(ANN, sequence, sequence));
        }
    }

    @Test
    void causesThatWaitForEachOtherAsOnlyThoseOfLiarsCanAreGivenUpToo() {
        receive(BEN, 1, sealed("m1", upTo(ANN, 1)));
        receive(ANN, 1, sealed("m1", upTo(BEN, 1)));

        assertThat(node.after(Duration.ofSeconds(30))).contains(deliver(BEN, 1, 1), deliver(ANN, 1, 1));
    }

    @Test
    void aMessageWithoutCausesThatCanBeReadIsAGapAndCounted() {
        Bytes garbage = Bytes.wrap(new byte[] {(byte) 0xff, (byte) 0xff, (byte) 0xff, 1, 2});

        List<Effect> effects = receive(BEN, 1, sealed("m1"), garbage, sealed("m3"));

        assertThat(effects)
                .containsSubsequence(deliver(BEN, 1, 1), gap(BEN, 2, 2), deliver(BEN, 3, 3))
                .anyMatch(effect ->
                        effect instanceof Effect.Rejected rejected && rejected.reason() == RejectReason.UNDECODABLE);
    }

    @Test
    void whereThereIsNoRoomToHoldBackNothingWaitsOfThePublisherThatTakesMostOfIt() {
        Fixture small = small(1100);
        assertThat(waits(small, BEN, 1, upTo(ANN, 1))).isTrue();
        assertThat(waits(small, BEN, 2, upTo(ANN, 2))).isTrue();
        assertThat(waits(small, CLE, 1, upTo(ANN, 1))).isTrue();

        assertThat(withoutOpenings(small.receive(CLE, run(CLE, 2, sealed("m2", upTo(ANN, 2))))))
                .containsExactly(GIVEN_UP, deliver(BEN, 1, 1), GIVEN_UP, deliver(BEN, 2, 2));
        assertThat(small.receive(ANN, run(ANN, 1, sealed("m1"), sealed("m2"))))
                .containsSubsequence(deliver(ANN, 1, 2), deliver(CLE, 1, 1), deliver(CLE, 2, 2));
    }

    @Test
    void whatIsLargerThanAllTheRoomThereIsComesAtOnceAndBeforeItWhatWaited() {
        Fixture small = small(1100);
        waits(small, BEN, 1, upTo(ANN, 1));
        waits(small, CLE, 1, upTo(ANN, 1));
        Bytes large = CausalEnvelope.seal(List.of(upTo(ANN, 1)), Bytes.wrap(new byte[2000]));

        assertThat(small.receive(BEN, run(BEN, 2, large)))
                .containsExactly(
                        GIVEN_UP,
                        deliver(BEN, 1, 1),
                        GIVEN_UP,
                        new Effect.Deliver(CHAT, BEN, 2, List.of(Bytes.wrap(new byte[2000]))));
    }

    private static Fixture small(long reorderBytes) {
        Fixture small = new Fixture(Fixture.bounds(1 << 20, 100, reorderBytes, 64));
        List.of(ANN, BEN, CLE).forEach(peer -> {
            small.present(peer);
            small.linkUp(peer);
        });
        return small;
    }

    private static boolean waits(Fixture node, Origin publisher, long sequence, Cause cause) {
        return withoutOpenings(node.receive(publisher, run(publisher, sequence, sealed("m" + sequence, cause))))
                .isEmpty();
    }

    @Test
    void whatIsHeldBackPinsNoMoreThanIsCounted() {
        byte[] frame = new byte[1 << 20];
        Bytes small = sealed("m2", upTo(CLE, 1));
        small.copyTo(frame, 1);
        node.receive(BEN, run(BEN, 1, Bytes.wrap(frame, 0, 1), Bytes.wrap(frame, 1, small.length())));

        List<Effect> effects = receive(CLE, 1, sealed("m1"));

        Bytes given = ((Effect.Deliver) effects.get(1)).payloads().get(0);
        assertThat(given.utf8()).isEqualTo("m2");
        assertThat((int) given.read((array, offset, length) -> array.length)).isEqualTo(2);
    }

    @Test
    void whoMakesUpWhatItDependsOnHoldsUpNobodyElseAndTheOrderOfOthersStays() {
        receive(BEN, 1, sealed("m1", upTo(ANN, Limits.MAX_SEQUENCE)));
        assertThat(node.after(Duration.ofSeconds(30))).contains(deliver(BEN, 1, 1));

        assertThat(receive(CLE, 1, sealed("m1", upTo(ANN, 1)))).isEmpty();
        assertThat(receive(ANN, 1, sealed("m1"))).containsExactly(deliver(ANN, 1, 1), deliver(CLE, 1, 1));
    }

    @Test
    void aMessageWaitsNoLongerForMoreCausesThanForOne() {
        receive(BEN, 1, sealed("m1", upTo(ANN, 1)), sealed("m2", upTo(CLE, 1)));
        node.after(Duration.ofSeconds(1));
        node.present(DAN);
        receive(BEN, 3, sealed("m3", upTo(DAN, 1)));

        assertThat(node.after(Duration.ofSeconds(29))).containsSubsequence(deliver(BEN, 1, 1), deliver(BEN, 2, 2));
        assertThat(node.after(Duration.ofMillis(999))).doesNotContain(deliver(BEN, 3, 3));
        assertThat(node.after(Duration.ofMillis(1))).contains(GIVEN_UP, deliver(BEN, 3, 3));
    }

    @Test
    void whoWasWaitedForInVainIsWaitedForAgainOnceSomethingOfItComes() {
        receive(ANN, 1, sealed("m1"));
        receive(BEN, 1, sealed("m1", upTo(ANN, 2)));
        node.after(Duration.ofSeconds(30));
        assertThat(receive(BEN, 2, sealed("m2", upTo(ANN, 3)))).containsExactly(GIVEN_UP, deliver(BEN, 2, 2));

        receive(ANN, 2, sealed("m2"));
        assertThat(receive(BEN, 3, sealed("m3", upTo(ANN, 4)))).isEmpty();
    }

    @Test
    void beyondAFullMeshAPublisherOfWhomNobodyHereHeardMayJustHaveJoinedAndIsWaitedForAMoment() {
        Fixture partial = Fixture.partial(DisseminationSettings.DEFAULT, BEN);
        Origin newcomer = Fixture.origin(77);
        partial.receive(BEN, run(BEN, 1, sealed("m1", upTo(newcomer, 1)), sealed("m2", upTo(newcomer, 2))));
        partial.after(Duration.ofSeconds(4));
        partial.present(newcomer);

        assertThat(partial.receive(BEN, run(newcomer, 1, sealed("m1"))))
                .containsSubsequence(deliver(newcomer, 1, 1), deliver(BEN, 1, 1))
                .doesNotContain(deliver(BEN, 2, 2));

        Fixture other = Fixture.partial(DisseminationSettings.DEFAULT, BEN);
        other.receive(BEN, run(BEN, 1, sealed("m1", upTo(newcomer, 1))));
        assertThat(other.after(Duration.ofMillis(4_999))).doesNotContain(deliver(BEN, 1, 1));
        assertThat(other.after(Duration.ofMillis(1))).contains(deliver(BEN, 1, 1));
    }

    @Test
    void whenLinksBecomeFewWhatWaitsGoesOnAndWhenTheyAreManyAgainWhoIsGoneIsWaitedForNoMore() {
        receive(ANN, 1, sealed("m1"));
        receive(BEN, 1, sealed("m1", upTo(ANN, 2)));
        node.partial(true);
        node.absent(ANN);
        node.linkDown(ANN);

        assertThat(node.memberGone(ANN)).doesNotContain(deliver(BEN, 1, 1));
        assertThat(node.after(Duration.ofSeconds(1))).doesNotContain(deliver(BEN, 1, 1));
        node.partial(false);
        assertThat(node.after(Duration.ofMillis(50))).containsSubsequence(GIVEN_UP, deliver(BEN, 1, 1));
    }

    @Test
    void whatThisMemberSaidInAnEarlierLifeIsNotWaitedFor() {
        Fixture partial = Fixture.partial(DisseminationSettings.DEFAULT, BEN);
        Origin before = new Origin(SELF.id(), SELF.epoch() - 1);

        assertThat(partial.receive(BEN, run(BEN, 1, sealed("m1", upTo(before, 7)))))
                .contains(deliver(BEN, 1, 1));
    }

    @Test
    void whoHasBeenGoneForAsLongAsAnythingIsWaitedForIsNamedNoMoreWhereAllIsNamed() {
        receive(ANN, 1, sealed("m1"));
        receive(BEN, 1, sealed("m1"));
        node.publish(CHAT, payloads(1, 1));
        node.absent(ANN);
        node.linkDown(ANN);
        node.memberGone(ANN);

        assertThat(namedByNext(2)).containsExactly(upTo(ANN, 1), upTo(BEN, 1));
        node.after(Duration.ofSeconds(30));
        assertThat(namedByNext(3)).containsExactly(upTo(BEN, 1));
    }

    private List<Cause> namedByNext(long sequence) {
        node.linkDown(CLE);
        node.linkUp(CLE);
        return node.publish(CHAT, payloads(sequence, sequence)).stream()
                .filter(Effect.Send.class::isInstance)
                .map(effect -> (Publications) ((Effect.Send) effect).frame())
                .map(sent -> CausalEnvelope.open(sent.payloads().get(0)).causes())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whereNotAllFindsRoomWhatCameLastIsNamedFirst() {
        List<Cause> named = new ArrayList<>();
        InboundStreams nobody = inboundOfNobody(DisseminationSettings.DEFAULT);
        CausalOrder order = new CausalOrder(SELF, nobody, origin -> true, DisseminationSettings.DEFAULT);
        Effects into = order.watch(0, effect -> {});
        for (int number = 0; number < 2 * Limits.CAUSES; number++) {
            into.add(new Effect.Deliver(CHAT, Fixture.origin(100 + number), 1, List.of(sealed("m1"))));
        }
        order.seal(CHAT, List.of(Bytes.EMPTY, Bytes.EMPTY), 0);
        into.add(new Effect.Deliver(CHAT, Fixture.origin(100), 2, List.of(sealed("m2"))));
        order.linkUp();

        order.seal(CHAT, List.of(Bytes.EMPTY), 0)
                .forEach(message -> named.addAll(CausalEnvelope.open(message).causes()));

        assertThat(named).hasSize(Limits.CAUSES).endsWith(upTo(Fixture.origin(100), 2));
    }

    private static InboundStreams inboundOfNobody(DisseminationSettings settings) {
        return new InboundStreams(
                SELF,
                settings,
                new Pacing(settings, new SplittableRandom(1)),
                new Neighbours(),
                null,
                null,
                origin -> true);
    }

    @Test
    void aMessageIsNoLongerThanOthersTakeWithWhatItDependsOnHoweverLongItIs() {
        DisseminationSettings settings = DisseminationSettings.DEFAULT.withMaxPayloadBytes(100_000);
        CausalOrder order = new CausalOrder(SELF, inboundOfNobody(settings), origin -> true, settings);
        List<Effect> effects = new ArrayList<>();
        for (int number = 100; number < 200; number++) {
            Effect message = new Effect.Deliver(CHAT, Fixture.origin(number), 1, List.of(sealed("m1")));
            order.watch(0, effects::add).add(message);
        }
        Bytes longest = Bytes.wrap(new byte[settings.longestCausalMessage()]);

        List<Bytes> messages = order.seal(CHAT, List.of(longest, Bytes.utf8("short")), 0);

        assertThat(messages.get(0).length()).isBetween(settings.longestCausalMessage(), 100_000);
        assertThat(CausalEnvelope.open(messages.get(0)).causes()).hasSize(30);
        assertThat(CausalEnvelope.open(messages.get(1)).causes()).hasSize(70);
        assertThat(DisseminationSettings.DEFAULT.withMaxPayloadBytes(100).longestCausalMessage())
                .isEqualTo(100);
    }

    @Test
    void noMoreCausesAreNamedThanMayBeAndTheRestWithTheNextMessage() {
        Fixture many = new Fixture(DisseminationSettings.DEFAULT.withMaxStreams(4096));
        for (int number = 100; number < 100 + Limits.CAUSES + 5; number++) {
            Origin publisher = Fixture.origin(number);
            many.linkUp(publisher);
            many.receive(publisher, run(publisher, 1, sealed("m1")));
        }

        List<Integer> named = new ArrayList<>();
        many.publish(CHAT, payloads(1, 2)).stream()
                .filter(Effect.Send.class::isInstance)
                .map(effect -> (Publications) ((Effect.Send) effect).frame())
                .limit(1)
                .forEach(run -> run.payloads()
                        .forEach(payload ->
                                named.add(CausalEnvelope.open(payload).causes().size())));
        assertThat(named).containsExactly(Limits.CAUSES, 5);
    }
}
