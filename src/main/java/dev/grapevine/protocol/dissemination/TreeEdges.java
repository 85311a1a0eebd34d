package dev.grapevine.protocol.dissemination;

import java.util.BitSet;

/**
 * This member's links in the broadcast tree of one publisher: over which its messages are pushed (eager), over which they
 * are only told of (lazy), and from where they come. All links are eager until they turn out to be superfluous.
 */
final class TreeEdges {

    private static final int NONE = -1;

    private final BitSet lazy = new BitSet();
    private final BitSet asked = new BitSet();
    private int parent = NONE;
    private int hops;
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

    /** Slot of the neighbour that was the first with the newest message; -1 if there is none. */
    int parent() {
        return parent;
    }

    /** How many members the messages pass on their way here, this one included. */
    int hops() {
        return hops;
    }

    void parent(int slot, int hopsThere) {
        parent = slot;
        hops = hopsThere;
        lazy.clear(slot);
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
        asked.clear(slot);
        parent = parent == slot ? NONE : parent;
    }

    void forgetAll() {
        lazy.clear();
        asked.clear();
        parent = NONE;
    }
}
