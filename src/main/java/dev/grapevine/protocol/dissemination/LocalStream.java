package dev.grapevine.protocol.dissemination;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;

/** What this member published to one topic: how far it is, and the runs that are still retained. */
final class LocalStream extends KnownStream {

    private final int index;
    private long last;
    private int digestsLeft;

    LocalStream(Origin origin, String topic, TreeEdges edges, int index) {
        super(origin, topic, edges);
        this.index = index;
    }

    /** Position among this member's streams, in the order in which they began. */
    int index() {
        return index;
    }

    @Override
    long last() {
        return last;
    }

    @Override
    long begin() {
        return 1;
    }

    void published(Publications run) {
        last = run.last();
    }

    /** Digests that still have to tell of the newest publication. */
    int digestsLeft() {
        return digestsLeft;
    }

    void digestsLeft(int count) {
        digestsLeft = count;
    }
}
