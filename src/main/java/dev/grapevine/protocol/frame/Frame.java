package dev.grapevine.protocol.frame;

/** One thing that a member says to a peer. Immutable. */
public sealed interface Frame
        permits MembershipFrame, OverlayFrame, DisseminationFrame, AntiEntropyFrame, EpidemicFrame {

    /**
     * About how many bytes the frame takes on the wire, and never less; what queues and batches are bounded by.
     *
     * @return a size in bytes, positive
     */
    int size();
}
