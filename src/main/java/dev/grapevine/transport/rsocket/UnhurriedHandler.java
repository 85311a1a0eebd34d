package dev.grapevine.transport.rsocket;

import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;

/**
 * Waits for sockets until the next timer as another handler does, but up to a millisecond past it rather than until just before.
 *
 * <p>A selector waits for whole milliseconds. Netty 4.2's handler for it rounds what is left until a timer to the nearest, and in the last half
 * a millisecond it asks the sockets again and again without waiting, on a processor that other members, the
 * publisher or a subscriber may need. No timer of a node has to be as exact as that.
 */
final class UnhurriedHandler extends ForwardingIoHandler {

    /** What makes rounding to the nearest millisecond round up. */
    private static final long ROUND_UP_NANOS = 499_999;

    private UnhurriedHandler(IoHandler handler) {
        super(handler);
    }

    /** Makes what another factory makes unhurried. */
    static IoHandlerFactory factory(IoHandlerFactory handlers) {
        return executor -> new UnhurriedHandler(handlers.newHandler(executor));
    }

    @Override
    public int run(IoHandlerContext context) {
        return super.run(new Unhurried(context));
    }

    /** The loop as the handler sees it: timers that are not due yet are as much later as makes it round up. */
    private record Unhurried(IoHandlerContext context) implements IoHandlerContext {

        @Override
        public boolean canBlock() {
            return context.canBlock();
        }

        @Override
        public long delayNanos(long now) {
            long delay = context.delayNanos(now);
            return delay > 0 && delay < Long.MAX_VALUE - ROUND_UP_NANOS ? delay + ROUND_UP_NANOS : delay;
        }

        @Override
        public long deadlineNanos() {
            return context.deadlineNanos();
        }

        @Override
        public void reportActiveIoTime(long nanos) {
            context.reportActiveIoTime(nanos);
        }

        @Override
        public boolean shouldReportActiveIoTime() {
            return context.shouldReportActiveIoTime();
        }
    }
}
