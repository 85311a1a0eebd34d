package dev.grapevine.protocol.antientropy;

import static dev.grapevine.protocol.antientropy.Fixture.PEER;
import static dev.grapevine.protocol.antientropy.Fixture.SELF;
import static dev.grapevine.protocol.antientropy.Fixture.STORE;
import static dev.grapevine.protocol.antientropy.Fixture.THIRD;
import static dev.grapevine.protocol.antientropy.Fixture.bytes;
import static dev.grapevine.protocol.antientropy.Fixture.put;
import static dev.grapevine.protocol.antientropy.Fixture.rejections;
import static dev.grapevine.protocol.antientropy.Fixture.sent;
import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.clock.Dot;
import dev.grapevine.clock.HybridTimestamp;
import dev.grapevine.clock.VersionVector;
import dev.grapevine.crdt.CausalContext;
import dev.grapevine.crdt.DotRange;
import dev.grapevine.protocol.frame.AntiEntropyFrame;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Cursor;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Entry;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Operation;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Operations;
import dev.grapevine.protocol.frame.AntiEntropyFrame.StateChunk;
import dev.grapevine.protocol.frame.AntiEntropyFrame.StateOffer;
import dev.grapevine.protocol.frame.AntiEntropyFrame.StateRequest;
import dev.grapevine.protocol.frame.AntiEntropyFrame.StoreDigest;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.RejectReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What no correct peer sends is counted under its reason, and the store stays as it was. */
class FrameRejectionTest {

    private static final long TOO_HIGH = (1L << 48) + 1;

    private final Fixture at = new Fixture(Fixture.settings(1 << 20, 64 << 10, 2, 2));

    @BeforeEach
    void holdSomething() {
        at.linkUp(PEER);
        at.write("k", "mine");
        at.receive(PEER, put(PEER, 1, 0, "p", "theirs"));
    }

    private void assertRejected(RejectReason reason, AntiEntropyFrame frame) {
        long before = at.core.digest(frame.store());
        List<Effect> effects = at.receive(PEER, frame);
        assertThat(effects).hasSize(1);
        assertThat(rejections(effects)).containsExactly(reason);
        assertThat(((Effect.Rejected) effects.get(0)).peer()).isEqualTo(PEER);
        assertThat(at.core.digest(frame.store())).isEqualTo(before);
    }

    private void assertRejected(RejectReason reason, Operation operation) {
        // Together with a good one: a frame is refused whole.
        assertRejected(reason, new Operations(STORE, List.of(put(PEER, 2, 0, "good", "g"), operation)));
    }

    @Test
    void countersThatNoOriginReaches() {
        assertRejected(RejectReason.INVALID_RANGE, put(PEER, 0, 0, "k", "x"));
        assertRejected(RejectReason.INVALID_RANGE, put(PEER, -1, 0, "k", "x"));
        assertRejected(RejectReason.INVALID_RANGE, put(PEER, TOO_HIGH, 0, "k", "x"));
        assertRejected(RejectReason.INVALID_RANGE, put(PEER, 3, 0, "k", "x", new Dot(THIRD, 0)));
        assertRejected(RejectReason.INVALID_RANGE, put(PEER, 3, 0, "k", "x", new Dot(PEER, 3)));
    }

    @Test
    void stampsBelowZero() {
        assertRejected(
                RejectReason.INVALID_RANGE,
                new Operation(new Dot(PEER, 3), new HybridTimestamp(-1, 0), bytes("k"), bytes("x"), List.of()));
        assertRejected(
                RejectReason.INVALID_RANGE,
                new Operation(new Dot(PEER, 3), new HybridTimestamp(1, -1), bytes("k"), bytes("x"), List.of()));
    }

    @Test
    void tooManyOperationsOrNoneAndTooManySupersededDots() {
        assertRejected(RejectReason.INVALID_RANGE, new Operations(STORE, List.of()));
        assertRejected(
                RejectReason.INVALID_RANGE,
                new Operations(
                        STORE, Collections.nCopies(AntiEntropyFrame.MAX_ENTRIES + 1, put(PEER, 2, 0, "k", "x"))));
        List<Dot> dots = new ArrayList<>();
        for (int i = 1; i <= AntiEntropyFrame.MAX_DOTS + 1; i++) {
            dots.add(new Dot(THIRD, i));
        }
        assertRejected(
                RejectReason.INVALID_RANGE,
                new Operation(new Dot(PEER, 3), HybridTimestamp.ZERO, bytes("k"), bytes("x"), dots));
    }

