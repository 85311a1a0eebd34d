package dev.grapevine.bench;

import dev.grapevine.protocol.rumor.DemersTable;
import dev.grapevine.protocol.rumor.Epidemic;
import dev.grapevine.protocol.rumor.RoundsTable;
import dev.grapevine.protocol.rumor.Series;
import dev.grapevine.protocol.rumor.Strategy;
import java.util.List;
import java.util.Locale;

/**
 * The tables of {@code docs/dissemination.md}: cores of rumors alone, all in step. Run: {@code mvn -Pbench
 * -Dbench.main=dev.grapevine.bench.EpidemicBenchmark}; {@code -Dbench.args="--demers 1000 --rounds 200 --names 1000"} says how many
 * runs each row takes, 0 to leave a table out.
 */
public final class EpidemicBenchmark {

    private static final double LOSS = 0.1;

    private EpidemicBenchmark() {}

    /**
     * Prints the tables.
     *
     * @param args {@code --name value} pairs
     */
    public static void main(String[] args) {
        Arguments arguments = new Arguments(args);
        demers(arguments.number("demers", 1_000));
        rounds(arguments.number("rounds", 200));
        names(arguments.number("names", 1_000));
    }

    /** Tables 1 to 3 of the paper and what the oracle has beyond them. */
    private static void demers(int runs) {
        if (runs == 0) {
            return;
        }
        System.out.println("| variant | residue | oracle | off by (se) | told a member | oracle | off by (se)"
                + " | last cycle | oracle | off by (se) |");
        System.out.println("|---|---|---|---|---|---|---|---|---|---|");
        for (DemersTable.Row row : DemersTable.ROWS) {
            Series residue = new Series();
            Series messages = new Series();
            Series lastCycle = new Series();
            for (int seed = 0; seed < runs; seed++) {
                Epidemic.Result result = new Epidemic(
                                DemersTable.MEMBERS, Epidemic.everyCycle(row.strategy(), 1), 0, seed)
                        .untilItStops();
                residue.add(result.residue());
                messages.add(result.messages());
                lastCycle.add(result.lastCycle());
            }
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.3g | %.3g | %.1f | %.3f | %.3g | %.1f | %.2f | %.4g | %.1f |%n",
                    row.name(),
                    residue.mean(),
                    row.residue().value(),
                    row.residue().distance(residue),
                    messages.mean(),
                    row.messages().value(),
                    row.messages().distance(messages),
                    lastCycle.mean(),
                    row.lastCycle().value(),
                    row.lastCycle().distance(lastCycle));
        }
    }

    private static void rounds(int runs) {
        if (runs == 0) {
            return;
        }
        System.out.println("| fanout | strategy | members | rounds | oracle | rounds, 10 % loss | oracle |");
        System.out.println("|---|---|---|---|---|---|---|");
        for (RoundsTable.Row row : RoundsTable.ROWS) {
            for (int i = 0; i < RoundsTable.MEMBERS.size(); i++) {
                int n = RoundsTable.MEMBERS.get(i);
                System.out.printf(
                        Locale.ROOT,
                        "| %d | %s | %,d | %s | %.2f | %s | %.1f |%n",
                        row.fanout(),
                        row.direction(),
                        n,
                        rounds(row, n, 0, runs),
                        row.rounds().get(i),
                        rounds(row, n, LOSS, runs),
                        row.lossy().get(i));
            }
        }
    }

    private static String rounds(RoundsTable.Row row, int n, double loss, int runs) {
        Series rounds = new Series();
        for (int seed = 0; seed < runs; seed++) {
            rounds.add(row.run(n, loss, seed));
        }
        return String.format(Locale.ROOT, "%.2f ± %.2f", rounds.mean(), rounds.error());
    }

    /** What the strategies that have a name come to, with their own stop rules. */
    private static void names(int runs) {
        if (runs == 0) {
            return;
        }
        System.out.println(
                "| strategy | fanout | members | loss | epidemics that missed somebody | residue | told a member"
                        + " | last cycle | cycles until nobody tells |");
        System.out.println("|---|---|---|---|---|---|---|---|---|");
        for (String name : List.of("push", "pull", "push-pull", "rumor-mongering")) {
            for (int fanout : new int[] {1, 3}) {
                for (int n : new int[] {8, 100, 1_000}) {
                    name(name, fanout, n, 0, runs);
                    name(name, fanout, n, LOSS, runs);
                }
            }
        }
    }

    private static void name(String name, int fanout, int n, double loss, int runs) {
        Series missed = new Series();
        Series residue = new Series();
        Series messages = new Series();
        Series lastCycle = new Series();
        Series cycles = new Series();
        for (int seed = 0; seed < runs; seed++) {
            Epidemic.Result result =
                    new Epidemic(n, Epidemic.everyCycle(Strategy.named(name), fanout), loss, seed).untilItStops();
            missed.add(result.residue() > 0 ? 1 : 0);
            residue.add(result.residue());
            messages.add(result.messages());
            lastCycle.add(result.lastCycle());
            cycles.add(result.cycles());
        }
        System.out.printf(
                Locale.ROOT,
                "| %s | %d | %,d | %.0f %% | %.1f %% | %.2g | %.1f | %.1f | %.1f |%n",
                name,
                fanout,
                n,
                loss * 100,
                100 * missed.mean(),
                residue.mean(),
                messages.mean(),
                lastCycle.mean(),
                cycles.mean());
    }
}
