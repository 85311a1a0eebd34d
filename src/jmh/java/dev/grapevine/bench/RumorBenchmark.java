package dev.grapevine.bench;

import dev.grapevine.protocol.membership.RumorRace;
import dev.grapevine.protocol.membership.RumorRace.News;
import dev.grapevine.protocol.membership.RumorRace.Result;
import java.util.Locale;

/**
 * How many gossip intervals it takes until everybody knows a piece of membership news, and what is said for it: cores of
 * membership alone, in virtual time. Run: {@code mvn -Pbench -Dbench.main=dev.grapevine.bench.RumorBenchmark
 * -Dbench.jvm=-Xmx8g}; {@code -Dbench.args="--members 100,1000,10000 --races 5"} to change.
 */
public final class RumorBenchmark {

    /** Up to here every member is linked to every other, beyond to about {@value #DEGREE}. */
    private static final int FULL_MESH = 256;

    private static final int DEGREE = 10;

    private RumorBenchmark() {}

    /**
     * Runs the races and prints a table.
     *
     * @param args {@code --name value} pairs
     */
    public static void main(String[] args) {
        Arguments arguments = new Arguments(args);
        System.out.println("| members | news | time | loss | gossip intervals: mean | most | frames a member and rumor"
                + " | bytes a member and rumor | bytes a member and interval |");
        System.out.println("|---|---|---|---|---|---|---|---|---|");
        for (int n : arguments.numbers("members", "100,1000,10000")) {
            for (boolean lockstep : new boolean[] {true, false}) {
                RumorRace race = new RumorRace(n, n <= FULL_MESH ? n - 1 : DEGREE, lockstep, 1);
                for (News news : News.values()) {
                    run(race, n, lockstep, news, 0, arguments.number("races", 5));
                    run(race, n, lockstep, news, 0.1, arguments.number("races", 5));
                }
            }
        }
    }

    private static void run(RumorRace race, int n, boolean lockstep, News news, double loss, int races) {
        double sum = 0;
        double most = 0;
        double frames = 0;
        double bytes = 0;
        double bytesPerRound = 0;
        for (int i = 0; i < races; i++) {
            Result result = race.run(news, loss);
            sum += result.rounds();
            most = Math.max(most, result.rounds());
            frames += result.frames();
            bytes += result.bytes();
            bytesPerRound += result.bytesPerRound();
        }
        System.out.printf(
                Locale.ROOT,
                "| %,d | %s | %s | %.0f %% | %.2f | %.2f | %.1f | %.0f | %.0f |%n",
                n,
                news,
                lockstep ? "lockstep" : "real",
                loss * 100,
                sum / races,
                most,
                frames / races,
                bytes / races,
                bytesPerRound / races);
    }
}
