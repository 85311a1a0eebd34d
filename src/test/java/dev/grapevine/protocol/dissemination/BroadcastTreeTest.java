package dev.grapevine.protocol.dissemination;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.protocol.overlay.ViewSettings;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * What a tree costs and withstands on the overlay of two hundred members with the default settings; the benchmark has the
 * same among ten thousand.
 */
class BroadcastTreeTest {

    private static final int MEMBERS = 200;
    private static final Duration NOTICE = Duration.ofMillis(500);

    private static TreeSimulation simulation(long seed, Distances distances) {
        return new TreeSimulation(seed, MEMBERS, ViewSettings.DEFAULT.activeView(), distances);
    }

    /** What it costs once they have published for a while. */
    private static TreeCosts.Cost steady(TreeSimulation simulation, int publishers, int rate) {
        simulation.publish(publishers, rate, 3);
        simulation.runMillis(2000);
        simulation.countAnew();
        simulation.publish(publishers, rate, 3);
        simulation.runMillis(500);
        return simulation.cost();
    }

    @Test
    void aSteadyTreeGivesEveryMemberEachMessageOnceWhetherOneOrSeveralPublish() {
        for (int publishers : new int[] {1, 5}) {
            for (long seed = 1; seed <= 2; seed++) {
                TreeCosts.Cost cost = steady(simulation(seed, Distances.MIXED), publishers, 10);
                assertThat(cost.delivered()).as("seed %d", seed).isEqualTo(1);
                assertThat(cost.copiesPerDelivery()).as("seed %d", seed).isLessThanOrEqualTo(1.05);
                assertThat(cost.controlPerCopy()).as("seed %d", seed).isLessThanOrEqualTo(0.3);
                assertThat(cost.lastHop()).as("seed %d", seed).isLessThanOrEqualTo(9);
            }
        }
    }

    @Test
    void severalHotPublishersDoNotBreakEachOthersTrees() {
        TreeCosts.Cost cost = steady(simulation(1, Distances.MIXED), 5, 100);
        assertThat(cost.delivered()).isEqualTo(1);
        assertThat(cost.copiesPerDelivery()).isLessThanOrEqualTo(1.05);
        assertThat(cost.controlPerCopy()).isLessThanOrEqualTo(0.1);
    }

    @Test
    void betweenRegionsMessagesTakeTheShorterWaysOnceTheLinksAreMeasured() {
        for (long seed = 1; seed <= 2; seed++) {
            TreeCosts.Cost cost = steady(simulation(seed, Distances.REGIONS), 3, 10);
            TreeSimulation blind =
                    new TreeSimulation(seed, MEMBERS, ViewSettings.DEFAULT.activeView(), Distances.REGIONS, false);
            assertThat(cost.copiesPerDelivery()).as("seed %d", seed).isLessThanOrEqualTo(1.05);
            assertThat(cost.meanLastMillis())
                    .as("seed %d", seed)
                    .isLessThan(0.8 * steady(blind, 3, 10).meanLastMillis());
        }
    }

    @Test
    void largeMessagesComeToEveryMemberOnceEvenWhileTheTreeForms() {
        for (long seed = 1; seed <= 2; seed++) {
            TreeSimulation simulation = new TreeSimulation(seed, 80, 5, Distances.MIXED);
            simulation.publishLarge(200_000);
            simulation.publish(3, 2, 2);
            simulation.runMillis(5000);
            assertThat(simulation.cost().delivered()).as("seed %d", seed).isEqualTo(1);
            assertThat(simulation.bytesPerByte()).as("seed %d", seed).isBetween(1.0, 1.05);
        }
    }

    @Test
    void membersThatComeAndGoMakeNobodyMissAMessage() {
        for (long seed = 1; seed <= 2; seed++) {
            TreeSimulation simulation = simulation(seed, Distances.MIXED);
            simulation.publish(3, 10, 2);
            simulation.countAnew();
            for (int cycle = 0; cycle < 20; cycle++) {
                simulation.kill(2, 3, NOTICE);
                simulation.join(2);
                simulation.publish(3, 10, 1);
            }
            simulation.runMillis(5000);
            assertThat(simulation.cost().delivered()).as("seed %d", seed).isEqualTo(1);
            assertThat(simulation.gaps()).as("seed %d", seed).isZero();
        }
    }

    @Test
    void afterFourFifthsHaveDiedAtOnceTheOthersAreGivenAlmostAllWithinTwoCyclesAndThenAll() {
        for (long seed = 1; seed <= 3; seed++) {
            TreeSimulation simulation = simulation(seed, Distances.MIXED);
            simulation.publish(3, 10, 2);
            simulation.countAnew();
            simulation.publish(0);
            simulation.kill(MEMBERS * 4 / 5, 3, NOTICE);
            simulation.publish(1);
            simulation.runMillis(2000);
            assertThat(simulation.cost().delivered()).as("seed %d", seed).isGreaterThanOrEqualTo(0.99);
            simulation.publish(3, 10, 3);
            simulation.runMillis(5000);
            assertThat(simulation.cost().delivered()).as("seed %d", seed).isEqualTo(1);
            assertThat(simulation.gaps()).as("seed %d", seed).isZero();
        }
    }

    @Test
    void whatEachLinkLosesNowAndThenIsRepairedWithinSeconds() {
        TreeSimulation simulation = simulation(1, Distances.MIXED);
        simulation.publish(3, 10, 2);
        simulation.lose(0.02);
        simulation.countAnew();
        simulation.publish(3, 10, 5);
        simulation.runMillis(7000);
        assertThat(simulation.cost().delivered()).isEqualTo(1);
        assertThat(simulation.gaps()).isZero();
    }
}
