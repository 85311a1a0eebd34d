package dev.grapevine.transport.rsocket;

import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.DialFailure;
import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.transport.Handshake;
import dev.grapevine.wire.Hello;
import dev.grapevine.wire.HelloCodec;
import dev.grapevine.wire.MalformedFrameException;
import dev.grapevine.wire.Refusal;
import io.rsocket.ConnectionSetupPayload;
import io.rsocket.Payload;
import io.rsocket.RSocket;
import io.rsocket.core.RSocketServer;
import io.rsocket.exceptions.RejectedSetupException;
import io.rsocket.frame.decoder.PayloadDecoder;
import io.rsocket.util.ByteBufPayload;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The acceptor's side of the handshake: a SETUP with the dialler's hello, judged; our own hello as the answer to its one
 * request; then the lanes, one after the other. The link is handed over with the last of them.
 */
final class Acceptance {

    private final RSocketEndpoint endpoint;
    private final RSocketTransport transport;
    private final Handshake handshake;

    Acceptance(RSocketEndpoint endpoint, RSocketTransport transport, Handshake handshake) {
        this.endpoint = endpoint;
        this.transport = transport;
        this.handshake = handshake;
    }

    /** A connection is open. Nothing is built for it before its first frame has come and is a SETUP. */
    void begin(PeerConnection connection) {
        Attempt attempt = new Attempt(connection);
        connection.onSetup(attempt::serve);
        var deadline = connection
                .channel()
                .eventLoop()
                .schedule(attempt::expire, transport.limits().handshakeTimeout().toNanos(), TimeUnit.NANOSECONDS);
        attempt.deadline = () -> deadline.cancel(false);
        connection.onEnd(attempt.deadline);
    }

    /** One connection's handshake. */
    private final class Attempt implements RSocket {

        private final PeerConnection connection;
        private Runnable deadline = () -> {};
        private @Nullable RSocketLink link;
        private int openLanes;

        Attempt(PeerConnection connection) {
            this.connection = connection;
        }

        void expire() {
            if (!connection.isDone()) {
                connection.rejected(RejectReason.HANDSHAKE_TIMEOUT, "no complete handshake");
            }
            connection.close(LinkLoss.LOCAL);
        }

        void serve() {
            RSocketServer.create((setup, rsocket) -> Mono.fromCallable(() -> admit(setup)))
                    .payloadDecoder(PayloadDecoder.ZERO_COPY)
                    .asConnectionAcceptor()
                    .apply(connection)
                    .subscribe(
                            nothing -> {},
                            error -> connection.breakOff(
                                    RejectReason.MALFORMED_FRAME, "a SETUP that cannot be served (" + error + ")"));
        }

        private RSocket admit(ConnectionSetupPayload setup) {
            Hello remote;
            try {
                remote = HelloCodec.decode(setup.data());
            } catch (MalformedFrameException | IndexOutOfBoundsException e) {
                throw refuse(RejectReason.MALFORMED_FRAME, DialFailure.NOT_A_PEER, String.valueOf(e.getMessage()));
            }
            if (!endpoint.isReady()) {
                throw refuse(RejectReason.NOT_READY, DialFailure.NOT_READY, "not accepting links");
            }
            DialFailure failure = handshake.judge(remote, false);
            if (failure != null) {
                throw refuse(DialFailures.counted(failure), failure, DialFailures.describe(failure, remote));
            }
            if (!endpoint.admit(connection)) {
                throw refuse(null, DialFailure.NOT_READY, "too many connections are open here");
            }
            connection.admit();
            link = new RSocketLink(connection, remote, transport.limits(), transport.codec(), transport::nanos);
            return this;
        }

        private RejectedSetupException refuse(@Nullable RejectReason counted, DialFailure failure, String detail) {
            if (counted != null) {
                connection.rejected(counted, detail);
            }
            return new RejectedSetupException(HelloCodec.encodeRefusal(new Refusal(failure, detail)));
        }

        @Override
        public Mono<Payload> requestResponse(Payload request) {
            request.release();
            return Mono.fromSupplier(
                    () -> ByteBufPayload.create(HelloCodec.encode(handshake.hello(), connection.alloc())));
        }

        @Override
        public Flux<Payload> requestChannel(Publisher<Payload> payloads) {
            Lane lane = Streams.LANES.get(openLanes++);
            RSocketLink opening = Objects.requireNonNull(link);
            payloads.subscribe(opening.receiver(lane));
            if (openLanes == Streams.LANES.size() && connection.isOpen()) {
                deadline.run();
                connection.startKeepAlive();
                endpoint.handOver(opening);
            }
            return opening.sender(lane);
        }
    }
}