    @Test
    void operationsOfThisMemberThatItNeverMadeAreLeftOutAlone() {
        assertRejected(RejectReason.FORGED_ORIGIN, new Operations(STORE, List.of(put(SELF, 2, 0, "k", "x"))));
        assertRejected(
                RejectReason.FORGED_ORIGIN,
                new Operations(STORE, List.of(put(PEER, 3, 0, "k", "x", new Dot(SELF, 2)))));
        assertRejected(RejectReason.FORGED_ORIGIN, new Operations("new", List.of(put(SELF, 1, 0, "k", "x"))));
        List<Effect> effects =
                at.receive(PEER, put(SELF, 2, 0, "k", "x"), put(PEER, 2, 0, "honest", "y"), put(SELF, 7, 0, "l", "x"));
        assertThat(rejections(effects)).containsExactly(RejectReason.FORGED_ORIGIN, RejectReason.FORGED_ORIGIN);
        assertThat(at.entries()).containsExactly("honest=y", "k=mine", "p=theirs");
        at.write("k", null);
        assertThat(rejections(at.receive(PEER, put(SELF, 1, 0, "k", "mine")))).isEmpty();
    }

    @Test
    void theRestOfADigestThatNamesForgedOperationsCounts() {
        assertRejected(
                RejectReason.FORGED_ORIGIN,
                new StoreDigest("new", digest(Map.of(SELF, 2L)).context(), true));
        at.pass(Duration.ofSeconds(1));
        List<DotRange> ahead = List.of(new DotRange(SELF, 7, 9));
        List<Effect> effects = at.receive(
                PEER,
                new StoreDigest(STORE, new CausalContext(VersionVector.of(Map.of(PEER, 1L, SELF, 2L)), ahead), false));
        assertThat(effects)
                .contains(new Effect.Noted(ProtocolEvent.SYNC_EQUAL, 1))
                .hasSize(2);
        assertThat(rejections(effects)).containsExactly(RejectReason.FORGED_ORIGIN);
        effects = at.receive(PEER, digest(Map.of(PEER, 5L, SELF, 2L)));
        assertThat(sent(effects, StoreDigest.class)).hasSize(1).allMatch(StoreDigest::request);
    }

    @Test
    void theRestOfAStateThatNamesForgedOperationsIsTaken() {
        at.pass(Duration.ofSeconds(1));
        at.receive(PEER, digest(Map.of(PEER, 2L)));
        StateRequest request = sent(at.receive(PEER, new StateOffer(STORE)), StateRequest.class)
                .get(0);
        CausalContext context = digest(Map.of(PEER, 2L, SELF, 2L)).context();
        List<Entry> entries = List.of(
                new Entry(bytes("honest"), new Dot(PEER, 2), HybridTimestamp.ZERO, bytes("y")),
                new Entry(bytes("l"), new Dot(SELF, 2), HybridTimestamp.ZERO, bytes("x")));
        List<Effect> effects = at.receive(PEER, new StateChunk(STORE, request.session(), null, null, entries, context));
        assertThat(rejections(effects)).containsExactly(RejectReason.FORGED_ORIGIN);
        assertThat(at.entries()).containsExactly("honest=y");
    }

    @Test
    void digestsOfImpossibleRuns() {
        assertRejected(RejectReason.INVALID_RANGE, digest(Map.of(PEER, 0L)));
        assertRejected(RejectReason.INVALID_RANGE, digest(Map.of(PEER, TOO_HIGH)));
        assertRejected(
                RejectReason.INVALID_RANGE,
                new StoreDigest(
                        STORE, new CausalContext(VersionVector.EMPTY, List.of(new DotRange(PEER, -5, -5))), false));
    }

