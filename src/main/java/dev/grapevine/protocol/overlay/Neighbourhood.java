package dev.grapevine.protocol.overlay;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import java.util.TreeSet;

/**
 * Who counts as a neighbour, told when it changes: in a mesh whoever has a link, else whom the active view holds, and, while
 * a mesh gives way to views, the links of the mesh until they are released.
 */
final class Neighbourhood {

    private final TreeSet<Origin> told = new TreeSet<>();

    /** A link is open; whoever was a neighbour over the link before is told of again. */
    void linkUp(Origin peer, boolean isNeighbour, Effects out) {
        if (isNeighbour || told.contains(peer)) {
            told.add(peer);
            out.add(new Effect.NeighbourUp(peer));
        }
    }

    void up(Origin peer, Effects out) {
        if (told.add(peer)) {
            out.add(new Effect.NeighbourUp(peer));
        }
    }

    void down(Origin peer, Effects out) {
        if (told.remove(peer)) {
            out.add(new Effect.NeighbourDown(peer));
        }
    }
}
