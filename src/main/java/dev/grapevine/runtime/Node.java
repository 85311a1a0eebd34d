package dev.grapevine.runtime;

import dev.grapevine.codec.Codec;
import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MembershipEvent;
import dev.grapevine.membership.NodeHealth;
import dev.grapevine.membership.Origin;
import dev.grapevine.observe.GrapevineObserver;
import dev.grapevine.observe.NodeState;
import dev.grapevine.protocol.step.Input;
import dev.grapevine.protocol.step.JoinState;
import dev.grapevine.replicated.ReplicatedMap;
import dev.grapevine.topic.Topic;
import dev.grapevine.transport.Endpoint;
import dev.grapevine.transport.Transport;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * A node of the cluster: binds, joins, leaves and stops, and opens topics and maps. The public door in front of it is
 * {@code dev.grapevine.Grapevine}.
 */
public final class Node {

    private static final Logger log = LoggerFactory.getLogger(Node.class);
    private static final int MAX_UNDER_WAY = 65_536;
    private static final Duration USERS_GRACE = Duration.ofSeconds(2);
    private static final Duration DRAIN_CHECK = Duration.ofMillis(10);
    private static final int DRAIN_CHECKS = 100;

    private final NodeConfig config;
    private final GrapevineObserver observer;
    private final NodeHandshake handshake;
    private final NodeViews views;
    private final Commands commands = new Commands();
    private final Submissions submissions;
    private final Catalogue catalogue;
    private final Sinks.Empty<Void> joined = Sinks.empty();
    private final Sinks.Empty<Void> stopping = Sinks.empty();
    private final Mono<Void> stopped = Mono.defer(this::stopNow).cache();
    private final Mono<Void> closed = Mono.defer(this::closeNow).cache();

    /** Held where binding and stopping meet; everything later is decided on the node's thread. */
    private final Object lifecycle = new Object();

    private @Nullable Mono<Parts> binding;
    private volatile boolean stopRequested;
    private volatile NodeState state = NodeState.NEW;
    private volatile @Nullable Parts parts;
    private volatile @Nullable Member self;
    private Map<String, String> metadata;

    /** What exists from binding to stopping. */
    private record Parts(Transport transport, Endpoint endpoint, PeerLinks links) {
        Scheduler scheduler() {
            return transport.scheduler();
        }
    }

    /**
     * A node that does nothing yet.
     *
     * @param config what it is built from
     */
    public Node(NodeConfig config) {
        this.config = config;
        this.metadata = config.metadata();
        this.observer = new SafeObserver(config.observer());
        this.handshake = new NodeHandshake(config.cluster(), observer);
        this.views = new NodeViews(config.cluster() + "/" + config.id(), config.seeds());
        this.submissions = new Submissions(MAX_UNDER_WAY, commands, config.settings(), config.environment());
        this.catalogue = new Catalogue(views, submissions, config.environment().delivery(), observer);
    }

    /**
     * The cluster's name.
     *
     * @return the name
     */
    public String cluster() {
        return config.cluster();
    }

    /**
     * Where the node stands.
     *
     * @return the state
     */
    public NodeState state() {
        return state;
    }

    /**
     * Holds the port and starts the pipeline.
     *
     * @return completes when the port is held
     */
    public Mono<Void> bind() {
        return Mono.defer(this::binding)
                .publishOn(config.environment().answers())
                .onErrorMap(RejectedExecutionException.class, rejected -> Stopped.error())
                .then();
    }

    /** One bind for all who ask, whether or not they wait for it. A failed one is not kept: the port may be free later. */
    private Mono<Parts> binding() {
        synchronized (lifecycle) {
            if (stopRequested) {
                return Mono.error(Stopped.error());
            }
            Mono<Parts> current = binding;
            if (current == null) {
                current = Mono.defer(this::bindNow)
                        .doOnError(error -> forgetBinding())
                        .cache();
                binding = current;
            }
            return current;
        }
    }

