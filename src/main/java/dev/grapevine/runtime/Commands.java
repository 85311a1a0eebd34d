package dev.grapevine.runtime;

import dev.grapevine.protocol.step.Input;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** What this node's own users want of its core. Accepted on the node's thread only. */
final class Commands {

    private final Sinks.Many<Input> sink = Sinks.many().unicast().onBackpressureBuffer();

    void accept(Input input) {
        // Fails only once the node's pipeline has ended, and then there is nobody left to tell.
        sink.tryEmitNext(input);
    }

    Flux<Input> flux() {
        return sink.asFlux();
    }
}
