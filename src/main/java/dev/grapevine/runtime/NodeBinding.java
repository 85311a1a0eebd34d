package dev.grapevine.runtime;

import dev.grapevine.membership.Member;
import dev.grapevine.protocol.step.Input;
import dev.grapevine.transport.Endpoint;
import dev.grapevine.transport.Transport;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Holds the port and starts the node's pipeline. */
final class NodeBinding {

    private final NodeParts parts;
    private final NodeConfig config;
    private final NodeStatus status;
    private final SelfDescription self;
    private final Function<Throwable, Mono<Void>> failed;

    /**
     * The way to bind a node.
     *
     * @param failed what is to be done if the pipeline fails
     */
    NodeBinding(NodeParts parts, NodeStatus status, SelfDescription self, Function<Throwable, Mono<Void>> failed) {
        this.parts = parts;
        this.config = parts.config();
        this.status = status;
        this.self = self;
        this.failed = failed;
    }

    Mono<Void> bind() {
        return Mono.defer(() -> status.binding(this::bindNow))
                .publishOn(config.environment().lifecycle())
                .onErrorMap(RejectedExecutionException.class, rejected -> Stopped.error())
                .then();
    }

    private Mono<Bound> bindNow() {
        Transport transport = config.transport().get();
        return transport
                .bind(config.bind(), parts.handshake())
                .publishOn(transport.scheduler())
                .flatMap(endpoint -> Mono.fromCallable(() -> begin(transport, endpoint))
                        .onErrorResume(error -> endpoint.close().then(Mono.error(error))))
                .onErrorResume(error -> transport.dispose().then(Mono.error(error)));
    }

    private Bound begin(Transport transport, Endpoint endpoint) {
        PeerLinks links = new PeerLinks(
                config.id(),
                transport.limits(),
                transport.scheduler(),
                config.environment().nanos(),
                parts.observer());
        Admission admission = new Admission(links, transport.scheduler());
        links.onDrained(admission::resume);
        Bound begun = new Bound(transport, endpoint, links);
        status.becomeBound(begun, () -> self.describe(endpoint.address()));
        Member described = self.member();
        parts.log().named(config.cluster(), described);
        parts.handshake().identify(described, links);
        parts.catalogue().maps().forEach(map -> parts.commands().accept(new Input.OpenStore(map)));
        parts.replays().open(transport.scheduler());
        loop(begun, described)
                .life()
                .takeUntilOther(status.stopping())
                // A peer that has been full for too long stops holding up publishers without any event of its own.
                .subscribe(
                        step -> admission.resume(), error -> failed.apply(error).subscribe());
        parts.submissions().open(admission);
        return begun;
    }

    private NodeLoop loop(Bound begun, Member described) {
        return new NodeLoop(
                described,
                config.settings(),
                config.environment(),
                begun.scheduler(),
                begun.endpoint(),
                begun.links(),
                parts.handshake(),
                parts.commands(),
                new EffectDispatcher(
                        described.origin(),
                        begun.scheduler(),
                        begun.links(),
                        parts.views(),
                        parts.replays(),
                        parts.acknowledging(),
                        parts.log(),
                        parts.observer()),
                seeds(begun.transport()));
    }

    /** From joining on, what the seeds are, and whenever that changes. */
    private Flux<Input> seeds(Transport transport) {
        if (!parts.hasSeeds()) {
            return Flux.empty();
        }
        SeedWatch watch = new SeedWatch(
                parts.log().node(),
                config.seeds(),
                config.seedProvider(),
                config.defaultPort(),
                transport,
                config.environment().random());
        return status.joined()
                .thenMany(Flux.defer(watch::changes))
                .doOnNext(seeds -> parts.log().seedsChanged(seeds.seeds()))
                .cast(Input.class);
    }
}
