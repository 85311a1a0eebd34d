package dev.grapevine.protocol.step;

/** Things worth counting that a core does or sees. */
public enum ProtocolEvent {
    /** A direct probe was answered. */
    PROBE_ACKED,
    /** A probe was answered only through another member. */
    PROBE_ACKED_INDIRECTLY,
    /** A probe was not answered at all. */
    PROBE_FAILED,
    /** This member began to suspect another. */
    SUSPICION_RAISED,
    /** This member declared another dead. */
    DEATH_DECLARED,
    /** This member refuted a claim about itself. */
    REFUTED,
    /** A duplicate message arrived and was dropped. */
    DUPLICATE_MESSAGE,
    /** Messages were asked for again. */
    REPAIR_REQUESTED,
    /** Messages were sent again. */
    REPAIR_SERVED,
    /** A large message was whole. */
    TRANSFER_COMPLETED,
    /** Who was sending a large message did not go on with it: another is asked, or the same once more. */
    TRANSFER_INTERRUPTED,
    /** A range of messages was given up and announced as a gap. */
    GAP_ANNOUNCED,
    /** A message of a causal topic was given without something that it depends on, which did not come. */
    CAUSE_GIVEN_UP,
    /** A member of the cluster that has never published here was met: its stream's beginning was learnt. */
    STREAM_OPENED,
    /** An anti-entropy exchange found both sides equal. */
    SYNC_EQUAL,
    /** An anti-entropy exchange sent operations. */
    SYNC_OPERATIONS_SENT,
    /** A whole-state transfer was completed. */
    STATE_TRANSFERRED,
    /** An operation arrived that had been applied before. */
    DUPLICATE_OPERATION,
    /** A pause of this member's own process was noticed. */
    OWN_PAUSE_NOTICED,
    /** A rumor gave way to newer ones before its strategy was done with it. */
    RUMOR_DISPLACED
}
