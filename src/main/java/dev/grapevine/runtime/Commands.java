package dev.grapevine.runtime;

import dev.grapevine.protocol.step.Input;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** What this node's own users want of its core. Accepted on the node's thread only. */
final class Commands {

    private final Sinks.Many<Input> sink = Sinks.many().unicast().onBackpressureBuffer();

    /**
     * Hands an input to the core.
     *
     * @param input the input
     * @return false once the node's pipeline has ended: nothing comes of the input, and whoever gave it has to be told
     */
    boolean accept(Input input) {
        return sink.tryEmitNext(input).isSuccess();
    }

    Flux<Input> flux() {
        return sink.asFlux();
    }
}
