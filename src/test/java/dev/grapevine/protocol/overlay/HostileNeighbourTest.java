package dev.grapevine.protocol.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.OverlayFrame;
import dev.grapevine.protocol.frame.OverlayFrame.Disconnect;
import dev.grapevine.protocol.frame.OverlayFrame.ForwardJoin;
import dev.grapevine.protocol.frame.OverlayFrame.Join;
import dev.grapevine.protocol.frame.OverlayFrame.Neighbour;
import dev.grapevine.protocol.frame.OverlayFrame.Shuffle;
import dev.grapevine.protocol.frame.OverlayFrame.ShuffleReply;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.RejectReason;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a peer sends that no correct one would: counted, and bounded in what it causes. Neighbour 1 is the one that does. */
class HostileNeighbourTest {

    private final HyParViewScript script = new HyParViewScript();

    @BeforeEach
    void withNeighbours() {
        script.withNeighbours();
    }

    private static Origin member(int number) {
        return HyParViewScript.member(number);
    }

    private void assertOnlyRejected(RejectReason reason, OverlayFrame frame) {
        List<Origin> active = script.views.active();
        List<Origin> passive = script.views.passive();
        assertThat(script.hears(1, frame)).hasSize(1).allMatch(effect -> {
            return effect instanceof Effect.Rejected rejected
                    && rejected.reason() == reason
                    && member(1).equals(rejected.peer());
        });
        assertThat(script.views.active()).isEqualTo(active);
        assertThat(script.views.passive()).isEqualTo(passive);
        assertThat(script.dialled).isEmpty();
    }

    private static long rejected(List<Effect> effects, RejectReason reason) {
        return effects.stream()
                .filter(effect -> effect instanceof Effect.Rejected rejected && rejected.reason() == reason)
                .count();
    }

    @Test
    void aShuffleThatNamesMoreThanAnyoneMay() {
        List<Origin> many = Collections.nCopies(OverlayFrame.MAX_SAMPLE + 1, member(9));
        assertOnlyRejected(RejectReason.INVALID_RANGE, new Shuffle(List.of(member(1)), 0, many));
        assertOnlyRejected(RejectReason.INVALID_RANGE, new ShuffleReply(List.of(), many));
    }

    @Test
    void walksOfMoreStepsThanThereMayBe() {
        assertOnlyRejected(RejectReason.INVALID_RANGE, new ForwardJoin(member(9), SimulatedOverlay.address(9), 17));
        assertOnlyRejected(RejectReason.INVALID_RANGE, new ForwardJoin(member(9), SimulatedOverlay.address(9), -1));
        assertOnlyRejected(RejectReason.INVALID_RANGE, new Shuffle(List.of(member(1)), 16, List.of()));
        assertOnlyRejected(RejectReason.INVALID_RANGE, new Shuffle(List.of(member(1)), -1, List.of()));
        List<Origin> far = Collections.nCopies(OverlayFrame.MAX_STEPS, member(9));
        assertOnlyRejected(RejectReason.INVALID_RANGE, new ShuffleReply(far, List.of()));
    }

    @Test
    void aShuffleInTheNameOfAnother() {
        assertOnlyRejected(RejectReason.FORGED_ORIGIN, new Shuffle(List.of(), 1, List.of()));
        assertOnlyRejected(RejectReason.FORGED_ORIGIN, new Shuffle(List.of(member(2)), 1, List.of()));
        assertOnlyRejected(RejectReason.FORGED_ORIGIN, new Shuffle(List.of(member(0), member(1)), 1, List.of()));
    }

    @Test
    void anAnswerToAShuffleThatWasNeverSent() {
        assertOnlyRejected(RejectReason.FORGED_ORIGIN, new ShuffleReply(List.of(), List.of(member(9))));
    }

    @Test
    void theJoinOfThisMemberItself() {
        assertOnlyRejected(RejectReason.FORGED_ORIGIN, new ForwardJoin(member(0), SimulatedOverlay.address(0), 2));
    }

    @Test
    void aKnownMemberAtAnAddressThatIsNotIts() {
        assertOnlyRejected(RejectReason.INVALID_RUMOR, new ForwardJoin(member(9), SimulatedOverlay.address(666), 0));
    }

    @Test
    void membersThatNobodyHasHeardOfAreLeftOutAndCountedOnceAFrame() {
        List<Effect> effects =
                script.hears(1, new Shuffle(List.of(member(1)), 0, List.of(member(70), member(9), member(71))));
        assertThat(rejected(effects, RejectReason.UNKNOWN_MEMBER)).isEqualTo(1);
        assertThat(script.views.passive()).contains(member(9)).doesNotContain(member(70), member(71));
    }

    @Test
    void aFloodOfShufflesIsServedAsFarAsTheAllowanceGoes() {
        int answers = 0;
        int refusals = 0;
        for (int i = 0; i < 1_000; i++) {
            List<Effect> effects = script.hears(1, new Shuffle(List.of(member(1)), 0, List.of(member(9))));
            answers += effects.stream().anyMatch(effect -> effect instanceof Effect.Send) ? 1 : 0;
            refusals += (int) rejected(effects, RejectReason.TOO_MANY_REQUESTS);
        }
        assertThat(answers).isLessThanOrEqualTo(64);
        assertThat(answers + refusals).isEqualTo(1_000);
        script.millis += 1_000;
        assertThat(script.hears(1, new Shuffle(List.of(member(1)), 0, List.of(member(9)))))
                .as("it comes back with time")
                .noneMatch(effect -> effect instanceof Effect.Rejected);
    }

    @Test
    void aFloodOfNewcomersThatDoNotExistIsDialledAsFarAsTheBoundGoes() {
        int refusals = 0;
        for (int i = 0; i < 1_000; i++) {
            int number = 1_000 + i;
            refusals += (int) rejected(
                    script.hears(1, new ForwardJoin(member(number), SimulatedOverlay.address(number), 0)),
                    RejectReason.TOO_MANY_REQUESTS);
        }
        assertThat(script.dialled).hasSize(Requests.MAX_REQUESTS);
        assertThat(refusals).isEqualTo(1_000 - Requests.MAX_REQUESTS);
    }

    @Test
    void whoComesAndGoesUrgentlyDoesNotDriveAwayNeighboursWithoutEnd() {
        int driven = 0;
        for (int i = 0; i < 1_000; i++) {
            List<Effect> effects = script.hears(3, i % 4 < 2 ? new Neighbour(true) : new Join());
            driven += (int) effects.stream()
                    .filter(effect -> effect instanceof Effect.NeighbourDown)
                    .count();
            script.hears(3, new Disconnect());
            script.hears(2, new Neighbour(true));
        }
        assertThat(driven).isLessThanOrEqualTo(64 / PeerAllowance.REQUEST);
    }

    @Test
    void aNewcomerThatJoinsOverAndOverSetsOffAFewWalksOnly() {
        int walks = 0;
        for (int i = 0; i < 1_000; i++) {
            walks += (int) script.hears(1, new Join()).stream()
                    .filter(effect -> effect instanceof Effect.Send send && send.frame() instanceof ForwardJoin)
                    .count();
        }
        assertThat(walks).isLessThanOrEqualTo(64 / PeerAllowance.REQUEST);
    }
}
