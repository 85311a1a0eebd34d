package dev.grapevine.transport.rsocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Address;
import dev.grapevine.protocol.step.DialFailure;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.transport.Link;
import dev.grapevine.transport.LinkLimits;
import dev.grapevine.transport.LinkRefusedException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

class RSocketHandshakeTest {

    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final Duration SHORT = Duration.ofMillis(500);

    private final Node red = Node.named("red");

    @AfterEach
    void stop() {
        red.close();
    }

    @Test
    void aMemberOfAnotherClusterIsRefusedAndCountedOnceWhereItIsRefused() {
        try (Node other = new Node("other", "olives", 1, LinkLimits.DEFAULT, true)) {
            assertRefused(red.endpoint.connect(other.endpoint.address()), DialFailure.FOREIGN_CLUSTER);

            assertThat(other.rejections).containsExactly(RejectReason.FOREIGN_CLUSTER);
            assertThat(other.accepted).isEmpty();
            assertThat(red.rejections).isEmpty();
        }
    }

    @Test
    void aMemberOfAnotherVersionIsRefusedAndCountedOnceWhereItIsRefused() {
        try (Node newer = new Node("newer", "grapes", 2, LinkLimits.DEFAULT, true)) {
            assertRefused(red.endpoint.connect(newer.endpoint.address()), DialFailure.WRONG_VERSION);

            assertThat(newer.rejections).containsExactly(RejectReason.WRONG_VERSION);
            assertThat(red.rejections).isEmpty();
        }
    }

    @Test
    void aMemberThatFindsItselfAmongItsSeedsIsNobodysFault() {
        assertRefused(red.endpoint.connect(red.endpoint.address()), DialFailure.SELF);

        assertThat(red.rejections).isEmpty();
    }

    @Test
    void linksAreRefusedWhileNobodyTakesThem() {
        try (Node starting = new Node("starting", "grapes", 1, LinkLimits.DEFAULT, false)) {
            assertRefused(red.endpoint.connect(starting.endpoint.address()), DialFailure.NOT_READY);

            assertThat(starting.rejections).containsExactly(RejectReason.NOT_READY);
        }
    }

