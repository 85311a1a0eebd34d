package dev.grapevine.protocol.rumor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

/**
 * The cores spread a rumor as the published algorithms do: within 3 standard errors of what an independent simulation of these
 * gave. {@code EpidemicBenchmark} does the same with more runs and members; see {@code docs/dissemination.md}.
 */
class EpidemicTest {

    private static final double BAND = 3;

    @Test
    void rumorMongeringLeavesTellsAndLastsAsInTheTablesOfDemers() {
        SoftAssertions softly = new SoftAssertions();
        for (DemersTable.Row row : DemersTable.ROWS) {
            Series residue = new Series();
            Series messages = new Series();
            Series lastCycle = new Series();
            for (int seed = 0; seed < 25; seed++) {
                Epidemic.Result result = new Epidemic(
                                DemersTable.MEMBERS, Epidemic.everyCycle(row.strategy(), 1), 0, seed)
                        .untilItStops();
                residue.add(result.residue());
                messages.add(result.messages());
                lastCycle.add(result.lastCycle());
            }
            check(softly, row.name() + ": residue", row.residue(), residue);
            check(softly, row.name() + ": told a member", row.messages(), messages);
            check(softly, row.name() + ": last cycle", row.lastCycle(), lastCycle);
        }
        softly.assertAll();
    }

    private static void check(SoftAssertions softly, String name, DemersTable.Figure oracle, Series mean) {
        softly.assertThat(oracle.distance(mean))
                .as("%s: %s, not %s", name, mean.mean(), oracle.value())
                .isLessThanOrEqualTo(BAND);
    }

    @Test
    void aSimpleEpidemicReachesAllInTheRoundsThatItTakes() {
        SoftAssertions softly = new SoftAssertions();
        for (RoundsTable.Row row : RoundsTable.ROWS) {
            check(softly, row, 0, 0, 300);
            check(softly, row, 0, 0.1, 300);
            check(softly, row, 1, 0, 30);
            check(softly, row, 1, 0.1, 30);
        }
        softly.assertAll();
    }

    private static void check(SoftAssertions softly, RoundsTable.Row row, int column, double loss, int runs) {
        int n = RoundsTable.MEMBERS.get(column);
        Series rounds = new Series();
        for (int seed = 0; seed < runs; seed++) {
            rounds.add(row.run(n, loss, seed));
        }
        double oracle = (loss == 0 ? row.rounds() : row.lossy()).get(column);
        softly.assertThat(rounds.mean())
                .as("%s, fanout %s, %s members, %s lost", row.direction(), row.fanout(), n, loss)
                .isCloseTo(oracle, within(Math.max(0.3, BAND * rounds.error())));
    }

    @Test
    void theRoundsThatAreExpectedAreThoseOfTheTable() {
        for (RoundsTable.Row row : RoundsTable.ROWS) {
            for (int i = 0; i < RoundsTable.MEMBERS.size(); i++) {
                assertThat(StopRule.expectedRounds(row.direction(), row.fanout(), RoundsTable.MEMBERS.get(i)))
                        .as("%s of %s members", row, RoundsTable.MEMBERS.get(i))
                        .isCloseTo(row.rounds().get(i), within(0.5));
            }
        }
    }

    @Test
    void aNamedStrategyMissesHardlyAnybody() {
        for (String name : new String[] {"push", "pull", "push-pull", "rumor-mongering"}) {
            Series residue = new Series();
            for (int seed = 0; seed < 100; seed++) {
                residue.add(new Epidemic(100, Epidemic.everyCycle(Strategy.named(name), 1), 0.1, seed)
                        .untilItStops()
                        .residue());
            }
            assertThat(residue.mean()).as(name).isLessThan(0.002);
        }
    }
}
