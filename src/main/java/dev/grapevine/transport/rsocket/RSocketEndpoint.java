package dev.grapevine.transport.rsocket;

import dev.grapevine.membership.Address;
import dev.grapevine.protocol.step.DialFailure;
import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.transport.Endpoint;
import dev.grapevine.transport.Handshake;
import dev.grapevine.transport.Link;
import dev.grapevine.transport.LinkLimits;
import dev.grapevine.transport.LinkRefusedException;
import dev.grapevine.wire.HelloCodec;
import dev.grapevine.wire.Refusal;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.rsocket.exceptions.RejectedSetupException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.DisposableServer;
import reactor.netty.tcp.TcpServer;

/** A bound transport: the server, and the register of all its connections. Everything happens on the event loop. */
final class RSocketEndpoint implements Endpoint {

    static final WriteBufferWaterMark WATER_MARKS =
            new WriteBufferWaterMark(RSocketTransport.WRITE_LOW_WATER, RSocketTransport.WRITE_HIGH_WATER);

    private static final int BACKLOG = 256;

    /** A turn of the event loop's selector, in which it lets go of the sockets that were closed before. */
    private static final Duration SELECTOR_TURN = Duration.ofMillis(1);

    /** For how long peers are waited for to read what was sent last. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    private final RSocketTransport transport;
    private final LinkLimits limits;
    private final Address requested;
    private final Handshake handshake;
    private final Acceptance acceptance;
    private final Sinks.Many<Link> accepted = Sinks.many().unicast().onBackpressureBuffer();
    private final Sinks.Empty<Void> closing = Sinks.empty();
    private final Set<PeerConnection> connections = new LinkedHashSet<>();

    /** Accepted, and not yet known to be of a member; the oldest first. */
    private final Set<PeerConnection> strangers = new LinkedHashSet<>();

    private @Nullable DisposableServer server;
    private boolean closed;

    RSocketEndpoint(RSocketTransport transport, Address address, Handshake handshake) {
        this.transport = transport;
        this.limits = transport.limits();
        this.requested = address;
        this.handshake = handshake;
        this.acceptance = new Acceptance(this, transport, handshake);
    }

    Mono<Endpoint> bind() {
        return transport
                .resolver()
                .resolveToBind(requested.host())
                .flatMap(host -> server(host).bind())
                .flatMap(this::bound)
                .onErrorMap(error -> {
                    Throwable cause = error.getCause() instanceof IOException io ? io : Exceptions.unwrap(error);
                    String message = "Cannot listen on " + requested + ": " + cause.getMessage();
                    return new UncheckedIOException(
                            message, cause instanceof IOException io ? io : new IOException(cause));
                });
    }

    /** The host is looked up elsewhere: this endpoint may have been closed, with the transport, before it had a server to close. */
    private Mono<Endpoint> bound(DisposableServer bound) {
        server = bound;
        if (!closed) {
            return Mono.just(this);
        }
        bound.dispose();
        return bound.onDispose()
                .then(Mono.delay(SELECTOR_TURN, transport.scheduler()))
                .then(Mono.error(new IllegalStateException("it was closed meanwhile")));
    }

