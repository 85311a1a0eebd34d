package dev.grapevine.protocol.dissemination;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame.Graft;
import dev.grapevine.protocol.frame.DisseminationFrame.Prune;
import dev.grapevine.protocol.frame.DisseminationFrame.Pushed;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.frame.Way;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import org.jspecify.annotations.Nullable;

/**
 * Which links carry whose messages where not everybody is linked to everybody (Plumtree: Leitao, Pereira, Rodrigues,
 * "Epidemic broadcast trees", SRDS 2007, section 3). What is fresh is pushed on over all eager links but the one that it
 * came by; who is pushed what it has prunes that link; what did not come is grafted from whoever tells of it;
 * and the parent is exchanged for a neighbour by whom the way is shorter (section 3.8, there by hops).
 *
 * <p>How long a way is: its links one way, as probes measured them, and {@link Limits#HOP_MICROS} for each member that passes
 * the message on; so hops count within a site, and links between sites. The neighbour is asked to push first, and
 * the parent is pruned when it has: nothing is lost between the two, and who says that its way is short but pushes nothing
 * becomes nobody's parent.
 *
 * <p>Who loses its parent asks another at once: the nearest of those that were nearer to the publisher than this member, which
 * therefore do not have the messages from here (the feasibility condition of DUAL, Garcia-Luna-Aceves, IEEE/ACM Transactions
 * on Networking 1993), or else the nearest of all. If none was nearer it asks those as well that have the messages from here, and
 * whoever is asked by its own parent has lost its way too and does the same: the query of DUAL's diffusing computation, which goes
 * down the tree until it comes to members that know of another way. These hang the lost branch on again at many places, within a few
 * round trips. Otherwise it waited for the first digest that one of its members is told, and hung on that one.
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

    /** A run came of which something was not known: it goes on, and if nothing newer is known its sender is the parent. */
    void fresh(KnownStream stream, Neighbour sender, Pushed run, boolean isNewest, Effects out) {
        Way way = run.way().on(sender.micros());
        if (isNewest && !stream.isCritical() && !stream.edges().wasPruned(sender.slot())) {
            stream.edges().parent(sender.slot(), way);
        }
        push(stream, run.withWay(way), sender.slot(), out);
    }

    /**
     * A run came that was known: one of two links is superfluous, the sender's or, if its way is the shorter, the parent's. Not
     * if it was asked for there.
     */
    void duplicate(KnownStream stream, Neighbour sender, Pushed run, long now, Effects out) {
        TreeEdges edges = stream.edges();
        int slot = sender.slot();
        if (edges.parent() == slot || edges.wasAsked(slot, now) || stream.isCritical()) {
            return;
        }
        edges.told(slot, length(run.way()));
        Way way = run.way().on(sender.micros());
        Neighbour parent = neighbours.at(edges.parent());
        if (parent != null && !edges.wasPruned(slot) && length(way) < length(edges.way())) {
            edges.parent(slot, way);
            prune(stream, parent, out);
        } else {
            prune(stream, sender, out);
        }
    }

    private static void prune(KnownStream stream, Neighbour neighbour, Effects out) {
        stream.edges().pruned(neighbour.slot());
        out.add(new Effect.Send(neighbour.origin(), Lane.CONTROL, new Prune(stream.origin())));
    }

    /** Messages are missing that a neighbour has: it is to push from now on. */
    void graft(KnownStream stream, Neighbour from, Effects out) {
        if (!stream.isCritical()) {
            graft(stream.origin(), stream.edges(), from, out);
        }
    }

    private static void graft(Origin publisher, TreeEdges edges, Neighbour from, Effects out) {
        edges.grafted(from.slot());
        out.add(new Effect.Send(from.origin(), Lane.CONTROL, new Graft(publisher)));
    }

    /** A neighbour that is only told of messages says how far it is from their publisher. */
    void offered(KnownStream stream, Neighbour by, Way wayThere, long now, Effects out) {
        TreeEdges edges = stream.edges();
        edges.told(by.slot(), length(wayThere));
        boolean isOpen = edges.parent() >= 0 && edges.parent() != by.slot() && !stream.isCritical();
        if (isOpen && isWorthIt(wayThere.on(by.micros()), edges.way()) && edges.swap(now)) {
            graft(stream, by, out);
        }
    }

    /**
     * The parent in a publisher's tree is gone, or has lost its own: another neighbour is asked to push, as far as requests may
     * go out. If none was nearer to the publisher than this member, so are those that get its messages from here.
     */
    void orphaned(Origin publisher, TreeEdges edges, RequestAllowance allowance, Effects out) {
        int lost = edges.orphaned();
        Neighbour best = nearest(edges);
        if (best != null && allowance.take()) {
            graft(publisher, edges, best, out);
        }
        if (best == null || !isNearer(edges, best)) {
            for (Neighbour neighbour : neighbours.all()) {
                if (neighbour.slot() != lost && isChild(edges, neighbour) && allowance.take()) {
                    graft(publisher, edges, neighbour, out);
                }
            }
        }
    }

    /** Whether a neighbour seems to get a publisher's messages from here: it takes them, and says nothing of another way. */
    private static boolean isChild(TreeEdges edges, Neighbour neighbour) {
        return !edges.isLazy(neighbour.slot()) && edges.told(neighbour.slot()) == Long.MAX_VALUE;
    }

    private @Nullable Neighbour nearest(TreeEdges edges) {
        Neighbour best = null;
        long least = Long.MAX_VALUE;
        for (Neighbour neighbour : neighbours.all()) {
            long told = edges.told(neighbour.slot());
            if (told == Long.MAX_VALUE) {
                continue;
            }
            long length = told + neighbour.micros() + (isNearer(edges, neighbour) ? 0 : Way.MAX_MICROS);
            if (length < least) {
                least = length;
                best = neighbour;
            }
        }
        return best;
    }

    /** Whether a neighbour was nearer to the publisher than this member, and so cannot have its messages from here. */
    private static boolean isNearer(TreeEdges edges, Neighbour neighbour) {
        return edges.told(neighbour.slot()) < length(edges.way());
    }

    /** By a margin, so that what measurements vary by moves nobody. */
    private static boolean isWorthIt(Way way, Way present) {
        long gain = length(present) - length(way);
        return gain >= Math.max(Limits.SWAP_MICROS, length(present) / Limits.SWAP_SHARE);
    }

    private static long length(Way way) {
        return way.micros() + (long) way.hops() * Limits.HOP_MICROS;
    }
}
