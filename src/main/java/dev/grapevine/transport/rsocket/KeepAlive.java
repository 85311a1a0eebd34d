package dev.grapevine.transport.rsocket;

import dev.grapevine.transport.LinkLimits;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether a silent peer still lives.
 *
 * <p>Silence is counted in intervals of this process's own event loop, not by a clock: while this process itself stands
 * still no interval passes, so a pause here is not held against the peer.
 */
final class KeepAlive {

    private final long intervalNanos;
    private final int patience;
    private final Runnable ask;
    private final Runnable silent;
    private @Nullable Future<?> timer;
    private int quiet;

    /**
     * A keep-alive, stopped.
     *
     * @param ask sends the peer a question that it must answer
     * @param silent called once the peer has been silent for too long
     */
    KeepAlive(LinkLimits limits, Runnable ask, Runnable silent) {
        this.intervalNanos = limits.keepAliveInterval().toNanos();
        this.patience = (int)
                Math.min(Integer.MAX_VALUE, (limits.silenceTimeout().toNanos() + intervalNanos - 1) / intervalNanos);
        this.ask = ask;
        this.silent = silent;
    }

    void start(EventLoop loop) {
        timer = loop.scheduleWithFixedDelay(this::tick, intervalNanos, intervalNanos, TimeUnit.NANOSECONDS);
    }

    void stop() {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    /** Something came from the peer. */
    void heard() {
        quiet = -1;
    }

    private void tick() {
        quiet++;
        if (quiet >= patience) {
            stop();
            silent.run();
        } else if (quiet > 0) {
            ask.run();
        }
    }
}
