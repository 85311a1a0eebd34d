package dev.grapevine.transport;

import dev.grapevine.membership.Address;
import java.util.List;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Carries frames between members: RSocket over TCP in production, a seeded network in simulation. One instance serves
 * one node.
 */
public interface Transport {

    /**
     * The one thread on which all signals of the transport come. The node's core runs on it too, so that no frame hops
     * between threads.
     *
     * @return a single-threaded scheduler, which the transport owns
     */
    Scheduler scheduler();

    /**
     * Limits of the links.
     *
     * @return the limits
     */
    LinkLimits limits();

    /**
     * Binds an address. Nothing happens before subscription.
     *
     * @param address what to listen on; port 0 for any free one
     * @param handshake the node's part of opening links
     * @return the endpoint, or an error that names the address if it cannot be bound
     */
    Mono<Endpoint> bind(Address address, Handshake handshake);

    /**
     * Every address that a host has now. Nothing is looked up before subscription.
     *
     * @param host a host, by name or as a literal address, and a port
     * @return the same port at each IPv4 and IPv6 address of the host, at least one, on the transport's scheduler; or an
     *     error if the name is not known
     */
    Mono<List<Address>> resolve(Address host);

    /**
     * The hosts that DNS names for a service (SRV records, RFC 2782). Nothing is looked up before subscription.
     *
     * @param service the full name of the service
     * @return host and port of each record, at least one, on the transport's scheduler; or an error if there are none
     */
    Mono<List<Address>> resolveService(String service);

    /**
     * Gives back the threads. After the endpoint was closed.
     *
     * @return completes when the threads are gone
     */
    Mono<Void> dispose();
}