    private void forgetBinding() {
        synchronized (lifecycle) {
            binding = null;
        }
    }

    private Mono<Parts> bindNow() {
        Transport transport = config.transport().get();
        return transport
                .bind(config.bind(), handshake)
                .publishOn(transport.scheduler())
                .flatMap(endpoint -> Mono.fromCallable(() -> begin(transport, endpoint))
                        .onErrorResume(error -> endpoint.close().then(Mono.error(error))))
                .onErrorResume(error -> transport.dispose().then(Mono.error(error)));
    }

    private Parts begin(Transport transport, Endpoint endpoint) {
        PeerLinks links = new PeerLinks(config.id(), transport.limits(), transport.scheduler(), observer);
        Admission admission =
                new Admission(() -> links.hasRoom(config.environment().nanos().getAsLong()), transport.scheduler());
        links.onDrained(admission::resume);
        Parts begun = new Parts(transport, endpoint, links);
        Member described;
        synchronized (lifecycle) {
            if (stopRequested) {
                throw Stopped.error();
            }
            described = describe(endpoint.address());
            self = described;
            parts = begun;
            state = NodeState.BOUND;
        }
        handshake.identify(described, links);
        catalogue.maps().forEach(map -> commands.accept(new Input.OpenStore(map)));
        EffectDispatcher dispatcher = new EffectDispatcher(described.origin(), links, views, observer);
        new NodeLoop(
                        described,
                        config.settings(),
                        config.environment(),
                        transport.scheduler(),
                        endpoint,
                        links,
                        handshake,
                        commands,
                        dispatcher,
                        seeds(transport))
                .life()
                .takeUntilOther(stopping.asMono())
                // A peer that has been full for too long stops holding up publishers without any event of its own.
                .subscribe(step -> admission.resume(), this::failed);
        submissions.open(admission);
        return begun;
    }

    private boolean hasSeeds() {
        return !config.seeds().isEmpty() || config.seedProvider() != null;
    }

    /** From joining on, what the seeds are, and whenever that changes. */
    private Flux<Input> seeds(Transport transport) {
        if (!hasSeeds()) {
            return Flux.empty();
        }
        SeedWatch watch = new SeedWatch(
                config.cluster() + "/" + config.id(),
                config.seeds(),
                config.seedProvider(),
                config.defaultPort(),
                transport,
                config.environment().random());
        return joined.asMono()
                .thenMany(Flux.defer(watch::changes))
                .doOnNext(seeds -> views.seedsChanged(seeds.seeds()))
                .cast(Input.class);
    }

    private Member describe(Address bound) {
        Address address = LocalAddresses.reachable(bound, config.advertise());
        Long epoch = config.epoch();
        Origin origin = new Origin(
                config.id(),
                epoch != null ? epoch : config.environment().wallMillis().getAsLong());
        String name = config.name();
        return new Member(origin, name != null ? name : address.toString(), address, config.zone(), metadata);
    }

    private void failed(Throwable error) {
        log.error("{} failed and stops; this is a defect of Grapevine", config.cluster(), error);
        closed.subscribe();
    }

    /**
     * Announces the node and seeks the seeds.
     *
     * @return completes when the node takes part
     */
    public Mono<Void> join() {
        return onNodeThread(bound -> {
            if (stopRequested) {
                return Mono.error(Stopped.error());
            }
            switch (state) {
                case BOUND -> {
                    if (!commands.accept(new Input.Join(List.of(), hasSeeds()))) {
                        return Mono.error(Stopped.error());
                    }
                    joined.tryEmitEmpty();
                    state = NodeState.JOINED;
                    handshake.setOpen(true);
                    return Mono.empty();
                }
                case JOINED -> {
                    return Mono.empty();
                }
                default -> {
                    return Mono.error(new IllegalStateException("The node has left its cluster"));
                }
            }
        });
    }

