package dev.grapevine.transport.rsocket;

import dev.grapevine.membership.Address;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.DialFailure;
import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.transport.Handshake;
import dev.grapevine.transport.Link;
import dev.grapevine.transport.LinkLimits;
import dev.grapevine.transport.LinkRefusedException;
import dev.grapevine.wire.Hello;
import dev.grapevine.wire.HelloCodec;
import dev.grapevine.wire.MalformedFrameException;
import dev.grapevine.wire.Refusal;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.resolver.NoopAddressResolverGroup;
import io.rsocket.DuplexConnection;
import io.rsocket.Payload;
import io.rsocket.RSocket;
import io.rsocket.core.RSocketConnector;
import io.rsocket.frame.FrameLengthCodec;
import io.rsocket.frame.decoder.PayloadDecoder;
import io.rsocket.transport.ClientTransport;
import io.rsocket.util.DefaultPayload;
import io.rsocket.util.EmptyPayload;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import reactor.core.publisher.Mono;
import reactor.netty.tcp.TcpClient;

/**
 * The dialler's side of a link: the name resolved, one of its addresses connected to, our hello in SETUP, the peer's
 * hello as the answer to the one request, judged; then the lanes. All of it within the handshake timeout.
 */
final class Dial {

    /** Less than the millisecond that RSocket-Java counts in, so none: {@link PeerConnection} does it. */
    private static final Duration NO_KEEP_ALIVE = Duration.ofNanos(1);

    private final RSocketEndpoint endpoint;
    private final RSocketTransport transport;
    private final LinkLimits limits;
    private final Handshake handshake;
    private final Address address;

    Dial(RSocketEndpoint endpoint, RSocketTransport transport, Handshake handshake, Address address) {
        this.endpoint = endpoint;
        this.transport = transport;
        this.limits = transport.limits();
        this.handshake = handshake;
        this.address = address;
    }

    /** The link on the event loop, or {@link LinkRefusedException}. */
    Mono<Link> connect() {
        if (endpoint.isFull("a dial to " + address)) {
            return Mono.error(refused(DialFailure.NOT_READY, "too many connections are open here"));
        }
        return transport
                .resolver()
                .resolve(address.host())
                .flatMap(hosts -> connectToAny(hosts, 0))
                .flatMap(this::shakeHands)
                .timeout(limits.handshakeTimeout(), transport.scheduler())
                .onErrorMap(error -> DialFailures.refused(address, error));
    }

    /** One after the other. Nobody listens only if every address refuses; else another failure is the one to tell. */
    private Mono<PeerConnection> connectToAny(List<InetAddress> hosts, int index) {
        Mono<PeerConnection> here = connectTo(hosts.get(index));
        if (index == hosts.size() - 1) {
            return here;
        }
        return here.onErrorResume(error -> connectToAny(hosts, index + 1)
                .onErrorMap(later -> DialFailures.isConnectionRefused(later) ? error : later));
    }

    private Mono<PeerConnection> connectTo(InetAddress host) {
        InetSocketAddress remote = new InetSocketAddress(host, address.port());
        return TcpClient.newConnection()
                .runOn(transport.thread().group())
                .resolver(NoopAddressResolverGroup.INSTANCE)
                .remoteAddress(() -> remote)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        Math.min(Integer.MAX_VALUE, limits.handshakeTimeout().toMillis()))
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, RSocketEndpoint.WATER_MARKS)
                .doOnChannelInit((observer, channel, peer) ->
                        endpoint.connection(channel, true).install())
                .connect()
                .flatMap(connected -> notToItself(connected.channel()));
    }

    /**
     * A dial to a port of the ephemeral range at which nobody listens can be given that very port as its source, and
     * then connects to itself: TCP's simultaneous open. Nobody listens there.
     */
    private static Mono<PeerConnection> notToItself(Channel channel) {
        PeerConnection connection = channel.pipeline().get(PeerConnection.class);
        if (channel.localAddress().equals(channel.remoteAddress())) {
            connection.close(LinkLoss.LOCAL);
            return Mono.error(new ConnectException("Connection refused: connected to itself"));
        }
        return Mono.just(connection);
    }

    private Mono<Link> shakeHands(PeerConnection connection) {
        if (!endpoint.register(connection)) {
            connection.close(LinkLoss.LOCAL);
            return Mono.error(refused(DialFailure.NOT_READY, "too many connections are open here"));
        }
        return RSocketConnector.create()
                .setupPayload(Mono.fromSupplier(
                        () -> DefaultPayload.create(HelloCodec.encode(handshake.hello(), connection.alloc()))))
                .dataMimeType(Streams.MIME_TYPE)
                .keepAlive(NO_KEEP_ALIVE, NO_KEEP_ALIVE)
                .payloadDecoder(PayloadDecoder.ZERO_COPY)
                .connect(over(connection))
                .flatMap(rsocket -> rsocket.requestResponse(EmptyPayload.INSTANCE)
                        .map(welcome -> open(rsocket, connection, welcome)))
                .onErrorMap(error -> failure(connection, error))
                .doOnError(error -> connection.close(LinkLoss.LOCAL))
                .doOnCancel(() -> connection.close(LinkLoss.LOCAL));
    }

    private static ClientTransport over(PeerConnection connection) {
        return new ClientTransport() {
            @Override
            public Mono<DuplexConnection> connect() {
                return Mono.just(connection);
            }

            @Override
            public int maxFrameLength() {
                return FrameLengthCodec.FRAME_LENGTH_MASK;
            }
        };
    }

    private Link open(RSocket rsocket, PeerConnection connection, Payload welcome) {
        Hello remote;
        try {
            remote = HelloCodec.decode(welcome.data());
        } catch (MalformedFrameException e) {
            connection.breakOff(RejectReason.MALFORMED_FRAME, String.valueOf(e.getMessage()));
            throw refused(DialFailure.NOT_A_PEER, String.valueOf(e.getMessage()));
        } finally {
            welcome.release();
        }
        DialFailure failure = handshake.judge(remote, true);
        if (failure != null) {
            String detail = DialFailures.describe(failure, remote);
            RejectReason counted = DialFailures.counted(failure);
            if (counted != null) {
                connection.rejected(counted, detail);
            }
            throw refused(failure, detail);
        }
        connection.admit();
        RSocketLink link = new RSocketLink(connection, remote, limits, transport.codec());
        connection.lanesOpened();
        for (Lane lane : Lane.values()) {
            rsocket.requestChannel(link.sender(lane)).subscribe(link.receiver(lane));
        }
        connection.startKeepAlive();
        return link;
    }

    private Throwable failure(PeerConnection connection, Throwable error) {
        Refusal refusal = connection.refusal();
        if (error instanceof LinkRefusedException) {
            return error;
        }
        if (connection.loss() == LinkLoss.MALFORMED) {
            return refused(DialFailure.NOT_A_PEER, "what answers there does not speak the protocol");
        }
        if (refusal != null) {
            return refused(refusal.failure(), "refused by the peer: " + refusal.detail());
        }
        return connection.isOpen()
                ? refused(DialFailure.NOT_A_PEER, "another application of RSocket answers there (" + error + ")")
                : refused(DialFailure.NOT_READY, "the connection was closed amid the handshake");
    }

    private LinkRefusedException refused(DialFailure failure, String detail) {
        return new LinkRefusedException(failure, "No link to " + address + ": " + detail, null);
    }
}