    @Test
    void anHttpRequestIsMalformed() throws IOException {
        assertRejects("GET / HTTP/1.1\r\nHost: red\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void aTlsHelloIsMalformed() throws IOException {
        assertRejects(new byte[] {0x16, 3, 1, 0, (byte) 0xf4, 1, 0, 0, (byte) 0xf0, 3, 3});
    }

    @Test
    void randomBytesAreMalformed() throws IOException {
        byte[] bytes = new byte[4096];
        new java.util.Random(42).nextBytes(bytes);
        assertRejects(bytes);
    }

    private void assertRejects(byte[] bytes) throws IOException {
        try (Socket socket = new Socket(LOOPBACK, red.endpoint.address().port())) {
            socket.getOutputStream().write(bytes);
            assertThat(Node.next(red.rejections)).isEqualTo(RejectReason.MALFORMED_FRAME);
            assertClosed(socket);
        }
        assertThat(red.rejections).isEmpty();
    }

    @Test
    void halfAFirstFrameIsMalformed() throws IOException {
        try (Socket socket = new Socket(LOOPBACK, red.endpoint.address().port())) {
            socket.getOutputStream().write(new byte[] {0, 0, 40, 0, 0});
        }
        assertThat(Node.next(red.rejections)).isEqualTo(RejectReason.MALFORMED_FRAME);
    }

    @Test
    void anOversizedFirstFrameIsRefusedByItsLength() throws IOException {
        try (Socket socket = new Socket(LOOPBACK, red.endpoint.address().port())) {
            socket.getOutputStream().write(new byte[] {0x7f, 0, 0, 0, 0, 0, 0, 4, 0});
            assertThat(Node.next(red.rejections)).isEqualTo(RejectReason.OVERSIZED_FRAME);
            assertClosed(socket);
        }
        assertThat(red.rejections).isEmpty();
    }

    @Test
    void aHealthCheckThatSaysNothingIsNotCounted() throws IOException {
        new Socket(LOOPBACK, red.endpoint.address().port()).close();
        try (Node white = Node.named("white")) {
            white.dial(red).close();
            red.nextAccepted();
        }
        assertThat(red.rejections).isEmpty();
    }

    @Test
    void whoConnectsAndStaysSilentIsClosedAfterTheHandshakeTimeout() throws IOException {
        try (Node hasty = Node.limited("hasty", Node.limits(1 << 20, 32, 512, SHORT));
                Socket socket = new Socket(LOOPBACK, hasty.endpoint.address().port())) {
            assertThat(Node.next(hasty.rejections)).isEqualTo(RejectReason.HANDSHAKE_TIMEOUT);
            assertClosed(socket);
            assertThat(hasty.rejections).isEmpty();
        }
    }

    @Test
    void oneMemberTooManyIsRefusedAndCountedAndAdmittedOnceThereIsRoom() {
        try (Node small = Node.limited("small", Node.limits(1 << 20, 32, 1, Duration.ofSeconds(5)));
                Node white = Node.named("white")) {
            Link first = red.dial(small);
            Link firstAccepted = small.nextAccepted();

            assertRefused(white.endpoint.connect(small.endpoint.address()), DialFailure.NOT_READY);
            assertThat(small.rejections).containsExactly(RejectReason.TOO_MANY_CONNECTIONS);
            assertRefused(small.endpoint.connect(white.endpoint.address()), DialFailure.NOT_READY);
            assertThat(small.rejections)
                    .containsExactly(RejectReason.TOO_MANY_CONNECTIONS, RejectReason.TOO_MANY_CONNECTIONS);

            first.close();
            firstAccepted.onClose().block(Node.PATIENCE);
            Link second = white.dial(small);
            assertThat(second.remote()).isEqualTo(small.hello());
            assertThat(small.nextAccepted().remote()).isEqualTo(white.hello());
            assertThat(small.rejections).hasSize(2);
        }
    }

    @Test
    void aPortWhereNobodyListensRefusesTheConnection() throws IOException {
        assertRefused(red.endpoint.connect(new Address("127.0.0.1", freePort())), DialFailure.CONNECTION_REFUSED);
    }

    @Test
    void aNameIsResolvedWhenItIsDialled() {
        try (Node white = Node.named("white")) {
            Link link = red.endpoint
                    .connect(new Address("localhost", white.endpoint.address().port()))
                    .block(Node.PATIENCE);
            assertThat(link.remote()).isEqualTo(white.hello());
        }
    }

    @Test
    void aNameThatDoesNotResolveIsUnreachable() {
        assertRefused(red.endpoint.connect(new Address("nobody.invalid", 7000)), DialFailure.UNREACHABLE);
    }

    @Test
    void whatAnswersInAnotherProtocolIsNoPeer() throws IOException {
        assertThat(dialServer(true)).isEqualTo(DialFailure.NOT_A_PEER);
        assertThat(red.rejections).containsExactly(RejectReason.MALFORMED_FRAME);
    }

    @Test
    void whatClosesTheConnectionWithoutAWordMayBeTriedAgain() throws IOException {
        assertThat(dialServer(false)).isEqualTo(DialFailure.NOT_READY);
        assertThat(red.rejections).isEmpty();
    }

    @Test
    void whatAcceptsAndSaysNothingTimesOut() throws IOException {
        try (Node hasty = Node.limited("hasty", Node.limits(1 << 20, 32, 512, SHORT));
                ServerSocket silent = new ServerSocket(0, 5, LOOPBACK)) {
            assertRefused(hasty.endpoint.connect(new Address("127.0.0.1", silent.getLocalPort())), DialFailure.TIMEOUT);
        }
    }

    private DialFailure dialServer(boolean speaks) throws IOException {
        try (ServerSocket server = new ServerSocket(0, 5, LOOPBACK)) {
            var dial = red.endpoint
                    .connect(new Address("127.0.0.1", server.getLocalPort()))
                    .toFuture();
            try (Socket socket = server.accept()) {
                socket.getInputStream().readNBytes(9);
                if (speaks) {
                    socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes());
                    socket.getOutputStream().flush();
                    socket.getInputStream().readAllBytes();
                }
            }
            return dial.handle((link, error) -> ((LinkRefusedException) error).failure())
                    .join();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, LOOPBACK)) {
            return socket.getLocalPort();
        }
    }

    private static void assertClosed(Socket socket) throws IOException {
        socket.setSoTimeout((int) Node.PATIENCE.toMillis());
        int read;
        try {
            read = socket.getInputStream().read();
        } catch (java.net.SocketException reset) {
            read = -1;
        }
        assertThat(read).isEqualTo(-1);
    }

    private static void assertRefused(Mono<Link> dial, DialFailure failure) {
        StepVerifier.create(dial)
                .expectErrorSatisfies(error -> assertThat(((LinkRefusedException) error).failure())
                        .as(error.getMessage())
                        .isEqualTo(failure))
                .verify(Node.PATIENCE);
    }
}
