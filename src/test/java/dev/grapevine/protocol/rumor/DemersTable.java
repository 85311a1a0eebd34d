package dev.grapevine.protocol.rumor;

import dev.grapevine.protocol.rumor.StopRule.Coin;
import dev.grapevine.protocol.rumor.StopRule.Counter;
import dev.grapevine.protocol.rumor.Strategy.Judgement;
import java.util.ArrayList;
import java.util.List;

/**
 * The tables of Demers et al. 1987, section 1.4, as an independent simulation gave them: 1,000 members, one rumor, one call
 * a member and cycle, in 1,000 runs.
 */
public final class DemersTable {

    /** Members of each run. */
    public static final int MEMBERS = 1_000;

    private static final int ORACLE_RUNS = 1_000;

    /**
     * A figure of the oracle.
     *
     * @param value the figure
     * @param rounding half of its last digit
     * @param deviation least deviation of a run: of a share so small that most runs miss nobody, as many miss one as are
     *     expected to
     */
    public record Figure(double value, double rounding, double deviation) {

        /**
         * How far a mean is off, in standard errors of both means together.
         *
         * @param mean of the runs here
         * @return how many; the runs there are taken to vary as those here do
         */
        public double distance(Series mean) {
            double off = Math.max(0, Math.abs(mean.mean() - value) - rounding);
            double spread = Math.max(deviation, mean.deviation());
            double error = Math.hypot(spread / Math.sqrt(mean.count()), spread / Math.sqrt(ORACLE_RUNS));
            return off == 0 ? 0 : off / error;
        }
    }

    /**
     * A row of a table.
     *
     * @param name of the variant
     * @param strategy how the rumor spreads
     * @param residue share of the members that never hear
     * @param messages how often the rumor is told, a member
     * @param lastCycle the cycle in which the last one hears
     */
    public record Row(String name, Strategy strategy, Figure residue, Figure messages, Figure lastCycle) {}

    /** All rows. */
    public static final List<Row> ROWS = rows();

    private DemersTable() {}

    private static List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        counter(rows, 1, share(.174, .0005), 1.75, 16.9);
        counter(rows, 2, share(.0367, .00005), 3.30, 17.0);
        counter(rows, 3, share(.0108, .00005), 4.53, 17.3);
        counter(rows, 4, share(.0035, .00005), 5.64, 17.4);
        counter(rows, 5, share(.0012, .00005), 6.68, 17.7);
        coin(rows, 1, share(.961, .0005), figure(.039, .0005), figure(38, .5));
        coin(rows, 2, share(.204, .0005), figure(1.59, .005), figure(32.8, .05));
        coin(rows, 3, share(.060, .0005), figure(2.82, .005), figure(31.5, .05));
        coin(rows, 4, share(.020, .0005), figure(3.93, .005), figure(32.0, .05));
        coin(rows, 5, share(.0068, .00005), figure(4.97, .005), figure(32.5, .05));
        pull(rows, 1, share(3.16e-2, 5e-5), 2.70, 17.6);
        pull(rows, 2, share(5.65e-4, 5e-7), 4.49, 15.2);
        pull(rows, 3, share(4.5e-6, 5e-8), 6.09, 14.0);
        minimised(rows, 1, share(.0124, .00005), 2.84, figure(9.7, .05));
        minimised(rows, 2, share(5.7e-5, 5e-7), 4.15, figure(9.2, .05));
        minimised(rows, 3, share(0, 0), 5.29, figure(9.15, .005));
        return List.copyOf(rows);
    }

    private static Figure figure(double value, double rounding) {
        return new Figure(value, rounding, 0);
    }

    private static Figure share(double value, double rounding) {
        return new Figure(value, rounding, Math.sqrt(value / MEMBERS));
    }

    private static void counter(List<Row> rows, int k, Figure residue, double messages, double lastCycle) {
        rows.add(new Row(
                "push, feedback, counter " + k,
                Strategy.rumorMongering(Direction.PUSH, new Counter(k), Judgement.FEEDBACK, false),
                residue,
                figure(messages, .005),
                figure(lastCycle, .05)));
    }

    private static void coin(List<Row> rows, int k, Figure residue, Figure messages, Figure lastCycle) {
        rows.add(new Row(
                "push, blind, coin " + k,
                Strategy.rumorMongering(Direction.PUSH, new Coin(k), Judgement.BLIND, false),
                residue,
                messages,
                lastCycle));
    }

    private static void pull(List<Row> rows, int k, Figure residue, double messages, double lastCycle) {
        rows.add(new Row(
                "pull, feedback, counter " + k,
                Strategy.rumorMongering(Direction.PULL, new Counter(k), Judgement.FEEDBACK, false),
                residue,
                figure(messages, .005),
                figure(lastCycle, .05)));
    }

    private static void minimised(List<Row> rows, int k, Figure residue, double messages, Figure lastCycle) {
        rows.add(new Row(
                "push-pull, feedback, counter " + k + ", minimisation",
                Strategy.rumorMongering(Direction.PUSH_PULL, new Counter(k), Judgement.FEEDBACK, true),
                residue,
                figure(messages, .005),
                lastCycle));
    }
}
