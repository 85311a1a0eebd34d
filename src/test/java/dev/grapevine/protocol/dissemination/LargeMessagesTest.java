package dev.grapevine.protocol.dissemination;

import static dev.grapevine.protocol.dissemination.Fixture.ANN;
import static dev.grapevine.protocol.dissemination.Fixture.BEN;
import static dev.grapevine.protocol.dissemination.Fixture.CLE;
import static dev.grapevine.protocol.dissemination.Fixture.DAN;
import static dev.grapevine.protocol.dissemination.Fixture.NEWS;
import static dev.grapevine.protocol.dissemination.Fixture.SELF;
import static dev.grapevine.protocol.dissemination.Fixture.bulk;
import static dev.grapevine.protocol.dissemination.Fixture.control;
import static dev.grapevine.protocol.dissemination.Fixture.data;
import static dev.grapevine.protocol.dissemination.Fixture.deliver;
import static dev.grapevine.protocol.dissemination.Fixture.digest;
import static dev.grapevine.protocol.dissemination.Fixture.gap;
import static dev.grapevine.protocol.dissemination.Fixture.noted;
import static dev.grapevine.protocol.dissemination.Fixture.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.frame.DisseminationFrame.Announcement;
import dev.grapevine.protocol.frame.DisseminationFrame.Chunk;
import dev.grapevine.protocol.frame.DisseminationFrame.ChunkRequest;
import dev.grapevine.protocol.frame.DisseminationFrame.Graft;
import dev.grapevine.protocol.frame.DisseminationFrame.Pull;
import dev.grapevine.protocol.frame.DisseminationFrame.Unavailable;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.frame.StreamName;
import dev.grapevine.protocol.frame.Way;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.RejectReason;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Messages that are too long to be pushed: announced in their place, and fetched chunk by chunk. */
class LargeMessagesTest {

    private static final int CHUNK = DisseminationFrame.MAX_CHUNK_BYTES;

    /** Two chunks and a little. */
    private static final Bytes LARGE = content(2 * CHUNK + 100);

    /** Ten chunks. */
    private static final Bytes LARGER = content(10 * CHUNK);

    private static final Duration RETRY = Duration.ofMillis(500);

    private final Fixture node = new Fixture();

    private static Bytes content(int length) {
        byte[] bytes = new byte[length];
        new SplittableRandom(length).nextBytes(bytes);
        return Bytes.wrap(bytes);
    }

    private static Announcement announcement(Origin origin, long sequence, Bytes content, int hops) {
        return new Announcement(origin, NEWS, sequence, content.length(), new Way(hops, 0));
    }

    private static ChunkRequest request(Origin origin, long sequence, Bytes content, int index) {
        int offset = index * CHUNK;
        return new ChunkRequest(origin, NEWS, sequence, offset, Math.min(CHUNK, content.length() - offset));
    }

    private static Chunk chunk(Origin origin, long sequence, Bytes content, int index) {
        ChunkRequest request = request(origin, sequence, content, index);
        return new Chunk(origin, NEWS, sequence, request.offset(), content.slice(request.offset(), request.length()));
    }

    private static Effect deliverLarge(Origin origin, long sequence, Bytes content) {
        return new Effect.Deliver(NEWS, origin, sequence, List.of(content));
    }

    private List<Effect> announce(Origin from, Origin origin, long sequence, Bytes content) {
        return node.receive(from, announcement(origin, sequence, content, 0));
    }

    private static List<Effect> sends(List<Effect> effects) {
        return effects.stream().filter(Effect.Send.class::isInstance).toList();
    }

    private static void assertRejected(List<Effect> effects, RejectReason reason) {
        assertThat(effects).singleElement().isInstanceOfSatisfying(Effect.Rejected.class, rejected -> assertThat(
                        rejected.reason())
                .isEqualTo(reason));
    }

    @Test
    void aLargeMessageIsAnnouncedInItsPlaceAmongTheOthers() {
        node.linkUp(ANN);

        List<Bytes> payloads = List.of(Bytes.utf8("m1"), LARGE, Bytes.utf8("m3"));
        assertThat(node.publish(NEWS, payloads))
                .containsExactly(
                        data(ANN, run(SELF, NEWS, 1, 1)),
                        data(ANN, announcement(SELF, 2, LARGE, 0)),
                        data(ANN, run(SELF, NEWS, 3, 3)),
                        new Effect.Deliver(NEWS, SELF, 1, payloads));
    }

