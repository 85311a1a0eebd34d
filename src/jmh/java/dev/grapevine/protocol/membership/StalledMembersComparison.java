package dev.grapevine.protocol.membership;

import dev.grapevine.bench.Arguments;
import dev.grapevine.protocol.membership.StalledMembers.Anomaly;
import dev.grapevine.protocol.membership.StalledMembers.Outcome;
import dev.grapevine.protocol.membership.StalledMembers.Watch;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * Grapevine beside plain SWIM in one simulator, on a part of the grid of Lifeguard's experiment: how often healthy
 * members are removed while others stall, and how soon those that stall for long are.
 *
 * <p>Run: {@code mvn -Pbench -Dbench.main=dev.grapevine.protocol.membership.StalledMembersComparison}; {@code
 * -Dbench.args="--members 128 --stalling 4,16,32 --stalls 2048,8192,32768 --gaps 1,1024 --seeds 2 --seconds
 * 120"} are the defaults. Detections are those of the first stall, where it is as long as the longest of them.
 */
public final class StalledMembersComparison {

    private final int members;
    private final int[] stalling;
    private final int[] stalls;
    private final int[] gaps;
    private final int seeds;
    private final Duration length;

    private StalledMembersComparison(Arguments arguments) {
        members = arguments.number("members", 128);
        stalling = arguments.numbers("stalling", "4,16,32");
        stalls = arguments.numbers("stalls", "2048,8192,32768");
        gaps = arguments.numbers("gaps", "1,1024");
        seeds = arguments.number("seeds", 2);
        length = Duration.ofSeconds(arguments.number("seconds", 120));
    }

    /**
     * Prints the comparison.
     *
     * @param args {@code --name value} pairs
     */
    public static void main(String[] args) {
        StalledMembersComparison comparison = new StalledMembersComparison(new Arguments(args));
        for (Anomaly anomaly : Anomaly.values()) {
            comparison.print(anomaly);
        }
    }

    private void print(Anomaly anomaly) {
        System.out.printf(
                "%n%s%n%n| C | D ms | I ms | plain FP | FP- | frames | Grapevine FP | FP- | frames |%n|-|-|-|-|-|-|-|-|-|%n",
                anomaly);
        Outcome plain = Outcome.none();
        Outcome ours = Outcome.none();
        for (int c : stalling) {
            for (int d : stalls) {
                for (int i : gaps) {
                    Outcome plainCell = cell(Watch.PLAIN_SWIM, anomaly, c, d, i);
                    Outcome oursCell = cell(Watch.GRAPEVINE, anomaly, c, d, i);
                    System.out.printf("| %d | %d | %d |%s%s%n", c, d, i, counts(plainCell), counts(oursCell));
                    plain = plain.plus(plainCell);
                    ours = ours.plus(oursCell);
                }
            }
        }
        System.out.printf("%n| %s | plain SWIM | Grapevine | share |%n|-|-|-|-|%n", anomaly);
        share("FP", plain.falsePositives(), ours.falsePositives());
        share("FP-", plain.atHealthy(), ours.atHealthy());
        share("median first detection, ms", median(plain.firstDetections()), median(ours.firstDetections()));
        share("median full dissemination, ms", median(plain.disseminations()), median(ours.disseminations()));
        share("frames", plain.frames(), ours.frames());
    }

    private static String counts(Outcome outcome) {
        return " %d | %d | %d |".formatted(outcome.falsePositives(), outcome.atHealthy(), outcome.frames());
    }

    private Outcome cell(Watch watch, Anomaly anomaly, int c, int d, int i) {
        Outcome sum = Outcome.none();
        for (int seed = 0; seed < seeds; seed++) {
            Outcome run = StalledMembers.cycles(
                    watch, anomaly, members, c, Duration.ofMillis(d), Duration.ofMillis(i), length, seed);
            sum = sum.plus(d == stalls[stalls.length - 1] ? run : run.withoutDetections());
        }
        return sum;
    }

    private static long median(List<Long> nanos) {
        return nanos.isEmpty() ? 0 : nanos.stream().sorted().toList().get(nanos.size() / 2) / 1_000_000;
    }

    private static void share(String what, long plain, long ours) {
        System.out.printf(
                Locale.ROOT,
                "| %s | %d | %d | %s |%n",
                what,
                plain,
                ours,
                plain == 0 ? "-" : String.format(Locale.ROOT, "%.2f %%", 100.0 * ours / plain));
    }
}
