package dev.grapevine.protocol.dissemination;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.dissemination.CausalEnvelope.Cause;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one publisher of a causal topic published: how far its subscribers here have been given it, and what waits. */
final class CausalStream {

    /**
     * Messages that wait together, since only the first of them depends on something else; or a gap in their place.
     *
     * @param first first sequence
     * @param last last sequence, inclusive
     * @param causes what the first one depends on
     * @param payloads the messages, none for a gap
     */
    record Part(long first, long last, List<Cause> causes, List<Bytes> payloads) {

        boolean isGap() {
            return payloads.isEmpty();
        }

        long cost() {
            long cost = Limits.RUN_OVERHEAD + (long) Limits.MESSAGE_OVERHEAD * causes.size();
            for (Bytes payload : payloads) {
                cost += Limits.cost(payload);
            }
            return cost;
        }
    }

    private final Origin origin;
    private final ArrayDeque<Part> waiting = new ArrayDeque<>();
    private long given;
    private boolean isBlocked;
    private long blockedSince;

    /**
     * A stream of which nothing was given yet.
     *
     * @param origin who publishes it
     * @param given the sequence before the first one that is to be given here
     */
    CausalStream(Origin origin, long given) {
        this.origin = origin;
        this.given = given;
    }

    Origin origin() {
        return origin;
    }

    /** Up to which sequence it was given, or told to be lost. */
    long given() {
        return given;
    }

    void given(long last) {
        given = last;
        isBlocked = false;
    }

    void add(Part part) {
        waiting.addLast(part);
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    @Nullable Part peek() {
        return waiting.peekFirst();
    }

    Part take() {
        return waiting.removeFirst();
    }

    /** What is first lacks something, from now on unless it has for longer. */
    void blocked(long now) {
        if (!isBlocked) {
            isBlocked = true;
            blockedSince = now;
        }
    }

    /** Whether what is first has waited for so long. */
    boolean hasWaited(long now, long nanos) {
        return isBlocked && now - blockedSince >= nanos;
    }
}
