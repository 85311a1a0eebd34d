package dev.grapevine.simulation;

import java.time.Duration;
import java.util.TreeMap;

/** How the simulated network behaves now. Hosts are numbered from 0. */
final class NetworkConditions {

    static final long UNLIMITED = Long.MAX_VALUE;

    private static final Duration LONGEST = Duration.ofMinutes(1);

    private final SimulationRandom random;
    private final TreeMap<Long, Integer> blocked = new TreeMap<>();
    private long latency = Duration.ofNanos(500_000).toNanos();
    private long jitter = latency;
    private long bytesPerSecond = UNLIMITED;
    private double loss;
    private double duplication;
    private double reordering;

    NetworkConditions(SimulationRandom random) {
        this.random = random;
    }

    void latency(Duration base, Duration spread) {
        if (base.isNegative()
                || base.isZero()
                || spread.isNegative()
                || base.plus(spread).compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "Latency is positive and with its jitter at most " + LONGEST + ", not " + base + " and " + spread);
        }
        latency = base.toNanos();
        jitter = spread.toNanos();
    }

    void bandwidth(long value) {
        if (value < 1) {
            throw new IllegalArgumentException("A bandwidth is at least 1 byte a second, not " + value);
        }
        bytesPerSecond = value;
    }

    /** How long so many bytes take to leave, in nanoseconds. */
    long onTheWire(int bytes) {
        return bytesPerSecond == UNLIMITED ? 0 : (long) (bytes * 1e9 / bytesPerSecond);
    }

    void loss(double probability) {
        loss = checked(probability);
    }

    void duplication(double probability) {
        duplication = checked(probability);
    }

    void reordering(double probability) {
        reordering = checked(probability);
    }

    private static double checked(double probability) {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException("A probability is 0 to 1, not " + probability);
        }
        return probability;
    }

    /** A direction may be blocked several times over; it is open again when each block was lifted. */
    void block(int from, int to) {
        blocked.merge(key(from, to), 1, Integer::sum);
    }

    void unblock(int from, int to) {
        blocked.computeIfPresent(key(from, to), (direction, count) -> count == 1 ? null : count - 1);
    }

    /** Everything as it was at the start, except for the latency. */
    void heal() {
        blocked.clear();
        bytesPerSecond = UNLIMITED;
        loss = 0;
        duplication = 0;
        reordering = 0;
    }

    boolean isBlocked(int from, int to) {
        return !blocked.isEmpty() && blocked.containsKey(key(from, to));
    }

    private static long key(int from, int to) {
        return ((long) from << 32) | to;
    }

    boolean loses() {
        return loss > 0 && random.nextDouble() < loss;
    }

    boolean isLossy() {
        return loss > 0;
    }

    boolean duplicates() {
        return duplication > 0 && random.nextDouble() < duplication;
    }

    boolean reorders() {
        return reordering > 0 && random.nextDouble() < reordering;
    }

    /** How long the next thing takes from one host to another, in nanoseconds. */
    long draw() {
        return latency + (jitter == 0 ? 0 : random.nextLong(jitter));
    }

    /** A moment within an interval, for what happens at no particular time. */
    long within(Duration interval) {
        return random.nextLong(interval.toNanos());
    }
}
