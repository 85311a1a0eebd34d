package dev.grapevine.protocol.dissemination;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamState;
import dev.grapevine.protocol.frame.StreamName;
import dev.grapevine.protocol.step.Effects;
import org.jspecify.annotations.Nullable;

/**
 * What digests tell of streams: how far they are, where they begin for this member, and by which way they come to the teller.
 *
 * <p>Those whom a new member meets first tell where streams begin for it; what later ones tell of streams that it has not
 * heard of began while it was there, and so with the first message.
 */
final class Hearsay {

    private final DisseminationSettings settings;
    private final Neighbours neighbours;
    private final BroadcastTree tree;
    private final NeighbourRepair repair;

    Hearsay(DisseminationSettings settings, Neighbours neighbours, BroadcastTree tree, NeighbourRepair repair) {
        this.settings = settings;
        this.neighbours = neighbours;
        this.tree = tree;
        this.repair = repair;
    }

    /** Somebody told how far a stream is: its publisher or, where they may, others. */
    void told(
            Origin from,
            @Nullable Neighbour teller,
            boolean isPartial,
            InboundStream stream,
            StreamState state,
            long now,
            Effects out) {
        if (teller != null) {
            learn(stream, state, teller, now, out);
        } else if (isPartial) { // this member is its neighbour already, and it is not one here yet
            long start = neighbours.meetsFirst(now) ? state.start() : 1;
            stream.heardOf(start, state.last(), Limits.GRAFT_DELAY_NANOS, now, out);
        } else if (from.equals(state.origin())) {
            stream.learn(state, now, out);
        } else if (state.begin() == 1) {
            // How far it is its origin will tell, once there is a link and it can be asked; where it begins here too,
            // unless it is with its first message: what is before would be lost in silence.
            stream.heardOf(1, 0, 0, now, out);
        }
    }

    /**
     * A neighbour pushes a stream from its first message on. If it is one of the first of this member's life, that was published
     * while it was there already, whatever one that has it sooner told of where it begins. Not where order is causal: what
     * depends on the messages before the beginning that was told may have been given already.
     */
    void pushedFromTheFirst(Origin from, InboundStream stream, long now) {
        Neighbour sender = neighbours.get(from);
        if (sender != null && sender.metFirst() && !StreamName.isCausal(stream.topic())) {
            stream.beginsWithTheFirst(now);
        }
    }

    private void learn(InboundStream stream, StreamState state, Neighbour teller, long now, Effects out) {
        long start = teller.metFirst() ? state.start() : 1;
        if (teller.metFirst() && neighbours.meetsFirst(now)) {
            stream.beginsBefore(start, now);
        }
        boolean hasNext = state.retained() <= stream.next() && stream.next() <= state.last();
        if (hasNext && stream.isOpen() && stream.isIncomplete()) {
            repair.hasNow(stream, teller, now);
        }
        int parent = stream.edges().parent();
        boolean mayBeOnItsWay = parent >= 0 && parent != teller.slot();
        long patience =
                mayBeOnItsWay ? Limits.GRAFT_DELAY_NANOS : settings.pullDelay().toNanos();
        if (stream.heardOf(start, state.last(), patience, now, out)) {
            repair.heardOf(stream, teller);
        } else if (stream.requests().isAsking() && state.last() < stream.next()) {
            repair.refused(stream, teller, 0, now, out);
        }
        if (state.last() >= stream.last()) {
            stream.untold.clear(teller.slot());
            tree.offered(stream, teller, state.way(), now, out);
        }
    }
}
