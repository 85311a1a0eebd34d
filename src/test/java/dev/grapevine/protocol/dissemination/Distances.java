package dev.grapevine.protocol.dissemination;

/** How far simulated members are apart: each pair of them always as far. */
public enum Distances {

    /** One room: 0.2 to 0.3 ms one way. */
    ROOM,

    /** 1 to 9 ms one way. */
    MIXED,

    /** Three regions: 0.5 ms one way within one, 20, 50 or 80 ms between two. */
    REGIONS;

    private static final long MICRO = 1_000;
    private static final long MILLI = 1_000_000;
    private static final long[] BETWEEN = {0, 20 * MILLI, 80 * MILLI, 50 * MILLI};

    /**
     * The way from one member to another, at its quickest.
     *
     * @param from its number
     * @param to the number of the other
     * @return nanoseconds
     */
    public long oneWay(int from, int to) {
        long pair = Math.min(from, to) * 2_654_435_761L ^ Math.max(from, to) * 0x9e3779b97f4a7c15L;
        long chance = Math.floorMod(pair ^ pair >>> 29, 8 * MILLI);
        return switch (this) {
            case ROOM -> 200 * MICRO + chance / 80;
            case MIXED -> MILLI + chance;
            case REGIONS -> {
                int one = from % 3;
                int other = to % 3;
                yield one == other ? MILLI / 2 : BETWEEN[one + other];
            }
        };
    }
}
