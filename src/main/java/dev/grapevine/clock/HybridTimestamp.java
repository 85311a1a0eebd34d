package dev.grapevine.clock;

/**
 * A hybrid logical time: close to the wall clock and consistent with causality. (Kulkarni et al., "Logical physical
 * clocks", 2014.) Ordered by milliseconds, then by counter.
 *
 * @param millis wall-clock part, milliseconds since 1970, not negative
 * @param counter events within the same millisecond, 0 to 2^31-1
 */
public record HybridTimestamp(long millis, int counter) implements Comparable<HybridTimestamp> {

    /** Before every stamp that a clock gives. */
    public static final HybridTimestamp ZERO = new HybridTimestamp(0, 0);

    @Override
    public int compareTo(HybridTimestamp other) {
        int byMillis = Long.compare(millis, other.millis);
        return byMillis != 0 ? byMillis : Integer.compare(counter, other.counter);
    }

    @Override
    public String toString() {
        return millis + "." + counter;
    }
}
