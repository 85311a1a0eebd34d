package dev.grapevine.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;

/**
 * Fan-out from one member to all others in one JVM over loopback: Grapevine beside bare RSocket with the same batching,
 * in turn in the same run, so that a machine that drifts drifts for both.
 *
 * <p>Throughput: bursts of messages; the median over the bursts of messages a second, each counted once however many
 * members get it. Latency: single messages at a steady rate; the time from the publish call to the last member's
 * delivery.
 *
 * <p>Run: {@code mvn -Pbench}; {@code -Dbench.args="--members 3,8 --bytes 100 --bursts 15 --count 300000"} to change.
 */
public final class FanoutBenchmark {

    private static final int WARM_UP_BURSTS = 5;
    private static final int SINGLES_WARM_UP = 2000;

    private final int bursts;
    private final int count;
    private final int bytes;
    private final int singles;

    private FanoutBenchmark(Arguments arguments) {
        this.bursts = arguments.number("bursts", 15);
        this.count = arguments.number("count", 300_000);
        this.bytes = arguments.number("bytes", 100);
        this.singles = arguments.number("singles", 4000);
    }

    /**
     * Runs the comparison.
     *
     * @param args {@code --name value} pairs
     * @throws InterruptedException if interrupted between two messages
     */
    public static void main(String[] args) throws InterruptedException {
        Arguments arguments = new Arguments(args);
        System.out.printf(
                "JDK %s, %d processors%n",
                Runtime.version(), Runtime.getRuntime().availableProcessors());
        FanoutBenchmark benchmark = new FanoutBenchmark(arguments);
        for (int members : arguments.numbers("members", "3,8")) {
            benchmark.compare(members, arguments.number("rate", 200));
        }
        System.exit(0);
    }

    private void compare(int members, int rate) throws InterruptedException {
        List<IntFunction<Fanout>> kinds = List.of(GrapevineFanout::new, BareFanout::new);
        List<Fanout> rivals = new ArrayList<>();
        for (IntFunction<Fanout> kind : kinds) {
            rivals.add(kind.apply(members));
        }
        System.out.printf("%n%d members, %d-byte messages%n", members, bytes);
        throughput(rivals);
        latency(rivals, rate);
        rivals.forEach(Fanout::close);
    }

    private void throughput(List<Fanout> rivals) {
        double[][] rates = new double[2][bursts];
        for (int round = -WARM_UP_BURSTS; round < bursts; round++) {
            for (int i = 0; i < 2; i++) {
                long nanos = rivals.get(i).burst(count, bytes);
                if (round >= 0) {
                    rates[i][round] = count * 1e9 / nanos;
                }
            }
        }
        report(
                "throughput, 1000 msg/s",
                new String[] {"slowest burst", "median", "fastest burst"},
                new double[] {0, 0.5, 1},
                rates,
                1000);
    }

    private void latency(List<Fanout> rivals, int rate) throws InterruptedException {
        double[][] nanos = new double[2][singles];
        long gap = 1_000_000_000L / rate;
        for (int n = -Math.min(SINGLES_WARM_UP, singles / 2); n < singles; n++) {
            for (int i = 0; i < 2; i++) {
                long begun = System.nanoTime();
                long took = rivals.get(i).single(bytes);
                if (n >= 0) {
                    nanos[i][n] = took;
                }
                long left = gap / 2 - (System.nanoTime() - begun);
                if (left > 0) {
                    Thread.sleep(left / 1_000_000, (int) (left % 1_000_000));
                }
            }
        }
        report("latency at " + rate + " msg/s, us", new String[] {"p50", "p99"}, new double[] {0.5, 0.99}, nanos, 1000);
    }

    private static void report(String what, String[] rows, double[] quantiles, double[][] samples, double unit) {
        for (double[] sample : samples) {
            Arrays.sort(sample);
        }
        System.out.printf("%-28s %12s %12s %8s%n", what, "Grapevine", "bare RSocket", "ratio");
        for (int i = 0; i < rows.length; i++) {
            double ours = quantile(samples[0], quantiles[i]) / unit;
            double theirs = quantile(samples[1], quantiles[i]) / unit;
            System.out.printf(Locale.ROOT, "  %-26s %12.1f %12.1f %8.2f%n", rows[i], ours, theirs, ours / theirs);
        }
    }

    private static double quantile(double[] sorted, double quantile) {
        return sorted[(int) Math.min(sorted.length - 1, sorted.length * quantile)];
    }
}
