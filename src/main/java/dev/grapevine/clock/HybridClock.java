package dev.grapevine.clock;

/**
 * Gives hybrid logical stamps. (Kulkarni, Demirbas, Madappa, Avva, Leone, "Logical physical clocks and consistent
 * snapshots in globally distributed databases", 2014, figure 5.)
 *
 * <p>Each stamp is greater than all that were given or observed before, and its milliseconds are never behind the wall
 * clock. They run ahead of it by at most the drift that {@link #observe} was allowed, or by as much as the wall clock
 * itself was set back. The wall clock is an argument. Not thread-safe.
 */
public final class HybridClock {

    private HybridTimestamp last = HybridTimestamp.ZERO;

    /** A clock that has given and observed nothing. */
    public HybridClock() {}

    /**
     * A stamp for a new event.
     *
     * @param wallMillis wall clock, milliseconds since 1970
     * @return a stamp greater than all before
     */
    public HybridTimestamp now(long wallMillis) {
        if (wallMillis > last.millis()) {
            last = new HybridTimestamp(wallMillis, 0);
        } else if (last.counter() == Integer.MAX_VALUE) {
            last = new HybridTimestamp(last.millis() + 1, 0);
        } else {
            last = new HybridTimestamp(last.millis(), last.counter() + 1);
        }
        return last;
    }

    /**
     * Takes note of a stamp that another member gave, so that every later stamp of this clock is greater. Taking note is
     * no event of its own: the paper's receive rule is split, its increment comes with the next {@link #now}.
     *
     * @param remote the stamp
     * @param wallMillis wall clock, milliseconds since 1970
     * @param maxDriftMillis how far ahead of the wall clock the stamp may be, in milliseconds
     * @return false, and nothing is noted, if the stamp is further ahead: one wrong clock must not drag all others along
     */
    public boolean observe(HybridTimestamp remote, long wallMillis, long maxDriftMillis) {
        if (remote.millis() - maxDriftMillis > wallMillis) {
            return false;
        }
        if (remote.compareTo(last) > 0) {
            last = remote;
        }
        return true;
    }
}
