package dev.grapevine.protocol.membership;

/**
 * Lifeguard's local health multiplier (section IV-A): a member that gets few answers suspects itself first, and gives
 * the others more time.
 */
final class LocalHealth {

    /** Greatest score: probes take nine times as long. */
    static final int MAX = 8;

    private int score;

    void better() {
        score = Math.max(0, score - 1);
    }

    void worse(int by) {
        score = Math.min(MAX, score + by);
    }

    int score() {
        return score;
    }

    long scale(long nanos) {
        return nanos * (score + 1);
    }
}
