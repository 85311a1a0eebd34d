package dev.grapevine.transport.rsocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.transport.LaneWeights;
import dev.grapevine.transport.Link;
import dev.grapevine.transport.LinkLimits;
import dev.grapevine.wire.HelloCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.util.ResourceLeakDetector;
import io.rsocket.RSocket;
import io.rsocket.core.RSocketConnector;
import io.rsocket.transport.netty.client.TcpClientTransport;
import io.rsocket.util.DefaultPayload;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.tcp.TcpClient;
import reactor.test.StepVerifier;

class RSocketFailureTest {

    @Test
    void aFrameAboveTheReceiversLimitClosesTheLinkAndIsCounted() {
        try (Node red = Node.named("red");
                Node white = Node.limited("white", Node.limits(64 << 10, 32, 8, Duration.ofSeconds(5)))) {
            Link dialled = red.dial(white);
            Link accepted = white.nextAccepted();

            dialled.send(Lane.BULK, Flux.just(Node.batch(1, 1000))).subscribe();

            StepVerifier.create(accepted.onClose())
                    .expectNext(LinkLoss.MALFORMED)
                    .expectComplete()
                    .verify(Node.PATIENCE);
            StepVerifier.create(dialled.onClose())
                    .expectNext(LinkLoss.LOST)
                    .expectComplete()
                    .verify(Node.PATIENCE);
            assertThat(white.rejections).containsExactly(RejectReason.OVERSIZED_FRAME);
            assertThat(red.rejections).isEmpty();
        }
    }

    @Test
    void aBatchThatNoPeerWouldTakeIsCountedAndNotSent() {
        try (Node red = Node.limited("red", Node.limits(64 << 10, 32, 8, Duration.ofSeconds(5)));
                Node white = Node.named("white")) {
            Link dialled = red.dial(white);
            Link accepted = white.nextAccepted();

            dialled.send(Lane.BULK, Flux.just(Node.batch(1, 1000), Node.batch(7, 2)))
                    .subscribe();

            StepVerifier.create(accepted.receive().next())
                    .expectNext(Node.batch(7, 2))
                    .expectComplete()
                    .verify(Node.PATIENCE);
            assertThat(red.rejections).containsExactly(RejectReason.OVERSIZED_FRAME);
        }
    }

    @Test
    void aPeerKilledInTheMiddleOfABatchIsLost() {
        try (Node white = Node.named("white")) {
            Node red = Node.named("red");
            Link dialled = red.dial(white);
            Link accepted = white.nextAccepted();
            dialled.send(Lane.DATA, Flux.range(1, 1_000_000).map(i -> Node.batch(i, 500)))
                    .subscribe();

            StepVerifier.create(accepted.receive()
                            .doOnNext(first -> red.transport.dispose().subscribe()))
                    .thenConsumeWhile(batch -> true)
                    .expectComplete()
                    .verify(Node.PATIENCE);
            StepVerifier.create(accepted.onClose()).expectNext(LinkLoss.LOST).verifyComplete();
            assertThat(white.rejections).isEmpty();
        }
    }

    private static final LinkLimits ALERT = new LinkLimits(
            1 << 20,
            64 << 10,
            32,
            2 << 20,
            LaneWeights.DEFAULT,
            8,
            8,
            Duration.ofSeconds(5),
            Duration.ofMillis(50),
            Duration.ofMillis(400));

