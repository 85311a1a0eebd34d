package dev.grapevine.bench;

import dev.grapevine.protocol.dissemination.Distances;
import dev.grapevine.protocol.dissemination.TreeCosts.Cost;
import dev.grapevine.protocol.dissemination.TreeSimulation;
import dev.grapevine.protocol.overlay.ViewSettings;
import java.time.Duration;
import java.util.Locale;

/**
 * What broadcast trees cost and withstand among many members: cores of topics on the links that the cores of the views
 * choose, in virtual time. Run: {@code mvn -Pbench -Dbench.main=dev.grapevine.bench.TreeBenchmark -Dbench.jvm=-Xmx5g};
 * {@code -Dbench.args="--members 10000 --degree 10 --distances mixed --measured true --publishers 5 --rate 10 --cycles 100
 * --parts steady,churn,failure"} to change.
 */
public final class TreeBenchmark {

    /** How long it takes until the death of a member is noticed. */
    private static final Duration NOTICE = Duration.ofMillis(500);

    private final Arguments arguments;
    private final int members;
    private final int publishers;
    private final int rate;

    private TreeBenchmark(Arguments arguments) {
        this.arguments = arguments;
        this.members = arguments.number("members", 10_000);
        this.publishers = arguments.number("publishers", 5);
        this.rate = arguments.number("rate", 10);
    }

    /**
     * Runs the simulations and prints a table.
     *
     * @param args {@code --name value} pairs
     */
    public static void main(String[] args) {
        Arguments arguments = new Arguments(args);
        TreeBenchmark benchmark = new TreeBenchmark(arguments);
        System.out.println("| what | messages | delivered | payload copies a delivery | other frames a payload"
                + " | last hop, mean | most | last delivery, ms | gaps | took, s |");
        System.out.println("|---|---|---|---|---|---|---|---|---|---|");
        String parts = arguments.text("parts", "steady,churn,failure");
        if (parts.contains("steady")) {
            benchmark.steady();
        }
        if (parts.contains("churn")) {
            benchmark.churn(arguments.number("cycles", 100));
        }
        if (parts.contains("failure")) {
            benchmark.massFailure();
        }
    }

    /** A cluster in which some have published for a while. */
    private TreeSimulation warm(int sources, int perSecond) {
        long begin = System.nanoTime();
        Distances distances =
                Distances.valueOf(arguments.text("distances", "mixed").toUpperCase(Locale.ROOT));
        int degree = arguments.number("degree", ViewSettings.DEFAULT.activeView());
        TreeSimulation simulation = new TreeSimulation(
                1,
                members,
                degree,
                distances,
                arguments.text("measured", "true").equals("true"));
        print("nobody publishes", simulation, begin);
        begin = System.nanoTime();
        simulation.publish(sources, perSecond, 5);
        simulation.runMillis(2000);
        print(sources + " publishers, " + perSecond + "/s each: their first 5 s", simulation, begin);
        simulation.countAnew();
        return simulation;
    }

    private void steady() {
        TreeSimulation simulation = warm(publishers, rate);
        for (int from = 5; from < arguments.number("seconds", 15); from += 5) {
            long begin = System.nanoTime();
            simulation.publish(publishers, rate, 5);
            print("the next 5 s", simulation, begin);
            simulation.countAnew();
        }
        simulation.runMillis(500);
    }

    private void churn(int cycles) {
        TreeSimulation simulation = warm(1, rate);
        long begin = System.nanoTime();
        for (int cycle = 0; cycle < cycles; cycle++) {
            simulation.kill(members / 200, 1, NOTICE);
            simulation.join(members / 200);
            simulation.publish(1, rate, 1);
        }
        simulation.runMillis(5000);
        print("0.5 % replaced each second for " + cycles + " s", simulation, begin);
        begin = System.nanoTime();
        simulation.countAnew();
        simulation.publish(1, rate, 5);
        simulation.runMillis(2000);
        print("after that", simulation, begin);
    }

    private void massFailure() {
        TreeSimulation simulation = warm(1, rate);
        long begin = System.nanoTime();
        simulation.publish(0);
        simulation.kill(members * 4 / 5, 1, NOTICE);
        simulation.publish(0);
        for (int seconds : new int[] {1, 1, 3}) {
            simulation.runMillis(1000L * seconds);
            print("80 % fail at once, " + seconds + " s later", simulation, begin);
        }
        begin = System.nanoTime();
        simulation.countAnew();
        simulation.publish(1, rate, 5);
        simulation.runMillis(2000);
        print("after that", simulation, begin);
    }

    private static void print(String what, TreeSimulation simulation, long begin) {
        Cost cost = simulation.cost();
        System.out.printf(
                Locale.ROOT,
                "| %s | %,d | %.4f %% | %.3f | %.3f | %.1f | %d | %.0f | %d | %.0f |%n",
                what,
                cost.messages(),
                100 * cost.delivered(),
                cost.copiesPerDelivery(),
                cost.controlPerCopy(),
                cost.meanLastHop(),
                cost.lastHop(),
                cost.meanLastMillis(),
                simulation.gaps(),
                (System.nanoTime() - begin) / 1e9);
    }
}
