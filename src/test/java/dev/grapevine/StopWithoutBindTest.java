package dev.grapevine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.codec.Codecs;
import dev.grapevine.observe.NodeState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** A node that was never bound gives back its users' threads too, whatever holds them. */
class StopWithoutBindTest {

    @Test
    void whoStopsANodeWhereItsBindFailsIsNotHeldForEver() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Grapevine node = Grapevine.builder("x")
                    .bind("127.0.0.1:" + taken.getLocalPort())
                    .build();
            assertThat(node.start()
                            .doOnError(error -> node.stop().block())
                            .onErrorResume(error -> Mono.empty())
                            .thenReturn(true)
                            .block(Duration.ofSeconds(10)))
                    .isTrue();
        }
    }

    @Test
    void aCallThatHoldsItsThreadDoesNotKeepANodeThatWasNeverBoundFromStopping() throws Exception {
        Grapevine node = Grapevine.builder("x").bind("127.0.0.1:0").build();
        CountDownLatch called = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        node.topic("t", Codecs.utf8()).publish("x").subscribe(x -> {}, error -> {
            called.countDown();
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        node.stop().block(Duration.ofSeconds(10));
        assertThat(called.await(1, TimeUnit.SECONDS)).isTrue();
        assertThat(node.state()).isEqualTo(NodeState.STOPPED);
    }
}
