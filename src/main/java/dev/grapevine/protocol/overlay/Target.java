package dev.grapevine.protocol.overlay;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Origin;
import org.jspecify.annotations.Nullable;

/** An address that may be dialled, and how that went so far. */
final class Target {

    final Address address;
    boolean seed;

    /** The present member that has this address, if any. */
    @Nullable Origin member;

    /** To be dialled because this member wants whoever has this address, by name, as a neighbour. */
    @Nullable Origin candidate;

    /** To be dialled once, whatever comes of it. */
    boolean asked;

    /** What answers there is this very member: never again. */
    boolean self;

    /** What answers there says that this member's place is taken. */
    boolean superseding;

    boolean dialling;
    int failures;
    long notBefore;

    /** Links in a row that were lost right after they opened. */
    int shortLinks;

    /** Who answered there last. */
    @Nullable Origin lastPeer;

    /** Times in a row that it led to a member that is linked anyway and gives itself another address. */
    int detours;

    Target(Address address, @Nullable Origin member, long now) {
        this.address = address;
        this.member = member;
        this.notBefore = now;
    }

    /** Somebody answered there. */
    void reached() {
        dialling = false;
        candidate = null;
        asked = false;
        failures = 0;
    }
}