    /**
     * Announces that the node goes.
     *
     * @return completes when that is confirmed, or waiting for it has ended
     */
    public Mono<Void> leave() {
        return Mono.defer(() -> parts == null ? Mono.<Void>empty() : onNodeThread(bound -> leaveNow()))
                .onErrorComplete(error -> state == NodeState.STOPPED);
    }

    private Mono<Void> leaveNow() {
        if (state == NodeState.JOINED) {
            state = NodeState.LEFT;
            handshake.setOpen(false);
            commands.accept(new Input.Leave()); // if the pipeline has ended, so has the wait below
        }
        return state == NodeState.LEFT ? views.left() : Mono.empty();
    }

    /**
     * Leaves if need be and gives everything back.
     *
     * @return completes when that is done
     */
    public Mono<Void> stop() {
        return stopped;
    }

    private Mono<Void> stopNow() {
        Mono<?> bindUnderWay;
        Parts bound;
        synchronized (lifecycle) {
            stopRequested = true;
            bound = parts;
            bindUnderWay = binding == null ? Mono.empty() : binding;
            if (bound == null) {
                state = NodeState.STOPPED;
            }
        }
        if (bound == null) {
            submissions.close();
            views.complete();
            // A bind that is under way finds out by itself and gives its port back.
            return bindUnderWay.then().onErrorComplete().then(usersThreadsDisposed());
        }
        // Not by way of a delivery thread: a subscriber may hold it.
        Mono<Void> gone =
                Mono.defer(this::leaveNow).subscribeOn(bound.scheduler()).then(drained(bound));
        return gone.takeUntilOther(stopping.asMono()).onErrorComplete().then(closed);
    }

    /** What was published last still goes out, if the peers take it soon. */
    private Mono<Void> drained(Parts bound) {
        return Flux.interval(Duration.ZERO, DRAIN_CHECK, bound.scheduler())
                .onBackpressureDrop()
                .take(DRAIN_CHECKS)
                .takeUntil(check -> bound.links().isDrained())
                .then();
    }

    /** The end of a node that was bound, whether it was stopped or has failed. */
    private Mono<Void> closeNow() {
        Parts bound = requireParts();
        return Mono.fromRunnable(() -> {
                    state = NodeState.STOPPED;
                    handshake.setOpen(false);
                    stopping.tryEmitEmpty();
                    submissions.close();
                    views.complete();
                })
                .subscribeOn(bound.scheduler())
                .then(logged("Closing the links", bound.endpoint().close()))
                .then(usersThreadsDisposed().timeout(USERS_GRACE, usersInterrupted(), bound.scheduler()))
                .then(logged("Giving back the threads", bound.transport().dispose()));
    }

    /** One part that cannot be given back does not keep the others. */
    private Mono<Void> logged(String what, Mono<Void> end) {
        return end.onErrorResume(error -> {
            log.warn("{} of {} failed", what, config.cluster(), error);
            return Mono.empty();
        });
    }

    private Mono<Void> usersThreadsDisposed() {
        Environment threads = config.environment();
        return config.ownsThreads()
                ? Mono.defer(() -> Mono.when(
                        threads.delivery().disposeGracefully(),
                        threads.answers().disposeGracefully()))
                : Mono.empty();
    }

    private Mono<Void> usersInterrupted() {
        return Mono.fromRunnable(() -> {
            log.warn("A subscriber of {} still holds its thread; it is interrupted", config.cluster());
            config.environment().delivery().dispose();
            config.environment().answers().dispose();
        });
    }

    private Mono<Void> onNodeThread(Function<Parts, Mono<Void>> action) {
        return Mono.defer(() -> {
            Parts bound = parts;
            if (bound == null) {
                return Mono.error(new IllegalStateException("The node is not bound"));
            }
            if (state == NodeState.STOPPED) {
                return Mono.error(Stopped.error());
            }
            return Mono.defer(() -> action.apply(bound))
                    .subscribeOn(bound.scheduler())
                    .publishOn(config.environment().answers())
                    .onErrorMap(RejectedExecutionException.class, rejected -> Stopped.error());
        });
    }

