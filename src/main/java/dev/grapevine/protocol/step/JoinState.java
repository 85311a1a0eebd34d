package dev.grapevine.protocol.step;

/** Whether a member has found others. */
public enum JoinState {
    /** No seeds are named and nobody is known: a cluster of one, which is fine. */
    ALONE,
    /** Seeds are named and are being tried for the first time. */
    JOINING,
    /** Seeds are named, and a first try has reached none of them. They are tried for ever. */
    SEEKING,
    /** At least one other member is in the view. */
    JOINED,
    /** Others were known and none is left: they and the seeds are tried for ever. */
    ISOLATED,
    /**
     * Nobody is known, and a seed or lost member refused this one because a later life of its id, or another member at its
     * address, has taken its place. It is tried for ever, and in vain while that one is remembered.
     */
    SUPERSEDED,
    /** The member announced that it goes. */
    LEFT
}
