package dev.grapevine.protocol.step;

/** Why a peer could not be dialled. */
public enum DialFailure {
    /** The host answered that nothing listens at that port. */
    CONNECTION_REFUSED,
    /** No answer in time. */
    TIMEOUT,
    /** The name does not resolve, or the network has no route. */
    UNREACHABLE,
    /** It belongs to a cluster of another name. */
    FOREIGN_CLUSTER,
    /** It speaks no version of the protocol that is spoken here. */
    WRONG_VERSION,
    /** What listens there does not speak the protocol at all, or broke it. */
    NOT_A_PEER,
    /** The dialled address is this member's own. */
    SELF,
    /**
     * A later life of this member's id is known there, or another member with a later start has its address: the place
     * of this one is taken.
     */
    SUPERSEDED,
    /** What listens there has this member's id, with an earlier start: an earlier life that still runs. */
    PREDECESSOR,
    /** It has a link to this member already. */
    DUPLICATE,
    /** It is starting or stopping, or has no room for another connection: try again later. */
    NOT_READY
}
