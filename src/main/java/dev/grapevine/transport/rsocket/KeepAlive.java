package dev.grapevine.transport.rsocket;

import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.transport.LinkLimits;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out whether a silent peer still lives.
 *
 * <p>Silence is counted in intervals of this process's own event loop, not by a clock: while this process itself stands
 * still no interval passes, so a pause here is not held against the peer.
 */
final class KeepAlive {

    private static final Logger LOG = LoggerFactory.getLogger(KeepAlive.class);

    private final long intervalNanos;
    private final int patience;
    private final Channel channel;
    private final Runnable ask;
    private final Consumer<LinkLoss> close;
    private @Nullable Future<?> timer;
    private int quiet;

    /**
     * A keep-alive, stopped.
     *
     * @param channel where the peer is, for its event loop and for people
     * @param ask sends the peer a question that it must answer
     * @param close called once the peer has been silent for too long, or cannot be asked
     */
    KeepAlive(LinkLimits limits, Channel channel, Runnable ask, Consumer<LinkLoss> close) {
        this.intervalNanos = limits.keepAliveInterval().toNanos();
        this.patience = (int)
                Math.min(Integer.MAX_VALUE, (limits.silenceTimeout().toNanos() + intervalNanos - 1) / intervalNanos);
        this.channel = channel;
        this.ask = ask;
        this.close = close;
    }

    void start() {
        timer = channel.eventLoop()
                .scheduleWithFixedDelay(this::tick, intervalNanos, intervalNanos, TimeUnit.NANOSECONDS);
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
            end(LinkLoss.SILENT);
        } else if (quiet > 0) {
            ask();
        }
    }

    /** What is thrown on would end the timer and nothing else, and a silent peer be taken for alive. */
    private void ask() {
        try {
            ask.run();
        } catch (Throwable error) {
            LOG.error("The peer of {} cannot be asked whether it lives: it is closed", channel, error);
            end(LinkLoss.LOCAL);
        }
    }

    private void end(LinkLoss cause) {
        stop();
        close.accept(cause);
    }
}
