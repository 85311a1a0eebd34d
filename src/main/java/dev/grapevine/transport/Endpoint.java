package dev.grapevine.transport;

import dev.grapevine.membership.Address;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A bound transport: where a node listens and dials from. All signals come on the transport's scheduler. */
public interface Endpoint {

    /**
     * The address that is bound, with the port that is really in use.
     *
     * @return the address
     */
    Address address();

    /**
     * Links that peers opened, each after its handshake. For one subscriber; links that arrive before it subscribes are
     * refused as not ready.
     *
     * @return the links; completes when the endpoint closes
     */
    Flux<Link> accepted();

    /**
     * Opens a link. Nothing happens before subscription.
     *
     * @param address whom to dial; the host is resolved anew each time
     * @return the link after its handshake, or {@link LinkRefusedException} within the handshake timeout
     */
    Mono<Link> connect(Address address);

    /**
     * Closes every link, after what was sent over it has arrived if the peer takes it within two seconds, and gives the
     * port back.
     *
     * @return completes when both are done; closing twice is the same as once
     */
    Mono<Void> close();
}
