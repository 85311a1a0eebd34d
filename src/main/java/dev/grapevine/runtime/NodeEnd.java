package dev.grapevine.runtime;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Gives back everything that a node has, whether it was stopped or has failed. */
final class NodeEnd {

    private static final Logger log = LoggerFactory.getLogger(NodeEnd.class);
    private static final Duration USERS_GRACE = Duration.ofSeconds(2);
    private static final Duration DRAIN_CHECK = Duration.ofMillis(10);
    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(1);

    /** Peers that do not go on fetching are not waited for, see {@link dev.grapevine.protocol.step.PublishRoom#isLargeFetched}. */
    private static final Duration FETCH_LIMIT = Duration.ofSeconds(10);

    private final NodeParts parts;
    private final NodeStatus status;
    private final Participation participation;
    private final Mono<Void> stopped = Mono.defer(this::stopNow).cache();
    private final Mono<Void> closed = Mono.defer(this::closeNow).cache();

    NodeEnd(NodeParts parts, NodeStatus status, Participation participation) {
        this.parts = parts;
        this.status = status;
        this.participation = participation;
    }

    /** Leaves if need be and gives everything back, once however often it is asked for. */
    Mono<Void> stop() {
        return stopped;
    }

    /** Says that the pipeline failed; gives everything back on subscription. */
    Mono<Void> failed(Throwable error) {
        parts.submissions().ending();
        log.error("{} failed and stops; this is a defect of Grapevine", cluster(), error);
        return closed;
    }

    private Mono<Void> stopNow() {
        Bound bound = status.requestStop();
        parts.submissions().ending();
        if (bound == null) {
            logged("Ending the calls", parts.submissions()::close);
            logged("Completing the streams", parts.views()::complete);
            // A bind that is under way finds out by itself and gives its port back.
            return status.bindingUnderWay().then().onErrorComplete().then(threadsGivenBack(Mono.empty()));
        }
        // Not by way of a delivery thread: a subscriber may hold it.
        Mono<Void> gone = awaited(bound, FETCH_LIMIT, () -> bound.links().isFetched())
                .then(Mono.defer(participation::leaveNow).subscribeOn(bound.scheduler()))
                .then(awaited(bound, DRAIN_LIMIT, () -> bound.links().isDrained()));
        return gone.takeUntilOther(status.stopping()).onErrorComplete().then(closed);
    }

    /** What was published last still goes out, if the peers take it soon. */
    private static Mono<Void> awaited(Bound bound, Duration limit, BooleanSupplier isOut) {
        return Flux.interval(Duration.ZERO, DRAIN_CHECK, bound.scheduler())
                .onBackpressureDrop()
                .take(limit.dividedBy(DRAIN_CHECK))
                .takeUntil(check -> isOut.getAsBoolean())
                .then();
    }

    private Mono<Void> closeNow() {
        Bound bound = status.bound();
        if (bound == null) {
            return Mono.error(new IllegalStateException("The node is not bound"));
        }
        return Mono.fromRunnable(() -> {
                    parts.handshake().setOpen(false);
                    status.becomeStopped();
                    logged("Ending the calls", parts.submissions()::close);
                    logged("Completing the streams", parts.views()::complete);
                    logged("Ending the log", parts.log()::end);
                })
                .subscribeOn(bound.scheduler())
                .then(logged("Closing the links", bound.endpoint().close()))
                .then(threadsGivenBack(
                        logged("Giving back the threads", bound.transport().dispose())));
    }

    private void logged(String what, Runnable end) {
        try {
            end.run();
        } catch (Throwable error) { // a scheduler of the user's may throw anything
            warn(what, error);
        }
    }

    /** One part that cannot be given back does not keep the others. */
    private Mono<Void> logged(String what, Mono<Void> end) {
        return end.onErrorResume(error -> {
            warn(what, error);
            return Mono.empty();
        });
    }

    private void warn(String what, Throwable error) {
        log.warn("{} of {} failed", what, cluster(), error);
    }

    /**
     * Those of users, if they are the node's, and then the transport's. On a thread of its own, which may block: to shut down a pool
     * takes locks that its threads hold, for which the node's must not wait. Whoever is told goes on there, and may block too.
     */
    private Mono<Void> threadsGivenBack(Mono<Void> transport) {
        if (!parts.config().ownsThreads()) {
            return transport;
        }
        // Not eager: whoever is told would be interrupted.
        return Mono.using(
                () -> Schedulers.newSingle(NodeEnd::thread),
                timer -> Mono.defer(this::usersFinished)
                        .subscribeOn(timer)
                        .timeout(USERS_GRACE, usersInterrupted(), timer)
                        .then(transport)
                        .publishOn(timer),
                Scheduler::dispose,
                false);
    }

    private Mono<Void> usersFinished() {
        Environment threads = parts.config().environment();
        return Mono.when(
                threads.delivery().disposeGracefully(),
                threads.answers().disposeGracefully(),
                threads.lifecycle().disposeGracefully());
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "grapevine-end");
        thread.setDaemon(true);
        return thread;
    }

    private Mono<Void> usersInterrupted() {
        return Mono.fromRunnable(() -> {
            log.warn("A subscriber of {} still holds its thread; it is interrupted", cluster());
            Environment threads = parts.config().environment();
            threads.delivery().dispose();
            threads.answers().dispose();
            threads.lifecycle().dispose();
        });
    }

    private String cluster() {
        return parts.config().cluster();
    }
}
