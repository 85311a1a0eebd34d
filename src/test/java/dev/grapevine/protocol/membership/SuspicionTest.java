package dev.grapevine.protocol.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.Rumor.Evidence;
import org.junit.jupiter.api.Test;

class SuspicionTest {

    private static final MembershipSettings SETTINGS = MembershipSettings.DEFAULT;
    private static final long SECOND = 1_000_000_000L;

    private static Origin origin(int number) {
        return new Origin(new MemberId(0, number), 1);
    }

    @Test
    void theTimeOutFollowsLifeguardsFormula() {
        // alpha 2, beta 6, K 3, one second: Min 4 s, Max 24 s up to a hundred members.
        double[] expected = {24, 14, 24 - 20 * Math.log(3) / Math.log(4), 4};
        for (int confirmations = 0; confirmations < expected.length; confirmations++) {
            assertThat(Suspicion.timeout(SETTINGS, 8, confirmations) / 1e9)
                    .isCloseTo(expected[confirmations], within(1e-6));
        }
        assertThat(Suspicion.timeout(SETTINGS, 8, 9)).isEqualTo(4 * SECOND);
        assertThat(Suspicion.timeout(SETTINGS, 100, 3)).isEqualTo(4 * SECOND);
        assertThat(Suspicion.timeout(SETTINGS, 10_000, 3)).isEqualTo(8 * SECOND);
        assertThat(Suspicion.timeout(SETTINGS, 10_000, 0)).isEqualTo(48 * SECOND);
    }

    @Test
    void nobodyWaitsForConfirmationsThatCannotCome() {
        assertThat(Suspicion.timeout(SETTINGS, 2, 0)).isEqualTo(4 * SECOND);
        assertThat(Suspicion.timeout(SETTINGS, 3, 0)).isEqualTo(24 * SECOND);
        assertThat(Suspicion.timeout(SETTINGS, 3, 1)).isEqualTo(4 * SECOND);
    }

    @Test
    void anAccuserCountsOnceAndItsEvidenceOnlyGetsBetter() {
        Suspicion suspicion = new Suspicion(0);
        assertThat(suspicion.accuse(origin(1), Evidence.SILENCE, false, 0)).isTrue();
        assertThat(suspicion.accuse(origin(1), Evidence.SILENCE, false, 1)).isFalse();
        assertThat(suspicion.accuse(origin(1), Evidence.REFUSED, false, 2)).isTrue();
        assertThat(suspicion.accuse(origin(1), Evidence.SILENCE, false, 3)).isFalse();
        assertThat(suspicion.accuserCount()).isEqualTo(1);
        assertThat(suspicion.refusals()).isEqualTo(1);
        assertThat(suspicion.lastNews()).isEqualTo(2);
        suspicion.forgetRefusals();
        assertThat(suspicion.refusals()).isZero();
        assertThat(suspicion.isAccusedBy(origin(1))).isTrue();
    }

    @Test
    void accusersAreBounded() {
        Suspicion suspicion = new Suspicion(0);
        for (int i = 0; i < Suspicion.MAX_ACCUSERS; i++) {
            assertThat(suspicion.accuse(origin(i), Evidence.SILENCE, false, 0)).isTrue();
        }
        assertThat(suspicion.accuse(origin(99), Evidence.REFUSED, false, 0)).isFalse();
        assertThat(suspicion.accuse(origin(0), Evidence.REFUSED, false, 0)).isTrue();
        assertThat(suspicion.accuse(origin(100), Evidence.SILENCE, true, 0))
                .as("the observer's own has room all the same")
                .isTrue();
        assertThat(suspicion.accuserCount()).isEqualTo(Suspicion.MAX_ACCUSERS + 1);
    }

    @Test
    void anOwnPauseDoesNotCount() {
        Suspicion suspicion = new Suspicion(0);
        suspicion.accuse(origin(1), Evidence.SILENCE, false, 0);
        suspicion.shift(10 * SECOND, 0);
        assertThat(suspicion.isOver(14 * SECOND - 1, 2, SETTINGS)).isFalse();
        assertThat(suspicion.isOver(14 * SECOND, 2, SETTINGS)).isTrue();
        suspicion.extend(14 * SECOND, SECOND);
        assertThat(suspicion.isOver(15 * SECOND - 1, 2, SETTINGS)).isFalse();
        assertThat(suspicion.isOver(15 * SECOND, 2, SETTINGS)).isTrue();
    }
}