    @Test
    void whoeverAsksIsSentChunksAndThePullOfARangeIsAnsweredWithTheAnnouncement() {
        node.linkUp(ANN);
        node.publish(NEWS, List.of(Bytes.utf8("m1"), LARGE, Bytes.utf8("m3")));

        assertThat(node.receive(ANN, request(SELF, 2, LARGE, 0))).containsExactly(bulk(ANN, chunk(SELF, 2, LARGE, 0)));
        assertThat(node.receive(ANN, request(SELF, 2, LARGE, 2))).containsExactly(bulk(ANN, chunk(SELF, 2, LARGE, 2)));
        assertThat(node.receive(ANN, new Pull(SELF, NEWS, 1, 3)))
                .containsExactly(
                        bulk(ANN, run(SELF, NEWS, 1, 1)),
                        bulk(ANN, announcement(SELF, 2, LARGE, 0)),
                        bulk(ANN, run(SELF, NEWS, 3, 3)),
                        noted(ProtocolEvent.REPAIR_SERVED, 3));
    }

    @Test
    void whoFetchesOnlyWhatOthersPublishHoldsUpNoPublisherHere() {
        Fixture few = Fixture.partial(DisseminationSettings.DEFAULT, ANN, BEN);
        few.receive(BEN, announcement(BEN, 1, LARGE, 0));
        for (int index = 0; index < 3; index++) {
            few.receive(BEN, chunk(BEN, 1, LARGE, index));
        }
        few.publish(StreamName.critical(NEWS), List.of(LARGER, LARGER, LARGER)); // which Ann has from somebody else
        assertThat(few.hasRoomForLarge()).isFalse();

        for (int i = 0; i < 4; i++) {
            few.after(Duration.ofMillis(500));
            assertThat(few.receive(ANN, request(BEN, 1, LARGE, 0))).contains(bulk(ANN, chunk(BEN, 1, LARGE, 0)));
        }
        assertThat(few.hasRoomForLarge()).isTrue();
    }

    @Test
    void whatWasAnnouncedByWhoLeftBeforeItsStreamBeganTakesNoRoomAnyMore() {
        for (int life = 1; life <= 20; life++) {
            Origin peer = new Origin(ANN.id(), life);
            node.linkUp(peer);
            for (int sequence = 2; sequence <= 1_000; sequence++) {
                assertThat(announce(peer, peer, sequence, LARGE))
                        .as("life %d, message %d", life, sequence)
                        .noneMatch(Effect.Rejected.class::isInstance);
            }
            node.linkDown(peer);
            node.memberGone(peer);
        }
    }

    @Test
    void criticalOnesTravelOnTheirOwnLane() {
        node.linkUp(ANN);
        String stream = StreamName.critical(NEWS);
        node.publish(stream, List.of(LARGE));

        ChunkRequest request = new ChunkRequest(SELF, stream, 1, 0, CHUNK);
        assertThat(node.receive(ANN, request))
                .containsExactly(
                        new Effect.Send(ANN, Lane.CRITICAL, new Chunk(SELF, stream, 1, 0, LARGE.slice(0, CHUNK))));
    }

    @Test
    void itIsFetchedChunkByChunkAndDeliveredInItsPlaceOnceItIsWhole() {
        node.linkUp(ANN);
        node.receive(1, 1);

        assertThat(announce(ANN, ANN, 2, LARGE))
                .containsExactly(
                        control(ANN, request(ANN, 2, LARGE, 0)),
                        control(ANN, request(ANN, 2, LARGE, 1)),
                        control(ANN, request(ANN, 2, LARGE, 2)));
        assertThat(node.receive(3, 3)).isEmpty();
        assertThat(node.receive(ANN, chunk(ANN, 2, LARGE, 1))).isEmpty();
        assertThat(node.receive(ANN, chunk(ANN, 2, LARGE, 0))).isEmpty();
        assertThat(node.receive(ANN, chunk(ANN, 2, LARGE, 2)))
                .containsExactly(
                        noted(ProtocolEvent.TRANSFER_COMPLETED, 1), deliverLarge(ANN, 2, LARGE), deliver(ANN, 3, 3));
        assertThat(sends(node.after(Duration.ofSeconds(60)))).isEmpty();
    }

    @Test
    void fourChunksAreUnderWayAtATimeAndTheNextIsAskedForAsOneComes() {
        node.linkUp(ANN);

        assertThat(sends(announce(ANN, ANN, 1, LARGER)))
                .hasSize(4)
                .last()
                .isEqualTo(control(ANN, request(ANN, 1, LARGER, 3)));
        assertThat(node.receive(ANN, chunk(ANN, 1, LARGER, 2)))
                .containsExactly(control(ANN, request(ANN, 1, LARGER, 4)));
    }

    @Test
    void twoAreFetchedFromAPeerAtATimeAndTheThirdWhenOneIsWhole() {
        node.linkUp(ANN);
        announce(ANN, ANN, 1, LARGE);
        assertThat(sends(announce(ANN, ANN, 2, LARGE))).hasSize(3);

        assertThat(sends(announce(ANN, ANN, 3, LARGE))).isEmpty();
        node.receive(ANN, chunk(ANN, 2, LARGE, 0));
        node.receive(ANN, chunk(ANN, 2, LARGE, 1));
        assertThat(node.receive(ANN, chunk(ANN, 2, LARGE, 2)))
                .containsExactly(
                        noted(ProtocolEvent.TRANSFER_COMPLETED, 1),
                        control(ANN, request(ANN, 3, LARGE, 0)),
                        control(ANN, request(ANN, 3, LARGE, 1)),
                        control(ANN, request(ANN, 3, LARGE, 2)));
    }

