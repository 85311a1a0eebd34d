package dev.grapevine.protocol.frame;

/** One thing that a member says to a peer. Immutable. */
public sealed interface Frame permits MembershipFrame, DisseminationFrame, AntiEntropyFrame {

    /**
     * About how many bytes the frame takes on the wire; what queues and batches are bounded by. Never less than the
     * payload bytes that the frame keeps in memory.
     *
     * @return a size in bytes, positive
     */
    int size();
}
