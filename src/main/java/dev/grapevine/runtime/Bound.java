package dev.grapevine.runtime;

import dev.grapevine.transport.Endpoint;
import dev.grapevine.transport.Transport;
import reactor.core.scheduler.Scheduler;

/**
 * What a node has from binding to stopping.
 *
 * @param transport owns the node's thread
 * @param endpoint holds the port
 * @param links its links
 */
record Bound(Transport transport, Endpoint endpoint, PeerLinks links) {

    /** The node's thread. */
    Scheduler scheduler() {
        return transport.scheduler();
    }
}
