package dev.grapevine.protocol.dissemination;

import dev.grapevine.protocol.frame.DisseminationFrame.StreamQuery;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamState;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import java.util.BitSet;

/**
 * Finds out with which message the retained part of a stream begins: everybody who may retain it is asked how far it is. Once
 * all have answered, or some have and the others were asked twice, the oldest counts. The requests are counted with those of
 * repair; where no more may go out now the rest follows on later ticks.
 */
final class ReplaySeek {

    private final BitSet unanswered = new BitSet();

    /** Those of them that are still to be asked, or to be asked again. */
    private final BitSet toAsk = new BitSet();

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
            askAll();
        } else if (isOverdue(now)) {
            if (tries >= (isAnswered ? 2 : Limits.REPAIR_ROUNDS)) {
                unanswered.clear();
            } else {
                patience = Math.min(2 * patience, Limits.MAX_PATIENCE_NANOS);
                askAll();
            }
        }
        ask(sources, stream, now, out);
        return unanswered.isEmpty();
    }

    private void askAll() {
        toAsk.or(unanswered);
        tries++;
    }

    private void ask(ReplaySources sources, KnownStream stream, long now, Effects out) {
        for (int slot = toAsk.nextSetBit(0); slot >= 0; slot = toAsk.nextSetBit(slot + 1)) {
            Neighbour neighbour = sources.neighbours().at(slot);
            if (neighbour == null) {
                settled(slot);
            } else if (sources.takeRequest()) {
                toAsk.clear(slot);
                due = now + patience;
                StreamQuery query = new StreamQuery(stream.origin(), stream.topic());
                out.add(new Effect.Send(neighbour.origin(), Lane.CONTROL, query));
            } else {
                return;
            }
        }
    }

    private void settled(int slot) {
        unanswered.clear(slot);
        toAsk.clear(slot);
    }

    /** Whether it waits for answers that may be overdue at some time. */
    boolean isWaiting() {
        return !unanswered.isEmpty();
    }

    /** Whether some did not answer in time. */
    boolean isOverdue(long now) {
        return isWaiting() && toAsk.isEmpty() && due - now <= 0;
    }

    void answered(Neighbour by, StreamState state) {
        if (state.last() >= last) {
            settled(by.slot());
            isAnswered = true;
        } // else it is behind, or this is an answer to somebody else's question that took its time
        if (state.retained() <= state.last()) {
            oldest = Math.min(oldest, state.retained());
        }
    }

    void linkDown(Neighbour neighbour) {
        boolean wasAsked = unanswered.get(neighbour.slot());
        settled(neighbour.slot());
        if (wasAsked && unanswered.isEmpty() && !isAnswered) {
            tries = 0; // nobody is left who could answer: begins anew when somebody has a link
        }
    }

    /** Oldest sequence that anybody retains; {@link Long#MAX_VALUE} if nobody does. */
    long oldest() {
        return oldest;
    }
}
