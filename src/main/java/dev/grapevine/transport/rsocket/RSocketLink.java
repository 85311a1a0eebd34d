package dev.grapevine.transport.rsocket;

import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.transport.LaneScheduler;
import dev.grapevine.transport.Link;
import dev.grapevine.transport.LinkLimits;
import dev.grapevine.wire.Hello;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.rsocket.frame.RequestNFrameCodec;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A link over one connection: its four lanes, each a request-channel of RSocket that carries both directions. */
final class RSocketLink implements Link {

    /** What RSocket puts around a wire frame, at most. */
    static final int HEADER_ALLOWANCE = 16;

    private static final Logger LOG = LoggerFactory.getLogger(RSocketLink.class);

    private final PeerConnection connection;
    private final Hello remote;
    private final LinkLimits limits;
    private final SharedCodec codec;
    private final EventLoop loop;
    private final Map<Lane, LaneSender> senders = new EnumMap<>(Lane.class);
    private final Map<Lane, LaneReceiver> receivers = new EnumMap<>(Lane.class);
    private final Inbox inbox;
    private final LaneScheduler scheduler;
    private final LongSupplier nanos;
    private final Set<Lane> open = EnumSet.noneOf(Lane.class);
    private boolean pumping;

    /**
     * A link whose lanes are not open yet.
     *
     * @param nanos the time in nanoseconds
     */
    RSocketLink(PeerConnection connection, Hello remote, LinkLimits limits, SharedCodec codec, LongSupplier nanos) {
        this.connection = connection;
        this.remote = remote;
        this.limits = limits;
        this.codec = codec;
        this.scheduler = new LaneScheduler(limits);
        this.nanos = nanos;
        this.loop = connection.channel().eventLoop();
        boolean dialled = connection.dialled();
        for (Lane lane : Streams.LANES) {
            senders.put(lane, new LaneSender(this, lane, dialled));
            receivers.put(lane, new LaneReceiver(this, lane, !dialled, limits.framesInFlight()));
        }
        this.inbox = new Inbox(this, lane -> receiver(lane).consumed());
        connection.onWritable(this::writable);
        connection.onEnd(this::ended);
    }

    LaneSender sender(Lane lane) {
        return Objects.requireNonNull(senders.get(lane));
    }

    LaneReceiver receiver(Lane lane) {
        return Objects.requireNonNull(receivers.get(lane));
    }

    SharedCodec codec() {
        return codec;
    }

    @Override
    public Hello remote() {
        return remote;
    }

    @Override
    public boolean dialled() {
        return connection.dialled();
    }

    @Override
    public Flux<List<Frame>> receive() {
        return inbox;
    }

    @Override
    public Mono<Void> send(Lane lane, Flux<List<Frame>> batches) {
        return sender(lane).send(batches);
    }

    @Override
    public Mono<LinkLoss> onClose() {
        return connection.closed();
    }

    @Override
    public void close() {
        connection.close(LinkLoss.LOCAL);
    }

    /** Runs at once if on the event loop, else soon; or {@code otherwise} at once if the transport was disposed. */
    void onLoop(Runnable task, Runnable otherwise) {
        if (loop.inEventLoop()) {
            task.run();
            return;
        }
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            otherwise.run();
        }
    }

    boolean isWritable() {
        return connection.isWritable();
    }

    void arrived(Lane lane, List<Frame> frames) {
        inbox.offer(lane, frames);
    }

    void grant(Lane lane, int frames) {
        int stream = Streams.of(lane);
        try {
            connection.sendFrame(stream, RequestNFrameCodec.encode(connection.alloc(), stream, frames));
        } catch (OutOfMemoryError e) {
            noBuffer(e);
        }
    }

    void broken(RejectReason reason, String detail) {
        connection.breakOff(reason, detail);
    }

    void skipped(RejectReason reason, String detail) {
        connection.rejected(reason, detail);
    }

    /** Sends a batch as one wire frame, unless no peer would take it, which is counted. */
    void send(Lane lane, List<Frame> batch) {
        ByteBuf encoded;
        try {
            encoded = codec.encode(lane, batch, connection.alloc());
        } catch (IllegalArgumentException e) {
            skipped(RejectReason.OVERSIZED_FRAME, "not sent: " + e.getMessage());
            return;
        } catch (OutOfMemoryError e) {
            noBuffer(e);
            return;
        }
        int bytes = encoded.readableBytes() - SharedCodec.PREFIX_BYTES;
        if (bytes > limits.maxFrameBytes()) {
            encoded.release();
            skipped(
                    RejectReason.OVERSIZED_FRAME,
                    "not sent: a frame of " + bytes + " bytes, more than " + limits.maxFrameBytes());
            return;
        }
        scheduler.sent(lane, bytes, nanos.getAsLong());
        connection.sendPayload(encoded, lane == Lane.DATA || lane == Lane.CRITICAL);
    }

    /** What waits for this peer may be why. Thrown on it would end the step of the node that is under way, and so the node. */
    private void noBuffer(OutOfMemoryError error) {
        LOG.error("No buffer is to be had for what goes to {}: closing the link", remote.member(), error);
        close();
    }

    /** A publisher of the node's own failed, which it must not. A link without one of its lanes is of no use. */
    void publisherFailed(Lane lane, Throwable error) {
        LOG.error("The publisher of lane {} to {} failed: closing the link", lane, remote.member(), error);
        close();
    }

    /** RSocket ended a lane: with the connection, or because the peer did what it must not. */
    void laneEnded(Lane lane) {
        if (connection.isOpen()) {
            broken(RejectReason.MALFORMED_FRAME, "the peer ended lane " + lane);
        }
    }

    /** There is room for writing. */
    private void writable() {
        receivers.values().forEach(LaneReceiver::grant);
        pump();
    }

    /** Asks the lanes for batches for as long as they can be sent, each as often as it has its turn. */
    void pump() {
        if (pumping) {
            return; // a publisher that answered at once: the loop below asks again
        }
        pumping = true;
        try {
            while (isWritable()) {
                Lane next = scheduler.next(lane -> sender(lane).isReady(), nanos.getAsLong());
                if (next == null) {
                    break;
                }
                sender(next).ask();
            }
        } finally {
            pumping = false;
        }
    }

    /** The peer grants credit: at first what it takes ahead, then as much as it has taken. */
    void granted(Lane lane, long frames) {
        if (open.add(lane)) {
            scheduler.opened(lane, frames);
        } else {
            scheduler.taken(lane, frames, nanos.getAsLong());
        }
        pump();
    }

    private void ended() {
        inbox.complete();
        senders.values().forEach(LaneSender::end);
    }
}
