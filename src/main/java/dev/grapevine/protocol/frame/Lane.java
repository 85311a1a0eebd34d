package dev.grapevine.protocol.frame;

/** Which channel of a link a frame travels on. Frames of one lane keep their order; lanes do not wait for each other. */
public enum Lane {
    /** Membership: small, bounded, oldest dropped when full. */
    CONTROL,
    /** Critical messages and their repair. */
    CRITICAL,
    /** Publications and fresh deltas. */
    DATA,
    /** Repairs and state transfer. */
    BULK
}
