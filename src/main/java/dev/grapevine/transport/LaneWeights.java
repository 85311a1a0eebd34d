package dev.grapevine.transport;

import dev.grapevine.protocol.frame.Lane;

/**
 * How the lanes of a busy link share it: of the bytes that go out while several lanes have something to send, each gets its
 * part by weight. A lane that has nothing to send leaves its part to the others.
 *
 * @param control of membership; default 4
 * @param critical of critical messages; default 4
 * @param data of publications and fresh deltas; default 2
 * @param bulk of repairs and state transfer; default 1
 */
public record LaneWeights(int control, int critical, int data, int bulk) {

    /** Largest weight. */
    public static final int MAX_WEIGHT = 64;

    /** The defaults: when all lanes are busy 36 % each for control and critical, 18 % for data, 9 % for bulk. */
    public static final LaneWeights DEFAULT = new LaneWeights(4, 4, 2, 1);

    /**
     * Checks the weights.
     *
     * @throws IllegalArgumentException if one is not 1 to {@value #MAX_WEIGHT}
     */
    public LaneWeights {
        for (int weight : new int[] {control, critical, data, bulk}) {
            if (weight < 1 || weight > MAX_WEIGHT) {
                throw new IllegalArgumentException("A weight is 1 to " + MAX_WEIGHT + ", not " + weight);
            }
        }
    }

    int of(Lane lane) {
        return switch (lane) {
            case CONTROL -> control;
            case CRITICAL -> critical;
            case DATA -> data;
            case BULK -> bulk;
        };
    }
}
