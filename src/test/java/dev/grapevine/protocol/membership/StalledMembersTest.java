package dev.grapevine.protocol.membership;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.protocol.membership.StalledMembers.Anomaly;
import dev.grapevine.protocol.membership.StalledMembers.Outcome;
import dev.grapevine.protocol.membership.StalledMembers.Watch;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A corner of the comparison with plain SWIM that stands in docs/membership.md: 128 members of which 16 stall for 16 s at
 * a time with a millisecond between.
 */
class StalledMembersTest {

    private static final int MEMBERS = 128;

    private static Outcome run(Watch watch, Anomaly anomaly, long seed) {
        return StalledMembers.cycles(
                watch,
                anomaly,
                MEMBERS,
                16,
                Duration.ofMillis(16_384),
                Duration.ofMillis(1),
                Duration.ofSeconds(30),
                seed);
    }

    private static double median(List<Long> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    @Test
    void whereSendsAndReceivesBlockFewOfPlainSwimsFalsePositivesAreLeftAndDetectionTakesHalfAsLong() {
        for (long seed = 1; seed <= 2; seed++) {
            Outcome plain = run(Watch.PLAIN_SWIM, Anomaly.IO, seed);
            Outcome ours = run(Watch.GRAPEVINE, Anomaly.IO, seed);
            assertThat(plain.atHealthy()).as("seed %d", seed).isGreaterThan(1_000);
            assertThat(ours.falsePositives()).as("seed %d", seed).isLessThanOrEqualTo(plain.falsePositives() / 200);
            assertThat(ours.atHealthy()).as("seed %d", seed).isLessThanOrEqualTo(plain.atHealthy() / 100);
            assertThat((double) ours.frames()).as("seed %d", seed).isLessThan(1.1 * plain.frames());
            assertThat(ours.firstDetections()).as("seed %d", seed).hasSize(16);
            assertThat(ours.disseminations()).as("seed %d", seed).hasSize(16);
            assertThat(median(ours.firstDetections()) / median(plain.firstDetections()))
                    .as("seed %d", seed)
                    .isBetween(0.40, 0.55);
        }
    }

    @Test
    void whereProcessesStandStillNobodyHealthyIsRemoved() {
        for (long seed = 1; seed <= 2; seed++) {
            Outcome ours = run(Watch.GRAPEVINE, Anomaly.PROCESS, seed);
            assertThat(ours.falsePositives()).as("seed %d", seed).isZero();
            assertThat(ours.disseminations()).as("seed %d", seed).hasSize(16);
        }
    }
}
