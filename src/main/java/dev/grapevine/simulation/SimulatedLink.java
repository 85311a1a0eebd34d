package dev.grapevine.simulation;

import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.transport.Link;
import dev.grapevine.wire.Hello;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
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
    private final int window;
    private final int inboxLimit;
    private final Sinks.Many<Arrived> inbox = Sinks.many().unicast().onBackpressureBuffer();
    private final Sinks.One<LinkLoss> closed = Sinks.one();
    private final Map<Lane, Outflow> outflows = new EnumMap<>(Lane.class);
    private int waiting;
    private boolean ended;

    SimulatedLink(SimulatedNetwork network, ConnectionEnd end) {
        this.network = network;
        this.end = end;
        this.window = network.limits().framesInFlight();
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
                end.consumed(arrived.lane());
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
    public void batch(Lane lane, List<Frame> frames, boolean granted) {
        // The window bounds what is granted; only duplicates can come on top of it.
        if (granted || waiting < inboxLimit) {
            waiting++;
            inbox.tryEmitNext(new Arrived(lane, frames, granted)).orThrow();
        }
    }

    @Override
    public void granted(Lane lane, int frames) {
        Outflow outflow = outflows.get(lane);
        if (outflow != null) {
            outflow.request(frames);
        }
    }

    @Override
    public void closed(LinkLoss cause) {
        ended = true;
        new ArrayList<>(outflows.values()).forEach(Outflow::stop);
        inbox.tryEmitComplete();
        closed.tryEmitValue(cause);
    }

    private record Arrived(Lane lane, List<Frame> frames, boolean granted) {}

    /** Takes batches from a publisher as the peer grants them. */
    private final class Outflow extends BaseSubscriber<List<Frame>> {

        private final Lane lane;
        private final MonoSink<Void> done;

        Outflow(Lane lane, MonoSink<Void> done) {
            this.lane = lane;
            this.done = done;
        }

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            subscription.request(window);
        }

        @Override
        protected void hookOnNext(List<Frame> batch) {
            end.send(lane, batch);
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

        void stop() {
            cancel();
        }
    }
}
