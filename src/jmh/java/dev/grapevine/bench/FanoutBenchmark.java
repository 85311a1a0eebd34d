package dev.grapevine.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Fan-out from one member to all others over loopback, Grapevine beside bare RSocket with the same batching, and beside its
 * peers where {@code PeersBenchmark} starts it. Each kind of cluster has processes of its own, all of them run at once, and
 * each is given a burst, then timed messages, in turn and in rounds, so that a machine that drifts drifts for all.
 *
 * <p>Throughput: the median over the bursts of messages a second, each counted once however many members get it. Latency:
 * single messages at a steady rate; the time from the publish call to the last member's delivery, over all rounds.
 *
 * <p>Run: {@code mvn -Pbench}; {@code -Dbench.args="--arrangements 3,8,3p --bytes 100,1024 --rates 200,5000 --rounds 5"} to
 * change; {@code 3p} are three members in processes of their own. {@code --minutes} bounds the whole run: rounds for which there
 * is no time are left out.
 */
public final class FanoutBenchmark {

    /** Until then compilers work beside what is measured, and the longer the more code there is. */
    private static final int WARM_UP_ROUNDS = 16;

    private static final double BURST_NANOS = 0.4e9;
    private static final double WARM_UP_SECONDS = 0.8;
    private static final double PACED_SECONDS = 1.6;

    private final Map<String, String> kinds;
    private final Arguments arguments;
    private final int[] sizes;
    private final int[] rates;

    FanoutBenchmark(Map<String, String> kinds, Arguments arguments) {
        this.kinds = kinds;
        this.arguments = arguments;
        this.sizes = arguments.numbers("bytes", "100,1024");
        this.rates = arguments.numbers("rates", "200,5000");
    }

    /** Grapevine, and the least that could do the job; each with and without a thread for subscribers. */
    static Map<String, String> ownKinds() {
        Map<String, String> kinds = new LinkedHashMap<>();
        kinds.put("Grapevine", GrapevineFanout.class.getName());
        kinds.put("Grapevine (immediate)", ImmediateFanout.class.getName());
        kinds.put("bare RSocket (publishOn)", BareHopFanout.class.getName());
        kinds.put(FanoutTable.REFERENCE, BareFanout.class.getName());
        return kinds;
    }

    /**
     * Runs the comparison.
     *
     * @param args {@code --name value} pairs
     * @throws IOException if a process cannot be started
     */
    public static void main(String[] args) throws IOException {
        new FanoutBenchmark(ownKinds(), new Arguments(args)).run();
    }

    void run() throws IOException {
        System.out.printf(
                "JDK %s, %d processors%n",
                Runtime.version(), Runtime.getRuntime().availableProcessors());
        String[] arrangements = arguments.text("arrangements", "3,8,3p").split(",");
        Set<String> wanted =
                Set.of(arguments.text("kinds", String.join(",", kinds.keySet())).split(","));
        kinds.keySet().retainAll(wanted);
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(arguments.number("minutes", 25));
        for (int i = 0; i < arrangements.length; i++) {
            long share = (end - System.nanoTime()) / (arrangements.length - i);
            compare(arrangements[i], System.nanoTime() + share);
        }
    }

    private void compare(String arrangement, long end) throws IOException {
        boolean apart = arrangement.endsWith("p");
        int members = Integer.parseInt(apart ? arrangement.substring(0, arrangement.length() - 1) : arrangement);
        List<Contender> contenders = new ArrayList<>();
        try {
            for (Map.Entry<String, String> kind : kinds.entrySet()) {
                FanoutCluster cluster = new FanoutCluster(kind.getValue(), members, apart, options());
                contenders.add(new Contender(kind.getKey(), cluster));
                contenders.get(contenders.size() - 1).awaitReady();
            }
            int rounds = rounds(contenders, end);
            System.out.printf(
                    "%n%d members in %s, %d rounds, load average %.1f%n%n",
                    members,
                    apart ? "processes of their own" : "one process",
                    rounds,
                    java.lang.management.ManagementFactory.getOperatingSystemMXBean()
                            .getSystemLoadAverage());
            System.out.print(new FanoutTable(sizes, rates).of(contenders));
        } finally {
            contenders.forEach(Contender::close);
        }
    }

    private List<String> options() {
        return List.of(arguments
                .text(
                        "jvm",
                        "-Xms512m,-Xmx1g,--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED,"
                                + "--add-opens=java.base/java.lang=ALL-UNNAMED,--add-opens=java.base/sun.nio.ch=ALL-UNNAMED,"
                                + "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED,"
                                + "--add-opens=java.management/sun.management=ALL-UNNAMED,"
                                + "--add-opens=jdk.management/com.sun.management.internal=ALL-UNNAMED")
                .split(","));
    }

    private int rounds(List<Contender> contenders, long end) {
        int wanted = arguments.number("rounds", 7);
        long halfWay = System.nanoTime() + (end - System.nanoTime()) / 2;
        for (int i = 0; i < WARM_UP_ROUNDS && (i == 0 || System.nanoTime() < halfWay); i++) {
            contenders.forEach(contender -> round(contender, WARM_UP_SECONDS));
        }
        contenders.forEach(Contender::forget);
        int done = 0;
        while (done < wanted && (done == 0 || System.nanoTime() < end)) {
            contenders.forEach(contender -> round(contender, PACED_SECONDS));
            done++;
        }
        return done;
    }

    private void round(Contender contender, double pacedSeconds) {
        for (int bytes : sizes) {
            contender.burst(bytes, BURST_NANOS);
        }
        for (int rate : rates) {
            contender.paced(sizes[0], rate, Math.min(Board.MAX_TIMED, (int) (rate * pacedSeconds)));
        }
    }
}
