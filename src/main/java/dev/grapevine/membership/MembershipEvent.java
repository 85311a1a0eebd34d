package dev.grapevine.membership;

/**
 * A change of the view, as one subscriber sees it: each event follows from the event that this subscriber saw last of
 * the same member, so a slow subscriber may see fewer changes but never a contradiction. Where a member was suspected, or recovered, and
 * changed its labels as well in the meantime, that is one event, of the former type.
 *
 * @param type what changed
 * @param member the member as it is now known
 */
public record MembershipEvent(Type type, Member member) {

    /** What changed. */
    public enum Type {
        /**
         * Entered the view, with its labels if they could be had at once; also each member that is in the view when the subscription
         * begins.
         */
        JOINED,
        /** Is suspected to have failed. */
        SUSPECTED,
        /** Was suspected and is not any more. */
        RECOVERED,
        /** Changed its labels, or was replaced by a new life of the same id. */
        UPDATED,
        /** Announced that it goes. */
        LEFT,
        /** Declared dead. */
        DIED
    }
}
