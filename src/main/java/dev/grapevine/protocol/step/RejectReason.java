package dev.grapevine.protocol.step;

/** Why something that came from outside was not accepted. Each rejection is counted under its reason. */
public enum RejectReason {
    /** The hello named another cluster. */
    FOREIGN_CLUSTER,
    /** The hello named a version that is not spoken here. */
    WRONG_VERSION,
    /** Bytes that are no frame of the protocol. */
    MALFORMED_FRAME,
    /** A frame longer than the limit. */
    OVERSIZED_FRAME,
    /** A connection that did not complete its handshake in time. */
    HANDSHAKE_TIMEOUT,
    /** A connection beyond the limit of connections. */
    TOO_MANY_CONNECTIONS,
    /** A connection that arrived while this member was not ready for it. */
    NOT_READY,
    /** A member whose place has been taken by a later life of its id or at its address, or that has this one's id. */
    SUPERSEDED,
    /** A second connection of a pair of members that has one. */
    DUPLICATE_LINK,
    /** A frame of a kind that this version does not know: skipped. */
    UNKNOWN_FRAME,
    /** A frame that a peer of this kind must not send, such as another member's publications. */
    FORGED_ORIGIN,
    /** A member that is not present here was named: nothing is made of it. */
    UNKNOWN_MEMBER,
    /** A claim about a member that the rules do not allow. */
    INVALID_RUMOR,
    /** Labels of a member that are not those it is known to have. */
    INVALID_METADATA,
    /** A member beyond the limit of members. */
    TOO_MANY_MEMBERS,
    /** A sequence, range or count outside what is possible. */
    INVALID_RANGE,
    /** The announcement of a message longer than this member takes: it is told as a gap. */
    OVERSIZED_MESSAGE,
    /** A part of a large message for which nobody waits, or no more. */
    UNREQUESTED_CHUNK,
    /** A message held back for order beyond the limit: it will be asked for again. */
    REORDER_OVERFLOW,
    /** A request beyond what a peer is served at a time: it will ask again. */
    TOO_MANY_REQUESTS,
    /** A topic or store beyond the limit. */
    TOO_MANY_STREAMS,
    /** A stamp further ahead of the wall clock than the drift limit: it will be offered again. */
    CLOCK_DRIFT,
    /** Too many origins, or dots ahead of the runs: the operation will be offered again. */
    CONTEXT_OVERFLOW,
    /** A peer that broke the rules over and over: its link was closed, and it is given none for a while. */
    MISBEHAVED,
    /** Messages of a topic that is causal here and not there, or the other way round: nobody here is given them. */
    OTHER_ORDER,
    /** The value of a message or an entry that the codec could not read. */
    UNDECODABLE
}
