package dev.grapevine;

import dev.grapevine.discovery.Seed;
import dev.grapevine.discovery.SeedProvider;
import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.observe.GrapevineObserver;
import dev.grapevine.protocol.NodeSettings;
import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.runtime.Environment;
import dev.grapevine.runtime.Node;
import dev.grapevine.runtime.NodeConfig;
import dev.grapevine.runtime.SystemEnvironment;
import dev.grapevine.transport.LinkLimits;
import dev.grapevine.transport.Transport;
import dev.grapevine.transport.rsocket.RSocketTransport;
import dev.grapevine.wire.Hello;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Names a node's cluster, address, seeds and limits. Every method but {@link #build()} changes the builder and returns
 * it; bad values fail at the call with {@link IllegalArgumentException}. Not thread-safe.
 */
public final class GrapevineBuilder {

    /** The port that addresses without one mean. */
    public static final int DEFAULT_PORT = 7946;

    /** Most seeds that can be named. */
    public static final int MAX_SEEDS = 256;

    private final String cluster;
    private @Nullable String name;
    private Address bind = new Address("0.0.0.0", DEFAULT_PORT);
    private @Nullable Address advertise;
    private List<String> seeds = List.of();
    private @Nullable SeedProvider seedProvider;
    private String zone = "";
    private Map<String, String> metadata = Map.of();
    private @Nullable MemberId memberId;
    private @Nullable Long epoch;
    private NodeSettings settings = NodeSettings.DEFAULT;
    private LinkLimits links = LinkLimits.DEFAULT;
    private GrapevineObserver observer = GrapevineObserver.NONE;
    private @Nullable Transport transport;
    private @Nullable Environment environment;

    GrapevineBuilder(String cluster) {
        if (cluster.isBlank() || cluster.length() > Hello.MAX_CLUSTER_LENGTH) {
            throw new IllegalArgumentException("A cluster's name has 1 to " + Hello.MAX_CLUSTER_LENGTH + " characters");
        }
        this.cluster = cluster;
    }

    /**
     * A name for people. Default: the member's address.
     *
     * @param name 1 to {@value Member#MAX_NAME_LENGTH} characters; need not be unique
     * @return this builder
     */
    public GrapevineBuilder name(String name) {
        if (name.isBlank() || name.length() > Member.MAX_NAME_LENGTH) {
            throw new IllegalArgumentException("A member's name has 1 to " + Member.MAX_NAME_LENGTH + " characters");
        }
        this.name = name;
        return this;
    }

    /**
     * What to listen on. Default {@code 0.0.0.0:7946}.
     *
     * @param address {@code host:port} or a host alone, which gets {@value #DEFAULT_PORT}; port 0 for any free port
     * @return this builder
     */
    public GrapevineBuilder bind(String address) {
        this.bind = Address.parse(address, DEFAULT_PORT);
        return this;
    }

    /**
     * Where peers dial this member. Default: the bound address, or, if that is a wildcard, the first routable address of
     * this machine.
     *
     * @param address {@code host:port}, or a host alone, which gets the bound port
     * @return this builder
     */
    public GrapevineBuilder advertise(String address) {
        this.advertise = Address.parse(address, 0);
        return this;
    }

    /**
     * Members to seek first; any of them is enough. Default none: a cluster of one, which others may join. A node may
     * name itself, so that all instances can have the same list.
     *
     * <p>A host is not just dialled: each of its IPv4 and IPv6 addresses is a seed, looked up again every 10 s for as
     * long as the node runs, so the name of a whole service will do, such as that of a headless service of Kubernetes.
     *
     * @param addresses {@code host:port}; {@code host}, which gets {@value #DEFAULT_PORT}; or {@code srv:name} for a
     *     service of DNS (SRV records); at most {@value #MAX_SEEDS}
     * @return this builder
     */
    public GrapevineBuilder seeds(String... addresses) {
        return seeds(Arrays.asList(addresses));
    }

    /**
     * Members to seek first, see {@link #seeds(String...)}.
     *
     * @param addresses the addresses
     * @return this builder
     */
    public GrapevineBuilder seeds(List<String> addresses) {
        if (addresses.size() > MAX_SEEDS) {
            throw new IllegalArgumentException("At most " + MAX_SEEDS + " seeds, not " + addresses.size());
        }
        this.seeds = addresses.stream()
                .map(address -> Seed.parse(address, DEFAULT_PORT).toString())
                .distinct()
                .toList();
        return this;
    }

    /**
     * Names seeds besides those of {@link #seeds(List)}, again and again. Default none.
     *
     * @param provider the provider
     * @return this builder
     */
    public GrapevineBuilder seedProvider(SeedProvider provider) {
        this.seedProvider = provider;
        return this;
    }

