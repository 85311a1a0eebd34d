package dev.grapevine.transport.rsocket;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.protocol.step.DialFailure;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.transport.Endpoint;
import dev.grapevine.transport.Handshake;
import dev.grapevine.transport.LaneWeights;
import dev.grapevine.transport.Link;
import dev.grapevine.transport.LinkLimits;
import dev.grapevine.wire.Hello;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A transport with an endpoint on loopback, and a plain handshake that records what it is told. */
final class Node implements Handshake, AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Rejections in the order in which they were counted. */
    final BlockingQueue<RejectReason> rejections = new LinkedBlockingQueue<>();

    final BlockingQueue<String> details = new LinkedBlockingQueue<>();
    final BlockingQueue<Link> accepted = new LinkedBlockingQueue<>();
    final RSocketTransport transport;
    final Endpoint endpoint;
    final String name;
    private final String cluster;
    private final int version;

    Node(String name, String cluster, int version, LinkLimits limits, boolean accepting) {
        this(name, cluster, version, limits, accepting, new Address("127.0.0.1", 0));
    }

    Node(String name, String cluster, int version, LinkLimits limits, boolean accepting, Address bind) {
        this.name = name;
        this.cluster = cluster;
        this.version = version;
        this.transport = RSocketTransport.create(limits, name);
        this.endpoint = transport.bind(bind, this).block(PATIENCE);
        if (accepting) {
            endpoint.accepted().subscribe(accepted::add);
        }
    }

    static Node named(String name) {
        return new Node(name, "grapes", 1, LinkLimits.DEFAULT, true);
    }

    static Node limited(String name, LinkLimits limits) {
        return new Node(name, "grapes", 1, limits, true);
    }

    static LinkLimits limits(int maxFrameBytes, int framesInFlight, int maxConnections, Duration handshakeTimeout) {
        return limits(maxFrameBytes, framesInFlight, maxConnections, 256, handshakeTimeout);
    }

    static LinkLimits limits(
            int maxFrameBytes, int framesInFlight, int maxConnections, int maxHandshakes, Duration handshakeTimeout) {
        return new LinkLimits(
                maxFrameBytes,
                maxFrameBytes / 2,
                framesInFlight,
                LinkLimits.DEFAULT.maxBytesInFlight(),
                LaneWeights.DEFAULT,
                maxConnections,
                maxHandshakes,
                handshakeTimeout,
                Duration.ofSeconds(2),
                Duration.ofSeconds(15));
    }

    Link dial(Node other) {
        return endpoint.connect(other.endpoint.address()).block(PATIENCE);
    }

    Link nextAccepted() {
        return next(accepted);
    }

    static <T> T next(BlockingQueue<T> queue) {
        try {
            T found = queue.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (found == null) {
                throw new AssertionError("nothing came within " + PATIENCE);
            }
            return found;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    static List<Frame> batch(long first, int size) {
        List<Bytes> payloads = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            payloads.add(Bytes.wrap(new byte[100]));
        }
        return List.of(new Publications(new Origin(new MemberId(1, 2), 3), "t", first, payloads));
    }

    @Override
    public Hello hello() {
        return new Hello(
                cluster,
                version,
                version,
                new Member(new Origin(new MemberId(7, name.hashCode()), 1), name, endpoint.address(), "", Map.of()));
    }

    @Override
    public @Nullable DialFailure judge(Hello remote, boolean dialled) {
        if (!remote.cluster().equals(cluster)) {
            return DialFailure.FOREIGN_CLUSTER;
        }
        if (remote.version() < version || remote.minVersion() > version) {
            return DialFailure.WRONG_VERSION;
        }
        return remote.member().name().equals(name) ? DialFailure.SELF : null;
    }

    @Override
    public void rejected(RejectReason reason, String detail) {
        details.add(detail);
        rejections.add(reason);
    }

    @Override
    public void close() {
        endpoint.close().block(PATIENCE);
        transport.dispose().block(PATIENCE);
    }
}
