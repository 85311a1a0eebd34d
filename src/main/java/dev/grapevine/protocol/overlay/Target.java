package dev.grapevine.protocol.overlay;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Origin;
import org.jspecify.annotations.Nullable;

/** An address that may be dialled, and how that went so far. */
final class Target {

    final Address address;
    boolean seed;

    /** What answers there is this very member: never again. */
    boolean self;

    boolean dialling;
    int failures;
    long notBefore;

    /** Links in a row that were lost right after they opened. */
    int shortLinks;

    /** Who answered there last. */
    @Nullable Origin lastPeer;

    /** Times in a row that it led to a member that is linked anyway and gives itself another address. */
    int detours;

    Target(Address address, long now) {
        this.address = address;
        this.notBefore = now;
    }
}
