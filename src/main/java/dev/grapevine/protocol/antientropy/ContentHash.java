package dev.grapevine.protocol.antientropy;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.crdt.Sibling;
import dev.grapevine.crdt.Siblings;
import dev.grapevine.membership.Origin;

/** A hash over keys, dots, stamps and values: FNV-1a over words, with a final mix. Not for security. */
final class ContentHash {

    private static final long PRIME = 0x100000001b3L;

    private long hash = 0xcbf29ce484222325L;

    void add(Bytes key, Siblings siblings) {
        add(key);
        for (Sibling sibling : siblings.all()) {
            Origin origin = sibling.dot().origin();
            add(origin.id().high());
            add(origin.id().low());
            add(origin.epoch());
            add(sibling.dot().counter());
            add(sibling.stamp().millis());
            add(sibling.stamp().counter());
            add(sibling.value());
        }
    }

    private void add(Bytes bytes) {
        add(bytes.length());
        add(bytes.hashCode());
    }

    private void add(long word) {
        long mixed = (hash ^ word) * PRIME;
        hash = mixed ^ (mixed >>> 32);
    }

    long value() {
        return hash;
    }
}
