package dev.grapevine.protocol.antientropy;

import static dev.grapevine.protocol.antientropy.Fixture.PEER;
import static dev.grapevine.protocol.antientropy.Fixture.SELF;
import static dev.grapevine.protocol.antientropy.Fixture.STORE;
import static dev.grapevine.protocol.antientropy.Fixture.THIRD;
import static dev.grapevine.protocol.antientropy.Fixture.member;
import static dev.grapevine.protocol.antientropy.Fixture.put;
import static dev.grapevine.protocol.antientropy.Fixture.rejections;
import static dev.grapevine.protocol.antientropy.Fixture.sent;
import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.clock.VersionVector;
import dev.grapevine.crdt.CausalContext;
import dev.grapevine.crdt.DotRange;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.AntiEntropyFrame;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Operation;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Operations;
import dev.grapevine.protocol.frame.AntiEntropyFrame.StateChunk;
import dev.grapevine.protocol.frame.AntiEntropyFrame.StateOffer;
import dev.grapevine.protocol.frame.AntiEntropyFrame.StateRequest;
import dev.grapevine.protocol.frame.AntiEntropyFrame.StoreDigest;
import dev.grapevine.protocol.step.RejectReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Origins that somebody invents fill a store up to its limit and no further, so that its digest can always be sent. */
class OriginLimitTest {

    private final Fixture at = new Fixture(AntiEntropySettings.DEFAULT);

    @Test
    void inventedOriginsStopAtTheLimitAndTheDigestStillFitsAFrame() {
        at.linkUp(PEER);
        List<RejectReason> refused = invent(17 * AntiEntropyFrame.MAX_ENTRIES);

        assertThat(refused).containsOnly(RejectReason.CONTEXT_OVERFLOW);
        assertThat(at.entries()).hasSize(AntiEntropyFrame.MAX_ORIGINS - 1);
        at.write("mine", "v");
        assertThat(rejections(at.receive(PEER, put(member(100), 2, 2, "k", "w"))))
                .isEmpty();
        at.pass(Duration.ofSeconds(20));
        StoreDigest digest = sent(at.tick(), StoreDigest.class).get(0);
        assertThat(digest.context().runs().get(SELF)).isEqualTo(1);
        assertThat(FrameChecks.problem(digest.context())).isNull();
        assertThat(digest.size()).isLessThan(1 << 20);
    }

    private List<RejectReason> invent(int origins) {
        List<RejectReason> refused = new ArrayList<>();
        for (int first = 0; first < origins; first += AntiEntropyFrame.MAX_ENTRIES) {
            List<Operation> operations = new ArrayList<>();
            for (int i = first; i < first + AntiEntropyFrame.MAX_ENTRIES; i++) {
                operations.add(put(member(100 + i), 1, 1, "k" + i, "v"));
            }
            refused.addAll(rejections(at.receive(PEER, new Operations(STORE, operations))));
        }
        return refused;
    }

    @Test
    void aStateOfTooManyOriginsIsNotFetchedToItsEnd() {
        at.receive(PEER, put(THIRD, 1, 0, "k", "v"));
        TreeMap<Origin, Long> runs = new TreeMap<>();
        for (int i = 0; i < AntiEntropyFrame.MAX_ORIGINS - 1; i++) {
            runs.put(member(100 + i), 1L);
        }
        assertThat(rejectionOf(new CausalContext(VersionVector.of(runs), List.of())))
                .containsExactly(RejectReason.CONTEXT_OVERFLOW);
        assertThat(at.entries()).containsExactly("k=v");
    }

    @Test
    void aStateWithTooManyRangesAheadOfTheRunsIsNotFetchedToItsEnd() {
        at.receive(PEER, put(PEER, 3, 0, "k", "v"));
        List<DotRange> cloud = new ArrayList<>();
        for (int i = 0; i < AntiEntropyFrame.MAX_RANGES; i++) {
            cloud.add(new DotRange(THIRD, 3 + 2L * i, 3 + 2L * i));
        }
        assertThat(rejectionOf(new CausalContext(VersionVector.of(Map.of(THIRD, 1L)), cloud)))
                .containsExactly(RejectReason.CONTEXT_OVERFLOW);
        assertThat(at.entries()).containsExactly("k=v");
    }

    /** What is refused of the first chunk of a state of this context, which is offered and asked for. */
    private List<RejectReason> rejectionOf(CausalContext context) {
        at.linkUp(PEER);
        at.pass(Duration.ofMillis(100));
        at.receive(PEER, new StoreDigest(STORE, context, false));
        StateRequest request = sent(at.receive(PEER, new StateOffer(STORE)), StateRequest.class)
                .get(0);
        return rejections(at.receive(PEER, new StateChunk(STORE, request.session(), null, null, List.of(), context)));
    }
}