    @Test
    void whoMakesNoProgressIsAskedOnceMoreWhereItStood() {
        node.linkUp(ANN);
        announce(ANN, ANN, 1, LARGE);
        node.receive(ANN, chunk(ANN, 1, LARGE, 1));

        assertThat(node.after(RETRY))
                .containsSequence(
                        noted(ProtocolEvent.TRANSFER_INTERRUPTED, 1), control(ANN, new Pull(ANN, NEWS, 1, 1)));
        assertThat(sends(announce(ANN, ANN, 1, LARGE)))
                .containsExactly(control(ANN, request(ANN, 1, LARGE, 0)), control(ANN, request(ANN, 1, LARGE, 2)));
    }

    @Test
    void aChunkThatComesLateAfterAllGoesOnWithTheMessage() {
        node.linkUp(ANN);
        announce(ANN, ANN, 1, LARGE);
        node.after(RETRY);

        assertThat(node.receive(ANN, chunk(ANN, 1, LARGE, 0)))
                .containsExactly(control(ANN, request(ANN, 1, LARGE, 1)), control(ANN, request(ANN, 1, LARGE, 2)));
    }

    @Test
    void afterALostLinkItGoesOnWhereItStood() {
        node.linkUp(ANN);
        announce(ANN, ANN, 1, LARGE);
        node.receive(ANN, chunk(ANN, 1, LARGE, 0));
        assertThat(sends(node.linkDown(ANN))).isEmpty();

        node.linkUp(ANN);
        assertThat(node.after(Duration.ofMillis(50))).contains(control(ANN, new Pull(ANN, NEWS, 1, 1)));
        assertThat(sends(announce(ANN, ANN, 1, LARGE)))
                .containsExactly(control(ANN, request(ANN, 1, LARGE, 1)), control(ANN, request(ANN, 1, LARGE, 2)));
    }

    @Test
    void aMessageThatIsRetainedNoMoreIsAGapAndSoIsAllBeforeIt() {
        node.linkUp(ANN);
        node.receive(1, 1);
        announce(ANN, ANN, 2, LARGE);
        announce(ANN, ANN, 3, LARGE);
        node.receive(4, 4);

        assertThat(node.receive(ANN, new Unavailable(ANN, NEWS, 3, 3))).contains(gap(ANN, 2, 3), deliver(ANN, 4, 4));
        assertThat(sends(node.after(Duration.ofSeconds(60)))).isEmpty();
    }

    @Test
    void aMessageLongerThanThisMemberTakesIsCountedAndAGapInItsPlace() {
        Fixture small = new Fixture(DisseminationSettings.DEFAULT.withMaxPayloadBytes(CHUNK));
        small.linkUp(ANN);
        small.receive(ANN, run(ANN, NEWS, 1, 1));
        small.receive(ANN, run(ANN, NEWS, 4, 4));

        List<Effect> effects = small.receive(ANN, announcement(ANN, 3, LARGE, 0));
        assertThat(effects).singleElement().isInstanceOfSatisfying(Effect.Rejected.class, rejected -> assertThat(
                        rejected.reason())
                .isEqualTo(RejectReason.OVERSIZED_MESSAGE));
        assertThat(small.receive(ANN, run(ANN, NEWS, 2, 2)))
                .containsExactly(
                        deliver(ANN, 2, 2), gap(ANN, 3, 3), noted(ProtocolEvent.GAP_ANNOUNCED, 1), deliver(ANN, 4, 4));
    }

    @Test
    void whatWaitsForRoomIsFetchedWhenThereIsRoomAndTheNextOfAStreamNeverWaits() {
        Fixture tight = new Fixture(Fixture.bounds(16 << 20, 100, LARGE.length() + 3000, 16));
        tight.linkUp(ANN);
        tight.linkUp(BEN);
        assertThat(sends(tight.receive(ANN, announcement(ANN, 1, LARGE, 0)))).hasSize(3);
        assertThat(sends(tight.receive(BEN, announcement(BEN, 2, LARGE, 0))))
                .noneMatch(send -> ((Effect.Send) send).frame() instanceof ChunkRequest);

        tight.receive(BEN, run(BEN, NEWS, 1, 1));
        assertThat(sends(tight.after(Duration.ofMillis(50)))).contains(control(BEN, request(BEN, 2, LARGE, 0)));
    }

    @Test
    void whatCameOfAMessageBeyondTheBudgetIsLetGoOnceThatIsSettled() {
        Fixture tight = new Fixture(Fixture.bounds(16 << 20, 100, 1, 16));
        tight.linkUp(ANN);
        tight.receive(ANN, run(ANN, NEWS, 1, 1));
        WeakReference<Bytes> part = firstPartComes(tight, 2);

        assertThat(tight.receive(ANN, new Unavailable(ANN, NEWS, 2, 2))).contains(gap(ANN, 2, 2));
        tight.after(Duration.ofMillis(50));
        assertThat(isLetGo(part)).isTrue();
    }

