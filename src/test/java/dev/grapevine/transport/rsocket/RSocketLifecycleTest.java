package dev.grapevine.transport.rsocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.grapevine.membership.Address;
import dev.grapevine.protocol.step.DialFailure;
import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.transport.Endpoint;
import dev.grapevine.transport.Link;
import dev.grapevine.transport.LinkLimits;
import dev.grapevine.transport.LinkRefusedException;
import java.io.UncheckedIOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

class RSocketLifecycleTest {

    @Test
    void aPortInUseIsAnErrorThatNamesTheAddress() {
        try (Node red = Node.named("red")) {
            RSocketTransport other = RSocketTransport.create(LinkLimits.DEFAULT, "other");
            Address taken = red.endpoint.address();

            assertThatThrownBy(() -> other.bind(taken, red).block(Node.PATIENCE))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("Cannot listen on " + taken);
            other.dispose().block(Node.PATIENCE);
        }
    }

    @Test
    void anEndpointThatIsClosedWhileItIsBoundListensToNobody() {
        try (Node red = Node.named("red")) {
            RSocketTransport transport = RSocketTransport.create(LinkLimits.DEFAULT, "hasty");
            Address free = freeAddress();
            RSocketEndpoint endpoint = new RSocketEndpoint(transport, free, red);
            endpoint.close().block(Node.PATIENCE);

            assertThatThrownBy(() -> endpoint.bind().block(Node.PATIENCE))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("Cannot listen on " + free + ": it was closed meanwhile");
            StepVerifier.create(red.endpoint.connect(free))
                    .expectErrorSatisfies(error -> assertThat(((LinkRefusedException) error).failure())
                            .isEqualTo(DialFailure.CONNECTION_REFUSED))
                    .verify(Node.PATIENCE);
            transport.dispose().block(Node.PATIENCE);
        }
    }

    /** Of an endpoint that is no more. */
    private static Address freeAddress() {
        try (Node gone = Node.named("gone")) {
            return gone.endpoint.address();
        }
    }

    @Test
    void closingEndsEveryLinkAndGivesThePortBackAtOnce() {
        try (Node red = Node.named("red");
                Node white = Node.named("white")) {
            Link dialled = red.dial(white);
            Link accepted = white.nextAccepted();
            Address address = white.endpoint.address();

            white.endpoint.close().block(Node.PATIENCE);

            StepVerifier.create(accepted.onClose()).expectNext(LinkLoss.LOCAL).verifyComplete();
            StepVerifier.create(dialled.onClose())
                    .expectNext(LinkLoss.LOST)
                    .expectComplete()
                    .verify(Node.PATIENCE);
            StepVerifier.create(red.endpoint.connect(address))
                    .expectErrorSatisfies(error -> assertThat(((LinkRefusedException) error).failure())
                            .isEqualTo(DialFailure.CONNECTION_REFUSED))
                    .verify(Node.PATIENCE);
            StepVerifier.create(white.endpoint.connect(address))
                    .expectErrorSatisfies(error ->
                            assertThat(((LinkRefusedException) error).failure()).isEqualTo(DialFailure.NOT_READY))
                    .verify(Node.PATIENCE);
        }
    }

    @Test
    void startingAndStoppingFiftyTimesLeavesNoThreadAndThePortFree() {
        Node peer = Node.named("peer");
        Address address = new Address("127.0.0.1", 0);
        for (int round = 0; round < 50; round++) {
            RSocketTransport transport = RSocketTransport.create(LinkLimits.DEFAULT, "round");
            Endpoint endpoint = transport.bind(address, peer).block(Node.PATIENCE);
            endpoint.accepted().subscribe();
            address = endpoint.address();
            Link link = peer.endpoint.connect(address).onErrorComplete().block(Node.PATIENCE);
            endpoint.close().block(Node.PATIENCE);
            transport.dispose().block(Node.PATIENCE);
            assertThat(link).isNull();
        }
        peer.close();
        assertThat(threadsOf("round")).isEmpty();
    }

    @Test
    void aTransportThatIsGivenBackTwiceOrWasNeverUsedIsGone() {
        RSocketTransport transport = RSocketTransport.create(LinkLimits.DEFAULT, "twice");
        transport.dispose().block(Node.PATIENCE);
        transport.dispose().block(Node.PATIENCE);
        assertThat(threadsOf("twice")).isEmpty();
    }

    /** Those that have not ended once they were waited for. */
    private static List<String> threadsOf(String name) {
        return Flux.fromIterable(Thread.getAllStackTraces().keySet())
                .filter(thread -> thread.getName().startsWith("grapevine-" + name))
                .doOnNext(RSocketLifecycleTest::join)
                .filter(Thread::isAlive)
                .map(Thread::getName)
                .collectList()
                .block();
    }

    private static void join(Thread thread) {
        try {
            thread.join(Node.PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
