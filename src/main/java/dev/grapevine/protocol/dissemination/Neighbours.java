package dev.grapevine.protocol.dissemination;

import dev.grapevine.membership.Origin;
import java.util.BitSet;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The peers to which there is a link, in the order in which the links were opened. Each has a slot, a small number that is
 * used again, so that what is remembered of each neighbour for each publisher is one bit.
 */
final class Neighbours {

    private final Map<Origin, Neighbour> linked = new LinkedHashMap<>();
    private final BitSet slots = new BitSet();
    private @Nullable Neighbour[] bySlot = new Neighbour[8];
    private boolean metAnybody;
    private long firstMet;

    /** A link is open; the one before to the same peer, if any, goes on with its slot. */
    Neighbour linkUp(Origin peer, long now) {
        if (!metAnybody) {
            metAnybody = true;
            firstMet = now;
        }
        Neighbour before = linked.get(peer);
        int slot = before == null ? slots.nextClearBit(0) : before.slot();
        Neighbour neighbour = new Neighbour(peer, slot, meetsFirst(now), now);
        linked.put(peer, neighbour);
        slots.set(slot);
        if (slot >= bySlot.length) {
            bySlot = java.util.Arrays.copyOf(bySlot, 2 * bySlot.length);
        }
        bySlot[slot] = neighbour;
        return neighbour;
    }

    /** Whether whoever is met now is one of the first of this member's life: what it tells is where streams begin. */
    boolean meetsFirst(long now) {
        return !metAnybody || now - firstMet <= Limits.FIRST_LINKS_NANOS;
    }

    @Nullable Neighbour linkDown(Origin peer) {
        Neighbour neighbour = linked.remove(peer);
        if (neighbour != null) {
            slots.clear(neighbour.slot());
            bySlot[neighbour.slot()] = null;
        }
        return neighbour;
    }

    @Nullable Neighbour get(Origin peer) {
        return linked.get(peer);
    }

    boolean contains(Origin peer) {
        return linked.containsKey(peer);
    }

    boolean isEmpty() {
        return linked.isEmpty();
    }

    /** Valid until a link is opened or closed. */
    Collection<Neighbour> all() {
        return linked.values();
    }

    /** The slots in use; not to be changed. */
    BitSet slots() {
        return slots;
    }

    @Nullable Neighbour at(int slot) {
        return slot >= 0 && slot < bySlot.length ? bySlot[slot] : null;
    }

    /** The first in the order of the slots, beginning behind one and starting over, that is not excluded. */
    @Nullable Neighbour after(int slot, BitSet excluded) {
        for (int at = slots.nextSetBit(slot + 1); at >= 0; at = slots.nextSetBit(at + 1)) {
            if (!excluded.get(at)) {
                return bySlot[at];
            }
        }
        for (int at = slots.nextSetBit(0); at >= 0 && at <= slot; at = slots.nextSetBit(at + 1)) {
            if (!excluded.get(at)) {
                return bySlot[at];
            }
        }
        return null;
    }

    /** The next in the order of the slots, starting over behind the last; there is one. */
    Neighbour behind(int slot) {
        int next = slots.nextSetBit(slot + 1);
        return Objects.requireNonNull(bySlot[next >= 0 ? next : slots.nextSetBit(0)]);
    }
}
