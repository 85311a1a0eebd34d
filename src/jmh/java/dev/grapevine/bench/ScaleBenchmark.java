package dev.grapevine.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.grapevine.protocol.CoreScale;
import dev.grapevine.protocol.NodeSettings;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;

/**
 * How many members a cluster can have, in one process and in virtual time: all start, then a twentieth of them is killed at
 * one instant. Whole nodes ({@code --pipeline}), or their cores alone ({@code --cores}); all at once, or cores each at a
 * moment of its own within so many seconds ({@code --within}). {@code --split} cuts cores into two halves until each has
 * forgotten the other, and heals that. Fails if anybody healthy was removed. Run: {@code mvn -Pbench
 * -Dbench.main=dev.grapevine.bench.ScaleBenchmark -Dbench.args="--pipeline 1000 --cores 1000,2000 --split 600"
 * -Dbench.jvm=-Xmx6g}.
 */
public final class ScaleBenchmark {

    private static final Duration DEADLINE = Duration.ofMinutes(5);

    private ScaleBenchmark() {}

    /**
     * Runs what is asked for and prints a table.
     *
     * @param args {@code --name value} pairs
     * @throws Exception if members do not agree in time, or a healthy one was removed
     */
    public static void main(String[] args) throws Exception {
        Arguments arguments = new Arguments(args);
        System.out.println("| members | what | simulated s | wall clock s | processor s | heap after collection MB"
                + " | resident MB, most |");
        System.out.println("|---|---|---|---|---|---|---|");
        for (int n : arguments.numbers("pipeline", "")) {
            pipeline(n, arguments.number("seed", 1));
        }
        for (int n : arguments.numbers("cores", "")) {
            cores(n, Duration.ofSeconds(arguments.number("within", 0)), arguments.number("seed", 1));
        }
        for (int n : arguments.numbers("split", "")) {
            split(n, arguments.number("seed", 1));
        }
    }

    private static void pipeline(int n, int seed) throws Exception {
        PipelineScale scale = new PipelineScale(n, seed);
        phase(n, "whole nodes: start until all agree", () -> scale.awaitAgreement(DEADLINE));
        phase(n, "10 s at rest", () -> scale.run(Duration.ofSeconds(10)));
        scale.kill(n / 20);
        phase(n, "a twentieth killed until all agree", () -> scale.awaitAgreement(DEADLINE));
        phase(n, "10 s at rest", () -> scale.run(Duration.ofSeconds(10)));
        nobodyRemoved(scale.falseRemovals());
    }

    private static void cores(int n, Duration within, int seed) throws Exception {
        CoreScale[] started = new CoreScale[1];
        phase(n, "cores: start", () -> {
            started[0] = new CoreScale(n, within, seed, NodeSettings.DEFAULT);
            return within;
        });
        CoreScale scale = started[0];
        phase(n, "then until all agree", () -> scale.awaitAgreement(DEADLINE));
        phase(n, "10 s at rest", () -> rest(scale));
        scale.kill(n / 20);
        phase(n, "a twentieth killed until all agree", () -> scale.awaitAgreement(DEADLINE));
        phase(n, "10 s at rest", () -> rest(scale));
        nobodyRemoved(scale.falseRemovals());
    }

    private static void split(int n, int seed) throws Exception {
        CoreScale scale = new CoreScale(n, Duration.ZERO, seed, NodeSettings.DEFAULT);
        phase(n, "cores: start until all agree", () -> scale.awaitAgreement(DEADLINE));
        phase(n, "split until each half agrees", () -> scale.split(DEADLINE));
        phase(n, "healed until all agree", () -> scale.merge(DEADLINE));
        phase(n, "10 s at rest", () -> rest(scale));
        nobodyRemoved(scale.falseRemovals());
    }

    private static Duration rest(CoreScale scale) {
        scale.run(Duration.ofSeconds(10));
        return Duration.ofSeconds(10);
    }

    private static void nobodyRemoved(long falseRemovals) {
        if (falseRemovals > 0) {
            throw new AssertionError("healthy members were removed: " + falseRemovals);
        }
    }

    private static void phase(int n, String what, Callable<Duration> work) throws Exception {
        long begun = System.nanoTime();
        long used = cpuNanos();
        Duration simulated = work.call();
        double wall = (System.nanoTime() - begun) / 1e9;
        double cpu = (cpuNanos() - used) / 1e9;
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        long heap = (runtime.totalMemory() - runtime.freeMemory()) >> 20;
        System.out.printf(
                Locale.ROOT,
                "| %,d | %s | %.1f | %.1f | %.1f | %,d | %s |%n",
                n,
                what,
                simulated.toNanos() / 1e9,
                wall,
                cpu,
                heap,
                mostResident());
    }

    /** Of all threads, the collector's too: on a machine that others use as well it says more than the wall clock. */
    private static long cpuNanos() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }

    /** What the operating system gave this process at most so far, where it tells. */
    private static String mostResident() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return "unknown";
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .map(line -> String.format(Locale.ROOT, "%,d", Long.parseLong(line.replaceAll("\\D", "")) >> 10))
                .findFirst()
                .orElse("unknown");
    }
}
