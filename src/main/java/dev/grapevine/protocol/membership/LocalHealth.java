package dev.grapevine.protocol.membership;

/**
 * Lifeguard's local health multiplier (section IV-A): a member that gets few answers suspects itself first, and gives
 * the others more time.
 */
final class LocalHealth {

    /** Greatest score: probes take nine times as long. */
    static final int MAX = 8;

    private final int max;
    private int score;

    /** A score from 0 to max. */
    LocalHealth(int max) {
        this.max = max;
    }

    void better() {
        score = Math.max(0, score - 1);
    }

    void worse(int by) {
        score = Math.min(max, score + by);
    }

    int score() {
        return score;
    }

    long scale(long nanos) {
        return nanos * (score + 1);
    }
}
