package dev.grapevine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.codec.Codecs;
import dev.grapevine.observe.GrapevineObserver;
import dev.grapevine.observe.NodeState;
import dev.grapevine.protocol.step.JoinState;
import dev.grapevine.replicated.MapChange;
import dev.grapevine.topic.Message;
import dev.grapevine.topic.Overflow;
import dev.grapevine.topic.Topic;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** Nothing blocks on the thread of a node or on its delivery threads. */
class GrapevineBlockHoundTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static Grapevine node(String cluster, GrapevineObserver observer, String... seeds) {
        return Grapevine.builder(cluster)
                .bind("127.0.0.1:0")
                .seeds(seeds)
                .observer(observer)
                .build();
    }

    @Test
    void twoNodesJoinPublishWriteLeaveAndStopWithoutABlockingCall() {
        Grapevine first = node("hound", GrapevineObserver.NONE);
        first.start().block(PATIENCE);
        Grapevine second =
                node("hound", GrapevineObserver.NONE, first.self().address().toString());
        try {
            second.start().block(PATIENCE);
            second.joinState().filter(state -> state == JoinState.JOINED).blockFirst(PATIENCE);
            second.membership().take(2).blockLast(PATIENCE);
            List<String> values =
                    Flux.range(0, 5000).map(i -> "v" + i).collectList().block();
            Mono<Void> publish = second.topic("t", Codecs.utf8()).publishAll(Flux.fromIterable(values));
            StepVerifier.create(first.topic("t", Codecs.utf8())
                            .messages(10_000, Overflow.ERROR)
                            .map(Message::value)
                            .mergeWith(publish.then(Mono.empty()))
                            .take(values.size()))
                    .expectNextSequence(values)
                    .expectComplete()
                    .verify(PATIENCE);
            StepVerifier.create(first.map("m", Codecs.utf8()).changes().map(MapChange::key))
                    .then(() -> second.map("m", Codecs.utf8()).put("k", "v").block(PATIENCE))
                    .expectNext("k")
                    .thenCancel()
                    .verify(PATIENCE);
            second.leave().block(PATIENCE);
        } finally {
            Flux.just(second, first).flatMap(Grapevine::stop).blockLast(PATIENCE);
        }
        assertThat(List.of(first.state(), second.state())).containsOnly(NodeState.STOPPED);
        assertThat(BlockingCalls.seenOn("grapevine-hound")).isEmpty();
    }

    @Test
    void subscribersOnThreadsThatMustNotBlockAreGivenManyMessagesWithoutABlockingCall() {
        Grapevine node = node("mild", GrapevineObserver.NONE);
        node.start().block(PATIENCE);
        Topic<String> topic = node.topic("t", Codecs.utf8());
        try {
            for (Scheduler scheduler : List.of(Schedulers.parallel(), Schedulers.immediate())) {
                StepVerifier.create(topic.deliverOn(scheduler)
                                .messages(10_000, Overflow.ERROR)
                                .take(5000))
                        .then(() -> topic.publishAll(Flux.range(0, 5000).map(i -> "v" + i))
                                .subscribe())
                        .expectNextCount(5000)
                        .expectComplete()
                        .verify(PATIENCE);
            }
        } finally {
            node.stop().block(PATIENCE);
        }
        assertThat(BlockingCalls.seenOn("grapevine-mild")).isEmpty();
        assertThat(BlockingCalls.seenOn("parallel-")).isEmpty();
    }

    @Test
    void anObserverAndASubscriberThatBlockAreCaughtAndTheNodeGoesOn() {
        Grapevine node = node("bite", new GrapevineObserver() {
            @Override
            public void joinChanged(JoinState state) {
                sleep();
            }
        });
        try {
            node.start().block(PATIENCE);
            StepVerifier.create(node.membership().doOnNext(event -> sleep()))
                    .expectError()
                    .verify(PATIENCE);
            assertThat(node.state()).isEqualTo(NodeState.JOINED);
        } finally {
            node.stop().block(PATIENCE);
        }
        assertThat(BlockingCalls.seenOn("grapevine-bite:")).isNotEmpty().allMatch(call -> call.contains("sleep"));
        assertThat(BlockingCalls.seenOn("grapevine-bite-delivery"))
                .isNotEmpty()
                .allMatch(call -> call.contains("sleep"));
    }

    private static void sleep() {
        try {
            Thread.sleep(1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
