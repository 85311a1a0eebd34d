package dev.grapevine.transport.rsocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Address;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.transport.Link;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

class RSocketBlockHoundTest {

    @Test
    void nothingOfALinkFromItsNamesLookupToItsEndBlocksTheEventLoop() {
        try (Node red = Node.named("red");
                Node white = Node.named("white")) {
            Address byName = new Address("localhost", white.endpoint.address().port());
            Link dialled = red.endpoint.connect(byName).block(Node.PATIENCE);
            Link accepted = white.nextAccepted();
            dialled.send(Lane.DATA, Flux.range(1, 1000).map(i -> Node.batch(i, 10)))
                    .subscribe();

            StepVerifier.create(accepted.receive().take(1000))
                    .expectNextCount(1000)
                    .expectComplete()
                    .verify(Node.PATIENCE);
            dialled.close();
            StepVerifier.create(accepted.onClose())
                    .expectNextCount(1)
                    .expectComplete()
                    .verify(Node.PATIENCE);
            assertThat(white.rejections).isEmpty();
        }
    }
}
