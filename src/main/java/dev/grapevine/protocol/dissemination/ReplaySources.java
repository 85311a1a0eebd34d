package dev.grapevine.protocol.dissemination;

import dev.grapevine.membership.Origin;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where replays find what is retained, and whose turn it is to ask others: at most {@link Limits#REPLAY_REQUESTS} requests
 * are under way at a time; who finds none left waits for an answer to another.
 */
final class ReplaySources {

    private final Origin self;
    private final LocalStreams local;
    private final InboundStreams inbound;
    private final Neighbours neighbours;
    private final Pacing pacing;
    private final HeldBudget tails = new HeldBudget(Limits.REPLAY_TAILS_BYTES);
    private final Set<Replay> waiting = new LinkedHashSet<>();
    private final Set<Replay> ready = new LinkedHashSet<>();
    private boolean isPartial;
    private int underWay;

    ReplaySources(Origin self, LocalStreams local, InboundStreams inbound, Neighbours neighbours, Pacing pacing) {
        this.self = self;
        this.local = local;
        this.inbound = inbound;
        this.neighbours = neighbours;
        this.pacing = pacing;
    }

    void partial(boolean partial) {
        isPartial = partial;
    }

    boolean isPartial() {
        return isPartial;
    }

    HeldBudget tails() {
        return tails;
    }

    Neighbours neighbours() {
        return neighbours;
    }

    /** Takes one of the requests that may go out before the next tick; false if none is left. */
    boolean takeRequest() {
        return inbound.allowance().take();
    }

    long retryNanos() {
        return pacing.patienceNanos();
    }

    /** A stream of which it is known where it begins here, or null. */
    @Nullable KnownStream find(Origin origin, String name) {
        if (origin.equals(self)) {
            return local.find(name);
        }
        InboundStream stream = inbound.find(origin, name);
        return stream != null && stream.isOpen() ? stream : null;
    }

    /** The streams of a name of which something was published or given here. */
    List<KnownStream> begun(String name) {
        List<KnownStream> begun = new ArrayList<>();
        LocalStream own = local.find(name);
        if (own != null) {
            begun.add(own);
        }
        for (InboundSource source : inbound.table().sources()) {
            InboundStream stream = source.find(name);
            if (stream != null && stream.last() > 0) {
                begun.add(stream);
            }
        }
        return begun;
    }

    /** Whoever publishes something that is known here, and this member; a copy. */
    Set<Origin> publishers() {
        Set<Origin> known = new HashSet<>();
        known.add(self);
        inbound.table().sources().forEach(source -> known.add(source.origin()));
        return known;
    }

    boolean isOwn(KnownStream stream) {
        return stream.origin().equals(self);
    }

    /** The slots of all who may retain what is not here. */
    BitSet whoMayRetain(KnownStream stream) {
        BitSet slots = new BitSet();
        Neighbour publisher = neighbours.get(stream.origin());
        if (isOwn(stream)) {
            return slots;
        } else if (isPartial) {
            slots.or(neighbours.slots());
        } else if (publisher != null) {
            slots.set(publisher.slot());
        }
        return slots;
    }

    /** Whether nobody who may retain it has a link, but may have one again. */
    boolean isAway(KnownStream stream) {
        if (isOwn(stream) || isPartial) {
            return isPartial && neighbours.isEmpty();
        }
        InboundSource source = inbound.table().source(stream.origin());
        return !neighbours.contains(stream.origin()) && source != null && !source.isGone();
    }

    /** Whether a replay may ask now; otherwise its turn comes. */
    boolean takeTurn(Replay replay) {
        if (underWay >= Limits.REPLAY_REQUESTS) {
            waiting.add(replay);
            return false;
        }
        underWay++;
        return true;
    }

    void giveTurn() {
        underWay--;
        if (!waiting.isEmpty()) {
            Replay next = waiting.iterator().next();
            waiting.remove(next);
            ready.add(next);
        }
    }

    /** A replay may be able to go on. */
    void ready(Replay replay) {
        ready.add(replay);
    }

    /** The next replay that may be able to go on, or null. */
    @Nullable Replay nextReady() {
        if (ready.isEmpty()) {
            return null;
        }
        Replay next = ready.iterator().next();
        ready.remove(next);
        return next;
    }

    void forget(Replay replay) {
        waiting.remove(replay);
        ready.remove(replay);
    }
}
