package dev.grapevine.protocol.dissemination;

import dev.grapevine.protocol.frame.Way;
import java.util.Arrays;
import java.util.BitSet;

/**
 * This member's links in the broadcast tree of one publisher: over which its messages are pushed (eager), over which they
 * are only told of (lazy), and from where they come. All links are eager until they turn out to be superfluous.
 */
final class TreeEdges {

    private static final int NONE = -1;

    private final BitSet lazy = new BitSet();
    private final BitSet pruned = new BitSet();
    private final BitSet asked = new BitSet();
    private int parent = NONE;
    private Way way = Way.NONE;

    /** How far each neighbour says that it is from the publisher, by its slot, and one more; 0 if it did not say. */
    private long[] told = {};

    private long askedAt;
    private boolean swapped;
    private long swappedAt;

    boolean isLazy(int slot) {
        return lazy.get(slot);
    }

    void lazy(int slot) {
        lazy.set(slot);
    }

    void eager(int slot) {
        lazy.clear(slot);
    }

    /** A neighbour was asked to push no more; what still comes from it was on its way. */
    void pruned(int slot) {
        pruned.set(slot);
    }

    /** A neighbour was asked to push. */
    void grafted(int slot) {
        pruned.clear(slot);
    }

    boolean wasPruned(int slot) {
        return pruned.get(slot);
    }

    /** Slot of the neighbour that was the first with the newest message; -1 if there is none. */
    int parent() {
        return parent;
    }

    /** How the messages come here. */
    Way way() {
        return way;
    }

    void parent(int slot, Way wayHere) {
        parent = slot;
        way = wayHere;
    }

    /** A neighbour says, or shows, how long its own way is. */
    void told(int slot, long length) {
        if (slot >= told.length) {
            told = Arrays.copyOf(told, slot + 4);
        }
        told[slot] = length + 1;
    }

    /** How long a neighbour's way is; {@link Long#MAX_VALUE} if it did not say. */
    long told(int slot) {
        return slot < told.length && told[slot] > 0 ? told[slot] - 1 : Long.MAX_VALUE;
    }

    /** Nobody pushes any more; what the parent said of its way does not hold. The parent's slot; -1 if there was none. */
    int orphaned() {
        int lost = parent;
        parent = NONE;
        if (lost >= 0 && lost < told.length) {
            told[lost] = 0;
        }
        return lost;
    }

    /** A repair was asked for over a link: what comes there twice says nothing about the tree, for a while. */
    void asked(int slot, long now) {
        if (now - askedAt > Limits.REPAIR_NANOS) {
            asked.clear();
        }
        askedAt = now;
        asked.set(slot);
    }

    boolean wasAsked(int slot, long now) {
        return asked.get(slot) && now - askedAt <= Limits.REPAIR_NANOS;
    }

    /** Whether a link may be exchanged for a better one already; if so it is, now. */
    boolean swap(long now) {
        if (swapped && now - swappedAt < Limits.SWAP_NANOS) {
            return false;
        }
        swapped = true;
        swappedAt = now;
        return true;
    }

    /** The link in a slot is gone, or a new one: what was known of it does not hold. */
    void forget(int slot) {
        lazy.clear(slot);
        pruned.clear(slot);
        asked.clear(slot);
        parent = parent == slot ? NONE : parent;
        if (slot < told.length) {
            told[slot] = 0;
        }
    }

    void forgetAll() {
        lazy.clear();
        pruned.clear();
        asked.clear();
        told = new long[0];
        parent = NONE;
    }
}
