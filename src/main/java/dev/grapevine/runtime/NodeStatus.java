package dev.grapevine.runtime;

import dev.grapevine.observe.NodeState;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * Where a node stands. Its lock is held where binding and stopping meet; everything later is decided on the node's
 * thread. Read from any thread.
 */
final class NodeStatus {

    private final Scheduler lifecycle;
    private final Sinks.Empty<Void> joined = Sinks.empty();
    private final Sinks.Empty<Void> stopping = Sinks.empty();
    private @Nullable Mono<Bound> binding;
    private volatile boolean stopRequested;
    private volatile NodeState state = NodeState.NEW;
    private volatile @Nullable Bound bound;

    /** The status of a new node, whose calls complete on the given threads. */
    NodeStatus(Scheduler lifecycle) {
        this.lifecycle = lifecycle;
    }

    NodeState state() {
        return state;
    }

    /** What it has, or null before it is bound. */
    @Nullable Bound bound() {
        return bound;
    }

    boolean isStopRequested() {
        return stopRequested;
    }

    /** Completes when the node begins to take part. */
    Mono<Void> joined() {
        return joined.asMono();
    }

    /** Completes when the node's pipeline has to end. */
    Mono<Void> stopping() {
        return stopping.asMono();
    }

    /** One bind for all who ask, whether or not they wait for it. A failed one is not kept: the port may be free later. */
    synchronized Mono<Bound> binding(Supplier<Mono<Bound>> bind) {
        if (stopRequested || state == NodeState.STOPPED) {
            return Mono.error(Stopped.error());
        }
        Mono<Bound> current = binding;
        if (current == null) {
            current = Mono.defer(bind).doOnError(error -> forgetBinding()).cache();
            binding = current;
        }
        return current;
    }

    private synchronized void forgetBinding() {
        binding = null;
    }

    /** The bind that is under way or done, if there is one. */
    synchronized Mono<?> bindingUnderWay() {
        return binding == null ? Mono.empty() : binding;
    }

    /**
     * The port is held.
     *
     * @param parts what the node has from now on
     * @param first done at the same moment for everybody who asks
     * @throws IllegalStateException if the node was stopped meanwhile
     */
    synchronized void becomeBound(Bound parts, Runnable first) {
        if (stopRequested) {
            throw Stopped.error();
        }
        first.run();
        bound = parts;
        state = NodeState.BOUND;
    }

    /** Does something that only a node allows that is not bound yet; false if it is too late. */
    synchronized boolean beforeBound(Runnable action) {
        boolean before = bound == null && !stopRequested;
        if (before) {
            action.run();
        }
        return before;
    }

    void becomeJoined() {
        joined.tryEmitEmpty();
        state = NodeState.JOINED;
    }

    void becomeLeft() {
        state = NodeState.LEFT;
    }

    /** Nothing begins from now on. What the node has, or null if it was never bound and so is stopped. */
    synchronized @Nullable Bound requestStop() {
        stopRequested = true;
        if (bound == null) {
            state = NodeState.STOPPED;
        }
        return bound;
    }

    void becomeStopped() {
        state = NodeState.STOPPED;
        stopping.tryEmitEmpty();
    }

    /** A call that is decided on the node's thread and answered on another. */
    Mono<Void> onNodeThread(Function<Bound, Mono<Void>> action) {
        return Mono.defer(() -> {
            Bound parts = bound;
            if (parts == null) {
                return Mono.error(new IllegalStateException("The node is not bound"));
            }
            if (state == NodeState.STOPPED) {
                return Mono.error(Stopped.error());
            }
            return Mono.defer(() -> action.apply(parts))
                    .subscribeOn(parts.scheduler())
                    .publishOn(lifecycle)
                    .onErrorMap(RejectedExecutionException.class, rejected -> Stopped.error());
        });
    }
}