    /** A message is announced, and only its first part comes, to which nothing but what came is kept here. */
    private static WeakReference<Bytes> firstPartComes(Fixture member, long sequence) {
        member.receive(ANN, announcement(ANN, sequence, LARGE, 0));
        Chunk first = chunk(ANN, sequence, LARGE, 0);
        assertThat(member.receive(ANN, first)).noneMatch(Effect.Rejected.class::isInstance);
        return new WeakReference<>(first.bytes());
    }

    private static boolean isLetGo(WeakReference<Bytes> part) {
        for (int i = 0; i < 20 && part.get() != null; i++) {
            System.gc();
        }
        return part.get() == null;
    }

    @Test
    void beyondAMeshTheAnnouncementGoesOnAtOnceAndChunksAsTheyCome() {
        Fixture member = Fixture.partial(DisseminationSettings.DEFAULT, ANN, BEN);

        assertThat(sends(member.receive(ANN, announcement(DAN, 1, LARGE, 0))))
                .containsExactly(
                        control(ANN, request(DAN, 1, LARGE, 0)),
                        control(ANN, request(DAN, 1, LARGE, 1)),
                        control(ANN, request(DAN, 1, LARGE, 2)),
                        data(BEN, announcement(DAN, 1, LARGE, 1)));
        assertThat(member.receive(BEN, request(DAN, 1, LARGE, 0))).isEmpty();
        assertThat(member.receive(ANN, chunk(DAN, 1, LARGE, 0))).containsExactly(bulk(BEN, chunk(DAN, 1, LARGE, 0)));
    }

    @Test
    void beyondAMeshWhoDoesNotGoOnIsExchangedForTheNextThatAnnouncedItAndOnlyOneIsAsked() {
        Fixture member = Fixture.partial(DisseminationSettings.DEFAULT, ANN, BEN);
        member.receive(ANN, announcement(DAN, 1, LARGE, 0));
        member.receive(ANN, chunk(DAN, 1, LARGE, 0));
        assertThat(sends(member.receive(BEN, announcement(DAN, 1, LARGE, 0))))
                .noneMatch(send -> ((Effect.Send) send).frame() instanceof ChunkRequest);

        assertThat(sends(member.linkDown(ANN)))
                .containsExactly(
                        control(BEN, request(DAN, 1, LARGE, 1)),
                        control(BEN, request(DAN, 1, LARGE, 2)),
                        control(BEN, new Graft(DAN)));
    }

    @Test
    void beyondAMeshWhoSendsAChunkNowAndThenIsExchangedForTheNextThatAnnouncedIt() {
        Fixture member = Fixture.partial(DisseminationSettings.DEFAULT, ANN, BEN);
        member.receive(ANN, announcement(DAN, 1, LARGER, 0));
        member.receive(BEN, announcement(DAN, 1, LARGER, 0));
        assertThat(chunkRequests(member.after(RETRY)))
                .as("the first stall makes it more patient")
                .hasSize(4)
                .first()
                .isEqualTo(control(BEN, request(DAN, 1, LARGER, 0)));
        member.receive(ANN, announcement(DAN, 1, LARGER, 0));
        for (int i = 0; i < 4; i++) {
            assertThat(chunkRequests(member.after(Duration.ofMillis(900)))).isEmpty();
            assertThat(member.receive(BEN, chunk(DAN, 1, LARGER, i)))
                    .contains(control(BEN, request(DAN, 1, LARGER, 4 + i)));
        }

        assertThat(chunkRequests(member.after(Duration.ofMillis(400))))
                .hasSize(4)
                .first()
                .isEqualTo(control(ANN, request(DAN, 1, LARGER, 4)));
        assertThat(member.receive(BEN, chunk(DAN, 1, LARGER, 4)))
                .as("what comes late is taken")
                .containsExactly(control(ANN, request(DAN, 1, LARGER, 8)));
        assertThat(member.receive(ANN, chunk(DAN, 1, LARGER, 5)))
                .containsExactly(control(ANN, request(DAN, 1, LARGER, 9)));
    }

    @Test
    void beyondAMeshAnExchangeIsNoProgressSoThatTwoThatLackTheSameDoNotWaitForEachOther() {
        Fixture member = Fixture.partial(DisseminationSettings.DEFAULT, ANN, BEN);
        member.receive(ANN, announcement(DAN, 1, LARGER, 0));
        member.receive(BEN, announcement(DAN, 1, LARGER, 0));
        member.after(RETRY);
        member.receive(ANN, announcement(DAN, 1, LARGER, 0));
        for (int i = 0; i < 4; i++) {
            member.after(Duration.ofMillis(900));
            member.receive(BEN, chunk(DAN, 1, LARGER, i));
        }
        assertThat(chunkRequests(member.after(Duration.ofMillis(400))))
                .contains(control(ANN, request(DAN, 1, LARGER, 4)));

        assertThat(chunkRequests(member.after(Duration.ofMillis(600))))
                .as("a second after the last chunk")
                .contains(control(BEN, request(DAN, 1, LARGER, 4)));
    }

