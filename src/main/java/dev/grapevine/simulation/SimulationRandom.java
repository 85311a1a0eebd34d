package dev.grapevine.simulation;

import java.util.random.RandomGenerator;

/**
 * Chance from a seed: SplitMix64. (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.)
 *
 * <p>The JDK's generators derive bounded numbers in ways that may change from release to release; these do not, so that
 * a seed gives the same run on every JDK.
 */
public final class SimulationRandom implements RandomGenerator {

    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private long state;

    /**
     * A generator.
     *
     * @param seed the same seed gives the same numbers
     */
    public SimulationRandom(long seed) {
        this.state = mix(seed);
    }

    /**
     * A generator of its own for a purpose, independent of how much was drawn from this one later.
     *
     * @param seed the seed of the run
     * @param purpose the same purpose gives the same generator
     * @return the generator
     */
    public static SimulationRandom derive(long seed, String purpose) {
        long mixed = seed;
        for (int i = 0; i < purpose.length(); i++) {
            mixed = mix(mixed * 31 + purpose.charAt(i));
        }
        return new SimulationRandom(mixed);
    }

    static long mix(long value) {
        long z = value + GOLDEN_GAMMA;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    @Override
    public long nextLong() {
        state += GOLDEN_GAMMA;
        return mix(state);
    }

    @Override
    public int nextInt() {
        return (int) (nextLong() >>> 32);
    }

    @Override
    public int nextInt(int bound) {
        return (int) nextLong(bound);
    }

    @Override
    public int nextInt(int origin, int bound) {
        return (int) nextLong(origin, bound);
    }

    /** {@inheritDoc} The bias is below bound / 2^63. */
    @Override
    public long nextLong(long bound) {
        if (bound <= 0) {
            throw new IllegalArgumentException("A bound is positive, not " + bound);
        }
        return (nextLong() >>> 1) % bound;
    }

    @Override
    public long nextLong(long origin, long bound) {
        return origin + nextLong(bound - origin);
    }

    @Override
    public double nextDouble() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }

    @Override
    public boolean nextBoolean() {
        return nextLong() < 0;
    }
}
