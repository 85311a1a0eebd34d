package dev.grapevine.transport.rsocket;

import dev.grapevine.membership.Address;
import dev.grapevine.transport.Endpoint;
import dev.grapevine.transport.Handshake;
import dev.grapevine.transport.LinkLimits;
import dev.grapevine.transport.Transport;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Links as RSocket connections over TCP.
 *
 * <p>A transport has one thread, a daemon: the server, every connection of either direction and {@link #scheduler()} run
 * on its one event loop. Host names are looked up on up to two further daemon threads that end when idle. RSocket-Java
 * also sets and cancels a timer on Reactor's shared {@code parallel} threads while it reads the first frame of a
 * connection; nothing of a link ever runs there.
 *
 * <p>What a link costs and how it is bounded: {@link LinkLimits}. In the direction to a peer, wire frames are encoded
 * only when the peer has granted credit and less than {@value #WRITE_HIGH_WATER} bytes wait for the socket.
 */
public final class RSocketTransport implements Transport {

    /** Bytes waiting for a socket from which on no more frames are encoded for it. */
    static final int WRITE_HIGH_WATER = 256 << 10;

    /** Bytes waiting for a socket below which frames are encoded for it again. */
    static final int WRITE_LOW_WATER = 64 << 10;

    private final LinkLimits limits;
    private final EventLoopThread thread;
    private final HostResolver resolver;
    private final Scheduler scheduler;
    private final SharedCodec codec = new SharedCodec();
    private final List<RSocketEndpoint> endpoints = new CopyOnWriteArrayList<>();

    private RSocketTransport(LinkLimits limits, String name) {
        this.limits = limits;
        this.thread = new EventLoopThread("grapevine-" + name);
        this.resolver = new HostResolver(thread.loop(), "grapevine-" + name + "-dns");
        this.scheduler = Schedulers.fromExecutorService(thread.loop(), "grapevine-" + name);
    }

    /**
     * A transport. Its thread starts with the first use and ends with {@link #dispose()}.
     *
     * @param limits limits of the links; the peers of a cluster are meant to have the same
     * @param name name of the node: its thread is called {@code grapevine-<name>}
     * @return the transport
     */
    public static RSocketTransport create(LinkLimits limits, String name) {
        return new RSocketTransport(limits, name);
    }

    @Override
    public Scheduler scheduler() {
        return scheduler;
    }

    long nanos() {
        return scheduler.now(TimeUnit.NANOSECONDS);
    }

    @Override
    public LinkLimits limits() {
        return limits;
    }

    @Override
    public Mono<Endpoint> bind(Address address, Handshake handshake) {
        return Mono.defer(() -> {
            RSocketEndpoint endpoint = new RSocketEndpoint(this, address, handshake);
            endpoints.add(endpoint);
            return endpoint.bind().doOnError(error -> endpoints.remove(endpoint));
        });
    }

    @Override
    public Mono<List<Address>> resolve(Address host) {
        return resolver.resolve(host.host())
                .map(found -> found.stream()
                        .map(address -> new Address(address.getHostAddress(), host.port()))
                        .toList())
                .publishOn(scheduler);
    }

    @Override
    public Mono<List<Address>> resolveService(String service) {
        return resolver.services(service).publishOn(scheduler);
    }

    /** Closes an endpoint that is still open: an event loop of Netty 4.2 that stops while busy leaves sockets open. */
    @Override
    public Mono<Void> dispose() {
        return Flux.fromIterable(endpoints).flatMap(Endpoint::close).then(Mono.defer(() -> {
            resolver.dispose();
            Mono<Void> forgotten =
                    Mono.fromRunnable(codec::forget).subscribeOn(scheduler).then();
            return forgotten
                    .onErrorResume(RejectedExecutionException.class, disposed -> Mono.empty())
                    .then(thread.stop());
        }));
    }

    EventLoopThread thread() {
        return thread;
    }

    HostResolver resolver() {
        return resolver;
    }

    /** For use on the event loop only. */
    SharedCodec codec() {
        return codec;
    }
}
