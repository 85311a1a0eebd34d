package dev.grapevine.protocol.membership;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.protocol.membership.RumorRace.News;
import dev.grapevine.protocol.membership.RumorRace.Result;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * News reaches everybody within 0.3 rounds of the mean of push-pull with fanout 3, the best row that an independent
 * simulation of the published algorithms gave (push with fanout 3 takes 5.66, 8.17 and 10.58 rounds for 100, 1,000 and
 * 10,000 members). {@code RumorBenchmark} does the same for 10,000.
 */
class RumorSpreadTest {

    private static final double BAND = 0.3;

    private static List<Result> races(int n, int degree, News news, double loss, int seeds, int each) {
        List<Result> results = new ArrayList<>();
        for (long seed = 0; seed < seeds; seed++) {
            RumorRace race = new RumorRace(n, degree, true, seed);
            for (int i = 0; i < each; i++) {
                results.add(race.run(news, loss));
            }
        }
        return results;
    }

    private static double meanRounds(List<Result> results) {
        return results.stream().mapToDouble(Result::rounds).average().orElseThrow();
    }

    @Test
    void ofAHundredInAFullMeshAllHearAsSoonAsByPushPull() {
        for (News news : News.values()) {
            assertThat(meanRounds(races(100, 99, news, 0, 4, 6))).as("%s", news).isLessThan(3.92 + BAND);
            assertThat(meanRounds(races(100, 99, news, 0.1, 4, 6)))
                    .as("%s", news)
                    .isLessThan(4.0 + BAND);
        }
    }

    @Test
    void ofAThousandInARandomGraphAllHearAsSoonAsByPushPull() {
        RumorRace race = new RumorRace(1_000, 10, true, 1);
        for (double loss : new double[] {0, 0.1}) {
            List<Result> joins = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                joins.add(race.run(News.JOIN, loss));
            }
            assertThat(meanRounds(joins)).isLessThan((loss == 0 ? 5.06 : 5.5) + BAND);
            assertThat(joins).allMatch(result -> result.frames() <= 20);
            assertThat(race.run(News.DEATH, loss).rounds())
                    .as("passed on at once")
                    .isLessThan(1);
        }
    }

    @Test
    void aDeathReachesAllLongBeforeTheNextGossipInAFullMeshAsInARandomGraph() {
        for (long seed = 0; seed < 5; seed++) {
            for (int degree : new int[] {99, 10}) {
                RumorRace race = new RumorRace(100, degree, false, seed);
                assertThat(race.run(News.DEATH, 0).rounds())
                        .as("seed %d, degree %d", seed, degree)
                        .isBetween(0.0, 0.1);
            }
        }
    }

    @Test
    void withATenthOfTheFramesLostNobodyMissesIt() {
        for (long seed = 0; seed < 20; seed++) {
            RumorRace race = new RumorRace(64, 8, false, seed);
            for (News news : News.values()) {
                assertThat(race.run(news, 0.1).rounds()).as("seed %d", seed).isBetween(0.0, 10.0);
            }
        }
    }
}
