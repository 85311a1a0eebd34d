package dev.grapevine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.grapevine.codec.Codecs;
import dev.grapevine.topic.AcknowledgeOptions;
import dev.grapevine.topic.Message;
import dev.grapevine.topic.Order;
import dev.grapevine.topic.Overflow;
import dev.grapevine.topic.Start;
import dev.grapevine.topic.Topic;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** On which threads subscribers are called, on a node with real ones. */
class DeliverOnTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Scheduler own = Schedulers.newSingle("own");
    private Grapevine node;
    private Topic<String> topic;

    @BeforeEach
    void start() {
        node = Grapevine.builder("deliver").bind("127.0.0.1:0").build().start().block(PATIENCE);
        topic = node.topic("t", Codecs.utf8());
    }

    @AfterEach
    void stop() {
        node.stop().block(PATIENCE);
        own.dispose();
    }

    private static String thread() {
        return Thread.currentThread().getName();
    }

    private void isGivenOn(Flux<?> subscription, String thread) {
        StepVerifier.create(subscription.map(ignored -> thread()))
                .then(() -> topic.publish("a").subscribe())
                .assertNext(name -> assertThat(name).startsWith(thread))
                .thenCancel()
                .verify(PATIENCE);
    }

    @Test
    void byDefaultOnADeliveryThreadOfTheNode() {
        isGivenOn(topic.messages(), "grapevine-deliver-delivery-");
    }

    @Test
    void onASchedulerOfTheSubscribersOwn() {
        Topic<String> there = topic.deliverOn(own);
        isGivenOn(there.messages(), "own-");
        isGivenOn(there.deliveries(9, Overflow.ERROR), "own-");
        isGivenOn(there.acknowledgeable(AcknowledgeOptions.DEFAULT), "own-");
        isGivenOn(there.from(Start.RETAINED).messages(), "own-");
        isGivenOn(topic.from(Start.RETAINED).deliverOn(own).messages(), "own-");
        isGivenOn(there.deliverOn(Schedulers.immediate()).messages(), "grapevine-deliver");
    }

    @Test
    void onTheNodesOwnThreadWhereWhoeverBlocksFailsAndHarmsNobodyElse() {
        Flux<String> immediate =
                topic.deliverOn(Schedulers.immediate()).messages().map(Message::value);
        StepVerifier.create(immediate.map(value ->
                        String.valueOf(Mono.just(value).delayElement(PATIENCE).block())))
                .then(() -> topic.publish("a").subscribe())
                .expectErrorMatches(
                        error -> error.getMessage().contains("are blocking, which is not supported in thread"))
                .verify(PATIENCE);

        StepVerifier.create(immediate.take(3).concatMap(value -> topic.publish("about " + value)
                        .thenReturn(value)))
                .then(() -> topic.publish("b").subscribe())
                .expectNext("b", "about b", "about about b")
                .expectComplete()
                .verify(PATIENCE);
    }

    @Test
    void aSchedulerThatTakesNoMoreTasksEndsTheSubscriptionAndNoOther() {
        StepVerifier.create(topic.deliverOn(own).messages())
                .then(() -> topic.publish("a").block(PATIENCE))
                .expectNextCount(1)
                .then(own::dispose)
                .then(() -> topic.publish("b").block(PATIENCE))
                .expectErrorMatches(error -> error instanceof IllegalStateException)
                .verify(PATIENCE);
        isGivenOn(topic.messages(), "grapevine-deliver-delivery-");
    }

    @Test
    void stoppingTheNodeCompletesTheSubscriptionAndLeavesTheScheduler() {
        StepVerifier.create(topic.deliverOn(own).messages())
                .then(() -> node.stop().block(PATIENCE))
                .expectComplete()
                .verify(PATIENCE);
        assertThat(own.isDisposed()).isFalse();
    }

    @Test
    void aCausalTopicHasSubscribersElsewhereTooButStillNoneFromWhatIsRetained() {
        Topic<String> causal = node.topic("c", Codecs.utf8(), Order.CAUSAL).deliverOn(own);
        StepVerifier.create(causal.messages().map(message -> thread()))
                .then(() -> causal.publish("a").subscribe())
                .assertNext(name -> assertThat(name).startsWith("own-"))
                .thenCancel()
                .verify(PATIENCE);
        assertThatThrownBy(() -> causal.from(Start.RETAINED)).isInstanceOf(IllegalArgumentException.class);
    }
}
