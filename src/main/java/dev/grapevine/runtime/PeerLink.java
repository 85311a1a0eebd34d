package dev.grapevine.runtime;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.Input;
import dev.grapevine.transport.Link;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** One open link with an outbox for each of its lanes. Confined to the node's thread. */
final class PeerLink {

    private static final long CONTROL_BYTES = 1 << 20;
    private static final long CRITICAL_BYTES = 4 << 20;
    private static final long DATA_BYTES = 4 << 20;
    private static final long BULK_BYTES = 8 << 20;

    private final Link link;
    private final Outbox control;
    private final Outbox critical;
    private final Outbox data;
    private final Outbox bulk;

    PeerLink(Link link, int maxBatchBytes, Runnable onDrained) {
        this.link = link;
        this.control = new Outbox(maxBatchBytes, CONTROL_BYTES, true, onDrained);
        this.critical = new Outbox(maxBatchBytes, CRITICAL_BYTES, false, onDrained);
        this.data = new Outbox(maxBatchBytes, DATA_BYTES, false, onDrained);
        this.bulk = new Outbox(maxBatchBytes, BULK_BYTES, false, onDrained);
    }

    Origin origin() {
        return link.remote().member().origin();
    }

    boolean dialled() {
        return link.dialled();
    }

    Link link() {
        return link;
    }

    Outbox outbox(Lane lane) {
        return switch (lane) {
            case CONTROL -> control;
            case CRITICAL -> critical;
            case DATA -> data;
            case BULK -> bulk;
        };
    }

    void flush() {
        control.flush();
        critical.flush();
        data.flush();
        bulk.flush();
    }

    boolean isDrained() {
        return control.bytes() + critical.bytes() + data.bytes() + bulk.bytes() == 0;
    }

    void closeOutboxes() {
        control.close();
        critical.close();
        data.close();
        bulk.close();
    }

    /** What comes from the peer while the link lives; sending goes on beside it and gives nothing. */
    Flux<Input> traffic() {
        Flux<Input> received = link.receive().map(frames -> new Input.Received(origin(), frames));
        Mono<Input> sending = Flux.fromArray(Lane.values())
                .flatMap(lane -> link.send(lane, outbox(lane)))
                .then(Mono.empty());
        return received.mergeWith(sending);
    }
}
