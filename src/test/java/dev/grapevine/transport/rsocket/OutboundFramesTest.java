package dev.grapevine.transport.rsocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.transport.LinkLimits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalIoHandler;
import io.rsocket.frame.RequestNFrameCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When what is written to a connection is flushed. */
class OutboundFramesTest {

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory());
    private final LocalChannel channel = new LocalChannel();
    private final OutboundFrames output = new OutboundFrames(channel, LinkLimits.DEFAULT);

    /** What is written, in hexadecimal digits, and {@code |} for a flush. On the event loop. */
    private final List<String> seen = new ArrayList<>();

    @BeforeEach
    void watch() throws Exception {
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
        group.register(channel).sync();
    }

    @AfterEach
    void stop() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** What is seen of something that is done in a turn of the event loop, and of what follows in the next ones. */
    private List<String> turn(Runnable action) throws Exception {
        group.submit(action).get(10, TimeUnit.SECONDS);
        return group.submit(() -> {
                    List<String> all = List.copyOf(seen);
                    seen.clear();
                    return all;
                })
                .get(10, TimeUnit.SECONDS);
    }

    private static ByteBuf frame(int value) {
        return Unpooled.buffer(1).writeByte(value);
    }

    @Test
    void theFirstThatIsWaitedForGoesAtOnceAndWhatFollowsInTheSameTurnTogether() throws Exception {
        assertThat(turn(() -> {
                    output.payload(frame(1), true);
                    output.payload(frame(2), true);
                    output.payload(frame(3), true);
                }))
                .containsExactly("01", "|", "02", "03", "|");
        assertThat(turn(() -> {
                    output.payload(frame(4), true);
                    output.payload(frame(5), true);
                }))
                .as("in another turn")
                .containsExactly("04", "|", "05", "|");
    }

    @Test
    void whatNobodyWaitsForWaitsForTheEndOfTheTurn() throws Exception {
        assertThat(turn(() -> {
                    output.payload(frame(1), false);
                    output.payload(frame(2), false);
                }))
                .containsExactly("01", "02", "|");
    }

    @Test
    void whatWaitsGoesWithTheFirstThatIsWaitedFor() throws Exception {
        assertThat(turn(() -> {
                    output.payload(frame(1), false);
                    output.payload(frame(2), true);
                    output.payload(frame(3), false);
                }))
                .containsExactly("01", "02", "|", "03", "|");
    }

    @Test
    void rSocketsOwnFramesGoAtTheEndOfTheTurnBehindTheirLengths() throws Exception {
        assertThat(turn(() -> {
                    output.write(RequestNFrameCodec.encode(channel.alloc(), 7, 5));
                    output.write(RequestNFrameCodec.encode(channel.alloc(), 9, 5));
                }))
                .containsExactly("00000a", "00000007200000000005", "00000a", "00000009200000000005", "|");
    }
}
