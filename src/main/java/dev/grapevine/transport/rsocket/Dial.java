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
import io.rsocket.DuplexConnection;
import io.rsocket.Payload;
import io.rsocket.RSocket;
import io.rsocket.core.RSocketConnector;
import io.rsocket.frame.FrameLengthCodec;
import io.rsocket.frame.decoder.PayloadDecoder;
import io.rsocket.transport.ClientTransport;
import io.rsocket.util.DefaultPayload;
import io.rsocket.util.EmptyPayload;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import reactor.core.publisher.Mono;

/**
 * The dialler's side of a link: the name resolved, one of its addresses connected to, our hello in SETUP, the peer's
 * hello as the answer to the one request, judged; then the lanes. Where an address gives no link, the next one of the
 * name is tried. All of it within the handshake timeout.
 */
final class Dial {

    /** Less than the millisecond that RSocket-Java counts in, so none: {@link PeerConnection} does it. */
    private static final Duration NO_KEEP_ALIVE = Duration.ofNanos(1);

    /** Most addresses of a name that are tried: each has a share of the time that is long enough for a handshake. */
    private static final int MAX_ADDRESSES = 8;

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
        return transport.resolver().resolve(address.host()).transform(this::linkToAny);
    }

    /** As {@link #connect()}, to a host whose addresses are known. */
    Mono<Link> linkToAny(Mono<List<InetAddress>> resolved) {
        return resolved.map(hosts -> hosts.subList(0, Math.min(MAX_ADDRESSES, hosts.size())))
                .flatMap(hosts -> linkToAny(hosts, limits.handshakeTimeout().dividedBy(hosts.size())))
                .timeout(limits.handshakeTimeout(), transport.scheduler())
                .onErrorMap(error -> DialFailures.refused(address, error));
    }

    /**
     * One that connects is given its share of the time for its handshake; then the next is tried. Where a peer has said
     * why there is no link, that is told rather than that others did not answer.
     */
    private Mono<Link> linkToAny(List<InetAddress> hosts, Duration share) {
        return new AddressRace(endpoint, transport, address.port()).run(hosts).flatMap(won -> shakeHands(
                        won.connection())
                .timeout(share, transport.scheduler())
                .onErrorResume(error -> !won.rest().isEmpty(), error -> linkToAny(won.rest(), share)
                        .onErrorMap(later -> later instanceof LinkRefusedException ? later : error)));
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
        RSocketLink link = new RSocketLink(connection, remote, limits, transport.codec(), transport::nanos);
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
