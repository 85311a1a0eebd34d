package dev.grapevine.protocol.frame;

/**
 * What members say to each other about the link between them, once there are too many for a full mesh (HyParView: Leitao,
 * Pereira, Rodrigues, "HyParView: a membership protocol for reliable gossip-based broadcast", DSN 2007, section 4).
 */
public sealed interface OverlayFrame extends Frame {

    @Override
    default int size() {
        return 16;
    }

    /**
     * Whether the sender holds on to this link. A link that either side has chosen stays; one that neither has is closed
     * after a while. (HyParView's NEIGHBOR.)
     *
     * @param chosen whether the receiver is one of the neighbours that the sender has chosen
     */
    record Neighbour(boolean chosen) implements OverlayFrame {}

    /**
     * The sender gives this link up by choice; the receiver closes it. That is no failure: nobody is probed, suspected or
     * dialled again because of it. (HyParView's DISCONNECT.)
     */
    record Release() implements OverlayFrame {}
}
