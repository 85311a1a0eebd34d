package dev.grapevine.protocol.antientropy;

import static dev.grapevine.protocol.antientropy.Fixture.PEER;
import static dev.grapevine.protocol.antientropy.Fixture.SELF;
import static dev.grapevine.protocol.antientropy.Fixture.STORE;
import static dev.grapevine.protocol.antientropy.Fixture.THIRD;
import static dev.grapevine.protocol.antientropy.Fixture.bytes;
import static dev.grapevine.protocol.antientropy.Fixture.put;
import static dev.grapevine.protocol.antientropy.Fixture.rejections;
import static dev.grapevine.protocol.antientropy.Fixture.removal;
import static dev.grapevine.protocol.antientropy.Fixture.sent;
import static dev.grapevine.protocol.antientropy.Fixture.settings;
import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.clock.Dot;
import dev.grapevine.clock.HybridTimestamp;
import dev.grapevine.clock.VersionVector;
import dev.grapevine.crdt.CausalContext;
import dev.grapevine.crdt.DotRange;
import dev.grapevine.protocol.frame.AntiEntropyFrame;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Cursor;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Entry;
import dev.grapevine.protocol.frame.AntiEntropyFrame.StateChunk;
import dev.grapevine.protocol.frame.AntiEntropyFrame.StateOffer;
import dev.grapevine.protocol.frame.AntiEntropyFrame.StateRequest;
import dev.grapevine.protocol.frame.AntiEntropyFrame.StoreDigest;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.RejectReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StateTransferTest {

    private static final CausalContext OF_PEER = context(3);

    /** Keeps nothing to hand on, and cuts a chunk after two small entries. */
    private final Fixture sender = new Fixture(settings(0, 150, 100, 10));

    private final Fixture receiver = new Fixture(settings(1 << 20, 150, 100, 10));

    @Test
    void whatTheLogNoLongerHoldsIsOfferedAsState() {
        sender.write("a", "1");
        assertThat(sender.receive(PEER, new StoreDigest(STORE, CausalContext.EMPTY, true)))
                .containsExactly(new Effect.Send(PEER, Lane.BULK, new StateOffer(STORE)));
    }

    @Test
    void allChunksOfASessionAreOfTheMomentItBeganWhateverIsWrittenMeanwhile() {
        sender.linkUp(PEER);
        for (String key : List.of("a", "b", "c", "d", "e")) {
            sender.write(key, "old");
        }
        StateChunk first = request(null);
        sender.write("d", "new");
        sender.write("e", null);
        sender.write("f", "new");
        StateChunk second = request(first.to());
        StateChunk third = request(second.to());
        assertThat(first.to()).isEqualTo(new Cursor(bytes("c"), new Dot(SELF, 3)));
        assertThat(List.of(first, second, third)).allMatch(chunk -> chunk.context()
                .equals(new CausalContext(VersionVector.of(Map.of(SELF, 5L)), List.of())));
        List<Entry> all = new ArrayList<>(first.entries());
        all.addAll(second.entries());
        all.addAll(third.entries());
        assertThat(all).extracting(Entry::value).containsOnly(bytes("old"));
        assertThat(all).extracting(entry -> entry.key().utf8()).containsExactly("a", "b", "c", "d", "e");
        assertThat(third.to()).isNull();
    }

    @Test
    void concurrentWritesOfOneKeyThatAreLargerThanAFrameTogetherTravelInSeveralChunks() {
        Fixture from = new Fixture(settings(0, 64 << 10, 100, 10));
        from.linkUp(PEER);
        from.receive(PEER, put(PEER, 1, 0, "a", "1"));
        for (int i = 10; i <= 14; i++) {
            from.receive(PEER, put(Fixture.member(i), 1, i, "k", i + "x".repeat(250 << 10)));
        }
        from.receive(PEER, put(PEER, 2, 9, "z", "last"));
        copy(from, (256 << 10) + 1000);
    }

    @Test
    void moreConcurrentWritesOfOneKeyThanAChunkHoldsEntriesTravelInSeveralChunks() {
        Fixture from = new Fixture(settings(0, 1 << 20, 100, 10));
        from.linkUp(PEER);
        for (int i = 0; i < AntiEntropyFrame.MAX_ENTRIES + 100; i++) {
            from.receive(PEER, put(Fixture.member(10 + i), 1, 0, "k", "v"));
        }
        copy(from, 1 << 20);
    }

    /** Hands a state over to an empty member, in more than one chunk, each of which is small enough and acceptable. */
    private static void copy(Fixture from, int maxChunk) {
        Fixture to = new Fixture(AntiEntropySettings.DEFAULT);
        to.linkUp(PEER);
        to.receive(PEER, new StoreDigest(STORE, context(1), false));
        List<StateRequest> request = sent(to.receive(PEER, new StateOffer(STORE)), StateRequest.class);
        int chunks = 0;
        while (!request.isEmpty()) {
            StateChunk chunk =
                    sent(from.receive(PEER, request.get(0)), StateChunk.class).get(0);
            assertThat(chunk.size() - 40 * chunk.context().runs().counters().size())
                    .isLessThan(maxChunk);
            List<Effect> effects = to.receive(PEER, chunk);
            assertThat(rejections(effects)).isEmpty();
            request = sent(effects, StateRequest.class);
            chunks++;
        }
        assertThat(chunks).isGreaterThan(1);
        assertThat(to.core.digest(STORE)).isEqualTo(from.core.digest(STORE));
    }

    @Test
    void aSessionThatIsForgottenIsCutFromTheStateOfNow() {
        sender.linkUp(PEER);
        sender.write("a", "1");
        request(null);
        sender.write("b", "2");
        sender.pass(Duration.ofSeconds(10));
        sender.tick();
        StateChunk chunk = request(new Cursor(bytes("a"), new Dot(SELF, 1)));
        assertThat(chunk.entries()).hasSize(2);
        assertThat(chunk.context().runs().get(SELF)).isEqualTo(2);
    }

    @Test
    void nothingShowsBeforeTheLastChunkAndThenAllOfItAtOnce() {
        long session = beginTransfer();
        List<Effect> effects = receiver.receive(PEER, chunk(session, null, "b", OF_PEER, entry("a", 1)));
        assertThat(effects)
                .containsExactly(new Effect.Send(PEER, Lane.BULK, new StateRequest(STORE, session, at("b"))));
        assertThat(receiver.entries()).containsExactly("gone=x");

        effects = receiver.receive(PEER, chunk(session, "b", null, OF_PEER, entry("b", 2)));

        assertThat(effects)
                .containsExactly(
                        new Effect.StoreChanged(STORE, bytes("gone"), null, PEER),
                        new Effect.StoreChanged(STORE, bytes("a"), bytes("v1"), PEER),
                        new Effect.StoreChanged(STORE, bytes("b"), bytes("v2"), PEER),
                        new Effect.Noted(ProtocolEvent.STATE_TRANSFERRED, 1));
        assertThat(receiver.entries()).containsExactly("a=v1", "b=v2");
        // What was removed there does not come back by its operation.
        receiver.receive(THIRD, put(PEER, 3, 0, "gone", "x"));
        assertThat(receiver.entries()).containsExactly("a=v1", "b=v2");
    }

    @Test
    void writesMadeDuringTheTransferSurviveIt() {
        long session = beginTransfer();
        receiver.receive(PEER, chunk(session, null, "b", OF_PEER, entry("a", 1)));
        receiver.write("a", "mine");
        receiver.receive(PEER, put(PEER, 4, 9, "b", "v4", new Dot(PEER, 2)));
        receiver.receive(PEER, chunk(session, "b", null, OF_PEER, entry("b", 2)));
        // The write of "a" did not see the peer's, and is later; that of "b" waited for what it supersedes.
        assertThat(receiver.entries()).containsExactly("a=mine", "b=v4");
    }

    @Test
    void aChunkThatDoesNotComeIsAskedForAgainAndADeadTransferGivenUp() {
        long session = beginTransfer();
        receiver.pass(Duration.ofMillis(1250));
        assertThat(sent(receiver.tick(), StateRequest.class)).containsExactly(new StateRequest(STORE, session, null));
        receiver.pass(Duration.ofMillis(3750));
        assertThat(sent(receiver.tick(), StateRequest.class)).isEmpty();
        assertThat(rejections(receiver.receive(PEER, chunk(session, null, null, OF_PEER))))
                .containsExactly(RejectReason.INVALID_RANGE);
        assertThat(receiver.receive(THIRD, new StoreDigest(STORE, OF_PEER, false)))
                .containsExactly(new Effect.Send(
                        THIRD,
                        Lane.BULK,
                        new StoreDigest(
                                STORE,
                                new CausalContext(VersionVector.EMPTY, List.of(new DotRange(PEER, 3, 3))),
                                true)));
    }

    @Test
    void operationsThatCannotBeKeptThoughTheyWereAskedForAreFetchedAsState() {
        Fixture narrow = new Fixture(settings(1 << 20, 1000, 1, 10));
        narrow.linkUp(PEER);
        narrow.receive(PEER, new StoreDigest(STORE, context(9), false));
        List<Effect> effects = narrow.receive(PEER, put(PEER, 3, 0, "a", "x"), put(PEER, 5, 1, "b", "x"));
        assertThat(rejections(effects)).containsExactly(RejectReason.CONTEXT_OVERFLOW);
        assertThat(sent(effects, StateRequest.class)).hasSize(1);
    }

    @Test
    void aTransferEndsWithItsLink() {
        beginTransfer();
        receiver.linkDown(PEER);
        assertThat(sent(receiver.receive(THIRD, new StoreDigest(STORE, OF_PEER, false)), StoreDigest.class))
                .hasSize(1)
                .allMatch(StoreDigest::request);
    }

    @Test
    void aChunkThatComesTwiceIsCountedAndAChunkOfAnotherStateBeginsTheTransferAgain() {
        long session = beginTransfer();
        receiver.receive(PEER, chunk(session, null, "b", OF_PEER, entry("a", 1)));
        assertThat(receiver.receive(PEER, chunk(session, null, "b", OF_PEER, entry("a", 1))))
                .containsExactly(new Effect.Noted(ProtocolEvent.DUPLICATE_OPERATION, 1));
        List<StateRequest> again =
                sent(receiver.receive(PEER, chunk(session, "b", null, context(4), entry("b", 2))), StateRequest.class);
        assertThat(again).hasSize(1).allMatch(request -> request.cursor() == null && request.session() != session);
        assertThat(receiver.entries()).containsExactly("gone=x");
    }

    @Test
    void aStateWithStampsOfTheFutureIsRejectedWhole() {
        long session = beginTransfer();
        Entry future =
                new Entry(bytes("a"), new Dot(PEER, 1), new HybridTimestamp(Fixture.WALL + 60_101, 0), bytes("x"));
        assertThat(rejections(receiver.receive(PEER, chunk(session, null, null, OF_PEER, future))))
                .containsExactly(RejectReason.CLOCK_DRIFT);
        assertThat(receiver.entries()).containsExactly("gone=x");
    }

    @Test
    void aRemovalWhileAMemberWasAwayIsNotUndoneByItsReturn() {
        receiver.receive(PEER, put(PEER, 1, 0, "k", "v"));
        Fixture away = new Fixture(AntiEntropySettings.DEFAULT);
        away.receive(PEER, put(PEER, 1, 0, "k", "v"));
        receiver.receive(PEER, removal(PEER, 2, 5, "k", new Dot(PEER, 1)));
        // The member that was away hands on what it holds.
        receiver.receive(THIRD, put(PEER, 1, 0, "k", "v"));
        assertThat(receiver.entries()).isEmpty();
    }

    private StateChunk request(@Nullable Cursor cursor) {
        return sent(sender.receive(PEER, new StateRequest(STORE, 7, cursor)), StateChunk.class)
                .get(0);
    }

    /** The receiver holds the third operation of the peer, lacks two and was offered the state. */
    private long beginTransfer() {
        receiver.linkUp(PEER);
        receiver.receive(PEER, put(PEER, 3, 0, "gone", "x"));
        receiver.pass(Duration.ofMillis(100));
        receiver.receive(PEER, new StoreDigest(STORE, OF_PEER, false));
        List<StateRequest> requests = sent(receiver.receive(PEER, new StateOffer(STORE)), StateRequest.class);
        assertThat(requests).hasSize(1);
        assertThat(requests.get(0).cursor()).isNull();
        return requests.get(0).session();
    }

    private static CausalContext context(long run) {
        return new CausalContext(VersionVector.of(Map.of(PEER, run)), List.of());
    }

    private static Cursor at(String key) {
        return new Cursor(bytes(key), new Dot(PEER, 1));
    }

    private static Entry entry(String key, long counter) {
        return new Entry(
                bytes(key), new Dot(PEER, counter), new HybridTimestamp(Fixture.WALL, 0), bytes("v" + counter));
    }

    private static StateChunk chunk(long session, String from, String to, CausalContext context, Entry... entries) {
        return new StateChunk(
                STORE, session, from == null ? null : at(from), to == null ? null : at(to), List.of(entries), context);
    }
}
