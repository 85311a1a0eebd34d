package dev.grapevine.transport;

import java.time.Duration;

/**
 * The limits of a node's links.
 *
 * @param maxFrameBytes longest wire frame accepted, in bytes; a longer one closes the link before memory is taken for
 *     it; default 1 MiB
 * @param maxBatchBytes how much is put into one wire frame, in bytes, unless a single frame is longer; default 64 KiB
 * @param framesInFlight wire frames that a peer may send on a lane before they were consumed; default 32
 * @param maxBytesInFlight most bytes on their way to a peer at a time, over all lanes; fewer while they take more than 100 ms
 *     longer than they must, so that queues of the network do not defeat priorities; a link carries at most this many in a
 *     round trip; default 2 MiB
 * @param weights how the lanes of a busy link share it
 * @param maxConnections connections at a time with members, in both directions; further ones are refused; default 512
 * @param maxHandshakes connections at a time that others opened and whose handshake has not shown yet that they are
 *     members; beyond it the oldest gives way to the new one; default 256
 * @param handshakeTimeout time for a connection to complete its handshake, after which it is closed; default 5 s
 * @param keepAliveInterval how often an idle link says that it lives; default 2 s
 * @param silenceTimeout after how long without anything from the peer a link is given up; default 15 s
 */
public record LinkLimits(
        int maxFrameBytes,
        int maxBatchBytes,
        int framesInFlight,
        int maxBytesInFlight,
        LaneWeights weights,
        int maxConnections,
        int maxHandshakes,
        Duration handshakeTimeout,
        Duration keepAliveInterval,
        Duration silenceTimeout) {

    /** Longest frame that RSocket carries with room for its header, in bytes: 16 MiB less 64. */
    public static final int LARGEST_FRAME_BYTES = (1 << 24) - 64;

    /** The defaults. */
    public static final LinkLimits DEFAULT = new LinkLimits(
            1 << 20,
            64 << 10,
            32,
            2 << 20,
            LaneWeights.DEFAULT,
            512,
            256,
            Duration.ofSeconds(5),
            Duration.ofSeconds(2),
            Duration.ofSeconds(15));

    /**
     * Checks the limits.
     *
     * @throws IllegalArgumentException if one is not positive, fewer than 128 KiB may be in flight, a batch does not fit into a frame, or a frame is longer
     *     than RSocket carries (16 MiB less 64 bytes, with room for its header)
     */
    public LinkLimits {
        if (maxFrameBytes > LARGEST_FRAME_BYTES || maxBatchBytes > maxFrameBytes / 2 || maxBatchBytes < 1024) {
            throw new IllegalArgumentException("A frame has at most 16777152 bytes, a batch at least 1024 and at most "
                    + "half a frame; not " + maxFrameBytes + " and " + maxBatchBytes);
        }
        if (maxBytesInFlight < InFlightLimit.LEAST_BYTES) {
            throw new IllegalArgumentException(
                    "At least " + InFlightLimit.LEAST_BYTES + " bytes are in flight, not " + maxBytesInFlight);
        }
        if (framesInFlight < 1 || maxConnections < 1 || maxHandshakes < 1) {
            throw new IllegalArgumentException("Frames in flight, connections and handshakes are at least 1");
        }
        if (handshakeTimeout.isNegative()
                || handshakeTimeout.isZero()
                || keepAliveInterval.isNegative()
                || keepAliveInterval.isZero()
                || silenceTimeout.compareTo(keepAliveInterval) <= 0) {
            throw new IllegalArgumentException("Timeouts are positive, and silence is longer than the keep-alive");
        }
    }
}
