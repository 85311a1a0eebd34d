package dev.grapevine.transport.rsocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.grapevine.membership.Address;
import dev.grapevine.protocol.step.DialFailure;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.transport.Link;
import dev.grapevine.transport.LinkLimits;
import dev.grapevine.transport.LinkRefusedException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** A name with several addresses, all of them on loopback: the wanted member is at the last one. */
class RSocketAddressesTest {

    private static final String FIRST = "127.0.0.2";
    private static final String LAST = "127.0.0.3";

    private final Node red = Node.limited("red", Node.limits(1 << 20, 32, 512, Duration.ofSeconds(4)));
    private final Node white = at("white", "grapes", LAST, 0);
    private final int port = white.endpoint.address().port();

    @BeforeAll
    static void needsMoreThanOneLoopbackAddress() {
        assumeTrue(canBind(FIRST) && canBind(LAST), "this system has one loopback address only");
    }

    private static boolean canBind(String host) {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    private static Node at(String name, String cluster, String host, int port) {
        return new Node(name, cluster, 1, LinkLimits.DEFAULT, true, new Address(host, port));
    }

    @AfterEach
    void stop() {
        red.close();
        white.close();
    }

    @Test
    void anAddressThatSwallowsPacketsDoesNotStarveTheNext() throws IOException {
        try (ServerSocket hole = new ServerSocket(port, 1, InetAddress.getByName(FIRST))) {
            List<SocketChannel> queued = new ArrayList<>();
            for (int i = 0; i < 8; i++) { // more than wait to be accepted: the kernel drops what comes after them
                SocketChannel channel = SocketChannel.open();
                channel.configureBlocking(false);
                channel.connect(hole.getLocalSocketAddress());
                queued.add(channel);
            }
            assertLinked(dial(FIRST, LAST));
            for (SocketChannel channel : queued) {
                channel.close();
            }
        }
    }

    @Test
    void anAddressThatAcceptsAndSaysNothingLeavesTimeForTheNext() throws IOException {
        try (ServerSocket silent = new ServerSocket(port, 8, InetAddress.getByName(FIRST))) {
            assertLinked(dial(FIRST, LAST));
            silent.accept().close();
        }
    }

    @Test
    void anAddressWhereNobodyListensIsPassedOver() {
        assertLinked(dial(FIRST, LAST));
    }

    @Test
    void anAddressWhereTheHandshakeIsRefusedIsPassedOver() {
        try (Node stranger = at("stranger", "olives", FIRST, port)) {
            assertLinked(dial(FIRST, LAST));
            assertThat(stranger.rejections).containsExactly(RejectReason.FOREIGN_CLUSTER);
        }
    }

    @Test
    void whatAPeerSaidIsToldRatherThanThatNobodyListensAtAnotherAddress() {
        try (Node stranger = at("stranger", "olives", FIRST, port)) {
            white.close();
            assertFails(dial(FIRST, LAST), DialFailure.FOREIGN_CLUSTER);
            assertFails(dial(LAST, FIRST), DialFailure.FOREIGN_CLUSTER);
            assertThat(stranger.rejections).hasSize(2);
        }
    }

    @Test
    void nobodyListensOnlyIfEveryAddressSaysSo() throws IOException {
        white.close();
        assertFails(dial(FIRST, LAST), DialFailure.CONNECTION_REFUSED);
        try (ServerSocket silent = new ServerSocket(port, 8, InetAddress.getByName(LAST))) {
            assertFails(dial(FIRST, LAST), DialFailure.TIMEOUT);
            silent.accept().close();
        }
    }

    private Mono<Link> dial(String... hosts) {
        Mono<List<InetAddress>> resolved = Mono.fromCallable(() -> {
            List<InetAddress> addresses = new ArrayList<>();
            for (String host : hosts) {
                addresses.add(InetAddress.getByAddress(
                        "many.invalid",
                        new InetSocketAddress(host, 0).getAddress().getAddress()));
            }
            return addresses;
        });
        Address named = new Address("many.invalid", port);
        return Mono.defer(() -> new Dial((RSocketEndpoint) red.endpoint, red.transport, red, named).linkToAny(resolved))
                .subscribeOn(red.transport.scheduler());
    }

    private void assertLinked(Mono<Link> dial) {
        StepVerifier.create(dial.map(Link::remote))
                .expectNext(white.hello())
                .expectComplete()
                .verify(Node.PATIENCE);
        white.nextAccepted();
    }

    private static void assertFails(Mono<Link> dial, DialFailure failure) {
        StepVerifier.create(dial)
                .expectErrorSatisfies(error -> assertThat(((LinkRefusedException) error).failure())
                        .as(error.getMessage())
                        .isEqualTo(failure))
                .verify(Node.PATIENCE);
    }
}