    /**
     * This member.
     *
     * @return this member
     * @throws IllegalStateException before it is bound
     */
    public Member self() {
        Member described = self;
        if (described == null) {
            throw new IllegalStateException("The node is not bound: its address is not known yet");
        }
        return described;
    }

    /**
     * Gives this member other labels.
     *
     * @param labels the labels
     * @return completes when this member has them
     * @throws IllegalArgumentException if a limit is exceeded
     */
    public Mono<Void> updateMetadata(Map<String, String> labels) {
        Member.checkMetadata(labels);
        TreeMap<String, String> copy = new TreeMap<>(labels);
        return Mono.defer(() -> {
            synchronized (lifecycle) {
                if (parts == null && !stopRequested) {
                    metadata = copy; // binding describes this member with them
                    return Mono.empty();
                }
            }
            return onNodeThread(bound -> relabel(copy));
        });
    }

    private Mono<Void> relabel(Map<String, String> labels) {
        if (state == NodeState.LEFT || stopRequested) {
            return Mono.error(new IllegalStateException("The node has left its cluster"));
        }
        Member relabelled = self().withMetadata(labels);
        self = relabelled;
        handshake.describe(relabelled);
        commands.accept(new Input.UpdateMetadata(labels));
        return Mono.empty();
    }

    /**
     * The members in the view.
     *
     * @return a copy in the order of the origins
     */
    public List<Member> members() {
        return views.members().members();
    }

    /**
     * Whether others were found.
     *
     * @return the state now and each change
     */
    public Flux<JoinState> joinState() {
        return views.joinStates(config.environment().delivery());
    }

    /**
     * How healthy this node is.
     *
     * @return the health now and each change
     */
    public Flux<NodeHealth> health() {
        return views.health(config.environment().delivery());
    }

    /**
     * How healthy this node is now.
     *
     * @return the latest health
     */
    public NodeHealth currentHealth() {
        return views.currentHealth();
    }

    /**
     * Whether others were found, now.
     *
     * @return the state; empty before the node is bound
     */
    public Optional<JoinState> currentJoinState() {
        return views.currentJoinState();
    }

    /**
     * The view and its changes.
     *
     * @return see {@code Grapevine.membership()}
     */
    public Flux<MembershipEvent> membership() {
        return views.members().events(config.environment().delivery());
    }

    /**
     * Opens a topic.
     *
     * @param name its name
     * @param codec how values become bytes
     * @param <T> type of the values
     * @return see {@code Grapevine.topic}
     */
    public <T> Topic<T> topic(String name, Codec<T> codec) {
        return catalogue.topic(name, codec);
    }

    /**
     * Opens a map.
     *
     * @param name its name
     * @param keys how keys become bytes
     * @param values how values become bytes
     * @param <K> type of the keys
     * @param <V> type of the values
     * @return see {@code Grapevine.map}
     */
    public <K, V> ReplicatedMap<K, V> map(String name, Codec<K> keys, Codec<V> values) {
        boolean known = catalogue.maps().contains(name);
        ReplicatedMap<K, V> map = catalogue.map(name, keys, values);
        if (!known) {
            openStore(name);
        }
        return map;
    }

    private void openStore(String name) {
        Parts bound = parts;
        if (bound == null) {
            return; // binding opens the stores of all maps
        }
        try {
            bound.scheduler().schedule(() -> commands.accept(new Input.OpenStore(name)));
        } catch (RejectedExecutionException e) {
            log.debug("Map {} was opened after the node had stopped", name);
        }
    }

    private Parts requireParts() {
        Parts bound = parts;
        if (bound == null) {
            throw new IllegalStateException("The node is not bound");
        }
        return bound;
    }
}
