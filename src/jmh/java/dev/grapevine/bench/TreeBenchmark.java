package dev.grapevine.bench;

import dev.grapevine.protocol.dissemination.TreeSimulation;
import dev.grapevine.protocol.dissemination.TreeSimulation.Cost;
import java.time.Duration;
import java.util.Locale;

/**
 * What broadcast trees cost and withstand among many members with five links each: cores of topics alone, in virtual time.
 * Run: {@code mvn -Pbench -Dbench.main=dev.grapevine.bench.TreeBenchmark -Dbench.jvm=-Xmx8g};
 * {@code -Dbench.args="--members 10000 --publishers 5 --rate 4 --cycles 100
 * --parts steady,churn,failure"} to change.
 */
public final class TreeBenchmark {

    private static final int DEGREE = 5;
    private static final Duration NOTICE = Duration.ofMillis(500);

    private final int members;
    private final int publishers;
    private final int rate;
    private final int cycles;

    private TreeBenchmark(Arguments arguments) {
        members = arguments.number("members", 10_000);
        publishers = arguments.number("publishers", 5);
        rate = arguments.number("rate", 4);
        cycles = arguments.number("cycles", 100);
    }

    /**
     * Runs the simulations and prints a table.
     *
     * @param args {@code --name value} pairs
     */
    public static void main(String[] args) {
        TreeBenchmark benchmark = new TreeBenchmark(new Arguments(args));
        System.out.println("| what | messages | delivered | payload copies a delivery | other frames a payload"
                + " | last hop, mean | most | gaps |");
        System.out.println("|---|---|---|---|---|---|---|---|");
        String parts = new Arguments(args).text("parts", "steady,churn,failure");
        if (parts.contains("steady")) {
            benchmark.steady(benchmark.publishers, benchmark.rate);
        }
        if (parts.contains("churn")) {
            benchmark.churn();
        }
        if (parts.contains("failure")) {
            benchmark.massFailure();
        }
    }

    private TreeSimulation warm(int sources, int perSecond) {
        TreeSimulation simulation = new TreeSimulation(1, members, DEGREE, NOTICE);
        simulation.publish(sources, perSecond, 5);
        print("the first five seconds of " + sources + " publishers", simulation);
        simulation.runMillis(1000);
        simulation.countAnew();
        return simulation;
    }

    private void steady(int sources, int perSecond) {
        TreeSimulation simulation = warm(sources, perSecond);
        simulation.publish(sources, perSecond, 5);
        simulation.runMillis(2000);
        print(sources + " publishers, " + perSecond + "/s each", simulation);
    }

    private void churn() {
        TreeSimulation simulation = warm(1, 1);
        for (int cycle = 0; cycle < cycles; cycle++) {
            simulation.kill(members / 200, 1);
            simulation.join(members / 200);
            simulation.publish(1, 1, 1);
        }
        simulation.runMillis(3000);
        print("0.5 % replaced each second for " + cycles + " s", simulation);
        simulation.countAnew();
        simulation.publish(1, 1, 5);
        simulation.runMillis(2000);
        print("after that", simulation);
    }

    private void massFailure() {
        TreeSimulation simulation = warm(1, 1);
        simulation.publish(0);
        simulation.kill(members * 4 / 5, 1);
        simulation.publish(0);
        simulation.runMillis(2000);
        print("80 % fail at once, 2 s later", simulation);
        simulation.runMillis(3000);
        print("5 s later", simulation);
    }

    private static void print(String what, TreeSimulation simulation) {
        Cost cost = simulation.cost();
        System.out.printf(
                Locale.ROOT,
                "| %s | %,d | %.3f %% | %.3f | %.3f | %.1f | %d | %d |%n",
                what,
                cost.messages(),
                100 * cost.delivered(),
                cost.copiesPerDelivery(),
                cost.controlPerCopy(),
                cost.meanLastHop(),
                cost.lastHop(),
                simulation.gaps());
    }
}
