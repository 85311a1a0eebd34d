package dev.grapevine.protocol.dissemination;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame.Prune;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.frame.DisseminationFrame.Pushed;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamState;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.RejectReason;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/**
 * What neighbours want of this member's links in the trees (Plumtree: Leitao, Pereira, Rodrigues, "Epidemic Broadcast Trees",
 * 2007, section 3.2): to be pushed what a publisher says, or no longer; and what comes back to its own publisher.
 */
final class TreeLinks {

    private final Origin self;
    private final Predicate<Origin> isPresent;
    private final Neighbours neighbours;
    private final LocalStreams local;
    private final InboundStreams inbound;
    private final BiFunction<KnownStream, Neighbour, StreamState> states;
    private boolean isPartial;

    /**
     * Nobody wants anything yet.
     *
     * @param isPresent whether a member is one of the cluster
     * @param states what a neighbour is told of a stream
     */
    TreeLinks(
            Origin self,
            Predicate<Origin> isPresent,
            Neighbours neighbours,
            LocalStreams local,
            InboundStreams inbound,
            BiFunction<KnownStream, Neighbour, StreamState> states) {
        this.self = self;
        this.isPresent = isPresent;
        this.neighbours = neighbours;
        this.local = local;
        this.inbound = inbound;
        this.states = states;
    }

    /** There are too many for a full mesh, or few enough again. */
    void partial(boolean partial) {
        isPartial = partial;
    }

    /** What this member published has come back to it. */
    void echo(Origin from, Pushed run, Effects out) {
        Neighbour sender = neighbours.get(from);
        LocalStream stream = local.find(run.topic());
        if (sender == null || stream == null || !isPossible(run) || run.last() > stream.last()) {
            out.add(new Effect.Rejected(RejectReason.FORGED_ORIGIN, from, "Speaks for this member itself"));
            return;
        }
        out.add(new Effect.Noted(ProtocolEvent.DUPLICATE_MESSAGE, run.last() - run.first() + 1));
        if (!stream.isCritical()) {
            out.add(new Effect.Send(from, Lane.CONTROL, new Prune(self)));
        }
    }

    private static boolean isPossible(Pushed run) {
        return run instanceof Publications publications
                ? Limits.isRun(publications)
                : Limits.isRange(run.first(), run.last());
    }

    /** A neighbour wants to be pushed what a publisher says. */
    void graft(Origin from, Origin publisher, Effects out) {
        edge(from, publisher, false, out);
    }

    /** A neighbour has what a publisher says from others. */
    void prune(Origin from, Origin publisher, Effects out) {
        edge(from, publisher, true, out);
    }

    private void edge(Origin from, Origin publisher, boolean isLazy, Effects out) {
        Neighbour neighbour = neighbours.get(from);
        TreeEdges edges = publisher.equals(self) ? local.edges() : inbound.edges(publisher);
        if (isPartial && neighbour != null && edges == null && isPresent.test(publisher)) {
            return; // nothing of it was heard here, and until then all its links are eager
        }
        if (!isPartial || neighbour == null || edges == null) {
            out.add(new Effect.Rejected(RejectReason.INVALID_RANGE, from, "No tree of " + publisher));
        } else if (isLazy) {
            edges.lazy(neighbour.slot());
            local.pruned(from, publisher);
        } else {
            edges.eager(neighbour.slot());
            grafted(publisher, edges, neighbour, out);
        }
    }

    /**
     * Whoever grafts may lack what was just pushed to others: it is told how far the streams are that go on. The parent would
     * not ask if it had a way of its own.
     */
    private void grafted(Origin publisher, TreeEdges edges, Neighbour by, Effects out) {
        if (edges.parent() == by.slot()) {
            inbound.orphaned(publisher, edges, out);
            return;
        }
        PeerView view = local.view(by.origin());
        DigestBatch batch = new DigestBatch(by.origin(), out);
        for (KnownStream stream : publisher.equals(self) ? local.streams() : inbound.streams(publisher)) {
            if (stream.isToBeTold && view != null && view.charge(DigestBatch.bytes(stream.topic()))) {
                stream.untold.clear(by.slot());
                batch.add(stream.lane(), states.apply(stream, by));
            }
        }
        batch.end();
    }
}
