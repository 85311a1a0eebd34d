package dev.grapevine.protocol.dissemination;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.frame.DisseminationFrame.Graft;
import dev.grapevine.protocol.frame.DisseminationFrame.Prune;
import dev.grapevine.protocol.frame.DisseminationFrame.Pushed;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;

/**
 * Which links carry whose messages where not everybody is linked to everybody (Plumtree: Leitao, Pereira, Rodrigues,
 * "Epidemic broadcast trees", SRDS 2007, section 3). What is fresh is pushed on over all eager links but the one that it
 * came by; who is pushed what it has prunes that link; what did not come is grafted from whoever tells of it;
 * and a link is exchanged for one that is shorter by {@link Limits#SWAP_HOPS} (section 3.8, by hops).
 *
 * <p>There is one tree a publisher, unlike in the paper. A tree is then a tree of shortest paths for its publisher, and what
 * several publish at the same time cannot prune each other's links. Critical streams flood all links and teach nothing about
 * the tree.
 */
final class BroadcastTree {

    private final Neighbours neighbours;

    BroadcastTree(Neighbours neighbours) {
        this.neighbours = neighbours;
    }

    /** Pushes a run of a stream over the eager links, or all if it is critical, except one. */
    void push(KnownStream stream, Pushed run, int except, Effects out) {
        Lane lane = stream.lane();
        for (Neighbour neighbour : neighbours.all()) {
            if (neighbour.slot() != except && isPushed(stream, neighbour)) {
                out.add(new Effect.Send(neighbour.origin(), lane, run));
            }
        }
    }

    boolean isPushed(KnownStream stream, Origin peer) {
        Neighbour neighbour = neighbours.get(peer);
        return neighbour != null && isPushed(stream, neighbour);
    }

    /** Whether a neighbour is pushed what is fresh of a stream. */
    boolean isPushed(KnownStream stream, Neighbour neighbour) {
        return stream.isCritical() || !stream.edges().isLazy(neighbour.slot());
    }

    /** A run came of which something was not known: it goes on, and its sender is the parent. */
    void fresh(KnownStream stream, Neighbour sender, Pushed run, Effects out) {
        int hops = Math.min(run.hops() + 1, DisseminationFrame.MAX_HOPS);
        if (!stream.isCritical()) {
            stream.edges().parent(sender.slot(), hops);
        }
        push(stream, run.withHops(hops), sender.slot(), out);
    }

    /** A run came that was known: its link is superfluous, unless what comes first comes there, or was asked for there. */
    void duplicate(KnownStream stream, Neighbour sender, long now, Effects out) {
        TreeEdges edges = stream.edges();
        int slot = sender.slot();
        if (edges.parent() != slot && !edges.wasAsked(slot, now) && !stream.isCritical()) {
            edges.lazy(slot);
            out.add(new Effect.Send(sender.origin(), Lane.CONTROL, new Prune(stream.origin())));
        }
    }

    /** Messages are missing that a neighbour has: it is to push from now on, and is pushed to. */
    void graft(KnownStream stream, Neighbour from, Effects out) {
        if (!stream.isCritical()) {
            stream.edges().eager(from.slot());
            out.add(new Effect.Send(from.origin(), Lane.CONTROL, new Graft(stream.origin())));
        }
    }

    /** A neighbour that is only told of messages says how far it is from their publisher. */
    void offered(KnownStream stream, Neighbour by, int hopsThere, long now, Effects out) {
        TreeEdges edges = stream.edges();
        Neighbour parent = neighbours.at(edges.parent());
        if (parent == null || stream.isCritical() || !edges.isLazy(by.slot())) {
            return;
        }
        if (hopsThere + 1 + Limits.SWAP_HOPS <= edges.hops() && edges.swap(now)) {
            graft(stream, by, out);
            edges.lazy(parent.slot());
            out.add(new Effect.Send(parent.origin(), Lane.CONTROL, new Prune(stream.origin())));
            edges.parent(by.slot(), hopsThere + 1);
        }
    }
}