    @Test
    void beyondAMeshOfTwoThatAreBothSlowHalfAsMuchIsExpectedOnceBothWereExchanged() {
        Fixture member = Fixture.partial(DisseminationSettings.DEFAULT, ANN, BEN);
        Bytes huge = content(80 * CHUNK);
        member.receive(ANN, announcement(DAN, 1, huge, 0));
        member.receive(BEN, announcement(DAN, 1, huge, 0));
        member.after(RETRY); // makes it more patient
        member.receive(ANN, announcement(DAN, 1, huge, 0));
        Origin asked = BEN;
        List<Integer> exchangedAfter = new ArrayList<>();
        for (int part = 0; part < 80; part++) {
            for (Effect effect : chunkRequests(member.after(Duration.ofMillis(900)))) {
                Origin other = ((Effect.Send) effect).to();
                if (!other.equals(asked)) {
                    asked = other;
                    exchangedAfter.add(part);
                }
            }
            member.receive(asked, chunk(DAN, 1, huge, part));
        }

        assertThat(exchangedAfter).containsExactly(4, 9);
    }

    @Test
    void whatSlowPeersSendTakesNoPlaceOfWhatOthersWouldSend() {
        List<Origin> slow = LongStream.range(10, 10 + Limits.TRANSFERS / Limits.TRANSFERS_PER_PEER)
                .mapToObj(Fixture::origin)
                .toList();
        slow.forEach(node::linkUp);
        slow.forEach(this::announceTwo);
        node.after(RETRY); // makes this member more patient
        slow.forEach(this::announceTwo);
        node.linkUp(ANN);
        assertThat(sends(announce(ANN, ANN, 1, LARGE))).isEmpty();

        for (int part = 0; part < 4; part++) {
            assertThat(chunkRequests(node.after(Duration.ofMillis(900)))).isEmpty();
            for (Origin peer : slow) {
                node.receive(peer, chunk(peer, 1, LARGER, part));
                node.receive(peer, chunk(peer, 2, LARGER, part));
            }
        }
        assertThat(chunkRequests(node.after(Duration.ofMillis(400)))).contains(control(ANN, request(ANN, 1, LARGE, 0)));
    }

    private void announceTwo(Origin peer) {
        assertThat(sends(announce(peer, peer, 1, LARGER))).hasSize(4);
        assertThat(sends(announce(peer, peer, 2, LARGER))).hasSize(4);
    }

    private static List<Effect> chunkRequests(List<Effect> effects) {
        return effects.stream()
                .filter(effect -> effect instanceof Effect.Send send && send.frame() instanceof ChunkRequest)
                .toList();
    }

    @Test
    void beyondAMeshWhatComesLateOfAllThatIsUnderWayIsNotTheEndOfIt() {
        Fixture member = Fixture.partial(DisseminationSettings.DEFAULT, ANN, BEN);
        member.receive(ANN, announcement(DAN, 1, LARGER, 0));
        member.receive(BEN, announcement(DAN, 1, LARGER, 0));
        assertThat(chunkRequests(member.after(RETRY))).hasSize(4);
        for (int i = 0; i < 4; i++) {
            member.receive(ANN, chunk(DAN, 1, LARGER, i));
        }
        for (int i = 0; i < 4; i++) {
            assertRejected(member.receive(BEN, chunk(DAN, 1, LARGER, i)), RejectReason.UNREQUESTED_CHUNK);
        }

        assertThat(member.receive(BEN, chunk(DAN, 1, LARGER, 4)))
                .containsExactly(control(BEN, request(DAN, 1, LARGER, 8)));
    }

    @Test
    void whatIsTooLongTakesNoRoomForItsChunks() {
        for (int sequence = 2; sequence < 12; sequence++) {
            Announcement longest = new Announcement(ANN, NEWS, sequence, Integer.MAX_VALUE, Way.NONE);
            assertThat(node.receive(ANN, longest))
                    .filteredOn(Effect.Rejected.class::isInstance)
                    .extracting(effect -> ((Effect.Rejected) effect).reason())
                    .containsExactly(RejectReason.OVERSIZED_MESSAGE);
        }
    }

    @Test
    void whatIsGoneBeforeItsStreamHasBegunHereIsAskedForNoMoreAndIsNobodysFault() {
        Fixture member = Fixture.partial(DisseminationSettings.DEFAULT, ANN, BEN);
        member.receive(ANN, announcement(DAN, 5, LARGE, 0));

        assertThat(member.receive(ANN, new Unavailable(DAN, NEWS, 5, 5))).noneMatch(Effect.Rejected.class::isInstance);
        assertThat(chunkRequests(member.after(Duration.ofSeconds(10)))).isEmpty();
        assertRejected(member.receive(ANN, new Unavailable(DAN, NEWS, 3, 3)), RejectReason.INVALID_RANGE);
    }

