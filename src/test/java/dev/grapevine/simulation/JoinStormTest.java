package dev.grapevine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.protocol.NodeSettings;
import dev.grapevine.simulation.JoinStorm.Result;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * How many sizes of a cluster its users see while it starts. While 2,000 members start, those of Rapid report 4 sizes, those
 * of Memberlist 1,858 and those of ZooKeeper 2,000 (Suresh and others, USENIX ATC 2018). {@code JoinBenchmark} prints the
 * table that stands in docs/membership.md.
 */
class JoinStormTest {

    private static final Duration QUIET = NodeSettings.DEFAULT.joinQuiet();
    private static final int RAPID = 4;

    @Test
    void twoHundredThatStartAtOnceSeeNoMoreSizesThanRapidsAndAgreeWithinTwoSeconds() {
        Result result = JoinStorm.run(200, Duration.ZERO, QUIET, 1);
        assertThat(result.distinctSizes()).isLessThanOrEqualTo(RAPID);
        assertThat(result.meanSizes()).as("itself, then all").isLessThan(2.1);
        assertThat(result.agreed()).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void fiftyThatStartWithinFiveSecondsSeeFewSizesToo() {
        for (long seed = 1; seed <= 4; seed++) {
            Result result = JoinStorm.run(50, Duration.ofSeconds(5), QUIET, seed);
            assertThat(result.mostSizes()).as("seed %d", seed).isLessThanOrEqualTo(8);
            assertThat(result.meanSizes()).as("seed %d", seed).isLessThan(5);
            assertThat(result.agreed()).as("seed %d", seed).isLessThan(Duration.ofSeconds(8));
        }
    }

    @Test
    void shownOneByOneFiftySeeFiftySizes() {
        Result result = JoinStorm.run(50, Duration.ZERO, Duration.ZERO, 1);
        assertThat(result.distinctSizes()).as("what batches are for").isGreaterThan(40);
    }
}
