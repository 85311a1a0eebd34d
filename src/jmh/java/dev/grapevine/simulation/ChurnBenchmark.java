package dev.grapevine.simulation;

import dev.grapevine.bench.Arguments;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;

/**
 * A simulated day of members that come and go: how large every table and queue is each hour, how much heap is in use after
 * a collection, and what of it grows.
 *
 * <p>Run: {@code mvn -Pbench -Dbench.main=dev.grapevine.simulation.ChurnBenchmark}; {@code -Dbench.args="--members 100
 * --hours 24 --retention 60 --sample 60 --slower 4 --seed 1"} are the defaults: the retention of the dead and the interval
 * of the samples in minutes, and by how much the intervals of membership are stretched.
 */
public final class ChurnBenchmark {

    /** What a reader wants to see by name; all the rest is watched too. */
    private static final List<String> SHOWN = List.of(
            "Roster.entries",
            "LostMembers.lost",
            "Targets.byAddress",
            "RumorQueue.bySubject",
            "ProbeRing.ring",
            "HealthCore.watched",
            "MetadataSync.introduced",
            "LocalStreams.unlinked",
            "InboundStreams.sources",
            "OutgoingTransfers.sessions",
            "DotSet.origins");

    private ChurnBenchmark() {}

    /**
     * Prints the table, and at the end what grew.
     *
     * @param args {@code --name value} pairs
     */
    public static void main(String[] args) {
        Arguments arguments = new Arguments(args);
        int members = arguments.number("members", 100);
        int sample = arguments.number("sample", 60);
        Duration retention = Duration.ofMinutes(arguments.number("retention", 60));
        ChurnSimulation churn = new ChurnSimulation(
                ChurnSimulation.Plan.of(
                        arguments.number("seed", 1),
                        members,
                        ChurnSimulation.settings(retention, arguments.number("slower", 4))),
                "the same arguments");
        GrowthSeries cores = new GrowthSeries();
        GrowthSeries all = new GrowthSeries();
        System.out.println("| h | changes | frames | MB | " + String.join(" | ", SHOWN) + " |");
        System.out.println("|-".repeat(SHOWN.size() + 4) + "|");
        for (int i = 1; i <= arguments.number("hours", 24) * 60 / sample; i++) {
            churn.advance(Duration.ofMinutes(sample));
            SortedMap<String, Long> greatest = churn.greatestCoreSizes();
            cores.add(churn.coreSizes());
            all.add(churn.allSizes());
            print(i * sample, churn, greatest);
        }
        System.out.println(
                "The same to all within two minutes of the last change: " + churn.settles(Duration.ofMinutes(2)));
        System.out.println("Longest that one who was gone stood in a view: " + churn.longestGhost());
        System.out.println("Growing in the cores: " + cores.growing(members));
        System.out.println("Growing in the whole simulation: " + all.growing(members));
    }

    private static void print(int minutes, ChurnSimulation churn, Map<String, Long> sizes) {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        StringBuilder row = new StringBuilder(String.format(
                Locale.ROOT,
                "| %.1f | %d | %d | %.1f |",
                minutes / 60.0,
                churn.changes(),
                churn.batches(),
                (runtime.totalMemory() - runtime.freeMemory()) / 1e6));
        SHOWN.forEach(
                path -> row.append(' ').append(sizes.getOrDefault(path, 0L)).append(" |"));
        System.out.println(row);
    }
}
