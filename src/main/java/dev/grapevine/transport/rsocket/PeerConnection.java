package dev.grapevine.transport.rsocket;

import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.transport.LinkLimits;
import dev.grapevine.wire.HelloCodec;
import dev.grapevine.wire.Refusal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.RecvByteBufAllocator;
import io.rsocket.DuplexConnection;
import io.rsocket.RSocketErrorException;
import io.rsocket.frame.ErrorFrameCodec;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.NettyPipeline;

/**
 * One TCP connection, between Netty and RSocket-Java. It stands in for the {@code TcpDuplexConnection} of RSocket-Java
 * in order to
 *
 * <ul>
 *   <li>let only frames through that the protocol has, see {@link ProtocolGuard};
 *   <li>know when the socket is full, so that no publisher is asked for what could not be sent: RSocket-Java's own
 *       connection queues without bound;
 *   <li>flush the first message in a turn of the event loop at once, and once for all else that is written in it;
 *   <li>keep itself alive on the event loop: RSocket-Java would run a timer for each connection on a shared thread, and
 *       end streams from there;
 *   <li>grant credit itself: RSocket-Java adds up what it requests of a stream over its whole life and falls silent
 *       after 2<sup>31</sup>−1 frames (rsocket-java issue 1110). RSocket-Java is asked for everything, and what goes
 *       over the wire is the credit of {@link LaneReceiver}.
 * </ul>
 *
 * <p>Everything happens on the event loop, unless a method says otherwise.
 */
final class PeerConnection extends ChannelInboundHandlerAdapter implements DuplexConnection {

    private static final Logger LOG = LoggerFactory.getLogger(PeerConnection.class);

    /** Room for a hello and what RSocket puts around it. */
    private static final int HANDSHAKE_LIMIT = HelloCodec.MAX_HELLO_BYTES + 1024;

    /**
     * How much is read at once: at most so much that several full batches fit. What of a frame is cut off at the end of a read
     * is copied in front of the next one, and with reads no longer than a batch that is nearly every byte.
     */
    private static final RecvByteBufAllocator READS = new AdaptiveRecvByteBufAllocator(64, 2 << 10, 256 << 10);

    private final Channel channel;
    private final LinkLimits limits;
    private final boolean dialled;
    private final BiConsumer<RejectReason, String> rejected;
    private final Consumer<PeerConnection> opened;
    private final FrameSplitter splitter;
    private final ProtocolGuard guard;
    private final InboundFrames frames = new InboundFrames();
    private final OutboundFrames output;
    private final Sinks.Empty<Void> transportClosed = Sinks.empty();
    private final Sinks.One<LinkLoss> closed = Sinks.one();
    private final KeepAlive keepAlive;
    private final List<Runnable> ends = new ArrayList<>();
    private String peer = "nobody yet";
    private Runnable begin = () -> {};
    private Runnable writable = () -> {};
    private @Nullable LinkLoss loss;
    private @Nullable Refusal refusal;
    private boolean refusing;

    /**
     * A connection, to be installed before the channel is active.
     *
     * @param dialled whether this side opened it
     * @param rejected told of what is refused
     * @param opened called when the channel is active
     */
    PeerConnection(
            Channel channel,
            LinkLimits limits,
            boolean dialled,
            BiConsumer<RejectReason, String> rejected,
            Consumer<PeerConnection> opened) {
        this.channel = channel;
        this.limits = limits;
        this.dialled = dialled;
        this.rejected = rejected;
        this.opened = opened;
        this.output = new OutboundFrames(channel, limits);
        this.splitter = new FrameSplitter(dialled, HANDSHAKE_LIMIT, this::breakOff);
        this.guard = new ProtocolGuard(dialled);
        this.keepAlive = new KeepAlive(limits, channel, () -> write(output.question()), this::close);
    }

    void install() {
        channel.config().setRecvByteBufAllocator(READS);
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.addBefore(NettyPipeline.ReactiveBridge, "grapevine.splitter", splitter);
        pipeline.addBefore(NettyPipeline.ReactiveBridge, "grapevine.peer", this);
    }

    boolean dialled() {
        return dialled;
    }

    /** The peer's network address, for people. */
    String peer() {
        return peer;
    }

    Channel channel() {
        return channel;
    }

    /** What is to be done when the first frame, a SETUP, has come from the dialler. */
    void onSetup(Runnable action) {
        begin = action;
    }

    /** What is to be done when there is room for writing again. */
    void onWritable(Runnable action) {
        writable = action;
    }

    /** What is to be done when the connection has ended, before {@link #closed()} tells. */
    void onEnd(Runnable action) {
        ends.add(action);
    }

    /** The handshake went well so far: frames of full length are expected from now on. */
    void admit() {
        splitter.limit(limits.maxFrameBytes() + RSocketLink.HEADER_ALLOWANCE);
    }

    void lanesOpened() {
        guard.lanesOpened();
    }

    void startKeepAlive() {
        keepAlive.start();
    }

    boolean isWritable() {
        return loss == null && !refusing && channel.isWritable();
    }

    boolean isOpen() {
        return loss == null && !refusing && channel.isActive();
    }

    /** Whether the peer is being told why it is not admitted, or the connection is over. */
    boolean isDone() {
        return loss != null || refusing;
    }

    /** Why it is over, or null. */
    @Nullable LinkLoss loss() {
        return loss;
    }

    /** What the peer gave as its reason when it refused this side, or null. */
    @Nullable Refusal refusal() {
        return refusal;
    }

    /** Why the connection ended, once it has. */
    Mono<LinkLoss> closed() {
        return closed.asMono();
    }

