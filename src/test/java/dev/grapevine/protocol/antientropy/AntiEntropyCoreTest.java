package dev.grapevine.protocol.antientropy;

import static dev.grapevine.protocol.antientropy.Fixture.PEER;
import static dev.grapevine.protocol.antientropy.Fixture.SELF;
import static dev.grapevine.protocol.antientropy.Fixture.STORE;
import static dev.grapevine.protocol.antientropy.Fixture.THIRD;
import static dev.grapevine.protocol.antientropy.Fixture.WALL;
import static dev.grapevine.protocol.antientropy.Fixture.bytes;
import static dev.grapevine.protocol.antientropy.Fixture.put;
import static dev.grapevine.protocol.antientropy.Fixture.rejections;
import static dev.grapevine.protocol.antientropy.Fixture.removal;
import static dev.grapevine.protocol.antientropy.Fixture.sent;
import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.clock.Dot;
import dev.grapevine.clock.HybridTimestamp;
import dev.grapevine.clock.VersionVector;
import dev.grapevine.crdt.CausalContext;
import dev.grapevine.crdt.DotRange;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Operation;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Operations;
import dev.grapevine.protocol.frame.AntiEntropyFrame.StoreDigest;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.RejectReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AntiEntropyCoreTest {

    private final Fixture at = new Fixture(AntiEntropySettings.DEFAULT);

    @Test
    void aWriteIsShownAndSentAsOneFrameToEveryLinkedPeerAtOnce() {
        at.linkUp(THIRD);
        at.linkUp(PEER);
        List<Effect> effects = at.write("k", "v");
        Operation operation =
                new Operation(new Dot(SELF, 1), new HybridTimestamp(WALL, 1), bytes("k"), bytes("v"), List.of());
        Operations frame = new Operations(STORE, List.of(operation));
        assertThat(effects)
                .containsExactly(
                        new Effect.StoreChanged(STORE, bytes("k"), bytes("v"), SELF),
                        new Effect.Send(PEER, Lane.DATA, frame),
                        new Effect.Send(THIRD, Lane.DATA, frame));
        assertThat(((Effect.Send) effects.get(1)).frame()).isSameAs(((Effect.Send) effects.get(2)).frame());
    }

    @Test
    void aWriteSupersedesEverySiblingHeld() {
        at.receive(PEER, put(PEER, 1, 0, "k", "a"));
        at.receive(THIRD, put(THIRD, 1, 5, "k", "b"));
        at.linkUp(PEER);
        List<Operation> written =
                sent(at.write("k", "c"), Operations.class).get(0).operations();
        assertThat(written.get(0).superseded()).containsExactly(new Dot(PEER, 1), new Dot(THIRD, 1));
        assertThat(at.entries()).containsExactly("k=c");
    }

    @Test
    void removingAnAbsentKeyDoesNothing() {
        at.linkUp(PEER);
        assertThat(at.write("k", null)).isEmpty();
        at.write("k", "v");
        assertThat(at.write("k", null)).contains(new Effect.StoreChanged(STORE, bytes("k"), null, SELF));
        assertThat(at.write("k", null)).isEmpty();
        assertThat(at.entries()).isEmpty();
    }

    @Test
    void anEntryAboveTheLimitIsRejectedAndChangesNothing() {
        assertThat(rejections(at.write("k", "v".repeat(256 << 10)))).containsExactly(RejectReason.INVALID_RANGE);
        assertThat(at.entries()).isEmpty();
    }

    @Test
    void aReceivedWriteIsShownOnceAndNotForwarded() {
        at.linkUp(THIRD);
        assertThat(at.receive(PEER, put(PEER, 1, 0, "k", "a")))
                .containsExactly(new Effect.StoreChanged(STORE, bytes("k"), bytes("a"), PEER));
        assertThat(at.receive(THIRD, put(PEER, 1, 0, "k", "a")))
                .containsExactly(new Effect.Noted(ProtocolEvent.DUPLICATE_OPERATION, 1));
    }

    @Test
    void aConcurrentWriteThatLosesChangesNothingVisibleUntilTheWinnerIsRemoved() {
        at.receive(PEER, put(PEER, 1, 5, "k", "late"));
        assertThat(at.receive(THIRD, put(THIRD, 1, 0, "k", "early"))).isEmpty();
        assertThat(at.receive(PEER, removal(PEER, 2, 9, "k", new Dot(PEER, 1))))
                .containsExactly(new Effect.StoreChanged(STORE, bytes("k"), bytes("early"), THIRD));
    }

    @Test
    void anOperationWaitsForWhatItSupersedesSoThatNothingOlderComesBack() {
        Operation a = put(PEER, 1, 0, "k", "a");
        Operation b = put(THIRD, 1, 1, "k", "b", a.dot());
        Operation c = put(PEER, 2, 2, "k", "c", b.dot());
        at.receive(PEER, a);
        assertThat(at.receive(PEER, c)).isEmpty();
        assertThat(at.receive(THIRD, b))
                .containsExactly(
                        new Effect.StoreChanged(STORE, bytes("k"), bytes("b"), THIRD),
                        new Effect.StoreChanged(STORE, bytes("k"), bytes("c"), PEER));
        assertThat(at.entries()).containsExactly("k=c");
    }

    @Test
    void anOperationAheadOfItsOriginsRunIsShownAtOnce() {
        assertThat(at.receive(PEER, put(PEER, 5, 0, "k", "a")))
                .containsExactly(new Effect.StoreChanged(STORE, bytes("k"), bytes("a"), PEER));
    }

    @Test
    void aStampOfTheFutureIsRejectedAndAcceptedWhenItsTimeIsNear() {
        Operation future = put(PEER, 1, 61_000, "k", "a");
        assertThat(rejections(at.receive(PEER, future))).containsExactly(RejectReason.CLOCK_DRIFT);
        assertThat(at.entries()).isEmpty();
        at.pass(Duration.ofSeconds(2));
        at.receive(PEER, future);
        assertThat(at.entries()).containsExactly("k=a");
    }

    @Test
    void aNewLinkIsToldWhatWasAppliedAndWhoLacksItAsks() {
        at.write("k", "v");
        assertThat(at.linkUp(PEER)).containsExactly(new Effect.Send(PEER, Lane.DATA, tells(Map.of(SELF, 1L))));

        Fixture other = new Fixture(AntiEntropySettings.DEFAULT);
        assertThat(other.linkUp(PEER)).isEmpty();
        assertThat(other.receive(PEER, tells(Map.of(PEER, 3L))))
                .containsExactly(new Effect.Send(PEER, Lane.BULK, asks(Map.of())));
    }

    @Test
    void whoIsAskedSendsExactlyWhatIsLackingInCausalOrderAndThenItsDigest() {
        Operation a1 = put(PEER, 1, 0, "k", "1");
        Operation a3 = put(PEER, 3, 5, "m", "3");
        Operation b1 = put(THIRD, 1, 2, "k", "2", a1.dot());
        Operation b2 = removal(THIRD, 2, 9, "m", a3.dot());
        at.receive(PEER, a3, a1);
        at.receive(THIRD, b1, b2);
        assertThat(at.receive(THIRD, asks(Map.of(PEER, 1L))))
                .containsExactly(
                        new Effect.Send(THIRD, Lane.BULK, new Operations(STORE, List.of(b1, a3, b2))),
                        new Effect.Noted(ProtocolEvent.SYNC_OPERATIONS_SENT, 3),
                        new Effect.Send(
                                THIRD,
                                Lane.BULK,
                                new StoreDigest(
                                        STORE,
                                        new CausalContext(
                                                VersionVector.of(Map.of(PEER, 1L, THIRD, 2L)),
                                                List.of(new DotRange(PEER, 3, 3))),
                                        false)));
    }

    @Test
    void aPeerThatLacksSomethingIsToldAndAnEqualOneIsNot() {
        at.receive(PEER, put(PEER, 1, 0, "k", "a"));
        assertThat(at.receive(THIRD, tells(Map.of())))
                .containsExactly(new Effect.Send(THIRD, Lane.BULK, tells(Map.of(PEER, 1L))));
        assertThat(at.receive(THIRD, tells(Map.of(PEER, 1L))))
                .containsExactly(new Effect.Noted(ProtocolEvent.SYNC_EQUAL, 1));
    }

    @Test
    void onlyOnePeerIsAskedAtATimeAndAgainOnlyIfItBroughtSomething() {
        at.linkUp(PEER);
        at.linkUp(THIRD);
        assertThat(at.receive(PEER, tells(Map.of(PEER, 2L)))).hasSize(1);
        assertThat(at.receive(THIRD, tells(Map.of(PEER, 2L)))).isEmpty();
        assertThat(at.receive(PEER, tells(Map.of(PEER, 2L)))).isEmpty();
        at.receive(PEER, put(PEER, 1, 0, "k", "a"));
        assertThat(at.receive(PEER, tells(Map.of(PEER, 2L))))
                .containsExactly(new Effect.Send(PEER, Lane.BULK, asks(Map.of(PEER, 1L))));
        at.linkDown(PEER);
        at.pass(Duration.ofMillis(100));
        assertThat(at.receive(THIRD, tells(Map.of(PEER, 2L))))
                .containsExactly(new Effect.Send(THIRD, Lane.BULK, asks(Map.of(PEER, 1L))));
    }

    @Test
    void whileWritesComeInWhatIsLackingIsWaitedForAndOnlyThenAskedFor() {
        at.tick();
        at.receive(PEER, put(PEER, 1, 0, "k", "a"));
        assertThat(at.receive(THIRD, tells(Map.of(PEER, 3L)))).isEmpty();
        at.receive(PEER, put(PEER, 2, 0, "k", "b"));
        at.pass(Duration.ofMillis(50));
        assertThat(at.tick()).isEmpty();
        at.pass(Duration.ofMillis(50));
        assertThat(at.tick()).containsExactly(new Effect.Send(THIRD, Lane.BULK, asks(Map.of(PEER, 2L))));

        Fixture other = new Fixture(AntiEntropySettings.DEFAULT);
        other.receive(PEER, put(PEER, 1, 0, "k", "a"));
        other.receive(THIRD, tells(Map.of(PEER, 2L)));
        other.receive(PEER, put(PEER, 2, 0, "k", "b"));
        other.pass(Duration.ofMillis(100));
        assertThat(other.tick()).isEmpty();
    }

    @Test
    void aLongAnswerIsCutAndGoesOnWithTheNextRequest() {
        Fixture tiny = new Fixture(Fixture.settings(1 << 20, 200, 100, 10));
        for (int i = 0; i < 60; i++) {
            tiny.write("k" + i, "0123456789");
        }
        List<Effect> answer = tiny.receive(PEER, asks(Map.of()));
        List<Operations> frames = sent(answer, Operations.class);
        assertThat(frames)
                .hasSizeBetween(StoreSync.ANSWER_CHUNKS, 2 * StoreSync.ANSWER_CHUNKS)
                .allMatch(frame -> frame.size() <= 200 + 16 + STORE.length());
        long taken =
                frames.stream().mapToLong(frame -> frame.operations().size()).sum();
        assertThat(taken).isLessThan(60);
        List<Effect> next = tiny.receive(PEER, asks(Map.of(SELF, taken)));
        assertThat(sent(next, Operations.class).get(0).operations().get(0).dot())
                .isEqualTo(new Dot(SELF, taken + 1));
    }

    @Test
    void anIdleStoreBacksOffFromOneToTenSecondsAndSendsNothingButDigests() {
        at.write("k", "v");
        at.linkUp(PEER);
        List<Long> rounds = new ArrayList<>();
        for (int tick = 0; tick < 20 * 120; tick++) {
            List<Effect> effects = at.tick();
            assertThat(effects)
                    .allMatch(effect -> effect instanceof Effect.Send send
                            && send.frame() instanceof StoreDigest digest
                            && !digest.request());
            if (!effects.isEmpty()) {
                rounds.add(at.now.nanos() / 1_000_000);
            }
            at.pass(Duration.ofMillis(50));
        }
        assertThat(rounds.get(1) - rounds.get(0)).isBetween(700L, 1300L);
        assertThat(rounds.get(rounds.size() - 1) - rounds.get(rounds.size() - 2))
                .isBetween(7_400L, 12_600L);
        assertThat(rounds).hasSizeBetween(12, 20);

        at.write("k", "w");
        at.pass(Duration.ofMillis(1300));
        assertThat(sent(at.tick(), StoreDigest.class)).hasSize(1);
    }

    @Test
    void aPeersEmptyStoreIsNoReasonForAStoreHere() {
        assertThat(at.receive(PEER, tells(Map.of()))).isEmpty();
        at.linkUp(PEER);
        assertThat(at.tick()).isEmpty();
    }

    @Test
    void theContentHashIsThatOfTheContentWhateverTheOrder() {
        Fixture other = new Fixture(AntiEntropySettings.DEFAULT);
        Operation a = put(PEER, 1, 0, "k", "a");
        Operation b = put(THIRD, 1, 1, "k", "b");
        at.receive(PEER, a, b);
        other.receive(PEER, b);
        assertThat(other.core.digest(STORE)).isNotEqualTo(at.core.digest(STORE));
        other.receive(PEER, a);
        assertThat(other.core.digest(STORE)).isEqualTo(at.core.digest(STORE));
        assertThat(at.core.digest("unknown")).isNotEqualTo(at.core.digest(STORE));
    }

    private static StoreDigest tells(Map<Origin, Long> runs) {
        return new StoreDigest(STORE, new CausalContext(VersionVector.of(runs), List.of()), false);
    }

    private static StoreDigest asks(Map<Origin, Long> runs) {
        return new StoreDigest(STORE, new CausalContext(VersionVector.of(runs), List.of()), true);
    }
}