    private TcpServer server(InetAddress host) {
        return TcpServer.create()
                .runOn(transport.thread().group())
                .bindAddress(() -> new InetSocketAddress(host, requested.port()))
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARKS)
                .doOnChannelInit((observer, channel, remote) ->
                        connection(channel, false).install());
    }

    PeerConnection connection(Channel channel, boolean dialled) {
        return new PeerConnection(channel, limits, dialled, handshake::rejected, dialled ? c -> {} : this::opened);
    }

    /** A peer has connected. */
    private void opened(PeerConnection connection) {
        if (closed) {
            connection.close(LinkLoss.LOCAL);
            return;
        }
        if (strangers.size() >= limits.maxHandshakes()) {
            giveWay(strangers.iterator().next());
        }
        strangers.add(connection);
        connection.onEnd(() -> strangers.remove(connection));
        acceptance.begin(connection);
    }

    /**
     * The oldest gives way and not the new one: a member says who it is at once, so that it is never the oldest of many
     * for long, while those that say nothing push out each other.
     */
    private void giveWay(PeerConnection oldest) {
        if (!oldest.isDone()) {
            oldest.rejected(
                    RejectReason.TOO_MANY_CONNECTIONS,
                    "no handshake yet, with " + limits.maxHandshakes() + " such connections open");
        }
        strangers.remove(oldest);
        turnAway(oldest);
    }

    /** Whoever opened a connection has shown that it is a member: counts it in, unless there are too many. */
    boolean admit(PeerConnection connection) {
        boolean admitted = register(connection);
        if (admitted) {
            strangers.remove(connection);
        }
        return admitted;
    }

    /** Counts a connection with a member in, unless there are too many: then that is counted. */
    boolean register(PeerConnection connection) {
        if (isFull("a connection with " + connection.peer())) {
            return false;
        }
        connections.add(connection);
        connection.onEnd(() -> connections.remove(connection));
        return true;
    }

    boolean isFull(String what) {
        boolean full = connections.size() >= limits.maxConnections();
        if (full) {
            handshake.rejected(
                    RejectReason.TOO_MANY_CONNECTIONS,
                    what + ", with " + limits.maxConnections() + " connections open already");
        }
        return full;
    }

    /** Tells the peer if that is possible at once; nothing of it is kept. */
    private static void turnAway(PeerConnection connection) {
        connection.sendErrorAndClose(
                new RejectedSetupException(HelloCodec.encodeRefusal(new Refusal(DialFailure.NOT_READY, "full"))));
        connection.close(LinkLoss.LOCAL);
    }

    boolean isReady() {
        return !closed && accepted.currentSubscriberCount() > 0;
    }

    void handOver(Link link) {
        if (accepted.tryEmitNext(link).isFailure()) {
            link.close();
        }
    }

    @Override
    public Address address() {
        int port = server == null ? requested.port() : server.port();
        return new Address(requested.host(), port);
    }

    @Override
    public Flux<Link> accepted() {
        return accepted.asFlux();
    }

    @Override
    public Mono<Link> connect(Address address) {
        Mono<Link> dial = Mono.defer(
                () -> closed ? Mono.error(notReady(address)) : new Dial(this, transport, handshake, address).connect());
        Mono<Link> end = closing.asMono().then(Mono.error(() -> notReady(address)));
        Mono<Link> dialling = Mono.firstWithSignal(dial, end).subscribeOn(transport.scheduler());
        // Whoever uses the link cancels when it is done with it. That must not reach the dial, which would close the
        // connection at once, with what was sent last.
        return Mono.create(sink -> sink.onCancel(dialling.subscribe(sink::success, sink::error)));
    }

    private static LinkRefusedException notReady(Address address) {
        return new LinkRefusedException(
                DialFailure.NOT_READY, "No link to " + address + ": this endpoint is closed", null);
    }

    @Override
    public Mono<Void> close() {
        // Once the transport is disposed of, nothing of the endpoint is left to close.
        return Mono.defer(this::closeOnLoop)
                .subscribeOn(transport.scheduler())
                .onErrorResume(RejectedExecutionException.class, disposed -> Mono.empty());
    }

    private Mono<Void> closeOnLoop() {
        if (!closed) {
            closed = true;
            closing.tryEmitEmpty();
            accepted.tryEmitComplete();
        }
        List<Mono<?>> ends = new ArrayList<>();
        for (PeerConnection stranger : List.copyOf(strangers)) {
            ends.add(stranger.closed());
            stranger.close(LinkLoss.LOCAL);
        }
        for (PeerConnection connection : List.copyOf(connections)) {
            ends.add(connection.closed());
            connection.finish();
        }
        if (server != null) {
            ends.add(server.onDispose());
            server.dispose();
        }
        Mono<Void> ended = Mono.when(ends);
        return ended.timeout(LAST_WORDS, Mono.defer(() -> cutOff(ended)), transport.scheduler())
                .then(Mono.delay(SELECTOR_TURN, transport.scheduler()))
                .then();
    }

    /** Peers that have not read up to the end in time. */
    private Mono<Void> cutOff(Mono<Void> ended) {
        List.copyOf(connections).forEach(connection -> connection.close(LinkLoss.LOCAL));
        return ended;
    }
}
