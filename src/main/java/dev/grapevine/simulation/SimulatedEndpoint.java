package dev.grapevine.simulation;

import dev.grapevine.membership.Address;
import dev.grapevine.protocol.step.DialFailure;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.transport.Endpoint;
import dev.grapevine.transport.Handshake;
import dev.grapevine.transport.Link;
import dev.grapevine.transport.LinkRefusedException;
import dev.grapevine.wire.Hello;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.Sinks;

/** A bound {@link SimulatedTransport}. */
final class SimulatedEndpoint implements Endpoint, NodeDoor {

    private final SimulatedNetwork network;
    private final SimulatedHost host;
    private final Handshake handshake;
    private final Sinks.Many<Link> accepted = Sinks.many().unicast().onBackpressureBuffer();

    SimulatedEndpoint(SimulatedNetwork network, SimulatedHost host, Handshake handshake) {
        this.network = network;
        this.host = host;
        this.handshake = handshake;
    }

    @Override
    public Address address() {
        return host.address();
    }

    @Override
    public Flux<Link> accepted() {
        return accepted.asFlux();
    }

    @Override
    public Mono<Link> connect(Address address) {
        return Mono.<Link>create(sink -> sink.onDispose(dial(address, sink))).subscribeOn(host.thread());
    }

    private Disposable dial(Address address, MonoSink<Link> sink) {
        if (host.door() != this) {
            sink.error(new LinkRefusedException(DialFailure.NOT_READY, host.address() + " is closed", null));
            return Disposables.disposed();
        }
        return Dialling.dial(
                network,
                host,
                this,
                address,
                end -> sink.success(new SimulatedLink(network, end)),
                (failure, detail) -> sink.error(new LinkRefusedException(failure, detail, null)));
    }

    @Override
    public Mono<Void> close() {
        return Mono.<Void>fromRunnable(() -> {
                    if (host.door() != this) {
                        return;
                    }
                    host.shut();
                    List.copyOf(host.ends()).forEach(ConnectionEnd::close);
                    accepted.tryEmitComplete();
                })
                .subscribeOn(host.thread());
    }

    @Override
    public Hello hello() {
        return handshake.hello();
    }

    @Override
    public @Nullable DialFailure judge(Hello remote, boolean dialled) {
        return handshake.judge(remote, dialled);
    }

    @Override
    public boolean accepted(ConnectionEnd end) {
        if (accepted.currentSubscriberCount() == 0) {
            rejected(
                    RejectReason.NOT_READY,
                    "nobody takes the link of " + end.remote().member());
            return false;
        }
        return accepted.tryEmitNext(new SimulatedLink(network, end)).isSuccess();
    }

    @Override
    public void rejected(RejectReason reason, String detail) {
        handshake.rejected(reason, detail);
    }
}