    /** Closes at once; the first cause given is the one that counts. From any thread. */
    void close(LinkLoss cause) {
        if (!channel.eventLoop().inEventLoop()) {
            onLoop(() -> close(cause));
            return;
        }
        if (loss == null) {
            loss = cause;
        }
        var unused = channel.close();
    }

    /** The peer broke the protocol: counts it and closes. */
    void breakOff(RejectReason reason, String detail) {
        if (!isDone()) {
            rejected.accept(reason, detail + " from " + peer);
            close(LinkLoss.MALFORMED);
        }
    }

    /** Counts something of the peer's that was refused or skipped. */
    void rejected(RejectReason reason, String detail) {
        rejected.accept(reason, detail + " from " + peer);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        peer = String.valueOf(channel.remoteAddress());
        opened.accept(this);
        context.fireChannelActive();
        // Reactor Netty's operations, made by the line above, would read only on demand; here all is read and the
        // credit of the lanes bounds what may come.
        channel.config().setAutoRead(true);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf frame = (ByteBuf) message;
        try {
            keepAlive.heard();
            if (!isDone()) {
                receive(frame);
            }
        } catch (RuntimeException e) {
            breakOff(RejectReason.MALFORMED_FRAME, "an RSocket frame that cannot be read (" + e + ")");
        } finally {
            frame.release();
        }
    }

    private void receive(ByteBuf frame) {
        String violation = guard.check(frame);
        if (violation != null) {
            breakOff(RejectReason.MALFORMED_FRAME, violation);
            return;
        }
        int type = RSocketFrame.type(frame);
        if (type == RSocketFrame.KEEPALIVE) {
            // Who asks without reading the answers is not answered: what waits for the socket stays bounded.
            if (RSocketFrame.flags(frame) == RSocketFrame.RESPOND && channel.isWritable()) {
                write(output.answer(frame));
            }
            return;
        }
        if (type == RSocketFrame.ERROR && RSocketFrame.stream(frame) == Streams.CONNECTION) {
            refusal = HelloCodec.decodeRefusal(ErrorFrameCodec.dataUtf8(frame));
            close(LinkLoss.LOST);
            return;
        }
        if (type == RSocketFrame.SETUP) {
            RSocketFrame.setKeepAlive(frame, 0, 0);
            begin.run();
        }
        frames.emit(frame);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (isWritable()) {
            writable.run();
        }
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (loss == null) {
            loss = LinkLoss.LOST;
        }
        keepAlive.stop();
        transportClosed.tryEmitEmpty();
        frames.complete();
        ends.forEach(this::runSafely);
        closed.tryEmitValue(loss);
        context.fireChannelInactive();
    }

    /** One that fails keeps neither the others from running nor the connection from ending. */
    private void runSafely(Runnable end) {
        try {
            end.run();
        } catch (RuntimeException e) {
            LOG.warn("What follows the end of the connection {} failed", channel, e);
        }
    }

    /** A reset, or a write after the peer closed, is the same as a close, which follows; anything else is no everyday thing. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof IOException)) {
            LOG.warn("The connection {} failed in a way that no network explains; it is closed", channel, cause);
        }
        close(LinkLoss.LOST);
    }

    /** From any thread. */
    @Override
    public void sendFrame(int streamId, ByteBuf frame) {
        if (channel.eventLoop().inEventLoop()) {
            write(frame);
        } else if (!onLoop(() -> write(frame))) {
            frame.release();
        }
    }

    /** On the event loop; see {@link OutboundFrames#payload}. */
    void sendPayload(ByteBuf frame, boolean isWaitedFor) {
        if (loss != null || refusing) {
            frame.release();
        } else {
            output.payload(frame, isWaitedFor);
        }
    }

    private void write(ByteBuf frame) {
        if (loss != null || refusing) {
            frame.release();
            return;
        }
        output.write(frame);
    }

    /**
     * Says why, closes this direction, and waits for the peer to close the other: closing both at once, with bytes of
     * the peer unread, would make the kernel reset the connection and the reason be lost. The deadline of the handshake
     * closes it if the peer does not.
     */
    @Override
    public void sendErrorAndClose(RSocketErrorException error) {
        if (isDone()) {
            return;
        }
        ByteBuf frame = ErrorFrameCodec.encode(alloc(), Streams.CONNECTION, error);
        sendFrame(Streams.CONNECTION, frame);
        refusing = true;
        output.end();
    }

    /**
     * Ends the connection once what was written has arrived: closes this direction after it, and waits for the peer to
     * close the other. What the peer still says is not listened to. Closing at once would lose what waits for the
     * socket, and what waits in the kernel as soon as the peer says anything more.
     */
    void finish() {
        if (loss == null) {
            loss = LinkLoss.LOCAL;
            if (!refusing) {
                output.end();
            }
        }
    }

    private boolean onLoop(Runnable task) {
        try {
            channel.eventLoop().execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            // The transport was disposed: its connections are closed, and nothing waits for this any more.
            return false;
        }
    }

    @Override
    public Flux<ByteBuf> receive() {
        return frames;
    }

    @Override
    public Mono<Void> onClose() {
        return transportClosed.asMono();
    }

    /** RSocket-Java gives up. */
    @Override
    public void dispose() {
        close(LinkLoss.LOST);
    }

    @Override
    public boolean isDisposed() {
        return !channel.isActive();
    }

    @Override
    public ByteBufAllocator alloc() {
        return channel.alloc();
    }

    @Override
    public SocketAddress remoteAddress() {
        return channel.remoteAddress();
    }
}
