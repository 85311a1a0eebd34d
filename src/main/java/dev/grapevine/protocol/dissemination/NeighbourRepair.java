package dev.grapevine.protocol.dissemination;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.RejectReason;
import java.util.function.Predicate;

/**
 * Repair beyond a full mesh: what a stream lacks is asked of one neighbour after the other, beginning with the one that told
 * of it. What never came by the tree is grafted with the first request (Plumtree); what is only lost between two
 * messages leaves the tree as it is.
 *
 * <p>A neighbour that does not retain what is missing says so, and likewise one that has not got it yet. Once all have said
 * that it is gone, it becomes a gap. If some only have not got it, all are asked again, up to
 * {@link Limits#REPAIR_ROUNDS} times with doubling pauses, since they may be asking themselves: half as often if it is gone
 * for others, and twice as often if some do not answer, or if its publisher is present and it is an
 * announced large message or nothing came behind it. Then it is a gap too; but for more
 * than {@link Limits#PULL_MESSAGES} of a publisher that is present that somebody told of and nobody has, and behind which
 * nothing came: these are not believed, so that whoever invents sequences cannot end a stream.
 *
 * <p>Whoever tells in a pause that it has what is missing is asked at once; else what came late to one member would wait for a
 * pause at each member behind it. What is answered in a pause is no part of a round.
 */
final class NeighbourRepair {

    private final Pacing pacing;
    private final Neighbours neighbours;
    private final BroadcastTree tree;
    private final RequestAllowance allowance;
    private final Predicate<Origin> isPresent;

    NeighbourRepair(
            Pacing pacing,
            Neighbours neighbours,
            BroadcastTree tree,
            RequestAllowance allowance,
            Predicate<Origin> isPresent) {
        this.pacing = pacing;
        this.neighbours = neighbours;
        this.tree = tree;
        this.allowance = allowance;
        this.isPresent = isPresent;
    }

    /** Sends the requests that have their turn. */
    void ask(InboundStream stream, long now, Effects out) {
        RepairRound round = stream.requests().round();
        round.frontIs(stream.next(), now);
        Neighbour whom = round.whom(neighbours, stream.edges().parent());
        if (whom != null && stream.requests().ask(whom.origin(), now, allowance, out)) {
            stream.edges().asked(whom.slot(), now);
            if (stream.isOpen() && stream.lacksTail()) {
                tree.graft(stream, whom, out);
            }
        }
    }

    void tick(InboundStream stream, long now, Effects out) {
        RepairRound round = stream.requests().round();
        round.frontIs(stream.next(), now);
        Neighbour whom = round.whom(neighbours, stream.edges().parent());
        if (whom == null) {
            conclude(stream, round, now, out);
        } else if (stream.requests().isOverdue(now) && round.isStuck(now, pacing.retryNanos())) {
            if (!pausesAgain(stream, now)) {
                round.unanswered(whom);
                next(stream, whom, Long.MAX_VALUE, now, out);
            }
        }
        ask(stream, now, out);
    }

    /** A neighbour tells of messages that did not come. */
    void heardOf(InboundStream stream, Neighbour from) {
        if (!stream.requests().isAsking()) {
            stream.requests().round().prefer(from);
        }
    }

    /** A neighbour tells that it has what is missing first. */
    void hasNow(InboundStream stream, Neighbour neighbour, long now) {
        RepairRound round = stream.requests().round();
        round.frontIs(stream.next(), now);
        if (round.hasNow(neighbour, now)) {
            stream.requests().askNothingBefore(now);
        }
    }

    /**
     * Whoever was asked in a pause has nothing: the pause goes on, and that was no round. Else whoever says that it has
     * something, or announces a message and withdraws it, could make this member ask all others in no time, and give up what is
     * only late.
     */
    private boolean pausesAgain(InboundStream stream, long now) {
        RepairRound round = stream.requests().round();
        boolean isPausing = round.isPausing(now);
        if (isPausing) {
            stream.requests().askNothingBefore(round.hastensNext(neighbours) ? now : round.pausedUntil());
        }
        return isPausing;
    }

    /** A neighbour is behind, or does not retain what is missing up to a sequence. */
    void refused(InboundStream stream, Neighbour by, long goneTo, long now, Effects out) {
        RepairRound round = stream.requests().round();
        round.frontIs(stream.next(), now);
        if (round.isAsked(by) && !pausesAgain(stream, now)) {
            round.inVain(by, goneTo);
            next(stream, by, goneTo == 0 ? Long.MAX_VALUE : goneTo, now, out);
        }
    }

    /** A neighbour does not go on with a large message that is missing first, or not retain it up to a sequence. */
    void interrupted(InboundStream stream, Neighbour by, long goneTo, long now) {
        RepairRound round = stream.requests().round();
        round.frontIs(stream.next(), now);
        if (!pausesAgain(stream, now)) {
            round.inVain(by, goneTo);
        }
    }

    /** What was asked of one neighbour up to a sequence is asked of the next. */
    private void next(InboundStream stream, Neighbour by, long to, long now, Effects out) {
        RepairRound round = stream.requests().round();
        stream.requests().askAnew(to, now);
        if (round.whom(neighbours, by.slot()) == null) {
            conclude(stream, round, now, out);
        }
    }

    private void conclude(InboundStream stream, RepairRound round, long now, Effects out) {
        long gone = Math.min(round.goneTo(), stream.knownLast());
        if (stream.isOpen() && gone >= stream.next()) {
            stream.abandon(gone, now, out);
            return;
        }
        // Of a large message a neighbour may have a part, and takes its time to get the rest; it may be one that is
        // only told of,
        // and to wait for that holds up nothing as long as nothing came behind it.
        boolean worthy =
                (stream.large().find(stream.next()) != null || stream.lacksTail()) && isPresent.test(stream.origin());
        if (round.isLast(worthy)) {
            round.waitedTo(stream.knownLast());
            giveUp(stream, now, out);
        } else {
            long pause = pacing.patienceNanos() << Math.min(round.rounds() - 1, 10);
            round.pause(now + Math.min(pause, Limits.MAX_PATIENCE_NANOS));
            stream.requests().askNothingBefore(round.pausedUntil());
        }
    }

    private void giveUp(InboundStream stream, long now, Effects out) {
        boolean isInvented = stream.isOpen()
                && stream.lacksTail()
                && stream.knownLast() - stream.next() >= Limits.PULL_MESSAGES
                && isPresent.test(stream.origin());
        if (isInvented) {
            String range = stream.next() + " to " + stream.knownLast() + " of " + stream.topic();
            stream.disbelieve(now);
            out.add(new Effect.Rejected(
                    RejectReason.INVALID_RANGE, null, "Nobody has " + range + ", which somebody told of"));
        } else {
            stream.giveUp(now, out);
        }
    }

    /** A link is gone: what was asked for over it is asked of another. */
    void linkDown(InboundStream stream, Neighbour neighbour, long now) {
        RepairRound round = stream.requests().round();
        if (round.isAsked(neighbour)) {
            stream.requests().askAnew(Long.MAX_VALUE, now);
        }
        round.forget(neighbour.slot());
    }
}
