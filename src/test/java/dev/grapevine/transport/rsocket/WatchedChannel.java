package dev.grapevine.transport.rsocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalIoHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A channel with an event loop of its own that goes nowhere, and what is written to it and flushed. */
final class WatchedChannel implements AutoCloseable {

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory());
    private final LocalChannel channel = new LocalChannel();

    /** On the event loop. */
    private final List<String> seen = new ArrayList<>();

    WatchedChannel() {
        channel.pipeline().addLast(new ChannelOutboundHandlerAdapter() {
            @Override
            public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
                ByteBuf bytes = (ByteBuf) message;
                seen.add(ByteBufUtil.hexDump(bytes));
                bytes.release();
            }

            @Override
            public void flush(ChannelHandlerContext context) {
                seen.add("|");
            }
        });
        group.register(channel).syncUninterruptibly();
    }

    Channel channel() {
        return channel;
    }

    /**
     * What is written, in hexadecimal digits, and {@code |} for a flush, by something that is done in a turn of the event loop, and by
     * what follows in the next ones.
     */
    List<String> turn(Runnable action) throws Exception {
        group.submit(action).get(10, TimeUnit.SECONDS);
        return group.submit(() -> {
                    List<String> all = List.copyOf(seen);
                    seen.clear();
                    return all;
                })
                .get(10, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
