package dev.grapevine.protocol.dissemination;

import dev.grapevine.protocol.frame.DisseminationFrame.StreamQuery;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamState;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import java.util.BitSet;

/**
 * Finds out with which message the retained part of a stream begins: everybody who may retain it is asked how far it is. Once
 * all have answered, or some have and the others were asked twice, the oldest counts.
 */
final class ReplaySeek {

    private final BitSet unanswered = new BitSet();
    private final long last;
    private long oldest = Long.MAX_VALUE;
    private boolean isAnswered;
    private int tries;
    private long due;
    private long patience;

    /** Nobody was asked yet about a stream that is as far as this here. */
    ReplaySeek(long last) {
        this.last = last;
    }

    /** Asks as far as it is time to; true once it is over. */
    boolean isOver(ReplaySources sources, KnownStream stream, long now, Effects out) {
        if (tries == 0) {
            if (sources.isAway(stream)) {
                return false;
            }
            unanswered.or(sources.whoMayRetain(stream));
            patience = sources.retryNanos();
            ask(sources, stream, now, out);
        } else if (isOverdue(now)) {
            if (tries >= (isAnswered ? 2 : Limits.REPAIR_ROUNDS)) {
                unanswered.clear();
            } else {
                ask(sources, stream, now, out);
            }
        }
        return unanswered.isEmpty();
    }

    private void ask(ReplaySources sources, KnownStream stream, long now, Effects out) {
        for (int slot = unanswered.nextSetBit(0); slot >= 0; slot = unanswered.nextSetBit(slot + 1)) {
            Neighbour neighbour = sources.neighbours().at(slot);
            if (neighbour == null) {
                unanswered.clear(slot);
            } else {
                StreamQuery query = new StreamQuery(stream.origin(), stream.topic());
                out.add(new Effect.Send(neighbour.origin(), Lane.CONTROL, query));
            }
        }
        tries++;
        due = now + patience;
        patience = Math.min(2 * patience, Limits.MAX_PATIENCE_NANOS);
    }

    /** Whether it waits for answers that may be overdue at some time. */
    boolean isWaiting() {
        return !unanswered.isEmpty();
    }

    /** Whether some did not answer in time. */
    boolean isOverdue(long now) {
        return isWaiting() && due - now <= 0;
    }

    void answered(Neighbour by, StreamState state) {
        if (state.last() >= last) {
            unanswered.clear(by.slot());
            isAnswered = true;
        } // else it is behind, or this is an answer to somebody else's question that took its time
        if (state.retained() <= state.last()) {
            oldest = Math.min(oldest, state.retained());
        }
    }

    void linkDown(Neighbour neighbour) {
        boolean wasAsked = unanswered.get(neighbour.slot());
        unanswered.clear(neighbour.slot());
        if (wasAsked && unanswered.isEmpty() && !isAnswered) {
            tries = 0; // nobody is left who could answer: begins anew when somebody has a link
        }
    }

    /** Oldest sequence that anybody retains; {@link Long#MAX_VALUE} if nobody does. */
    long oldest() {
        return oldest;
    }
}
