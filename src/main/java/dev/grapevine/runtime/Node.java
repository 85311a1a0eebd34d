package dev.grapevine.runtime;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.codec.Codec;
import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MembershipEvent;
import dev.grapevine.membership.Origin;
import dev.grapevine.observe.GrapevineObserver;
import dev.grapevine.observe.NodeState;
import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.step.Input;
import dev.grapevine.protocol.step.JoinState;
import dev.grapevine.replicated.ReplicatedMap;
import dev.grapevine.topic.Topic;
import dev.grapevine.transport.Endpoint;
import dev.grapevine.transport.Transport;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
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

    /** Most topics, and most maps, that a node opens. */
    public static final int MAX_OPEN = 1024;

    private static final Logger log = LoggerFactory.getLogger(Node.class);
    private static final int MAX_PENDING_WRITES = 65_536;
    private static final Duration DRAIN_CHECK = Duration.ofMillis(10);
    private static final int DRAIN_CHECKS = 100;

    private final NodeConfig config;
    private final GrapevineObserver observer;
    private final NodeHandshake handshake;
    private final NodeViews views;
    private final Commands commands = new Commands();
    private final Map<String, MapView<?, ?>> maps = new ConcurrentHashMap<>();
    private final AtomicInteger pendingWrites = new AtomicInteger();
    private final Sinks.Empty<Void> running = Sinks.empty();
    private final Sinks.Empty<Void> stopping = Sinks.empty();
    // A failed bind is not kept: the port may be free later.
    private final Mono<Parts> binding = Mono.defer(this::bindNow).cacheInvalidateIf(bound -> false);
    private final Mono<Void> stopped = Mono.defer(this::stopNow).cache();

    private volatile NodeState state = NodeState.NEW;
    private volatile @Nullable Parts parts;

    /** What exists from binding to stopping. */
    private record Parts(Member self, Transport transport, Endpoint endpoint, PeerLinks links, Admission admission) {
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
        this.observer = new SafeObserver(config.observer());
        this.handshake = new NodeHandshake(config.cluster(), observer);
        this.views = new NodeViews(config.cluster() + "/" + config.id(), config.seeds());
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
        return binding.publishOn(config.environment().delivery()).then();
    }

    private Mono<Parts> bindNow() {
        if (state != NodeState.NEW) {
            return Mono.error(stoppedError());
        }
        Transport transport = config.transport().get();
        return transport
                .bind(config.bind(), handshake)
                .publishOn(transport.scheduler())
                .map(endpoint -> begin(transport, endpoint))
                .onErrorResume(error -> transport.dispose().then(Mono.error(error)));
    }

    private Parts begin(Transport transport, Endpoint endpoint) {
        Member self = describe(endpoint.address());
        PeerLinks links = new PeerLinks(self.id(), transport.limits(), transport.scheduler(), observer);
        Admission admission =
                new Admission(() -> links.hasRoom(config.environment().nanos().getAsLong()));
        links.onDrained(admission::resume);
        handshake.identify(self, links);
        Parts begun = new Parts(self, transport, endpoint, links, admission);
        parts = begun;
        state = NodeState.BOUND;
        maps.keySet().forEach(map -> commands.accept(new Input.OpenStore(map)));
        EffectDispatcher dispatcher = new EffectDispatcher(self.origin(), links, views, observer);
        new NodeLoop(
                        self,
                        config.settings(),
                        config.environment(),
                        transport.scheduler(),
                        endpoint,
                        links,
                        commands,
                        dispatcher)
                .life()
                .takeUntilOther(stopping.asMono())
                // A peer that has been full for too long stops holding up publishers without any event of its own.
                .subscribe(step -> admission.resume(), this::failed);
        running.tryEmitEmpty();
        return begun;
    }

    private Member describe(Address bound) {
        Address address = LocalAddresses.reachable(bound, config.advertise());
        Long epoch = config.epoch();
        Origin origin = new Origin(
                config.id(),
                epoch != null ? epoch : config.environment().wallMillis().getAsLong());
        String name = config.name();
        return new Member(origin, name != null ? name : address.toString(), address, config.zone(), config.metadata());
    }

    private void failed(Throwable error) {
        log.error("{} failed and stops; this is a defect of Grapevine", config.cluster(), error);
        Parts bound = parts;
        if (bound != null) {
            close(bound).subscribe();
        }
    }

    /**
     * Announces the node and seeks the seeds.
     *
     * @return completes when the node takes part
     */
    public Mono<Void> join() {
        return onNodeThread(bound -> {
            switch (state) {
                case BOUND -> {
                    state = NodeState.JOINED;
                    handshake.setOpen(true);
                    commands.accept(new Input.Join(config.seeds()));
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
        return Mono.defer(() -> parts == null || state == NodeState.STOPPED ? Mono.<Void>empty() : leaveNow());
    }

    private Mono<Void> leaveNow() {
        return onNodeThread(bound -> {
            if (state == NodeState.JOINED) {
                state = NodeState.LEFT;
                handshake.setOpen(false);
                commands.accept(new Input.Leave());
            }
            return state == NodeState.LEFT ? views.left() : Mono.empty();
        });
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
        Parts bound = parts;
        if (bound == null) {
            state = NodeState.STOPPED;
            views.complete();
            return disposeDelivery();
        }
        return leave().then(drained(bound)).then(close(bound));
    }

    /** What was published last still goes out, if the peers take it soon. */
    private Mono<Void> drained(Parts bound) {
        return Flux.interval(Duration.ZERO, DRAIN_CHECK, bound.scheduler())
                .onBackpressureDrop()
                .take(DRAIN_CHECKS)
                .takeUntil(check -> bound.links().isDrained())
                .then();
    }

    private Mono<Void> close(Parts bound) {
        return Mono.fromRunnable(() -> {
                    state = NodeState.STOPPED;
                    handshake.setOpen(false);
                    stopping.tryEmitEmpty();
                    bound.admission().close();
                    views.complete();
                })
                .subscribeOn(bound.scheduler())
                .then(bound.endpoint().close())
                .then(bound.transport().dispose())
                .then(disposeDelivery());
    }

    private Mono<Void> disposeDelivery() {
        return config.ownsDelivery()
                ? Mono.defer(() -> config.environment().delivery().disposeGracefully())
                : Mono.empty();
    }

    private Mono<Void> onNodeThread(Function<Parts, Mono<Void>> action) {
        return Mono.defer(() -> {
            Parts bound = parts;
            if (bound == null) {
                return Mono.error(new IllegalStateException("The node is not bound"));
            }
            if (state == NodeState.STOPPED) {
                return Mono.error(stoppedError());
            }
            return Mono.defer(() -> action.apply(bound))
                    .subscribeOn(bound.scheduler())
                    .publishOn(config.environment().delivery())
                    .onErrorMap(RejectedExecutionException.class, rejected -> stoppedError());
        });
    }

    private static IllegalStateException stoppedError() {
        return new IllegalStateException("The node has stopped");
    }

    /**
     * This member.
     *
     * @return this member
     * @throws IllegalStateException before it is bound
     */
    public Member self() {
        Parts bound = parts;
        if (bound == null) {
            throw new IllegalStateException("The node is not bound: its address is not known yet");
        }
        return bound.self();
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
    @SuppressWarnings("unchecked") // the codecs' names are the same, which says that they are interchangeable
    public <T> Topic<T> topic(String name, Codec<T> codec) {
        checkName(name);
        TopicChannel<?> channel = open(
                views.topics(),
                name,
                "topics",
                () -> new TopicChannel<>(
                        name, codec, publishing, config.environment().delivery(), observer));
        checkFormat("Topic", name, channel.codec().name(), codec.name());
        return (Topic<T>) channel;
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
    @SuppressWarnings("unchecked") // the codecs' names are the same, which says that they are interchangeable
    public <K, V> ReplicatedMap<K, V> map(String name, Codec<K> keys, Codec<V> values) {
        checkName(name);
        MapView<K, V> wanted = new MapView<>(
                name,
                keys,
                values,
                views.store(name),
                this::write,
                config.environment().delivery(),
                observer);
        MapView<?, ?> map = open(maps, name, "maps", () -> wanted);
        checkFormat("Map", name, map.format(), wanted.format());
        Parts bound = parts;
        if (bound != null && map == wanted) {
            bound.scheduler().schedule(() -> commands.accept(new Input.OpenStore(name)));
        }
        return (ReplicatedMap<K, V>) map;
    }

    private static void checkName(String name) {
        if (name.isBlank() || name.length() > DisseminationFrame.MAX_NAME_LENGTH) {
            throw new IllegalArgumentException("The name of a topic or map has 1 to "
                    + DisseminationFrame.MAX_NAME_LENGTH + " characters: '" + name + "'");
        }
    }

    private static void checkFormat(String kind, String name, String open, String wanted) {
        if (!open.equals(wanted)) {
            throw new IllegalArgumentException(kind + " '" + name + "' is open with codec " + open + ", not " + wanted);
        }
    }

    private static <C> C open(Map<String, C> opened, String name, String kind, Supplier<C> factory) {
        C existing = opened.get(name);
        if (existing != null) {
            return existing;
        }
        if (opened.size() >= MAX_OPEN) {
            throw new IllegalStateException("At most " + MAX_OPEN + " " + kind + " can be open");
        }
        return opened.computeIfAbsent(name, unused -> factory.get());
    }

    private final Publishing publishing = new Publishing() {
        @Override
        public Mono<Void> publish(String topic, Flux<Bytes> payloads) {
            return whenRunning(bound -> new PublishMono(
                    topic,
                    payloads.publishOn(bound.scheduler(), PublishSession.WINDOW),
                    commands,
                    bound.admission(),
                    bound.scheduler()));
        }

        @Override
        public Bytes withinLimit(String topic, Bytes payload) {
            return Node.withinLimit(
                    "A message on '" + topic + "'",
                    payload,
                    payload.length(),
                    config.settings().dissemination().maxPayloadBytes());
        }
    };

    private static Bytes withinLimit(String what, Bytes bytes, int length, int limit) {
        if (length > limit) {
            throw new IllegalArgumentException(
                    what + " has " + length + " bytes; the limit is " + limit + " (payload limit of the node)");
        }
        return bytes;
    }

    private Mono<Void> write(String store, Bytes key, @Nullable Bytes value) {
        withinLimit(
                "An entry of '" + store + "'",
                key,
                key.length() + (value == null ? 0 : value.length()),
                config.settings().antiEntropy().maxEntryBytes());
        if (pendingWrites.incrementAndGet() > MAX_PENDING_WRITES) {
            pendingWrites.decrementAndGet();
            return Mono.error(new IllegalStateException(
                    "More than " + MAX_PENDING_WRITES + " writes are under way: wait for some to complete"));
        }
        return whenRunning(bound -> Mono.<Void>fromRunnable(() -> commands.accept(new Input.Write(store, key, value)))
                        .subscribeOn(bound.scheduler()))
                .doFinally(signal -> pendingWrites.decrementAndGet());
    }

    /** Runs once the node is bound; a user's continuation never runs on the node's thread. */
    private Mono<Void> whenRunning(Function<Parts, Mono<Void>> action) {
        return Mono.defer(() -> {
            if (state == NodeState.STOPPED) {
                return Mono.<Void>error(stoppedError());
            }
            Parts bound = parts;
            Mono<Void> running = bound != null
                    ? action.apply(bound)
                    : this.running.asMono().then(Mono.defer(() -> action.apply(requireParts())));
            // A thread that is gone has rejected the task: the node has stopped meanwhile.
            return running.publishOn(config.environment().delivery())
                    .onErrorMap(RejectedExecutionException.class, rejected -> stoppedError());
        });
    }

    private Parts requireParts() {
        Parts bound = parts;
        if (bound == null) {
            throw stoppedError();
        }
        return bound;
    }
}
