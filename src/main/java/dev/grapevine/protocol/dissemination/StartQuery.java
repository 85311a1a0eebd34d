package dev.grapevine.protocol.dissemination;

/** When to ask where a stream begins for this member, as long as nobody has told. */
final class StartQuery {

    private final Pacing pacing;
    private boolean wasSent;
    private long due;
    private long patience;

    StartQuery(Pacing pacing, long now) {
        this.pacing = pacing;
        renew(now);
    }

    boolean isDue(long now) {
        return due - now <= 0;
    }

    /** Whether an answer is overdue. */
    boolean isOverdue(long now) {
        return wasSent && isDue(now);
    }

    /** It goes out now; the answer may take twice as long as the last time. */
    void sent(long now) {
        wasSent = true;
        due = now + patience;
        patience = Math.max(patience, Math.min(2 * patience, Limits.MAX_PATIENCE_NANOS));
    }

    /** Somebody else is to be asked, at a time. */
    void renew(long at) {
        due = at;
        patience = pacing.retryNanos();
    }

    void notBefore(long at) {
        due = at;
    }
}