    @Test
    void storesBeyondTheLimit() {
        at.receive(PEER, new Operations("second", List.of(put(PEER, 1, 0, "k", "x"))));
        assertRejected(RejectReason.TOO_MANY_STREAMS, new Operations("third", List.of(put(PEER, 1, 0, "k", "x"))));
        assertRejected(
                RejectReason.TOO_MANY_STREAMS,
                new StoreDigest("third", new CausalContext(VersionVector.of(Map.of(PEER, 1L)), List.of()), true));
        List<Effect> effects = new ArrayList<>();
        at.core.write("third", bytes("k"), bytes("v"), at.now, effects::add);
        assertThat(effects).contains(new Effect.StoreChanged("third", bytes("k"), bytes("v"), SELF));
    }

    @Test
    void chunksThatNobodyAskedForAndRequestsForNoState() {
        assertRejected(RejectReason.INVALID_RANGE, chunk(STORE, List.of(), Map.of(PEER, 1L)));
        assertRejected(RejectReason.INVALID_RANGE, chunk("unknown", List.of(), Map.of(PEER, 1L)));
        assertRejected(RejectReason.INVALID_RANGE, new StateRequest("unknown", 1, null));
        assertThat(rejections(at.receive(THIRD, new StateRequest(STORE, 1, null))))
                .containsExactly(RejectReason.INVALID_RANGE);
    }

    @Test
    void anOfferThatNobodyAskedForIsLeftAlone() {
        assertThat(at.receive(PEER, new StateOffer(STORE))).isEmpty();
    }

    @Test
    void chunksThatContradictThemselves() {
        Entry uncovered = new Entry(bytes("a"), new Dot(PEER, 9), HybridTimestamp.ZERO, bytes("x"));
        Entry a = new Entry(bytes("a"), new Dot(PEER, 1), HybridTimestamp.ZERO, bytes("x"));
        Entry b = new Entry(bytes("b"), new Dot(PEER, 1), HybridTimestamp.ZERO, bytes("x"));
        assertRejected(RejectReason.INVALID_RANGE, chunk(STORE, List.of(uncovered), Map.of(PEER, 1L)));
        assertRejected(RejectReason.INVALID_RANGE, chunk(STORE, List.of(b, a), Map.of(PEER, 1L)));
        assertRejected(RejectReason.INVALID_RANGE, chunk(STORE, List.of(a, a), Map.of(PEER, 1L)));
        CausalContext context = digest(Map.of(PEER, 1L)).context();
        Cursor place = new Cursor(bytes("a"), new Dot(PEER, 1));
        assertRejected(RejectReason.INVALID_RANGE, new StateChunk(STORE, 1, null, place, List.of(a), context));
        assertRejected(RejectReason.INVALID_RANGE, new StateChunk(STORE, 1, null, place, List.of(), context));
        Cursor later = new Cursor(bytes("a"), new Dot(PEER, 2));
        assertRejected(RejectReason.INVALID_RANGE, new StateChunk(STORE, 1, later, null, List.of(a), context));
    }

    @Test
    void dotsBeyondTheCloudAndOperationsThatWaitBeyondTheLimit() {
        at.receive(PEER, put(PEER, 5, 0, "a", "x"), put(PEER, 7, 0, "b", "x"));
        assertRejected(RejectReason.CONTEXT_OVERFLOW, new Operations(STORE, List.of(put(PEER, 9, 0, "c", "x"))));
        assertThat(rejections(at.receive(PEER, put(PEER, 2, 0, "d", "x")))).isEmpty();

        Dot missing = new Dot(THIRD, 1);
        at.receive(PEER, put(PEER, 10, 0, "e", "1", missing), put(PEER, 11, 0, "e", "2", missing));
        assertThat(rejections(at.receive(PEER, put(PEER, 12, 0, "e", "3", missing))))
                .containsExactly(RejectReason.CONTEXT_OVERFLOW);
    }

    private static StoreDigest digest(Map<dev.grapevine.membership.Origin, Long> runs) {
        return new StoreDigest(STORE, new CausalContext(VersionVector.of(runs), List.of()), false);
    }

    private static StateChunk chunk(
            String store, List<Entry> entries, Map<dev.grapevine.membership.Origin, Long> runs) {
        return new StateChunk(store, 1, null, null, entries, digest(runs).context());
    }
}
