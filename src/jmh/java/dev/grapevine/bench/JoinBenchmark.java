package dev.grapevine.bench;

import dev.grapevine.protocol.NodeSettings;
import dev.grapevine.simulation.JoinStorm;
import dev.grapevine.simulation.JoinStorm.Result;
import java.time.Duration;
import java.util.Locale;

/**
 * How many sizes of the cluster users see while it starts, and when all see all of it: whole nodes in virtual time. Run:
 * {@code mvn -Pbench -Dbench.main=dev.grapevine.bench.JoinBenchmark}; {@code -Dbench.args="--members 50,200,500 --seeds 3"}
 * to change.
 */
public final class JoinBenchmark {

    private JoinBenchmark() {}

    /**
     * Runs the storms and prints a table.
     *
     * @param args {@code --name value} pairs
     */
    public static void main(String[] args) {
        Arguments arguments = new Arguments(args);
        System.out.println(
                "| members | start | shown | seed | distinct sizes seen by any | by each: mean | most | all agree"
                        + " after |");
        System.out.println("|---|---|---|---|---|---|---|---|");
        for (int members : arguments.numbers("members", "50,200,500")) {
            for (int spread : arguments.numbers("spreads", "0,5")) {
                for (int seed = 1; seed <= arguments.number("seeds", 1); seed++) {
                    run(members, spread, "in batches", NodeSettings.DEFAULT.joinQuiet(), seed);
                    run(members, spread, "one by one", Duration.ZERO, seed);
                }
            }
        }
    }

    private static void run(int members, int spread, String shown, Duration quiet, long seed) {
        Result result = JoinStorm.run(members, Duration.ofSeconds(spread), quiet, seed);
        System.out.printf(
                Locale.ROOT,
                "| %,d | %s | %s | %d | %d | %.1f | %d | %.2f s |%n",
                members,
                spread == 0 ? "at once" : "within " + spread + " s",
                shown,
                seed,
                result.distinctSizes(),
                result.meanSizes(),
                result.mostSizes(),
                result.agreed().toNanos() / 1e9);
    }
}
