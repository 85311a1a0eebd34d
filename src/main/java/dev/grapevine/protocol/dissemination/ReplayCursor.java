package dev.grapevine.protocol.dissemination;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame.Announcement;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamState;
import dev.grapevine.protocol.frame.DisseminationFrame.Unavailable;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import java.util.List;

/**
 * Where a subscription that began at the retained window is in one stream. Until it has caught up with what is delivered here
 * it is given, in order, what came last and is at hand, what this member retains, and what others do; what it was to be given
 * and nobody retains any more is a gap. From then on it is given what everybody is.
 */
final class ReplayCursor {

    private final Replay replay;
    private final Origin origin;
    private final String name;
    private final ReplaySources sources;
    private final LiveTail tail;
    private final ReplaySeek seek;
    private final ReplayPull pull;
    private final long startsNow;
    private long next;
    /**
     * A subscription that has been given nothing of a stream yet.
     *
     * @param replay the subscription
     * @param origin who publishes
     * @param name the stream's name
     * @param startsNow the sequence with which a subscription would begin that did not ask for what is retained: from there on
     *     nothing may be left out in silence
     * @param sources where it finds what is retained
     */
    ReplayCursor(Replay replay, Origin origin, String name, long startsNow, ReplaySources sources) {
        this.replay = replay;
        this.origin = origin;
        this.name = name;
        this.startsNow = startsNow;
        this.sources = sources;
        this.tail = new LiveTail(sources.tails());
        this.seek = new ReplaySeek(startsNow - 1);
        this.pull = new ReplayPull(sources);
    }

    Origin origin() {
        return origin;
    }

    String name() {
        return name;
    }

    /** Messages were delivered here while it catches up, and it is its turn. */
    void delivered(Effect.Deliver messages) {
        tail.add(new Publications(origin, name, messages.first(), messages.payloads()));
    }

    /** Goes on as far as it can now. */
    boolean hasCaughtUp(long now, Effects out) {
        KnownStream stream = sources.find(origin, name);
        if (stream == null) {
            return true; // it was forgotten here, and should it come again it begins anew
        }
        if (next == 0 && !hasBegun(stream, now, out)) {
            return false;
        }
        long last = stream.last();
        while (next <= last) {
            if (replay.room() == 0) {
                replay.waitForRoom(out);
                return false;
            }
            if (!giveNext(stream, Math.min(last, next + replay.room() - 1), now, out)) {
                return false;
            }
        }
        return true;
    }

    private boolean hasBegun(KnownStream stream, long now, Effects out) {
        if (!seek.isOver(sources, stream, now, out)) {
            return false;
        }
        next = Math.min(startsNow, Math.min(stream.retained(), seek.oldest()));
        return true;
    }

    private boolean giveNext(KnownStream stream, long to, long now, Effects out) {
        long inTail = tail.firstFrom(next);
        long retained = stream.runs().firstFrom(next);
        if (inTail == next) {
            give(tail.run(next, to), now, out);
            return true;
        }
        if (retained == next) {
            give(stream.runs().repair(next, to), now, out);
            return true;
        }
        Range missing = new Range(next, Math.min(to, Math.min(inTail, retained) - 1));
        long lost = pull.ask(replay, stream, missing, now, out);
        if (lost == 0) {
            return false;
        }
        giveUp(lost, out);
        return true;
    }

    private void give(Publications run, long now, Effects out) {
        give(run.first(), run.payloads(), out);
        pull.progressed(next, now);
    }

    private void give(long first, List<Bytes> payloads, Effects out) {
        replay.give(new Effect.Deliver(name, origin, first, payloads), out);
        next = first + payloads.size();
        tail.forget(next - 1);
    }

    private void giveUp(long to, Effects out) {
        replay.giveUp(new Effect.Gap(name, origin, next, to), out);
        next = to + 1;
    }

    /** Messages came from a neighbour; whether they were asked of it for this. */
    boolean answered(Neighbour by, Publications run, long now, Effects out) {
        KnownStream stream = sources.find(origin, name);
        if (stream == null || !pull.isAsked(by) || run.first() > next || run.last() < next) {
            return false;
        }
        Range part = new Range(next, Math.min(Math.min(run.last(), stream.last()), pull.to()));
        give(part.from(), part.of(run.payloads(), run.first()), out);
        pull.progressed(next, now);
        return true;
    }

    /** A neighbour announces a large message; whether it was asked of it for this, and is to be fetched. */
    boolean announced(Neighbour by, Announcement announcement, long now) {
        boolean isAnswer = pull.isAsked(by) && announcement.sequence() == next;
        if (isAnswer) {
            pull.endAt(next, now);
        }
        return isAnswer;
    }

    /** A part of a large message came, or the last one. */
    void fetched(Transfer transfer, long now, Effects out) {
        // Without room, which others may have taken meanwhile, it is fetched once more when there is.
        if (transfer.sequence() == next && transfer.isWhole() && replay.room() > 0) {
            give(next, transfer.payloads(), out);
        }
        pull.progressed(next, now);
    }

    /** A neighbour does not retain some any more. */
    void unavailable(Neighbour by, Unavailable answer, long now, Effects out) {
        if (!pull.isAsked(by) || answer.from() > next || answer.to() < next) {
            return;
        }
        long to = Math.min(answer.to(), pull.to());
        pull.inVain(by, next, to, now);
        if (!sources.isPartial()) {
            giveUp(to, out);
        }
    }

    /** A neighbour told how far the stream is. */
    void told(Neighbour by, StreamState state, long now) {
        seek.answered(by, state);
        if (pull.isAsked(by) && state.last() < next) {
            pull.inVain(by, next, 0, now);
        }
    }

    void linkDown(Neighbour neighbour) {
        seek.linkDown(neighbour);
        pull.linkDown(neighbour);
    }

    /** Whether nothing can be hoped for just now: who was asked does not answer, or nobody can be asked. */
    boolean isStuck(long now) {
        KnownStream stream = sources.find(origin, name);
        return pull.isOverdue(now) || seek.isOverdue(now) || (stream != null && sources.isAway(stream));
    }

    /** Whether something is to be done at some time though nothing comes. */
    boolean isWaiting() {
        return next == 0 ? seek.isWaiting() : pull.isWaiting();
    }

    /** It is not its turn any more. */
    void rest() {
        pull.finish();
        tail.forget(Long.MAX_VALUE - 1);
    }
}
