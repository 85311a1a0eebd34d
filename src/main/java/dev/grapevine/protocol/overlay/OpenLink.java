package dev.grapevine.protocol.overlay;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.Origin;

/** A link that is open. */
final class OpenLink {

    final Member peer;
    final long since;

    /** When somebody last had a use for it. */
    long usedAt;

    /** Either side gives it up: it is about to close. */
    boolean released;

    long releasedAt;

    OpenLink(Member peer, long now) {
        this.peer = peer;
        this.since = now;
        this.usedAt = now;
    }

    Origin origin() {
        return peer.origin();
    }

    Address address() {
        return peer.address();
    }
}
