package dev.grapevine.protocol.dissemination;

/** The bytes that all streams together may hold back. A stream that finds none left loses time, not messages. */
final class HeldBudget {

    private final long limit;
    private long used;

    HeldBudget(long limit) {
        this.limit = limit;
    }

    boolean take(long bytes) {
        if (used + bytes > limit) {
            return false;
        }
        used += bytes;
        return true;
    }

    void give(long bytes) {
        used -= bytes;
    }
}
