package dev.grapevine.simulation;

import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.transport.LaneScheduler;
import dev.grapevine.transport.Link;
import dev.grapevine.wire.Hello;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.SignalType;
import reactor.core.publisher.Sinks;

/** One side of a {@link ConnectionEnd connection} as a link. */
final class SimulatedLink implements Link, ConnectionListener {

    private final SimulatedNetwork network;
    private final ConnectionEnd end;
    private final int inboxLimit;
    private final Sinks.Many<Arrived> inbox = Sinks.many().unicast().onBackpressureBuffer();
    private final Sinks.One<LinkLoss> closed = Sinks.one();
    private final Map<Lane, Outflow> outflows = new EnumMap<>(Lane.class);
    private final LaneScheduler scheduler;
    private boolean pumping;
    private int waiting;
    private boolean ended;

    SimulatedLink(SimulatedNetwork network, ConnectionEnd end) {
        this.network = network;
        this.end = end;
        this.scheduler = new LaneScheduler(network.limits());
        int window = network.limits().framesInFlight();
        for (Lane lane : Lane.values()) {
            scheduler.opened(lane, window);
        }
        this.inboxLimit = 2 * window * Lane.values().length;
        end.listen(this);
    }

    @Override
    public Hello remote() {
        return end.remote();
    }

    @Override
    public boolean dialled() {
        return end.dialled();
    }

    @Override
    public Flux<List<Frame>> receive() {
        return inbox.asFlux().map(arrived -> {
            waiting--;
            if (arrived.granted()) {
                end.consumed(arrived.lane(), arrived.bytes());
            }
            return arrived.frames();
        });
    }

    @Override
    public Mono<Void> send(Lane lane, Flux<List<Frame>> batches) {
        return Mono.create(sink -> {
            if (ended) {
                sink.success();
                return;
            }
            Outflow outflow = new Outflow(lane, sink);
            if (outflows.putIfAbsent(lane, outflow) != null) {
                sink.error(new IllegalStateException("Lane " + lane + " has a publisher already"));
                return;
            }
            sink.onDispose(outflow);
            batches.subscribe(outflow);
        });
    }

    @Override
    public Mono<LinkLoss> onClose() {
        return closed.asMono();
    }

    @Override
    public void close() {
        end.close();
    }

    @Override
    public void batch(Lane lane, List<Frame> frames, int bytes, boolean granted) {
        // The window bounds what is granted; only duplicates can come on top of it.
        if (granted || waiting < inboxLimit) {
            waiting++;
            inbox.tryEmitNext(new Arrived(lane, frames, bytes, granted)).orThrow();
        }
    }

    @Override
    public void granted(Lane lane, int frames) {
        scheduler.taken(lane, frames, now());
        pump();
    }

    private long now() {
        return network.scheduler().nanos();
    }

    /** Asks the lanes for batches for as long as they can be sent, each as often as it has its turn. */
    private void pump() {
        if (pumping) {
            return; // a publisher that answered at once: the loop below asks again
        }
        pumping = true;
        for (Lane next = next(); next != null; next = next()) {
            Objects.requireNonNull(outflows.get(next)).ask();
        }
        pumping = false;
    }

    private @Nullable Lane next() {
        return scheduler.next(
                lane -> {
                    Outflow outflow = outflows.get(lane);
                    return outflow != null && outflow.isReady();
                },
                now());
    }

    @Override
    public void closed(LinkLoss cause) {
        ended = true;
        new ArrayList<>(outflows.values()).forEach(Outflow::stop);
        inbox.tryEmitComplete();
        closed.tryEmitValue(cause);
    }

    private record Arrived(Lane lane, List<Frame> frames, int bytes, boolean granted) {}

    /** Takes batches from a publisher as the peer grants them. */
    private final class Outflow extends BaseSubscriber<List<Frame>> {

        private final Lane lane;
        private final MonoSink<Void> done;
        private boolean subscribed;
        private boolean asked;

        Outflow(Lane lane, MonoSink<Void> done) {
            this.lane = lane;
            this.done = done;
        }

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            subscribed = true;
            pump();
        }

        @Override
        protected void hookOnNext(List<Frame> batch) {
            asked = false;
            scheduler.sent(lane, end.send(lane, batch), now());
            pump();
        }

        @Override
        protected void hookOnError(Throwable error) {
            // Link.send never fails by contract: a publisher of batches that does is a fault of the node, not of the
            // run.
            network.broken(error);
            end.close();
        }

        @Override
        protected void hookFinally(SignalType type) {
            done.success();
        }

        boolean isReady() {
            return subscribed && !asked && !isDisposed();
        }

        void ask() {
            asked = true;
            request(1);
        }

        void stop() {
            cancel();
        }
    }
}
