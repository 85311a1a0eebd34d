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
 * everything and knows of no keep-alive, flushed once for all that is written in a turn of the event loop, but for its first
 * message. On the event loop.
 */
final class OutboundFrames {

    private final Channel channel;
    private final LinkLimits limits;
    private boolean flushing;
    private boolean hurried;
    private boolean unflushed;

    OutboundFrames(Channel channel, LinkLimits limits) {
        this.channel = channel;
        this.limits = limits;
    }

    /** Writes a frame, which is used up. */
    void write(ByteBuf frame) {
        var unused = channel.write(behindLength(frame), channel.voidPromise());
        flushSoon();
    }

    /** As one buffer: of two writes one could fail, and the peer would take for a frame what is none. RSocket's own frames are short. */
    private ByteBuf behindLength(ByteBuf frame) {
        try {
            adapt(frame);
            int length = frame.readableBytes();
            ByteBuf whole = alloc().buffer(RSocketFrame.LENGTH_BYTES + length);
            return whole.writeMedium(length).writeBytes(frame);
        } finally {
            frame.release();
        }
    }

    /**
     * Writes a frame that has its length in front, which is used up.
     *
     * @param isWaitedFor whether it is flushed at once if it is the first such in a turn of the event loop, so that the peer is
     *     at work on it while this side goes on; more of them in the same turn are a burst, and are gathered
     */
    void payload(ByteBuf frame, boolean isWaitedFor) {
        var unused = channel.write(frame, channel.voidPromise());
        flushSoon();
        if (isWaitedFor && !hurried && flushing) {
            hurried = true;
            flush();
        }
    }

    private void flush() {
        if (unflushed) {
            unflushed = false;
            channel.flush();
        }
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

    /** Flushes at the end of this turn of the event loop what was not flushed by then. */
    private void flushSoon() {
        unflushed = true;
        if (flushing) {
            return;
        }
        flushing = true;
        try {
            channel.eventLoop().execute(() -> {
                flushing = false;
                hurried = false;
                flush();
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

    /** In a buffer of its own: the question's is a whole read, which would be kept for as long as the answer waits. */
    ByteBuf answer(ByteBuf question) {
        ByteBuf data = KeepAliveFrameCodec.data(question);
        ByteBuf copy = alloc().buffer(data.readableBytes()).writeBytes(data);
        return KeepAliveFrameCodec.encode(alloc(), false, 0, copy);
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
