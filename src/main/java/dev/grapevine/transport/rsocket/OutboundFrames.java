package dev.grapevine.transport.rsocket;

import dev.grapevine.transport.LinkLimits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import io.rsocket.frame.KeepAliveFrameCodec;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;

/**
 * What goes over a connection: each frame behind its length, with the numbers that are meant where RSocket-Java asks for
 * everything and knows of no keep-alive, flushed once for all that is written in a turn of the event loop. On the event
 * loop.
 */
final class OutboundFrames {

    private final Channel channel;
    private final LinkLimits limits;
    private boolean flushing;

    OutboundFrames(Channel channel, LinkLimits limits) {
        this.channel = channel;
        this.limits = limits;
    }

    /** Writes a frame, which is used up. */
    void write(ByteBuf frame) {
        adapt(frame);
        int length = frame.readableBytes();
        var unused = channel.write(alloc().buffer(3).writeMedium(length), channel.voidPromise());
        unused = channel.write(frame, channel.voidPromise());
        flushSoon();
    }

    private void adapt(ByteBuf frame) {
        switch (RSocketFrame.type(frame)) {
            case RSocketFrame.REQUEST_CHANNEL -> RSocketFrame.setFirstField(frame, limits.framesInFlight());
            case RSocketFrame.REQUEST_N -> {
                if (RSocketFrame.firstField(frame) == Integer.MAX_VALUE) {
                    RSocketFrame.setFirstField(frame, limits.framesInFlight());
                }
            }
            case RSocketFrame.SETUP ->
                RSocketFrame.setKeepAlive(frame, millis(limits.keepAliveInterval()), millis(limits.silenceTimeout()));
            default -> {}
        }
    }

    private static int millis(Duration duration) {
        return (int) Math.min(Integer.MAX_VALUE, duration.toMillis());
    }

    private void flushSoon() {
        if (flushing) {
            return;
        }
        flushing = true;
        try {
            channel.eventLoop().execute(() -> {
                flushing = false;
                channel.flush();
            });
        } catch (RejectedExecutionException e) {
            // The transport was disposed: its connections are closed.
            flushing = false;
        }
    }

    /** The peer has to answer. */
    ByteBuf question() {
        return KeepAliveFrameCodec.encode(alloc(), true, 0, Unpooled.EMPTY_BUFFER);
    }

    ByteBuf answer(ByteBuf question) {
        return KeepAliveFrameCodec.encode(
                alloc(), false, 0, KeepAliveFrameCodec.data(question).retain());
    }

    /** Closes this direction once what was written has gone out. */
    void end() {
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(done -> {
            var unused = ((DuplexChannel) channel).shutdownOutput();
        });
    }

    private ByteBufAllocator alloc() {
        return channel.alloc();
    }
}
