package dev.grapevine.protocol.overlay;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Origin;
import org.jspecify.annotations.Nullable;

/** What the views of a member ask of what is around them: who is present, and links. */
interface Surroundings {

    /** Where a present member is dialled; null if nobody of this origin is present. */
    @Nullable Address addressOf(Origin member);

    /** Any present member, each as likely; null if there is none. */
    @Nullable Origin drawPresent();

    /** Whether a link to a member is open and not about to close. */
    boolean isOpen(Origin member);

    /** Where the peer of an open link says that it is dialled. */
    Address addressOfPeer(Origin peer);

    /**
     * Dials a member without a link, which ends with a link to it or the word that it could not be reached.
     *
     * @return false if it is not dialled now
     */
    boolean dial(Origin member, Address address, long now);
}
