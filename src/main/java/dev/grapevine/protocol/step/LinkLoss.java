package dev.grapevine.protocol.step;

/** Why a link to a peer is gone. */
public enum LinkLoss {
    /** The connection was reset or closed by the other side. */
    LOST,
    /** Nothing came from the other side for too long. */
    SILENT,
    /** The other side broke the protocol. */
    MALFORMED,
    /** This side closed it. */
    LOCAL
}
