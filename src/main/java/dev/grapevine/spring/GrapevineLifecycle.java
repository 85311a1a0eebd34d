package dev.grapevine.spring;

import dev.grapevine.Grapevine;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import reactor.core.Exceptions;
import reactor.core.publisher.Mono;

/**
 * One half of the node's place in the application's life. There are two, because a node must carry messages for longer
 * than it is a member.
 *
 * <p>At start: the node binds its port, then the web server starts, then the node joins. At shutdown: the node
 * announces that it goes, then the web server drains its requests, which can still publish, then the node stops.
 *
 * <p>Starting waits on the thread that starts the application; stopping waits nowhere, it calls back.
 */
public final class GrapevineLifecycle implements SmartLifecycle {

    /**
     * Phase of binding and stopping: started before the web server ({@code DEFAULT_PHASE - 2048}) and before what
     * consumes messages, stopped after both.
     */
    public static final int TRANSPORT_PHASE = DEFAULT_PHASE - 4096;

    /**
     * Phase of joining and leaving: started after the web server, so that members are announced when they can serve,
     * and stopped before its graceful shutdown ({@code DEFAULT_PHASE - 1024}).
     */
    public static final int MEMBERSHIP_PHASE = DEFAULT_PHASE - 512;

    private static final Logger LOG = LoggerFactory.getLogger(GrapevineLifecycle.class);

    /** Generous: neither binding nor joining waits for anybody else. */
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final String name;
    private final int phase;
    private final Mono<Void> starting;
    private final Mono<Void> stopping;
    private volatile boolean running;

    private GrapevineLifecycle(String name, int phase, Mono<Void> starting, Mono<Void> stopping) {
        this.name = name;
        this.phase = phase;
        this.starting = starting;
        this.stopping = stopping;
    }

    /**
     * Binds and stops the node.
     *
     * @param grapevine the node
     * @return the outer half
     */
    public static GrapevineLifecycle transport(Grapevine grapevine) {
        Mono<Void> bind = Mono.defer(grapevine::bind)
                .onErrorMap(failure -> new GrapevineBindException(Exceptions.unwrap(failure)));
        return new GrapevineLifecycle("transport", TRANSPORT_PHASE, bind, Mono.defer(grapevine::stop));
    }

    /**
     * Joins the cluster and leaves it.
     *
     * @param grapevine the node
     * @return the inner half
     */
    public static GrapevineLifecycle membership(Grapevine grapevine) {
        return new GrapevineLifecycle(
                "membership", MEMBERSHIP_PHASE, Mono.defer(grapevine::join), Mono.defer(grapevine::leave));
    }

    @Override
    public int getPhase() {
        return phase;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /**
     * A node that has left cannot be started again, so a context that is only paused keeps it.
     *
     * @return false
     */
    @Override
    public boolean isPauseable() {
        return false;
    }

    /** Binds or joins, and waits until that is done. */
    @Override
    public void start() {
        starting.block(LIMIT);
        running = true;
    }

    /** Leaves or stops, and waits until that is done. */
    @Override
    public void stop() {
        if (running) {
            running = false;
            stopping.block(LIMIT);
        }
    }

    /**
     * Leaves or stops without waiting.
     *
     * @param callback called when it is done, also if it failed, which is logged
     */
    @Override
    public void stop(Runnable callback) {
        if (!running) {
            callback.run();
            return;
        }
        running = false;
        stopping.doFinally(signal -> callback.run())
                .subscribe(
                        nothing -> {}, failure -> LOG.warn("Grapevine's {} did not stop in good order", name, failure));
    }

    @Override
    public String toString() {
        return "GrapevineLifecycle[" + name + "]";
    }
}