    @Test
    void beyondAMeshWhatAllSayIsRetainedNoMoreIsAGap() {
        Fixture member = Fixture.partial(DisseminationSettings.DEFAULT, ANN, BEN);
        member.receive(ANN, announcement(DAN, 1, LARGE, 0));

        assertThat(member.receive(ANN, new Unavailable(DAN, NEWS, 1, 1)))
                .contains(control(BEN, new Pull(DAN, NEWS, 1, 1)));
        assertThat(member.receive(BEN, new Unavailable(DAN, NEWS, 1, 1))).contains(gap(DAN, 1, 1));
    }

    @Test
    void onceItIsAnnouncedItIsLookedForTwiceAsOftenAsWhatWasOnlyToldOf() {
        Fixture member = Fixture.partial(DisseminationSettings.DEFAULT, ANN, BEN);
        member.receive(ANN, digest(DAN, NEWS, 1, 1, 1));
        assertThat(looksInVain(member, Duration.ofSeconds(14))).isFalse();
        member.receive(ANN, announcement(DAN, 1, LARGE, 0));

        assertThat(looksInVain(member, Duration.ofSeconds(60))).isFalse();
        assertThat(looksInVain(member, Duration.ofSeconds(20))).isTrue();
    }

    /** All neighbours say that they are behind; whether something is given up meanwhile. */
    private static boolean looksInVain(Fixture member, Duration duration) {
        boolean isGivenUp = false;
        for (long millis = 0; millis < duration.toMillis(); millis += 50) {
            List<Effect> effects = member.after(Duration.ofMillis(50));
            for (int i = 0; i < effects.size(); i++) {
                isGivenUp |= effects.get(i) instanceof Effect.Gap;
                if (effects.get(i) instanceof Effect.Send send && send.frame() instanceof Pull) {
                    effects = new ArrayList<>(effects);
                    effects.addAll(member.receive(send.to(), digest(DAN, NEWS, 1, 1, 0)));
                }
            }
        }
        return isGivenUp;
    }

    @Test
    void aPullIsAnsweredWithTheAnnouncementOfWhatIsComingAndOnlyThen() {
        Fixture member = Fixture.partial(DisseminationSettings.DEFAULT, ANN, BEN);
        member.receive(ANN, announcement(DAN, 1, LARGE, 0));
        Effect offer = bulk(BEN, announcement(DAN, 1, LARGE, 1));

        assertThat(member.receive(BEN, new Pull(DAN, NEWS, 1, 1))).doesNotContain(offer);
        member.receive(ANN, chunk(DAN, 1, LARGE, 0));
        assertThat(member.receive(BEN, new Pull(DAN, NEWS, 1, 1))).containsExactly(offer);
    }

    @Test
    void aPeerThatIsServedAllItMayBeIsServedTheRestOnTheNextTick() {
        Fixture member = Fixture.partial(DisseminationSettings.DEFAULT, ANN, BEN);
        member.receive(ANN, announcement(DAN, 1, LARGER, 0));
        for (int i = 0; i < 10; i++) {
            member.receive(ANN, chunk(DAN, 1, LARGER, i));
        }
        for (int tick = 0; tick < 5; tick++) {
            member.after(Duration.ofMillis(50));
        }
        int served = 0;
        for (int i = 0; i < 30; i++) {
            ChunkRequest request = new ChunkRequest(DAN, NEWS, 1, i * 1000, CHUNK);
            served += sends(member.receive(BEN, request)).size();
        }
        assertThat(served).isBetween(9, 11);
        assertThat(sends(member.after(Duration.ofMillis(50)))).hasSizeBetween(9, 11);
    }

    @Test
    void publishersOfLargeMessagesWaitUntilPeersHaveFetchedEnoughButNotForThoseThatFetchNothing() {
        node.linkUp(ANN);
        node.linkUp(BEN);
        assertThat(node.hasRoomForLarge()).isTrue();
        Bytes huge = content(30 * CHUNK);
        node.publish(NEWS, List.of(huge));
        assertThat(node.hasRoomForLarge()).isFalse();

        for (int i = 0; i < 9; i++) {
            node.receive(ANN, request(SELF, 1, huge, i));
        }
        assertThat(node.hasRoomForLarge()).as("Ben has fetched nothing").isFalse();
        node.after(Duration.ofMillis(900));
        node.receive(ANN, request(SELF, 1, huge, 9));
        node.after(Duration.ofMillis(100));
        assertThat(node.hasRoomForLarge()).as("Ben lags").isTrue();
    }

