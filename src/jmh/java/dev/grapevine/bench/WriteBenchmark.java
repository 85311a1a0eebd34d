package dev.grapevine.bench;

import dev.grapevine.protocol.NodeSettings;
import dev.grapevine.protocol.WriteRace;
import dev.grapevine.protocol.rumor.Strategy;
import java.util.List;
import java.util.Locale;

/**
 * How long a write takes to reach all members where links are few, by anti-entropy alone and with each strategy by name; cores
 * in virtual time. Run: {@code mvn -Pbench -Dbench.main=dev.grapevine.bench.WriteBenchmark -Dbench.args="--members 1000 --races 10"}.
 */
public final class WriteBenchmark {

    private static final double LOSS = 0.1;

    private WriteBenchmark() {}

    /**
     * Runs the races and prints a table.
     *
     * @param args {@code --name value} pairs
     */
    public static void main(String[] args) {
        Arguments arguments = new Arguments(args);
        System.out.println("| members | strategy | fanout | loss | until 99 % hold it, s | until all do, s, mean | most"
                + " | copies a member | bytes a member |");
        System.out.println("|---|---|---|---|---|---|---|---|---|");
        for (int n : arguments.numbers("members", "400")) {
            for (double loss : new double[] {0, LOSS}) {
                run(n, "none", 1, loss, arguments.number("races", 10));
                for (String name : List.of("rumor-mongering", "push", "pull", "push-pull")) {
                    run(n, name, 1, loss, arguments.number("races", 10));
                }
                run(n, "rumor-mongering", 3, loss, arguments.number("races", 10));
            }
        }
    }

    private static void run(int n, String name, int fanout, double loss, int races) {
        boolean rumors = !name.equals("none");
        NodeSettings settings = !rumors
                ? NodeSettings.DEFAULT
                : NodeSettings.DEFAULT.withRumors(
                        any -> any.withStrategy(Strategy.named(name)).withFanout(fanout));
        WriteRace race = new WriteRace(n, settings, rumors, loss, 1);
        double ninetyNine = 0;
        double all = 0;
        double most = 0;
        double copies = 0;
        double bytes = 0;
        for (int i = 0; i < races; i++) {
            WriteRace.Result result = race.run();
            double seconds = result.all().toMillis() / 1e3;
            ninetyNine += result.most().toMillis() / 1e3;
            all += seconds;
            most = Math.max(most, seconds);
            copies += result.copies();
            bytes += result.bytes();
        }
        System.out.printf(
                Locale.ROOT,
                "| %,d | %s | %d | %.0f %% | %.2f | %.2f | %.2f | %.1f | %.0f |%n",
                n,
                name,
                fanout,
                loss * 100,
                ninetyNine / races,
                all / races,
                most,
                copies / races,
                bytes / races);
    }
}
