package dev.grapevine.protocol.dissemination;

/** A range of messages that are known to exist and have not come, with what is being done about it. */
final class Hole {

    private final long from;
    private final long to;
    private boolean asked;
    private long due;
    private long dueInFront;
    private long patience;

    /**
     * A hole that was not asked for yet.
     *
     * @param from first sequence
     * @param to last sequence
     * @param due when to ask
     * @param dueInFront when to ask if nothing that is held back is before it
     */
    Hole(long from, long to, long due, long dueInFront) {
        this.from = from;
        this.to = to;
        this.due = due;
        this.dueInFront = dueInFront;
    }

    /** A part of this hole, in the same state. */
    Hole part(long partFrom, long partTo) {
        Hole part = new Hole(partFrom, partTo, due, dueInFront);
        part.asked = asked;
        part.patience = patience;
        return part;
    }

    /** This hole and its upper neighbour, neither of which was asked for: due when its beginning is. */
    Hole with(Hole neighbour) {
        return part(from, neighbour.to);
    }

    long from() {
        return from;
    }

    long to() {
        return to;
    }

    long count() {
        return to - from + 1;
    }

    Range range() {
        return new Range(from, to);
    }

    boolean asked() {
        return asked;
    }

    boolean due(long now) {
        return due - now <= 0;
    }

    boolean due(long now, boolean inFront) {
        return due - now <= 0 || (inFront && dueInFront - now <= 0);
    }

    /** It is asked for now; the answer may take this long. */
    void ask(long now, long nanos) {
        asked = true;
        patience = nanos;
        due = now + nanos;
    }

    /** It is asked for once more; the answer may take twice as long as the last time. */
    void askAgain(long now) {
        ask(now, Math.max(patience, Math.min(2 * patience, Limits.MAX_PATIENCE_NANOS)));
    }

    /** A part of the answer came: the rest is on its way. */
    void progressed(long now, long nanos) {
        ask(now, nanos);
    }

    /** The request or its answer is lost. */
    void forgetRequest(long newDue) {
        asked = false;
        due = newDue;
        dueInFront = newDue;
    }
}
