package dev.grapevine.transport.rsocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How an event loop waits for its timers. */
class UnhurriedHandlerTest {

    private static final int TIMERS = 30;
    private static final long WAIT_NANOS = TimeUnit.MICROSECONDS.toNanos(3_400);

    private final AtomicLong turns = new AtomicLong();
    private final IoHandlerFactory nio = NioIoHandler.newFactory();
    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(
            1, UnhurriedHandler.factory(executor -> new Counted(nio.newHandler(executor), turns)));

    @AfterEach
    void stop() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void itDoesNotAskTheSocketsOverAndOverInTheLastHalfMillisecond() throws Exception {
        turns.set(0);
        for (int i = 0; i < TIMERS; i++) {
            group.schedule(() -> {}, WAIT_NANOS, TimeUnit.NANOSECONDS).get();
        }
        assertThat(turns)
                .as("a timer takes some three turns, and some hundreds where the loop spins")
                .hasValueLessThan(10 * TIMERS);
    }

    @Test
    void itIsWokenAtOnceByATask() throws Exception {
        group.schedule(() -> {}, 1, TimeUnit.HOURS);
        group.submit(() -> {}).get(10, TimeUnit.SECONDS);
    }

    /** Counts how often the loop looks at its sockets. */
    private static final class Counted extends ForwardingIoHandler {

        private final AtomicLong turns;

        Counted(IoHandler handler, AtomicLong turns) {
            super(handler);
            this.turns = turns;
        }

        @Override
        public int run(IoHandlerContext context) {
            turns.incrementAndGet();
            return super.run(context);
        }
    }
}
