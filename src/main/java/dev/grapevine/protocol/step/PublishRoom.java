package dev.grapevine.protocol.step;

/** Whether more may be published; asked before it is, on the core's thread. What is published all the same is published. */
public interface PublishRoom {

    /**
     * Whether there is room for what would be published to a topic, see {@code maxStreams}.
     *
     * @param stream the stream's name: the topic's, or that of its critical messages
     * @return false if it would be one topic too many, and nothing would be published
     */
    boolean mayPublish(String stream);

    /**
     * Whether another large message may be published. False while a peer has yet to fetch much of those that were published,
     * since what is retained gives way to what is new; a peer that lags is not waited for.
     *
     * @param nanos the time, as {@link Time#nanos()}
     * @return false while peers have much to fetch of those before
     */
    boolean hasRoomForLarge(long nanos);

    /**
     * Whether the peers have fetched all large messages that they were told of, but for those that lag.
     *
     * @param nanos the time, as {@link Time#nanos()}
     * @return false while a peer is at it
     */
    boolean isLargeFetched(long nanos);
}
