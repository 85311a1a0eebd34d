package dev.grapevine.transport;

import dev.grapevine.membership.Address;
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
     * Gives back the threads. After the endpoint was closed.
     *
     * @return completes when the threads are gone
     */
    Mono<Void> dispose();
}
