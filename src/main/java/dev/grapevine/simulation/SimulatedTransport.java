package dev.grapevine.simulation;

import dev.grapevine.membership.Address;
import dev.grapevine.transport.Endpoint;
import dev.grapevine.transport.Handshake;
import dev.grapevine.transport.LinkLimits;
import dev.grapevine.transport.Transport;
import java.io.IOException;
import java.util.List;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** The transport of one life of a simulated node. */
final class SimulatedTransport implements Transport {

    private final SimulatedNetwork network;
    private final SimulatedHost host;
    private final Scheduler thread;

    SimulatedTransport(SimulatedNetwork network, SimulatedHost host) {
        this.network = network;
        this.host = host;
        this.thread = host.thread();
    }

    @Override
    public Scheduler scheduler() {
        return thread;
    }

    @Override
    public LinkLimits limits() {
        return network.limits();
    }

    @Override
    public Mono<Endpoint> bind(Address address, Handshake handshake) {
        return Mono.<Endpoint>fromCallable(() -> {
                    if (!address.equals(host.address())) {
                        throw new IOException("Cannot bind " + address + ": this simulated host is " + host.address());
                    }
                    if (host.door() != null) {
                        throw new IOException("Cannot bind " + address + ": the address is in use");
                    }
                    SimulatedEndpoint endpoint = new SimulatedEndpoint(network, host, handshake);
                    host.open(endpoint);
                    return endpoint;
                })
                .subscribeOn(thread);
    }

    /** Names are addresses here. */
    @Override
    public Mono<List<Address>> resolve(Address host) {
        return Mono.just(List.of(host));
    }

    @Override
    public Mono<List<Address>> resolveService(String service) {
        return Mono.error(new IOException("A simulated network knows no services: " + service));
    }

    @Override
    public Mono<Void> dispose() {
        return Mono.fromRunnable(thread::dispose);
    }
}
