package dev.grapevine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.codec.Codec;
import dev.grapevine.codec.Codecs;
import dev.grapevine.simulation.SimulatedCluster;
import dev.grapevine.topic.Gap;
import dev.grapevine.topic.Message;
import dev.grapevine.topic.Overflow;
import dev.grapevine.topic.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

/** What publishing does with the source, the codec and the outboxes. */
class PublishingTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Remembers on which threads it encoded. */
    private static final class Watched implements Codec<String> {

        private final Set<String> threads = ConcurrentHashMap.newKeySet();

        @Override
        public String name() {
            return "utf8";
        }

        @Override
        public Bytes encode(String value) {
            threads.add(Thread.currentThread().getName());
            return Bytes.utf8(value);
        }

        @Override
        public String decode(Bytes bytes) {
            return bytes.utf8();
        }
    }

    @Test
    void noCodecAndNoSourceEverRunsOnTheThreadOfTheNode() {
        Grapevine node = Grapevine.builder("encoding").bind("127.0.0.1:0").build();
        Watched codec = new Watched();
        Set<String> sources = ConcurrentHashMap.newKeySet();
        Flux<String> source = Flux.range(0, 2000)
                .map(String::valueOf)
                .doOnSubscribe(s -> sources.add(Thread.currentThread().getName()))
                .doOnRequest(n -> sources.add(Thread.currentThread().getName()))
                .doOnNext(i -> sources.add(Thread.currentThread().getName()));
        Topic<String> topic = node.topic("t", codec);
        try {
            StepVerifier.create(topic.publish("before the bind").and(topic.publishAll(source)))
                    .then(() -> node.start().block(PATIENCE))
                    .expectComplete()
                    .verify(PATIENCE);
            assertThat(codec.threads).doesNotContain("grapevine-encoding");
            codec.threads.clear();
            topic.publishAll(source).block(PATIENCE);
            assertThat(sources).isNotEmpty().doesNotContain("grapevine-encoding");
            assertThat(codec.threads).isNotEmpty().doesNotContain("grapevine-encoding");
            codec.threads.clear();
            topic.publish("one").block(PATIENCE);
            assertThat(codec.threads)
                    .as("one value is encoded by its caller")
                    .containsExactly(Thread.currentThread().getName());
        } finally {
            node.stop().block(PATIENCE);
        }
    }

    /** As sources do that read something in a loop: what asks for more must not wait for the end of the loop. */
    @Test
    void aSourceThatStaysInItsSubscriptionIsPublishedAllTheWhile() throws Exception {
        Grapevine node = Grapevine.builder("staying").bind("127.0.0.1:0").build();
        int count = 20_000;
        CountDownLatch received = new CountDownLatch(count);
        Flux<String> source = Flux.create(sink -> {
            IntStream.range(0, count).forEach(i -> sink.next("v" + i));
            try {
                if (received.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                    sink.complete();
                } else {
                    sink.error(new IllegalStateException(received.getCount() + " were not published"));
                }
            } catch (InterruptedException e) {
                sink.error(e);
            }
        });
        try {
            node.start().block(PATIENCE);
            Topic<String> topic = node.topic("t", Codecs.utf8());
            topic.messages(count, Overflow.ERROR).subscribe(message -> received.countDown());
            StepVerifier.create(topic.publishAll(source)).expectComplete().verify(PATIENCE.multipliedBy(2));
        } finally {
            node.stop().block(PATIENCE);
        }
    }

    @Test
    void largeMessagesAreSentAsThereIsRoomAndNoneIsLostOnAQuietNetwork() {
        SimulatedCluster cluster = SimulatedCluster.builder().members(2).seed(3).start();
        cluster.awaitMembership(Duration.ofSeconds(10));
        cluster.advance(Duration.ofSeconds(1));
        int count = 300;
        Bytes large = Bytes.wrap(new byte[200 << 10]);
        List<String> seen = new ArrayList<>();
        cluster.node(1)
                .topic("t", Codecs.bytes())
                .deliveries(1 << 20, Overflow.ERROR)
                .subscribe(delivery -> seen.add(delivery instanceof Gap<Bytes> gap ? "gap " + gap : "message"));
        StepVerifier.create(cluster.node(0)
                        .topic("t", Codecs.bytes())
                        .publishAll(Flux.range(0, count).map(i -> large)))
                .then(() -> cluster.advance(Duration.ofSeconds(20)))
                .verifyComplete();
        assertThat(seen).hasSize(count).containsOnly("message");
    }

    @Test
    void manyCallsAtOnceWithLargeMessagesWaitForRoomInTheirOrder() {
        SimulatedCluster cluster = SimulatedCluster.builder().members(2).seed(4).start();
        cluster.awaitMembership(Duration.ofSeconds(10));
        cluster.advance(Duration.ofSeconds(1));
        int count = 300;
        List<Integer> seen = new ArrayList<>();
        cluster.node(1)
                .topic("t", Codecs.bytes())
                .deliveries(1 << 20, Overflow.ERROR)
                .subscribe(delivery -> seen.add(
                        delivery instanceof Message<Bytes> message
                                ? message.value().length()
                                : -1));
        List<Integer> expected = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int length = (200 << 10) + i;
            expected.add(length);
            cluster.node(0)
                    .topic("t", Codecs.bytes())
                    .publish(Bytes.wrap(new byte[length]))
                    .subscribe();
        }
        cluster.advance(Duration.ofSeconds(20));
        assertThat(seen).isEqualTo(expected);
    }
}
