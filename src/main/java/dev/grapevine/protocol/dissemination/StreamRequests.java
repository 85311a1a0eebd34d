package dev.grapevine.protocol.dissemination;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame.Pull;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamQuery;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.ProtocolEvent;
import org.jspecify.annotations.Nullable;

/** What one stream asks for: where it begins, as long as nobody has told, and then what is missing. */
final class StreamRequests {

    private final InboundStream stream;
    private final long pullDelay;
    private final ReorderBuffer held;
    private final Holes holes;
    private final StartQuery query;
    private @Nullable RepairRound round;

    StreamRequests(
            InboundStream stream,
            DisseminationSettings settings,
            Pacing pacing,
            ReorderBuffer held,
            Holes holes,
            long now) {
        this.stream = stream;
        this.pullDelay = settings.pullDelay().toNanos();
        this.held = held;
        this.holes = holes;
        this.query = new StartQuery(pacing, now);
    }

    /** Whom to ask, where several can be; begun anew when there is none. */
    RepairRound round() {
        RepairRound current = round;
        if (current == null) {
            current = new RepairRound();
            round = current;
        }
        return current;
    }

    /** A part came of what is next: whoever was asked is at it. */
    void progressed(long now) {
        if (round != null) {
            round.progressed(now);
        }
    }

    /** Whether messages were asked for that did not come yet. */
    boolean isAsking() {
        return holes.firstAsked() != Long.MAX_VALUE;
    }

    /** The origin can be asked again, and what it was asked before is forgotten. */
    void linkUp(long now) {
        query.renew(now);
        holes.forgetRequests(now + pullDelay);
    }

    /** Nobody can be hoped to answer what was asked for up to a sequence: it is asked for anew at a time. */
    void askAnew(long to, long due) {
        if (stream.isOpen()) {
            holes.forgetRequests(to, due);
        } else {
            query.renew(due);
        }
    }

    /** All that is missing has its turn at a time: nobody has it before, or somebody says that it has it then. */
    void askNothingBefore(long due) {
        holes.forgetRequests(due);
        query.notBefore(due);
    }

    /** Whether the answer to what was asked for first is overdue. */
    boolean isOverdue(long now) {
        return stream.isOpen() ? holes.isFirstOverdue(now) : query.isOverdue(now);
    }

    /**
     * Sends the requests that have their turn.
     *
     * @param whom whom to ask
     * @param now the time
     * @param allowance how many requests may go out
     * @param out where effects go
     * @return whether anything was asked for
     */
    boolean ask(Origin whom, long now, RequestAllowance allowance, Effects out) {
        int before = allowance.left();
        if (stream.isOpen()) {
            holes.ask(now, held, missing -> pull(whom, missing, allowance, out));
        } else if (query.isDue(now) && allowance.take()) {
            out.add(new Effect.Send(whom, Lane.CONTROL, new StreamQuery(stream.origin(), stream.topic())));
            query.sent(now);
        }
        return allowance.left() < before;
    }

    /** Repeats the requests to the origin whose answer is overdue, then sends those that have their turn. */
    void tick(long now, RequestAllowance allowance, Effects out) {
        holes.askAgain(now, missing -> pull(stream.origin(), missing, allowance, out));
        ask(stream.origin(), now, allowance, out);
    }

    private boolean pull(Origin whom, Range missing, RequestAllowance allowance, Effects out) {
        if (!allowance.take()) {
            return false;
        }
        Pull pull = new Pull(stream.origin(), stream.topic(), missing.from(), missing.to());
        out.add(new Effect.Send(whom, Lane.CONTROL, pull));
        out.add(new Effect.Noted(ProtocolEvent.REPAIR_REQUESTED, missing.count()));
        return true;
    }
}
