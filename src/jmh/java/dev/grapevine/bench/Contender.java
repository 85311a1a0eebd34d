package dev.grapevine.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One kind of cluster in one arrangement: runs what it is told and keeps what it measured. */
final class Contender implements AutoCloseable {

    private static final int FIRST_BURST = 2_000;
    private static final int SHORTEST_BURST = 1_000;
    private static final int LONGEST_BURST = 400_000;
    private static final int FASTEST_GROWTH = 8;

    private final String name;
    private final FanoutCluster cluster;
    private final Map<Integer, Integer> counts = new TreeMap<>();
    private final Map<String, List<Double>> samples = new TreeMap<>();
    private String trouble = "";

    Contender(String name, FanoutCluster cluster) {
        this.name = name;
        this.cluster = cluster;
    }

    String name() {
        return name;
    }

    void awaitReady() {
        try {
            cluster.awaitReady();
        } catch (IOException e) {
            trouble = "did not start";
        }
    }

    /** A burst that takes about as long as wanted, by how long those before took. */
    void burst(int bytes, double wantedNanos) {
        int count = counts.getOrDefault(bytes, FIRST_BURST);
        long processor = cluster.processorNanos();
        double[] took = ask("burst " + count + " " + bytes);
        if (took.length > 0) {
            note(burstKey(bytes), count * 1e9 / took[0]);
            note(processorKey(bytes), (double) (cluster.processorNanos() - processor) / count);
            double fitting = count * Math.min(FASTEST_GROWTH, wantedNanos / took[0]);
            counts.put(bytes, (int) Math.max(SHORTEST_BURST, Math.min(LONGEST_BURST, fitting)));
        }
    }

    void paced(int bytes, int rate, int count) {
        for (double nanos : ask("paced " + count + " " + bytes + " " + rate)) {
            note(pacedKey(rate), nanos);
        }
    }

    private double[] ask(String command) {
        if (!trouble.isEmpty()) {
            return new double[0];
        }
        try {
            String answer = cluster.ask(command);
            if (!answer.startsWith("lost")) {
                return Arrays.stream(answer.split(" "))
                        .mapToDouble(Double::parseDouble)
                        .toArray();
            }
            trouble = answer + " at: " + command;
        } catch (IOException e) {
            trouble = "ended at: " + command;
        }
        return new double[0];
    }

    private void note(String key, double value) {
        samples.computeIfAbsent(key, unused -> new ArrayList<>()).add(value);
    }

    /** What was measured so far was to warm up. */
    void forget() {
        samples.clear();
    }

    /** What went wrong, after which nothing more was measured; empty if nothing did. */
    String trouble() {
        return trouble;
    }

    double burstRate(int bytes) {
        return quantile(burstKey(bytes), 0.5);
    }

    /** Processor time that all members together take for a message of a burst. */
    double processorNanos(int bytes) {
        return quantile(processorKey(bytes), 0.5);
    }

    double latencyNanos(int rate, double quantile) {
        return quantile(pacedKey(rate), quantile);
    }

    private static String burstKey(int bytes) {
        return "burst " + bytes;
    }

    private static String processorKey(int bytes) {
        return "processor " + bytes;
    }

    private static String pacedKey(int rate) {
        return "paced " + rate;
    }

    private double quantile(String key, double quantile) {
        double[] sorted = samples.getOrDefault(key, List.of()).stream()
                .mapToDouble(Double::doubleValue)
                .sorted()
                .toArray();
        return sorted.length == 0 ? Double.NaN : sorted[(int) Math.min(sorted.length - 1, sorted.length * quantile)];
    }

    @Override
    public void close() {
        cluster.close();
    }
}
