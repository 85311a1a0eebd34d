package dev.grapevine.protocol.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Pace;
import dev.grapevine.protocol.step.Pace.Reason;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.Time;
import dev.grapevine.protocol.step.TopicPace;
import dev.grapevine.protocol.step.Tuning;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TuningCoreTest {

    private static final Pace MEMBERSHIP = Pace.of(3, Duration.ofMillis(200), 16 << 10);
    private static final Pace WRITES = Pace.of(1, Duration.ofMillis(100), 48 << 10);
    private static final TopicPace TOPICS = TopicPace.of(Duration.ofMillis(500), Duration.ofMillis(500));

    private final List<Effect> told = new ArrayList<>();
    private long seconds;

    private static TuningCore core(TuningSettings settings) {
        return new TuningCore(settings, WRITES, TOPICS, new Time(0, 0));
    }

    private static TuningCore budget(long bytesPerSecond) {
        return core(TuningSettings.DEFAULT.withBytesPerSecond(bytesPerSecond));
    }

    private Tuning look(TuningCore core, Pace membership) {
        return core.tick(8, 7, membership, new Time(seconds * 1_000_000_000, 0), told::add);
    }

    private Tuning lookAfter(int more, TuningCore core) {
        seconds += more;
        return look(core, MEMBERSHIP);
    }

    private static void answers(TuningCore core, int directly, int throughOthers) {
        core.noted(ProtocolEvent.PROBE_ACKED, directly);
        core.noted(ProtocolEvent.PROBE_ACKED_INDIRECTLY, throughOthers);
    }

    @Test
    void asLongAsNothingIsMeasuredItGoesAsItIsSetAndThatIsToldOnce() {
        TuningCore core = core(TuningSettings.DEFAULT);
        Tuning first = look(core, MEMBERSHIP);
        assertThat(first).isEqualTo(new Tuning(8, 0, Duration.ZERO, 0, MEMBERSHIP, WRITES, TOPICS));
        lookAfter(30, core);
        assertThat(told).containsExactly(new Effect.Tuned(first));
    }

    @Test
    void whereAPartIsLostTheFanoutRisesByAsMuchAndFallsWhenItIsOver() {
        TuningCore core = core(TuningSettings.DEFAULT);
        look(core, MEMBERSHIP);
        answers(core, 12, 8);
        Tuning lossy = lookAfter(5, core);
        assertThat(lossy.loss()).isEqualTo(0.4);
        assertThat(lossy.membership().fanout()).isEqualTo(5); // 3 / 0.6
        assertThat(lossy.writes().fanout()).isEqualTo(2);
        assertThat(lossy.membership().reasons()).containsExactly(Reason.LOSS);
        for (int i = 0; i < 16; i++) {
            answers(core, 5, 0);
            lookAfter(5, core);
        }
        assertThat(look(core, MEMBERSHIP).membership()).isEqualTo(MEMBERSHIP);
    }

    @Test
    void fewAnswersTellNothingAndLittleLossChangesNothing() {
        TuningCore core = core(TuningSettings.DEFAULT);
        answers(core, 5, 4);
        assertThat(lookAfter(5, core).membership()).isEqualTo(MEMBERSHIP);
        for (int i = 0; i < 20; i++) {
            answers(core, 5, 0);
        }
        assertThat(lookAfter(5, core).membership()).isEqualTo(MEMBERSHIP);
    }

    @Test
    void whatIsMoreThanHalfLostIsNotMadeUpFor() {
        TuningCore core = core(TuningSettings.DEFAULT);
        answers(core, 1, 39);
        assertThat(lookAfter(5, core).membership().fanout()).isEqualTo(6);
        answers(core, 1, 39);
        assertThat(look(core, Pace.of(12, Duration.ofMillis(200), 1400))
                        .membership()
                        .fanout())
                .isEqualTo(TuningCore.MOST_FANOUT);
    }

    @Test
    void aRoundLastsAsLongAsAnAnswerTakesAndSaysAsMuchMore() {
        TuningCore core = core(TuningSettings.DEFAULT);
        for (int i = 0; i < 100; i++) {
            core.roundTrip(400_000_000);
        }
        Tuning far = lookAfter(5, core);
        assertThat(far.roundTrip()).isBetween(Duration.ofMillis(400), Duration.ofMillis(401));
        assertThat(far.membership().interval()).isEqualTo(far.roundTrip());
        assertThat(far.membership().batchBytes()).isBetween(32 << 10, (32 << 10) + 40);
        assertThat(far.membership().reasons()).containsExactly(Reason.ROUND_TRIP);
        assertThat(far.writes().batchBytes()).as("the most there is").isEqualTo(TuningCore.MOST_BATCH);
    }

    @Test
    void anUnsteadyRoundTripCountsWithFourTimesItsDeviation() {
        TuningCore core = core(TuningSettings.DEFAULT);
        for (int i = 0; i < 200; i++) {
            core.roundTrip(i % 2 == 0 ? 50_000_000 : 150_000_000);
        }
        assertThat(lookAfter(5, core).roundTrip()).isBetween(Duration.ofMillis(270), Duration.ofMillis(330));
    }

    @Test
    void aBudgetMakesBatchesSmallerFirst() {
        Pace pace = look(budget(42_000), MEMBERSHIP).membership();
        // Half of it, so 4,200 bytes a round of 200 ms, for three.
        assertThat(pace).isEqualTo(new Pace(3, Duration.ofMillis(200), 1400, 21_000, Set.of(Reason.BUDGET)));
        Pace ample = look(budget(100_000), MEMBERSHIP).membership();
        assertThat(ample.batchBytes()).isEqualTo(3_333);
        assertThat(ample.interval()).isEqualTo(Duration.ofMillis(200));
    }

    @Test
    void thenRoundsLongerAndThenTheFanoutLess() {
        Pace longer = look(budget(8_400), MEMBERSHIP).membership();
        assertThat(longer).isEqualTo(new Pace(3, Duration.ofSeconds(1), 1400, 4_200, Set.of(Reason.BUDGET)));
        Pace least =
                look(budget(TuningSettings.LEAST_BYTES_PER_SECOND), MEMBERSHIP).membership();
        assertThat(least).isEqualTo(new Pace(1, Duration.ofSeconds(5), 1400, 512, Set.of(Reason.BUDGET)));
    }

    @Test
    void whateverIsMeasuredARoundFitsIntoTheBudget() {
        for (long seed = 0; seed < 2_000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            long budget = 1024 + random.nextLong(1 << random.nextInt(1, 24));
            TuningCore core = budget(budget);
            answers(core, random.nextInt(50), random.nextInt(50));
            for (int i = random.nextInt(20); i > 0; i--) {
                core.roundTrip(random.nextLong(1, 8_000_000_000L));
            }
            Pace set = Pace.of(
                    1 + random.nextInt(14), Duration.ofMillis(1 + random.nextInt(2_000)), 1 + random.nextInt(48 << 10));
            Tuning tuning = core.tick(8, 7, set, new Time(5_000_000_000L, 0), told::add);
            for (Pace pace : List.of(tuning.membership(), tuning.writes())) {
                double most = budget / 2 * (pace.interval().toNanos() / 1e9);
                assertThat((double) pace.fanout() * pace.batchBytes())
                        .as("seed %d: %s of %d", seed, pace, budget)
                        .isLessThanOrEqualTo(most + 1);
            }
        }
    }

    @Test
    void whoDoesNotWantItAdaptedKeepsWhatIsSetAndTheBudget() {
        TuningCore core = core(new TuningSettings(false, 0, 0));
        answers(core, 10, 30);
        core.roundTrip(2_000_000_000);
        assertThat(lookAfter(5, core).membership()).isEqualTo(MEMBERSHIP);
        assertThat(look(core(new TuningSettings(false, 8_400, 0)), MEMBERSHIP)
                        .membership()
                        .interval())
                .isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void anotherSizeIsSeenAtOnce() {
        TuningCore core = core(TuningSettings.DEFAULT);
        look(core, MEMBERSHIP);
        Pace larger = new Pace(5, Duration.ofMillis(200), 16 << 10, 0, Set.of(Reason.SIZE));
        assertThat(look(core, larger).membership()).isEqualTo(larger);
        assertThat(told).hasSize(2);
    }

    @Test
    void anIntervalThatFlickersByLessThanAQuarterIsNoChange() {
        TuningCore core = core(TuningSettings.DEFAULT);
        for (int i = 0; i < 100; i++) {
            core.roundTrip(400_000_000);
        }
        Tuning first = lookAfter(5, core);
        for (int i = 0; i < 100; i++) {
            core.roundTrip(440_000_000);
        }
        assertThat(lookAfter(5, core)).isEqualTo(first);
        for (int i = 0; i < 100; i++) {
            core.roundTrip(800_000_000);
        }
        assertThat(lookAfter(5, core).membership().interval()).isGreaterThan(Duration.ofMillis(700));
    }

    @Test
    void itIsExplainedInASentence() {
        TuningCore core = budget(TuningSettings.LEAST_BYTES_PER_SECOND);
        answers(core, 12, 8);
        core.roundTrip(1_000_000);
        assertThat(lookAfter(5, core).explanation())
                .isEqualTo(
                        "8 members, 40 % lost, answers within 3.0 ms, 1024 bytes a second: membership to 1 peer every"
                                + " 5000 ms, 1400 bytes each, for [LOSS, BUDGET]; writes to 1 peer every 5000 ms, 1400 bytes"
                                + " each, for [LOSS, BUDGET]; topics: digests every 176 ms, asked again after 176 ms, for"
                                + " [LOSS]");
    }

    @Test
    void theMoreIsLostTheSoonerTopicsTellAndAskAgain() {
        TuningCore core = core(TuningSettings.DEFAULT);
        look(core, MEMBERSHIP);
        answers(core, 16, 4);
        TopicPace lossy = lookAfter(5, core).topics();
        // At 5 % as set, at 20 % half of it.
        assertThat(lossy)
                .isEqualTo(new TopicPace(Duration.ofMillis(250), Duration.ofMillis(250), 0, 0, 0, Set.of(Reason.LOSS)));
        answers(core, 0, 40);
        assertThat(lookAfter(5, core).topics().digestInterval())
                .as("at half of all the most is reached")
                .isBetween(Duration.ofMillis(158), Duration.ofMillis(159));
        for (int i = 0; i < 40; i++) {
            answers(core, 5, 0);
            lookAfter(5, core);
        }
        assertThat(look(core, MEMBERSHIP).topics()).isEqualTo(TOPICS);
    }

    @Test
    void topicsAskNothingAgainBeforeAnAnswerCanHaveCome() {
        TuningCore core = core(TuningSettings.DEFAULT);
        for (int i = 0; i < 100; i++) {
            core.roundTrip(400_000_000);
        }
        assertThat(lookAfter(5, core).topics()).isEqualTo(TOPICS);
        answers(core, 16, 4);
        Tuning lossy = lookAfter(5, core);
        assertThat(lossy.topics().pullRetry()).isEqualTo(lossy.roundTrip());
        assertThat(lossy.topics().digestInterval()).isEqualTo(lossy.roundTrip());
        assertThat(lossy.topics().reasons()).containsExactly(Reason.LOSS, Reason.ROUND_TRIP);
        for (int i = 0; i < 100; i++) {
            core.roundTrip(9_000_000_000L);
        }
        assertThat(lookAfter(5, core).topics().pullRetry()).as("the longest").isEqualTo(Duration.ofSeconds(5));
    }

    private TopicPace topics(int links, long roundTripMillis, long budget) {
        TuningCore core = core(TuningSettings.DEFAULT.withTopicBytesPerSecond(budget));
        for (int i = 0; i < 100 && roundTripMillis > 0; i++) {
            core.roundTrip(roundTripMillis * 1_000_000);
        }
        return core.tick(links + 1, links, MEMBERSHIP, new Time(0, 0), told::add)
                .topics();
    }

    @Test
    void anEighthOfTheirBudgetIsForDigestsAndARoundTripOfTheRestIsRepairedAtOnce() {
        assertThat(topics(7, 0, 800_000))
                .isEqualTo(new TopicPace(
                        Duration.ofMillis(500),
                        Duration.ofMillis(500),
                        100_000,
                        700_000,
                        70_000,
                        Set.of(Reason.BUDGET)));
        assertThat(topics(7, 300, 800_000).repairBytesAtOnce()).isBetween(210_000L, 210_100L);
        assertThat(topics(7, 0, 80_000).repairBytesAtOnce()).as("one frame").isEqualTo(64 << 10);
        assertThat(topics(7, 300, 800_000_000).repairBytesAtOnce())
                .as("what an outbox takes")
                .isEqualTo(4 << 20);
    }

    @Test
    void theMoreLinksThereAreTheLongerIsTheIntervalThatADigestBudgetAllows() {
        assertThat(topics(7, 0, 16_384).digestInterval()).isEqualTo(Duration.ofMillis(500));
        assertThat(topics(60, 0, 16_384).digestInterval())
                .isBetween(Duration.ofMillis(2_920), Duration.ofMillis(2_940));
        assertThat(topics(500, 0, 16_384).digestInterval()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void whateverIsMeasuredTopicsStayWithinTheirBounds() {
        for (long seed = 0; seed < 2_000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            long budget = random.nextBoolean() ? 0 : 16_384 + random.nextLong(1L << random.nextInt(1, 30));
            TuningCore core = core(TuningSettings.DEFAULT.withTopicBytesPerSecond(budget));
            answers(core, random.nextInt(50), random.nextInt(50));
            for (int i = random.nextInt(20); i > 0; i--) {
                core.roundTrip(random.nextLong(1, 8_000_000_000L));
            }
            Tuning tuning = core.tick(8, random.nextInt(300), MEMBERSHIP, new Time(5_000_000_000L, 0), told::add);
            TopicPace pace = tuning.topics();
            Duration answer = tuning.roundTrip().compareTo(Duration.ofSeconds(5)) < 0
                    ? tuning.roundTrip()
                    : Duration.ofSeconds(5);
            String what = "seed " + seed + ": " + tuning.explanation();
            assertThat(pace.digestInterval()).as(what).isBetween(Duration.ofMillis(158), Duration.ofSeconds(5));
            assertThat(pace.pullRetry()).as(what).isBetween(Duration.ofMillis(158), Duration.ofSeconds(5));
            assertThat(pace.digestInterval()).as(what).isGreaterThanOrEqualTo(answer);
            assertThat(pace.pullRetry()).as(what).isGreaterThanOrEqualTo(answer);
            assertThat(pace.digestBytesPerSecond() + pace.repairBytesPerSecond())
                    .as(what)
                    .isEqualTo(budget);
            assertThat(pace.repairBytesAtOnce()).as(what).isBetween(budget == 0 ? 0L : 64 << 10, 4L << 20);
            boolean asSet = pace.digestInterval().equals(TOPICS.digestInterval())
                    && pace.pullRetry().equals(TOPICS.pullRetry())
                    && budget == 0;
            assertThat(pace.reasons().isEmpty()).as(what).isEqualTo(asSet);
        }
    }

    @Test
    void whoDoesNotWantItAdaptedKeepsTheIntervalsOfTopicsAndTheirBudget() {
        TuningCore core = core(new TuningSettings(false, 0, 80_000));
        answers(core, 10, 30);
        core.roundTrip(2_000_000_000);
        assertThat(lookAfter(5, core).topics())
                .isEqualTo(new TopicPace(
                        Duration.ofMillis(500),
                        Duration.ofMillis(500),
                        10_000,
                        70_000,
                        64 << 10,
                        Set.of(Reason.BUDGET)));
    }

    @Test
    void theBudgetOfTopicsIsExplainedToo() {
        assertThat(topics(7, 0, 80_000))
                .hasToString(
                        "digests every 500 ms, asked again after 500 ms, 10000 bytes a second of digests and 70000 of"
                                + " repairs, 65536 at once, for [BUDGET]");
    }

    @Test
    void lessThanTheLeastBudgetIsRefused() {
        assertThatThrownBy(() -> new TuningSettings(true, 1023, 0))
                .hasMessageContaining("0 or at least 1024, not 1023");
        assertThatThrownBy(() -> new TuningSettings(true, 0, 16_383))
                .hasMessageContaining("topicBytesPerSecond is 0 or at least 16384");
    }

    @Test
    void aRoundThatSentMoreThanItsPartPutsTheNextOneOff() {
        Pace pace = new Pace(3, Duration.ofMillis(200), 1400, 1_000, Set.of());
        assertThat(pace.next(5, 100)).isEqualTo(5 + 200_000_000);
        assertThat(pace.next(5, 3_000)).isEqualTo(5 + 3_000_000_000L);
        assertThat(MEMBERSHIP.next(5, 1 << 30)).isEqualTo(5 + 200_000_000);
    }

    @Test
    void howeverMuchWasSentTheNextRoundIsFiveSecondsAwayAtTheMostAndTheRestIsOwed() {
        Pace pace = new Pace(2, Duration.ofMillis(200), 1_400, 1_000, Set.of());

        assertThat(pace.next(0, 100_000)).isEqualTo(Duration.ofSeconds(5).toNanos());
        assertThat(pace.owed(100_000)).isEqualTo(95_000);
        assertThat(pace.owed(5_000)).isZero();
    }

    @Test
    void roundsThatAreLongerAnywayPayForAsMuchMore() {
        Pace pace = new Pace(2, Duration.ofSeconds(8), 1_400, 1_000, Set.of());

        assertThat(pace.next(0, 100_000)).isEqualTo(Duration.ofSeconds(8).toNanos());
        assertThat(pace.owed(100_000)).isEqualTo(92_000);
    }

    @Test
    void withoutABudgetNothingIsOwed() {
        assertThat(Pace.of(2, Duration.ofMillis(200), 1_400).owed(100_000)).isZero();
    }
}
