package dev.grapevine.protocol.dissemination;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a tree costs and withstands, among a few hundred members; the benchmark has the same among ten thousand. */
class BroadcastTreeTest {

    private static final int MEMBERS = 300;

    private static TreeSimulation simulation(long seed) {
        return new TreeSimulation(seed, MEMBERS, 5, Duration.ofMillis(500));
    }

    @Test
    void aSteadyTreeGivesEveryMemberEachMessageOnceThoughSeveralPublish() {
        for (long seed = 1; seed <= 3; seed++) {
            TreeSimulation simulation = simulation(seed);
            simulation.publish(5, 10, 2);
            simulation.runMillis(2000);
            simulation.countAnew();
            simulation.publish(5, 10, 5);
            simulation.runMillis(2000);
            TreeSimulation.Cost cost = simulation.cost();
            assertThat(cost.delivered()).as("seed %d", seed).isEqualTo(1);
            assertThat(cost.copiesPerDelivery()).as("seed %d", seed).isLessThanOrEqualTo(1.05);
            assertThat(cost.controlPerCopy()).as("seed %d", seed).isLessThanOrEqualTo(0.3);
        }
    }

    @Test
    void largeMessagesComeToEveryMemberOnceEvenWhileTheTreeForms() {
        for (long seed = 1; seed <= 2; seed++) {
            TreeSimulation simulation = new TreeSimulation(seed, 80, 5, Duration.ofMillis(500));
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
            TreeSimulation simulation = simulation(seed);
            simulation.publish(3, 10, 2);
            simulation.countAnew();
            for (int cycle = 0; cycle < 20; cycle++) {
                simulation.kill(2, 3);
                simulation.join(2);
                simulation.publish(3, 10, 1);
            }
            simulation.runMillis(5000);
            TreeSimulation.Cost cost = simulation.cost();
            assertThat(cost.delivered()).as("seed %d", seed).isEqualTo(1);
            assertThat(simulation.gaps()).as("seed %d", seed).isZero();
        }
    }

    @Test
    void afterFourFifthsHaveDiedAtOnceTheOthersAreGivenAlmostAllWithinTwoCyclesAndThenAll() {
        for (long seed = 1; seed <= 3; seed++) {
            TreeSimulation simulation = simulation(seed);
            simulation.publish(3, 10, 2);
            simulation.countAnew();
            simulation.publish(0);
            simulation.kill(MEMBERS * 4 / 5, 3);
            simulation.publish(1);
            simulation.runMillis(2000);
            assertThat(simulation.cost().delivered()).as("seed %d", seed).isGreaterThanOrEqualTo(0.99);
            simulation.publish(3, 10, 3);
            simulation.runMillis(5000);
            assertThat(simulation.cost().delivered()).as("seed %d", seed).isEqualTo(1);
            assertThat(simulation.gaps()).as("seed %d", seed).isZero();
        }
    }
}
