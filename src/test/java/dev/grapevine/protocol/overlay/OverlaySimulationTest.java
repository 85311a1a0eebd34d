package dev.grapevine.protocol.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** The published figures of HyParView in small; {@code OverlayBenchmark} prints them for 10,000 members. */
class OverlaySimulationTest {

    private static final int MEMBERS = 600;

    private static SimulatedOverlay settled(long seed, boolean table) {
        SimulatedOverlay overlay = SimulatedOverlay.quiet(seed, ViewSettings.DEFAULT.withViews(5, 30), table);
        overlay.joinOneByOne(MEMBERS);
        for (int i = 0; i < 10; i++) {
            overlay.cycle();
        }
        return overlay;
    }

    @Test
    void whoJoinedOneByOneIsOneRandomGraphOfDegreeFiveAfterTenShuffles() {
        for (long seed = 1; seed <= 3; seed++) {
            OverlayShape shape = new OverlayShape(settled(seed, false));
            assertThat(shape.oneSided()).as("seed %d", seed).isZero();
            assertThat(shape.connected()).as("seed %d", seed).isEqualTo(1);
            Map<Integer, Integer> degrees = shape.degrees();
            assertThat(degrees.keySet()).as("seed %d", seed).allMatch(degree -> degree <= 5);
            assertThat(degrees.get(5)).as("seed %d: %s", seed, degrees).isGreaterThan(MEMBERS * 95 / 100);
            assertThat(shape.meanPath(100, seed)).as("seed %d", seed).isBetween(4.1, 4.6);
            assertThat(shape.clustering()).as("seed %d", seed).isLessThan(0.03);
        }
    }

    @Test
    void itHealsFromFailuresOfUpToFourInFiveWithinTwoCyclesWithoutAWordFromMembership() {
        for (double share : new double[] {0.1, 0.5, 0.8}) {
            for (long seed = 1; seed <= 2; seed++) {
                SimulatedOverlay overlay = settled(seed, false);
                overlay.fail(overlay.drawAlive(share));
                overlay.cycle();
                overlay.cycle();
                OverlayShape shape = new OverlayShape(overlay);
                assertThat(shape.toTheDead())
                        .as("seed %d, %s failed", seed, share)
                        .isZero();
                assertThat(shape.oneSided())
                        .as("seed %d, %s failed", seed, share)
                        .isZero();
                assertThat(shape.connected())
                        .as("seed %d, %s failed", seed, share)
                        .isGreaterThan(0.98);
            }
        }
    }

    @Test
    void withMembershipsWordItIsWholeAgainAfterOneCycle() {
        SimulatedOverlay overlay = settled(1, true);
        overlay.fail(overlay.drawAlive(0.8));
        overlay.cycle();
        OverlayShape shape = new OverlayShape(overlay);
        assertThat(shape.connected()).isEqualTo(1);
        assertThat(shape.oneSided()).isZero();
    }
}