    @Test
    void whileAPeerHasALargeMessageToFetchTicksComeOften() {
        node.linkUp(ANN);
        node.after(Duration.ofMillis(50));
        assertThat(node.untilTick()).isPositive();
        Bytes huge = content(30 * CHUNK);
        node.publish(NEWS, List.of(huge));
        assertThat(node.untilTick()).isZero();
        fetch(ANN, 1, huge, 0, 30);
        node.after(Duration.ofMillis(50));
        assertThat(node.untilTick()).isPositive();
    }

    @Test
    void whoFetchesLittleWhileAnotherHasFetchedAllHoldsUpNobodyUntilItIsFasterOrFetchesTheNewest() {
        node.linkUp(ANN);
        node.linkUp(BEN);
        Bytes huge = content(30 * CHUNK);
        node.publish(NEWS, List.of(huge));
        fetch(ANN, 1, huge, 0, 30);
        for (int second = 0; second < 2; second++) {
            fetch(BEN, 1, huge, second, second + 1);
            assertThat(node.hasRoomForLarge()).as("Ben may be at it").isFalse();
            quarters();
        }
        assertThat(node.hasRoomForLarge()).as("Ben lags").isTrue();

        node.publish(NEWS, List.of(huge));
        fetch(ANN, 2, huge, 0, 30);
        fetch(BEN, 1, huge, 2, 3);
        assertThat(node.hasRoomForLarge()).as("Ben lags still").isTrue();
        fetch(BEN, 2, huge, 0, 1);
        node.publish(NEWS, List.of(huge));
        assertThat(node.hasRoomForLarge()).as("Ben fetches the newest").isFalse();
    }

    @Test
    void whereNobodyIsFasterPublishersWaitForTheSlow() {
        node.linkUp(ANN);
        node.linkUp(BEN);
        Bytes huge = content(30 * CHUNK);
        node.publish(NEWS, List.of(huge));
        for (int i = 0; i < 8; i++) {
            fetch(ANN, 1, huge, i, i + 1);
            fetch(BEN, 1, huge, i, i + 1);
            assertThat(node.hasRoomForLarge()).isFalse();
            quarters();
        }
    }

    @Test
    void aPeerThatWasToldOfNothingIsNoMeasureForThoseThatFetch() {
        node.linkUp(ANN);
        Bytes huge = content(30 * CHUNK);
        node.publish(NEWS, List.of(huge));
        node.linkUp(BEN);
        for (int i = 0; i < 8; i++) {
            fetch(ANN, 1, huge, i, i + 1);
            assertThat(node.hasRoomForLarge()).isFalse();
            quarters();
        }
    }

    @Test
    void whoFetchesWhatItHadOverAndOverHoldsUpNobody() {
        node.linkUp(ANN);
        Bytes huge = content(30 * CHUNK);
        node.publish(NEWS, List.of(LARGER));
        fetch(ANN, 1, LARGER, 0, 10);
        node.publish(NEWS, List.of(huge));
        assertThat(node.hasRoomForLarge()).isFalse();

        for (int i = 0; i < 2; i++) {
            fetch(ANN, 1, LARGER, 0, 10);
            quarters();
        }
        assertThat(node.hasRoomForLarge()).as("Ann lags").isTrue();
    }

    private void fetch(Origin by, int sequence, Bytes content, int from, int to) {
        for (int i = from; i < to; i++) {
            node.receive(by, request(SELF, sequence, content, i));
        }
    }

