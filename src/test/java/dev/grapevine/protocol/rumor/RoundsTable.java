package dev.grapevine.protocol.rumor;

import java.util.List;

/**
 * Rounds until every member knows, as an independent simulation gave them: one member knows at first, each calls distinct
 * others by chance, nobody stops.
 */
public final class RoundsTable {

    /** Beyond this nobody goes on; no run here comes near. */
    private static final int FOR_EVER = StopRule.MOST_MARGIN;

    /**
     * A row of the table.
     *
     * @param fanout how many members each calls in a round
     * @param direction which way the rumor goes
     * @param rounds mean rounds of 100, 1,000 and 10,000 members
     * @param lossy the same when a tenth of the contacts comes to nothing
     */
    public record Row(int fanout, Direction direction, List<Double> rounds, List<Double> lossy) {

        /**
         * One epidemic of this row.
         *
         * @param n members
         * @param loss share of the contacts that come to nothing
         * @param seed of all chance
         * @return rounds until all knew
         */
        public int run(int n, double loss, long seed) {
            Strategy endless = new Strategy(direction, new StopRule.Age(FOR_EVER), Strategy.Judgement.BLIND, false);
            return new Epidemic(n, Epidemic.everyCycle(endless, fanout), loss, seed)
                    .untilAllKnow()
                    .lastCycle();
        }
    }

    /** Members of the columns. */
    public static final List<Integer> MEMBERS = List.of(100, 1_000, 10_000);

    /** All rows. */
    public static final List<Row> ROWS = List.of(
            new Row(1, Direction.PUSH, List.of(12.30, 18.07, 23.62), List.of(13.4, 19.7, 25.9)),
            new Row(1, Direction.PULL, List.of(9.79, 13.77, 17.47), List.of(11.0, 15.8, 20.4)),
            new Row(1, Direction.PUSH_PULL, List.of(6.53, 9.15, 11.61), List.of(7.2, 10.2, 13.2)),
            new Row(3, Direction.PUSH, List.of(5.66, 8.17, 10.58), List.of(6.1, 8.7, 11.3)),
            new Row(3, Direction.PULL, List.of(5.05, 7.05, 8.93), List.of(5.4, 7.6, 9.7)),
            new Row(3, Direction.PUSH_PULL, List.of(3.92, 5.06, 6.71), List.of(4.0, 5.5, 7.0)));

    private RoundsTable() {}
}
