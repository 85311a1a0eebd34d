package dev.grapevine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.codec.Codecs;
import dev.grapevine.observe.NodeState;
import dev.grapevine.protocol.step.JoinState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A subscriber that never returns harms itself only. */
class StuckSubscriberTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Grapevine node =
            Grapevine.builder("stuck").bind("127.0.0.1:0").build();
    private final CountDownLatch held = new CountDownLatch(1);

    @BeforeEach
    void oneSubscriberIsStuck() throws Exception {
        node.start().block(PATIENCE);
        CountDownLatch called = new CountDownLatch(1);
        node.topic("stuck", Codecs.utf8()).messages().subscribe(message -> {
            called.countDown();
            awaitRelease();
        });
        node.topic("stuck", Codecs.utf8()).publish("x").block(PATIENCE);
        assertThat(called.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    @AfterEach
    void stopped() {
        held.countDown();
        node.stop().block(PATIENCE);
    }

    @Test
    void callsStreamsAndLeavingGoOnBesideIt() {
        for (int i = 0; i < 20; i++) {
            node.topic("other", Codecs.utf8()).publish("y").block(PATIENCE);
            node.map("m", Codecs.utf8()).put("k", "v").block(PATIENCE);
            assertThat(node.joinState().blockFirst(PATIENCE)).isEqualTo(JoinState.ALONE);
            assertThat(node.membership().blockFirst(PATIENCE)).isNotNull();
            node.join().block(PATIENCE);
        }
        node.leave().block(PATIENCE);
        assertThat(held.getCount()).isEqualTo(1);
    }

    @Test
    void whatIsOpenWhenTheNodeStopsEndsBesideIt() {
        AtomicInteger ended = new AtomicInteger();
        List<Mono<Void>> ends = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            ends.add(followed(node.topic("other", Codecs.utf8()).messages(), ended));
            ends.add(followed(
                    node.topic("other", Codecs.utf8()).publishAll(Flux.never()).flux(), ended));
        }
        node.stop().block(PATIENCE);
        assertThat(held.getCount()).isEqualTo(1);
        Mono.when(ends).block(PATIENCE);
        assertThat(ended).hasValue(60);
        assertThat(node.state()).isEqualTo(NodeState.STOPPED);
    }

    @Test
    void whatFollowsCallsAndHoldsEveryThreadThatAnswersDoesNotHoldUpPublishingAndLeaving() throws Exception {
        int threads = 16;
        CountDownLatch following = new CountDownLatch(threads);
        for (int i = 0; i < threads; i++) {
            node.map("m", Codecs.utf8()).put("k" + i, "v").subscribe(nothing -> {}, error -> {}, () -> {
                following.countDown();
                awaitRelease();
            });
        }
        assertThat(following.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        node.topic("stuck", Codecs.utf8()).publish("y").block(PATIENCE);
        node.updateMetadata(Map.of("last", "words")).block(PATIENCE);
        node.leave().block(PATIENCE);
        assertThat(node.state()).isEqualTo(NodeState.LEFT);
        assertThat(held.getCount()).isEqualTo(1);
    }

    private void awaitRelease() {
        try {
            assertThat(held.await(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Mono<Void> followed(Flux<?> open, AtomicInteger ended) {
        Mono<Void> end = open.then()
                .onErrorComplete()
                .doOnTerminate(ended::incrementAndGet)
                .cache();
        end.subscribe();
        return end;
    }

    @Test
    void theJoinStateIsReadWithoutWaiting() {
        assertThat(node.currentJoinState()).contains(JoinState.ALONE);
    }
}
