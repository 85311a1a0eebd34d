package dev.grapevine.clock;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HybridClockTest {

    private static final long DRIFT = 60_000;

    private final HybridClock clock = new HybridClock();

    @Test
    void aStampIsTheWallClockWhileThatMovesAndCountsWhileItStandsStillOrGoesBack() {
        assertThat(clock.now(100)).isEqualTo(new HybridTimestamp(100, 0));
        assertThat(clock.now(100)).isEqualTo(new HybridTimestamp(100, 1));
        assertThat(clock.now(50)).isEqualTo(new HybridTimestamp(100, 2));
        assertThat(clock.now(101)).isEqualTo(new HybridTimestamp(101, 0));
    }

    @Test
    void aStampAfterAnObservedOneIsGreater() {
        assertThat(clock.observe(new HybridTimestamp(500, 7), 100, DRIFT)).isTrue();
        assertThat(clock.now(100)).isEqualTo(new HybridTimestamp(500, 8));
        assertThat(clock.observe(new HybridTimestamp(400, 9), 100, DRIFT)).isTrue();
        assertThat(clock.now(100)).isEqualTo(new HybridTimestamp(500, 9));
    }

    @Test
    void aStampBeyondTheDriftIsRefusedAndLeavesNoTrace() {
        assertThat(clock.observe(new HybridTimestamp(100 + DRIFT, 0), 100, DRIFT))
                .isTrue();
        assertThat(clock.observe(new HybridTimestamp(101 + DRIFT, 0), 100, DRIFT))
                .isFalse();
        assertThat(clock.observe(new HybridTimestamp(Long.MAX_VALUE, 0), 100, DRIFT))
                .isFalse();
        assertThat(clock.now(100)).isEqualTo(new HybridTimestamp(100 + DRIFT, 1));
    }

    @Test
    void aFullCounterCarriesIntoTheMilliseconds() {
        clock.observe(new HybridTimestamp(100, Integer.MAX_VALUE), 100, DRIFT);
        assertThat(clock.now(100)).isEqualTo(new HybridTimestamp(101, 0));
    }

    @Test
    void overRandomRunsStampsRiseAlongEveryMessageAndStayWithinTheDriftOfTheTrueTime() {
        long epsilon = 20;
        for (long seed = 0; seed < 200; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            HybridClock[] clocks = new HybridClock[4];
            HybridTimestamp[] last = new HybridTimestamp[clocks.length];
            long[] skew = new long[clocks.length];
            for (int i = 0; i < clocks.length; i++) {
                clocks[i] = new HybridClock();
                last[i] = HybridTimestamp.ZERO;
                skew[i] = random.nextLong(-epsilon / 2, epsilon / 2 + 1);
            }
            long time = 1_000_000;
            for (int step = 0; step < 500; step++) {
                time += random.nextInt(3);
                int from = random.nextInt(clocks.length);
                int to = random.nextInt(clocks.length);
                HybridTimestamp sent = clocks[from].now(time + skew[from]);
                assertThat(sent).as("seed %d", seed).isGreaterThan(last[from]);
                last[from] = sent;
                assertThat(clocks[to].observe(sent, time + skew[to], epsilon)).isTrue();
                HybridTimestamp received = clocks[to].now(time + skew[to]);
                assertThat(received).as("seed %d", seed).isGreaterThan(sent);
                last[to] = received;
                assertThat(Math.abs(received.millis() - (time + skew[to])))
                        .as("seed %d: |l - pt|", seed)
                        .isLessThanOrEqualTo(epsilon);
                assertThat(received.counter()).as("seed %d: c", seed).isLessThan(500);
            }
        }
    }
}
