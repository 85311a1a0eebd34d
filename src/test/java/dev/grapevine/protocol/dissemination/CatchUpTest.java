package dev.grapevine.protocol.dissemination;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A stream that goes on while its reader is behind: repair has to be faster than the stream, and then to end. */
class CatchUpTest {

    /** Most messages that are published while a reader is away and still retained: 16 MiB at 100 + 64 bytes each. */
    private static final int RETAINED = 102_300;

    @ParameterizedTest
    @CsvSource({"2, true", "2, false", "10, true", "20, true", "20, false", "50, false"})
    void afterALinkWasDownForTwoSecondsAReaderCatchesUpWithALoadThatGoesOn(int perMilli, boolean oneByOne) {
        LiveStream stream = new LiveStream(perMilli, oneByOne, 1);
        stream.run(1_000);
        stream.linkDown();
        stream.run(2_000);
        stream.linkUp();
        stream.run(3_000);

        assertCaughtUp(stream, 2_000L * perMilli);
        assertThat(stream.gaps()).isLessThanOrEqualTo(Math.max(0, 2_200L * perMilli - RETAINED));
        assertThat(stream.duplicates()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void soItDoesWhenARoundTripTakesAFifthOfASecond(boolean oneByOne) {
        LiveStream stream = new LiveStream(20, oneByOne, 100);
        stream.run(1_000);
        stream.linkDown();
        stream.run(2_000);
        stream.linkUp();
        stream.run(3_000);

        assertCaughtUp(stream, 40_000);
        assertThat(stream.gaps()).isZero();
    }

    @Test
    void ofAStreamFasterThanRepairUsuallyIsTheReaderLosesWhatIsNotRetainedAndNoMore() {
        LiveStream stream = new LiveStream(200, false, 1);
        stream.run(1_000);
        stream.linkDown();
        stream.run(2_000);
        stream.linkUp();
        stream.run(3_000);

        assertCaughtUp(stream, RETAINED);
        assertThat(stream.gaps()).isBetween(400_000L - RETAINED, 440_000L - RETAINED);
    }

    @ParameterizedTest
    @CsvSource({"true, 1", "false, 1", "true, 20"})
    void afterEverySecondFrameWasLostForTwoSecondsAReaderCatchesUp(boolean oneByOne, long delayMillis) {
        LiveStream stream = new LiveStream(20, oneByOne, delayMillis);
        stream.run(1_000);
        stream.lose(frame -> frame % 2 == 0);
        stream.run(2_000);
        stream.lose(frame -> false);
        stream.run(5_000);

        assertCaughtUp(stream, 100_000);
        assertThat(stream.gaps()).isZero();
    }

    @Test
    void whileOneFrameInAHundredIsLostEachIsRepairedByItself() {
        LiveStream stream = new LiveStream(20, true, 1);
        stream.lose(frame -> frame % 100 == 7);
        stream.run(5_000);
        stream.lose(frame -> false);
        stream.run(1_000);

        assertCaughtUp(stream, 2_000);
        assertThat(stream.duplicates()).isZero();
    }

    /** Nothing is missing, no more was repaired than about what was lost, and repair has come to an end. */
    private static void assertCaughtUp(LiveStream stream, long lost) {
        assertThat(stream.behind()).isZero();
        long repaired = stream.repaired();
        assertThat(repaired).isLessThanOrEqualTo(lost + lost / 2);
        stream.run(500);
        assertThat(stream.repaired()).isEqualTo(repaired);
        assertThat(stream.behind()).isZero();
    }
}