    @Test
    void aPeerThatStandsStillIsSilent() {
        CountDownLatch resume = new CountDownLatch(1);
        try (Node red = Node.limited("red", ALERT);
                Node white = Node.named("white")) {
            Link dialled = red.dial(white);
            white.nextAccepted();
            white.transport.scheduler().schedule(() -> await(resume));
            try {
                StepVerifier.create(dialled.onClose())
                        .expectNext(LinkLoss.SILENT)
                        .expectComplete()
                        .verify(Node.PATIENCE);
            } finally {
                resume.countDown();
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void anIdleLinkStaysOpenBecauseThePeerAnswers() {
        try (Node red = Node.limited("red", ALERT);
                Node white = Node.limited("white", ALERT)) {
            Link dialled = red.dial(white);
            Link accepted = white.nextAccepted();

            StepVerifier.create(Mono.firstWithValue(dialled.onClose(), accepted.onClose()))
                    .expectSubscription()
                    .expectNoEvent(Duration.ofMillis(1500))
                    .thenCancel()
                    .verify(Node.PATIENCE);
        }
    }

    @Test
    void anotherApplicationOfRSocketIsRefused() {
        try (Node red = Node.named("red")) {
            RSocket stranger = connect(red, RSocketConnector.create());

            StepVerifier.create(stranger.onClose()).expectError().verify(Node.PATIENCE);
            assertThat(red.rejections).containsExactly(RejectReason.MALFORMED_FRAME);
        }
    }

    @Test
    void anInteractionThatTheProtocolDoesNotHaveEndsTheConnection() {
        try (Node red = Node.named("red");
                Node white = Node.named("white")) {
            ByteBuf hello = HelloCodec.encode(white.hello(), ByteBufAllocator.DEFAULT);
            RSocket intruder = connect(
                    red,
                    RSocketConnector.create()
                            .dataMimeType(Streams.MIME_TYPE)
                            .setupPayload(DefaultPayload.create(hello)));

            intruder.fireAndForget(DefaultPayload.create("hello?")).subscribe();

            StepVerifier.create(intruder.onClose()).expectComplete().verify(Node.PATIENCE);
            assertThat(red.rejections).containsExactly(RejectReason.MALFORMED_FRAME);
            assertThat(red.accepted).isEmpty();
        }
    }

    private static RSocket connect(Node node, RSocketConnector connector) {
        TcpClient client = TcpClient.newConnection()
                .host("127.0.0.1")
                .port(node.endpoint.address().port());
        return connector.connect(TcpClientTransport.create(client)).block(Node.PATIENCE);
    }

    @Test
    void noBufferIsLostWhateverEndsALink() {
        Queue<String> leaks = new ConcurrentLinkedQueue<>();
        ResourceLeakDetector.Level before = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        ByteBufUtil.setLeakListener((type, records) -> leaks.add(type + ": " + records));
        try {
            for (int round = 0; round < 5; round++) {
                endALinkInEveryWay();
            }
            for (int i = 0; i < 20 && leaks.isEmpty(); i++) {
                System.gc();
                // The detector reports what was collected when the next buffers are allocated.
                Flux.range(0, 200)
                        .doOnNext(n -> ByteBufAllocator.DEFAULT.buffer(64).release())
                        .blockLast();
            }
        } finally {
            ByteBufUtil.setLeakListener(null);
            ResourceLeakDetector.setLevel(before);
        }
        assertThat(leaks).isEmpty();
    }

    private static void endALinkInEveryWay() {
        try (Node white = Node.named("white")) {
            Node red = Node.named("red");
            Link first = red.dial(white);
            Link accepted = white.nextAccepted();
            for (Lane lane : Lane.values()) {
                Flux<List<Frame>> endless = Flux.range(1, 1_000_000).map(i -> Node.batch(i, 50));
                first.send(lane, endless).subscribe();
                accepted.send(lane, endless).subscribe().dispose();
            }
            StepVerifier.create(accepted.receive().limitRate(4).take(100))
                    .expectNextCount(100)
                    .expectComplete()
                    .verify(Node.PATIENCE);
            first.close();
            StepVerifier.create(accepted.onClose())
                    .expectNext(LinkLoss.LOST)
                    .expectComplete()
                    .verify(Node.PATIENCE);
            Link second = red.dial(white);
            second.send(Lane.DATA, Flux.range(1, 1000).map(i -> Node.batch(i, 50)))
                    .subscribe();
            red.close();
        }
    }
}
