package dev.grapevine.protocol.overlay;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.Origin;

/** A link that is open, and who holds on to it. */
final class OpenLink {

    final Member peer;
    final long since;

    /** Whether this member has chosen the peer as its neighbour, and since when. */
    boolean chosen;

    long chosenAt;

    /** Whether the peer has chosen this member. */
    boolean chosenByPeer;

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

    boolean isKept() {
        return chosen || chosenByPeer;
    }
}