    /**
     * The failure domain, such as an availability zone. Default unknown.
     *
     * @param zone up to {@value Member#MAX_ZONE_LENGTH} characters
     * @return this builder
     */
    public GrapevineBuilder zone(String zone) {
        if (zone.length() > Member.MAX_ZONE_LENGTH) {
            throw new IllegalArgumentException("A zone has at most " + Member.MAX_ZONE_LENGTH + " characters");
        }
        this.zone = zone;
        return this;
    }

    /**
     * Labels that other members see. Default none.
     *
     * @param metadata within the limits of {@link Member}
     * @return this builder
     */
    public GrapevineBuilder metadata(Map<String, String> metadata) {
        Member.checkMetadata(metadata);
        this.metadata = new TreeMap<>(metadata);
        return this;
    }

    /**
     * The member's id. Default: a random one at each build.
     *
     * @param memberId an id that no other process has at the same time
     * @return this builder
     */
    public GrapevineBuilder memberId(MemberId memberId) {
        this.memberId = memberId;
        return this;
    }

    /**
     * The epoch of this start. Default: the wall clock in milliseconds when the node binds.
     *
     * @param epoch positive and higher than at any earlier start of the same id or address
     * @return this builder
     */
    public GrapevineBuilder epoch(long epoch) {
        if (epoch <= 0) {
            throw new IllegalArgumentException("An epoch is positive, not " + epoch);
        }
        this.epoch = epoch;
        return this;
    }

    /**
     * How the protocols behave. Default {@link NodeSettings#DEFAULT}.
     *
     * @param settings the settings
     * @return this builder
     */
    public GrapevineBuilder settings(NodeSettings settings) {
        this.settings = settings;
        return this;
    }

    /**
     * Changes some of the settings.
     *
     * @param change is given the settings so far and returns those to use
     * @return this builder
     */
    public GrapevineBuilder settings(UnaryOperator<NodeSettings> change) {
        this.settings = change.apply(settings);
        return this;
    }

    /**
     * The limits of the links. Default {@link LinkLimits#DEFAULT}. Ignored with a {@link #transport(Transport)}, which
     * has its own.
     *
     * @param links the limits
     * @return this builder
     */
    public GrapevineBuilder links(LinkLimits links) {
        this.links = links;
        return this;
    }

    /**
     * Is told what happens inside the node. Default nobody.
     *
     * @param observer the observer
     * @return this builder
     */
    public GrapevineBuilder observer(GrapevineObserver observer) {
        this.observer = observer;
        return this;
    }

    /**
     * What carries frames. Default RSocket over TCP.
     *
     * @param transport a transport that serves no other node; stopping the node disposes it, and so does a bind that
     *     fails, after which the node cannot be bound again
     * @return this builder
     */
    public GrapevineBuilder transport(Transport transport) {
        this.transport = transport;
        return this;
    }

    /**
     * Where time, chance and delivery threads come from. Default: the machine.
     *
     * @param environment the environment; stopping the node does not dispose it
     * @return this builder
     */
    public GrapevineBuilder environment(Environment environment) {
        this.environment = environment;
        return this;
    }

    /**
     * Builds the node. It holds no port and no thread until {@link Grapevine#bind()}.
     *
     * @return a new node
     * @throws IllegalArgumentException if settings and limits contradict each other
     */
    public Grapevine build() {
        Transport given = transport;
        LinkLimits limits = given == null ? links : given.limits();
        int largest = Math.max(
                Math.min(settings.dissemination().maxPayloadBytes(), DisseminationFrame.MAX_CHUNK_BYTES),
                settings.antiEntropy().maxEntryBytes());
        if (largest > limits.maxFrameBytes() / 2) {
            throw new IllegalArgumentException("A payload limit of " + largest + " bytes needs frames of at least "
                    + 2L * largest + " bytes; the limit is " + limits.maxFrameBytes());
        }
        Environment ownEnvironment = environment;
        Environment used = ownEnvironment == null ? SystemEnvironment.create("grapevine-" + cluster) : ownEnvironment;
        MemberId id = memberId != null
                ? memberId
                : new MemberId(used.random().nextLong(), used.random().nextLong());
        return new LiveGrapevine(new Node(new NodeConfig(
                cluster,
                name,
                bind,
                advertise,
                seeds,
                seedProvider,
                DEFAULT_PORT,
                zone,
                metadata,
                id,
                epoch,
                settings,
                () -> given != null ? given : RSocketTransport.create(limits, cluster),
                used,
                ownEnvironment == null,
                observer)));
    }
}