    /** 0.9 s pass. */
    private void quarters() {
        for (int i = 0; i < 9; i++) {
            node.after(Duration.ofMillis(100));
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 49152", "1, 0", "1, -1", "0, 100000", "-5, 100000", "1152921504606846977, 100000"})
    void anAnnouncementThatCannotBeIsRejected(long sequence, int length) {
        node.linkUp(ANN);

        assertRejected(
                node.receive(ANN, new Announcement(ANN, NEWS, sequence, length, Way.NONE)), RejectReason.INVALID_RANGE);
    }

    @Test
    void nobodyAnnouncesOrSendsPartsForAnother() {
        node.linkUp(ANN);

        assertRejected(node.receive(ANN, announcement(BEN, 1, LARGE, 0)), RejectReason.FORGED_ORIGIN);
        assertRejected(node.receive(ANN, announcement(SELF, 1, LARGE, 0)), RejectReason.FORGED_ORIGIN);
        assertRejected(node.receive(ANN, chunk(BEN, 1, LARGE, 0)), RejectReason.FORGED_ORIGIN);
        assertRejected(node.receive(ANN, request(BEN, 1, LARGE, 0)), RejectReason.FORGED_ORIGIN);
    }

    @Test
    void anotherLengthOfAMessageThatIsOnItsWayIsRejected() {
        Fixture member = Fixture.partial(DisseminationSettings.DEFAULT, ANN, BEN);
        member.receive(ANN, announcement(DAN, 1, LARGE, 0));

        assertThat(member.receive(BEN, announcement(DAN, 1, LARGER, 0)))
                .filteredOn(Effect.Rejected.class::isInstance)
                .singleElement()
                .isInstanceOfSatisfying(Effect.Rejected.class, rejected -> assertThat(rejected.reason())
                        .isEqualTo(RejectReason.INVALID_RANGE));
    }

    @Test
    void chunksThatNobodyAskedForOrThatDoNotFitAreRejected() {
        node.linkUp(ANN);
        assertRejected(node.receive(ANN, chunk(ANN, 1, LARGE, 0)), RejectReason.UNREQUESTED_CHUNK);
        announce(ANN, ANN, 1, LARGE);

        Bytes whole = LARGE.slice(0, CHUNK);
        assertRejected(node.receive(ANN, new Chunk(ANN, NEWS, 1, 1, whole)), RejectReason.INVALID_RANGE);
        assertRejected(node.receive(ANN, new Chunk(ANN, NEWS, 1, -CHUNK, whole)), RejectReason.INVALID_RANGE);
        assertRejected(node.receive(ANN, new Chunk(ANN, NEWS, 1, 3 * CHUNK, whole)), RejectReason.INVALID_RANGE);
        assertRejected(node.receive(ANN, new Chunk(ANN, NEWS, 1, 2 * CHUNK, whole)), RejectReason.INVALID_RANGE);
        assertRejected(node.receive(ANN, new Chunk(ANN, NEWS, 1, 0, whole.slice(0, 9))), RejectReason.INVALID_RANGE);
        assertThat(node.receive(ANN, chunk(ANN, 1, LARGE, 0))).isEmpty();
        assertRejected(node.receive(ANN, chunk(ANN, 1, LARGE, 0)), RejectReason.UNREQUESTED_CHUNK);

        Fixture member = Fixture.partial(DisseminationSettings.DEFAULT, ANN, CLE);
        member.receive(ANN, announcement(DAN, 1, LARGE, 0));
        assertRejected(member.receive(CLE, chunk(DAN, 1, LARGE, 0)), RejectReason.UNREQUESTED_CHUNK);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0, 0",
        "1, 0, -1",
        "1, 0, 49153",
        "1, -1, 10",
        "1, 98304, 101",
        "1, 2147483647, 49152",
        "2, 0, 10",
        "0, 0, 10",
        "-1, 0, 10"
    })
    void aRequestThatCannotBeIsRejected(long sequence, int offset, int length) {
        node.linkUp(ANN);
        node.publish(NEWS, List.of(LARGE));

        assertRejected(
                node.receive(ANN, new ChunkRequest(SELF, NEWS, sequence, offset, length)), RejectReason.INVALID_RANGE);
    }

    @Test
    void aRequestForMoreThanWhatIsPassedOnIsRejected() {
        Fixture member = Fixture.partial(DisseminationSettings.DEFAULT, ANN, BEN);
        member.receive(ANN, announcement(DAN, 1, LARGE, 0));

        assertRejected(member.receive(BEN, new ChunkRequest(DAN, NEWS, 1, 2 * CHUNK, 101)), RejectReason.INVALID_RANGE);
    }

    @Test
    void aPeerThatAsksForChunksWithoutEndIsServedSoMuchATickAndThenRejected() {
        node.linkUp(ANN);
        node.publish(NEWS, List.of(LARGE));
        for (int tick = 0; tick < 5; tick++) {
            node.after(Duration.ofMillis(50));
        }
        int sent = 0;
        List<Effect> last = List.of();
        for (int i = 0; i < 1000; i++) {
            last = node.receive(ANN, new ChunkRequest(SELF, NEWS, 1, i, CHUNK));
            sent += sends(last).size();
        }

        assertThat(sent).isLessThanOrEqualTo(Limits.REPAIR_BYTES_PER_TICK / CHUNK);
        assertRejected(last, RejectReason.TOO_MANY_REQUESTS);
        assertThat(sends(node.receive(ANN, new Pull(SELF, NEWS, 1, 1)))).hasSize(1);
    }

    @Test
    void whoAsksForASmallMessageInPartsIsToldThatThereIsNone() {
        node.linkUp(ANN);
        node.publish(1, 1);

        assertThat(node.receive(ANN, new ChunkRequest(SELF, NEWS, 1, 0, 1)))
                .containsExactly(bulk(ANN, new Unavailable(SELF, NEWS, 1, 1)));
    }

    @Test
    void aHostThatAnnouncesWithoutEndTakesNoMoreThanTheBudget() {
        Fixture tight = new Fixture(Fixture.bounds(1 << 20, 1 << 20, 100 << 10, 16));
        tight.linkUp(ANN);
        tight.receive(ANN, run(ANN, NEWS, 1, 1));
        int refused = 0;
        for (int i = 3; i < 1000; i++) {
            refused += (int) tight.receive(ANN, announcement(ANN, i, LARGE, 0)).stream()
                    .filter(Effect.Rejected.class::isInstance)
                    .count();
        }
        assertThat(refused).isGreaterThan(890);
    }
}
