package dev.grapevine.protocol.dissemination;

import dev.grapevine.protocol.frame.DisseminationFrame.Pull;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.ProtocolEvent;
import org.jspecify.annotations.Nullable;

/**
 * Asks others for what a replay of one stream lacks, one range at a time: in a full mesh its publisher, which knows what is
 * gone; beyond it one neighbour after the other as in {@link NeighbourRepair}, until none has it.
 */
final class ReplayPull {

    private final ReplaySources sources;
    private final RepairRound round = new RepairRound();
    private @Nullable Neighbour asked;
    private long to;
    private boolean isPausing;
    private long due;
    private long patience;

    ReplayPull(ReplaySources sources) {
        this.sources = sources;
        this.patience = sources.retryNanos();
    }

    /** Whether a request is under way to a neighbour. */
    boolean isAsked(Neighbour neighbour) {
        return asked == neighbour;
    }

    /** Whether something is to be done at some time though nothing comes. */
    boolean isWaiting() {
        return asked != null || isPausing;
    }

    /** Last sequence that was asked for. */
    long to() {
        return to;
    }

    /** Whether the answer is overdue. */
    boolean isOverdue(long now) {
        return asked != null && due - now <= 0;
    }

    /**
     * Asks for a range unless it was asked for and the answer may still come.
     *
     * @return up to which sequence it is given up, 0 for nowhere
     */
    long ask(Replay replay, KnownStream stream, Range missing, long now, Effects out) {
        if (isWaiting() && due - now > 0) {
            return 0;
        }
        isPausing = false;
        if (asked != null) {
            unanswered(missing.from(), now);
        }
        if (sources.isOwn(stream)) {
            return missing.to();
        }
        return sources.isAway(stream) ? 0 : askOthers(replay, stream, missing, now, out);
    }

    private void unanswered(long next, long now) {
        Neighbour by = asked;
        finish();
        patience = Math.min(2 * patience, Limits.MAX_PATIENCE_NANOS);
        if (sources.isPartial() && by != null) {
            round.frontIs(next, now);
            round.unanswered(by);
        }
    }

    private long askOthers(Replay replay, KnownStream stream, Range missing, long now, Effects out) {
        round.frontIs(missing.from(), now);
        Neighbour whom = sources.isPartial()
                ? round.whom(sources.neighbours(), stream.edges().parent())
                : sources.neighbours().get(stream.origin());
        if (whom == null) {
            return sources.isPartial() ? conclude(missing, now) : missing.to();
        }
        if (sources.takeTurn(replay)) {
            asked = whom;
            to = missing.to();
            due = now + patience;
            stream.edges().asked(whom.slot(), now);
            Pull pull = new Pull(stream.origin(), stream.topic(), missing.from(), missing.to());
            out.add(new Effect.Send(whom.origin(), Lane.CONTROL, pull));
            out.add(new Effect.Noted(ProtocolEvent.REPAIR_REQUESTED, missing.count()));
        }
        return 0;
    }

    /** All neighbours were asked in vain. */
    private long conclude(Range missing, long now) {
        long gone = Math.min(round.goneTo(), missing.to());
        if (gone >= missing.from()) {
            return gone;
        }
        if (round.isLast(false)) {
            return missing.to();
        }
        isPausing = true;
        due = now + sources.retryNanos();
        return 0;
    }

    /** The answer is a large message that has still to be fetched: what is behind it is asked for afterwards. */
    void endAt(long last, long now) {
        to = last;
        due = now + patience;
    }

    /** A part of the answer came, up to before a sequence. */
    void progressed(long next, long now) {
        patience = sources.retryNanos();
        due = now + patience;
        if (next > to) {
            finish();
        }
    }

    /** Who was asked has nothing from a sequence on: not yet, for 0, or up to another one never. */
    void inVain(Neighbour by, long next, long goneTo, long now) {
        finish();
        round.frontIs(next, now);
        round.inVain(by, goneTo);
    }

    void linkDown(Neighbour neighbour) {
        if (asked == neighbour) {
            finish();
        }
        round.forget(neighbour.slot());
    }

    /** The request is over, answered or not. */
    void finish() {
        if (asked != null) {
            asked = null;
            sources.giveTurn();
        }
    }
}
