package dev.grapevine.transport;

import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.wire.Hello;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * An open connection to one peer, handshake done, used in both directions whoever dialled.
 *
 * <p>All signals come on the transport's scheduler. A link keeps the order of each lane and loses nothing while it
 * lives; what was in flight when it ends may be lost.
 */
public interface Link {

    /**
     * What the peer said of itself.
     *
     * @return the peer's hello
     */
    Hello remote();

    /**
     * Whether this side opened the connection.
     *
     * @return true if dialled here
     */
    boolean dialled();

    /**
     * What arrives, one element a wire frame, the lanes merged. For one subscriber, at once after the link is handed
     * over. Demand is passed to the peer lane by lane: without demand the peer may send only what is in flight.
     *
     * @return the batches; completes when the link ends
     */
    Flux<List<Frame>> receive();

    /**
     * Sends what a publisher gives; once a lane. Each element is encoded into one wire frame; the transport requests the
     * next one when the peer has granted it and the lane has its turn, see {@link LaneScheduler}, so that a publisher
     * which collects frames until it is asked batches by itself.
     *
     * @param lane the lane
     * @param batches batches of at most {@link LinkLimits#maxBatchBytes()} by {@link Frame#size()}, or a single frame
     * @return completes when the publisher completes or the link ends; never fails
     */
    Mono<Void> send(Lane lane, Flux<List<Frame>> batches);

    /**
     * The end of the link.
     *
     * @return gives why it ended, then completes
     */
    Mono<LinkLoss> onClose();

    /** Closes the link at once. The other side sees {@link LinkLoss#LOST}. */
    void close();
}
