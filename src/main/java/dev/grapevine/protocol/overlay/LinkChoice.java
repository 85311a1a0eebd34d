package dev.grapevine.protocol.overlay;

import dev.grapevine.membership.MemberId;

/**
 * Which of two connections of a pair is the link. Both sides come to the same choice without a word: of connections that
 * either side dialled, the one stays that the member with the smaller id dialled.
 */
public final class LinkChoice {

    private LinkChoice() {}

    /**
     * Whether a new connection takes the place of the link that there is.
     *
     * @param linkDialled whether this side dialled the link
     * @param dialled whether this side dialled the new connection
     * @param self this member
     * @param peer the member at the other end of both
     * @return true if the new one is the link from now on
     */
    public static boolean replaces(boolean linkDialled, boolean dialled, MemberId self, MemberId peer) {
        if (linkDialled == dialled) {
            // A peer that dials again has lost the link that it dialled. This side has not: it dialled another name of
            // the same peer.
            return !dialled;
        }
        return dialled == self.compareTo(peer) < 0;
    }
}
