package dev.grapevine.protocol.overlay;

import java.util.Locale;

/**
 * The figures of HyParView (DSN 2007, section 5) from the cores alone: members join one by one and shuffle ten times; the
 * graph of their neighbours is looked at; then a share of them fails at once, and it is looked at again after one cycle and
 * after two. Arguments: how many members, and the seed.
 */
public final class OverlayBenchmark {

    private static final int SOURCES = 200;

    private OverlayBenchmark() {}

    /**
     * Prints the tables.
     *
     * @param arguments how many members (10,000 by default) and the seed (1 by default)
     */
    public static void main(String[] arguments) {
        int members = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10_000;
        long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : 1;
        SimulatedOverlay overlay = settled(members, seed, false);
        OverlayShape shape = new OverlayShape(overlay);
        print("members %d, seed %d", members, seed);
        print("degrees %s, one-sided %d, connected %.4f", shape.degrees(), shape.oneSided(), shape.connected());
        print("mean path %.3f, clustering %.5f", shape.meanPath(SOURCES, seed), shape.clustering());
        print(
                "| failed | knows others by | connected at once | after 1 cycle | after 2 cycles | one-sided | dials a survivor |");
        for (boolean table : new boolean[] {false, true}) {
            for (double share : new double[] {0.1, 0.5, 0.8}) {
                failure(settled(members, seed, table), share, table ? "membership" : "its views");
            }
        }
    }

    private static SimulatedOverlay settled(int members, long seed, boolean table) {
        SimulatedOverlay overlay = SimulatedOverlay.quiet(seed, ViewSettings.DEFAULT.withViews(5, 30), table);
        overlay.joinOneByOne(members);
        long joining = overlay.frames;
        for (int i = 0; i < 10; i++) {
            overlay.cycle();
        }
        print(
                "%.1f frames a join, %.1f a member and cycle, rejected %s",
                joining / (double) members, (overlay.frames - joining) / (10.0 * members), overlay.rejections);
        return overlay;
    }

    private static void failure(SimulatedOverlay overlay, double share, String known) {
        overlay.fail(overlay.drawAlive(share));
        double atOnce = new OverlayShape(overlay).connected();
        long before = overlay.dials;
        overlay.cycle();
        double first = new OverlayShape(overlay).connected();
        overlay.cycle();
        OverlayShape shape = new OverlayShape(overlay);
        print(
                "| %.0f %% | %s | %.4f | %.4f | %.4f | %d | %.1f | %s",
                share * 100,
                known,
                atOnce,
                first,
                shape.connected(),
                shape.oneSided(),
                (overlay.dials - before) / (double) shape.members(),
                shape.degrees());
    }

    private static void print(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }
}
