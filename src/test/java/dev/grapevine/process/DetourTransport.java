package dev.grapevine.process;

import dev.grapevine.membership.Address;
import dev.grapevine.transport.Endpoint;
import dev.grapevine.transport.Handshake;
import dev.grapevine.transport.Link;
import dev.grapevine.transport.LinkLimits;
import dev.grapevine.transport.Transport;
import java.util.List;
import java.util.Map;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** A transport that reaches some addresses through others, where a {@link Relay} stands; else it is as that one. */
record DetourTransport(Transport transport, Map<Address, Address> detours) implements Transport {

    @Override
    public Scheduler scheduler() {
        return transport.scheduler();
    }

    @Override
    public LinkLimits limits() {
        return transport.limits();
    }

    @Override
    public Mono<Endpoint> bind(Address address, Handshake handshake) {
        return transport.bind(address, handshake).map(endpoint -> new DetourEndpoint(endpoint, detours));
    }

    @Override
    public Mono<List<Address>> resolve(Address host) {
        return transport.resolve(host);
    }

    @Override
    public Mono<List<Address>> resolveService(String service) {
        return transport.resolveService(service);
    }

    @Override
    public Mono<Void> dispose() {
        return transport.dispose();
    }

    private record DetourEndpoint(Endpoint endpoint, Map<Address, Address> detours) implements Endpoint {

        @Override
        public Address address() {
            return endpoint.address();
        }

        @Override
        public Flux<Link> accepted() {
            return endpoint.accepted();
        }

        @Override
        public Mono<Link> connect(Address address) {
            return endpoint.connect(detours.getOrDefault(address, address));
        }

        @Override
        public Mono<Void> close() {
            return endpoint.close();
        }
    }
}
