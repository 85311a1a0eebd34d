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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
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
    void whatFollowsAPublishCallRunsOnItsThreadButNotOnTheNodes() {
        Topic<String> other = node.topic("other", Codecs.utf8());
        other.publish("the first is answered").block(PATIENCE);
        StepVerifier.create(other.publish("a").then(Mono.fromCallable(DeliverOnTest::thread)))
                .expectNext(thread())
                .expectComplete()
                .verify(PATIENCE);
        StepVerifier.create(topic.deliverOn(Schedulers.immediate())
                        .messages()
                        .take(1)
                        .flatMap(message -> other.publish("b").then(Mono.fromCallable(() -> {
                            Mono.delay(Duration.ofMillis(1)).block();
                            return thread();
                        }))))
                .then(() -> topic.publish("a").subscribe())
                .assertNext(name -> assertThat(name).startsWith("grapevine-deliver-answers-"))
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
    void aSchedulerThatFailsEndsTheSubscriptionAndNoOther() {
        AtomicBoolean isBroken = new AtomicBoolean();
        Scheduler fragile = new Scheduler() {
            @Override
            public Disposable schedule(Runnable task) {
                if (isBroken.get()) {
                    throw new UnsupportedOperationException("broken");
                }
                return own.schedule(task);
            }

            @Override
            public Worker createWorker() {
                return own.createWorker();
            }
        };
        StepVerifier.create(topic.deliverOn(fragile).messages())
                .then(() -> topic.publish("a").block(PATIENCE))
                .expectNextCount(1)
                .then(() -> isBroken.set(true))
                .then(() -> topic.publish("b").block(PATIENCE))
                .expectErrorMatches(error -> error.getCause() instanceof UnsupportedOperationException)
                .verify(PATIENCE);
        isGivenOn(topic.messages(), "grapevine-deliver-delivery-");
    }

    @Test
    @SuppressWarnings("NullAway") // what somebody passes who does not check for it
    void withoutASchedulerNothingBegins() {
        assertThatThrownBy(() -> topic.deliverOn(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> topic.from(Start.RETAINED).deliverOn(null)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void whoRequestsOnAnotherThreadIsGivenOneAtATimeAndAllOfThem() {
        Set<String> wrong = ConcurrentHashMap.newKeySet();
        AtomicInteger inside = new AtomicInteger();
        Flux<String> given = topic.deliverOn(Schedulers.immediate())
                .messages(10_000, Overflow.ERROR)
                .map(Message::value)
                .doOnNext(value -> {
                    if (inside.getAndIncrement() != 0) {
                        wrong.add(value);
                    }
                    inside.decrementAndGet();
                });
        StepVerifier.create(given.limitRate(3).publishOn(own, 2).take(5000))
                .then(() ->
                        topic.publishAll(Flux.range(0, 5000).map(i -> "v" + i)).subscribe())
                .expectNextSequence(
                        Flux.range(0, 5000).map(i -> "v" + i).collectList().block())
                .expectComplete()
                .verify(PATIENCE);
        assertThat(wrong).isEmpty();
    }

    @Test
    void onTheNodesOwnThreadOthersAreAcknowledgedAndGivenWhatIsRetainedToo() {
        topic.publish("a").block(PATIENCE);
        Topic<String> immediate = topic.deliverOn(Schedulers.immediate());
        StepVerifier.create(immediate
                        .from(Start.RETAINED)
                        .acknowledgeable(AcknowledgeOptions.DEFAULT
                                .withMaxUnacknowledged(1)
                                .withRedelivery(Duration.ofMillis(1), 9, PATIENCE))
                        .map(next -> {
                            boolean isAnswered = next.attempt() == 1 ? next.reject() : next.acknowledge();
                            return next.attempt() + " " + isAnswered;
                        })
                        .take(4))
                .then(() -> topic.publish("b").subscribe())
                .expectNext("1 true", "2 true", "1 true", "2 true")
                .expectComplete()
                .verify(PATIENCE);
    }

    @Test
    void whoStopsTheNodeAsItIsGivenAMessageIsGivenTheEnd() {
        StepVerifier.create(topic.deliverOn(Schedulers.immediate()).messages().doOnNext(message -> node.stop()
                        .subscribe()))
                .then(() -> topic.publish("a").subscribe())
                .expectNextCount(1)
                .expectComplete()
                .verify(PATIENCE);
    }

    @Test
    void whoCancelsAsItIsGivenAMessageIsGivenNoMore() {
        AtomicInteger given = new AtomicInteger();
        topic.deliverOn(Schedulers.immediate()).messages().subscribe(new BaseSubscriber<>() {
            @Override
            protected void hookOnNext(Message<String> message) {
                given.incrementAndGet();
                cancel();
            }
        });
        topic.publishAll(Flux.just("a", "b", "c")).block(PATIENCE);
        topic.publish("d").block(PATIENCE);
        assertThat(given).hasValue(1);
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
