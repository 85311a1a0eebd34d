package dev.grapevine.runtime;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.protocol.NodeCore;
import dev.grapevine.protocol.NodeSettings;
import dev.grapevine.protocol.step.DialFailure;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Input;
import dev.grapevine.protocol.step.Time;
import dev.grapevine.transport.Endpoint;
import dev.grapevine.transport.LinkRefusedException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;

/**
 * A member as one pipeline: ticks, what users want, and what peers send are merged into the core, and what the core
 * wants is carried out. All of it runs on the transport's thread.
 */
final class NodeLoop {

    private static final Logger log = LoggerFactory.getLogger(NodeLoop.class);

    private final Member self;
    private final NodeSettings settings;
    private final long tickNanos;
    private final Environment environment;
    private final Scheduler scheduler;
    private final Endpoint endpoint;
    private final PeerLinks links;
    private final NodeHandshake handshake;
    private final Commands commands;
    private final EffectDispatcher dispatcher;
    private final Flux<Input> seeds;

    NodeLoop(
            Member self,
            NodeSettings settings,
            Environment environment,
            Scheduler scheduler,
            Endpoint endpoint,
            PeerLinks links,
            NodeHandshake handshake,
            Commands commands,
            EffectDispatcher dispatcher,
            Flux<Input> seeds) {
        this.self = self;
        this.settings = settings;
        this.tickNanos = settings.tickInterval().toNanos();
        this.environment = environment;
        this.scheduler = scheduler;
        this.endpoint = endpoint;
        this.links = links;
        this.handshake = handshake;
        this.commands = commands;
        this.dispatcher = dispatcher;
        this.seeds = seeds;
    }

    /**
     * The life of the node.
     *
     * @return one element a step, after its effects were carried out
     */
    Flux<List<Effect>> life() {
        return Flux.defer(() -> {
            // The core is mutable, so each subscription has its own.
            NodeCore core = new NodeCore(self, settings, environment.random(), environment.now());
            handshake.consult(core::judge);
            links.consult(core.publishRoom());
            Ticker ticker = new Ticker(
                    settings.tickInterval(), scheduler, () -> environment.now().nanos());
            return Flux.merge(ticker.ticks(), commands.flux(), accepted(), dialled(), seeds)
                    .map(input -> step(core, input, ticker));
        });
    }

    private List<Effect> step(NodeCore core, Input input, Ticker ticker) {
        try {
            Time now = environment.now();
            List<Effect> effects = core.step(input, now);
            dispatcher.carryOut(effects);
            if (input instanceof Input.Tick) {
                dispatcher.tick(now);
            }
            ticker.stepped(now, time -> planTick(core, time));
            return effects;
        } catch (Throwable error) {
            // What Reactor takes for fatal it throws on, past the pipeline, which would then stand still unseen.
            throw new IllegalStateException("A step failed: " + input.getClass().getSimpleName(), error);
        }
    }

    private long planTick(NodeCore core, Time now) {
        long wait = core.planTick(now);
        return wait <= tickNanos ? wait : Math.max(tickNanos, Math.min(wait, dispatcher.untilTick(now)));
    }

    private Flux<Input> accepted() {
        return endpoint.accepted().flatMap(link -> links.session(link, null), Integer.MAX_VALUE);
    }

    private Flux<Input> dialled() {
        return dispatcher.dials().flatMap(this::dial, Integer.MAX_VALUE);
    }

    private Flux<Input> dial(Address address) {
        return endpoint.connect(address)
                .flatMapMany(link -> links.session(link, address))
                .switchIfEmpty(Flux.just(new Input.DialFailed(address, DialFailure.DUPLICATE)))
                .onErrorResume(error -> Flux.just(new Input.DialFailed(address, failure(address, error))));
    }

    private DialFailure failure(Address address, Throwable error) {
        if (error instanceof LinkRefusedException refused) {
            log.debug("{}", refused.getMessage());
            handshake.refusals().refused(address, refused.failure(), String.valueOf(refused.getMessage()));
            return refused.failure();
        }
        log.warn("Dialling {} failed in a way that no transport should", address, error);
        return DialFailure.UNREACHABLE;
    }
}
