package dev.grapevine.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.codec.Codec;
import dev.grapevine.codec.Codecs;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import dev.grapevine.observe.GrapevineObserver;
import dev.grapevine.protocol.frame.StreamName;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.topic.Delivery;
import dev.grapevine.topic.Gap;
import dev.grapevine.topic.Message;
import dev.grapevine.topic.Order;
import dev.grapevine.topic.Overflow;
import dev.grapevine.topic.Priority;
import dev.grapevine.topic.SubscriberOverflowException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

class TopicChannelTest {

    private static final Origin ORIGIN = new Origin(new MemberId(1, 1), 1);

    private final List<Long> missed = new ArrayList<>();
    private final List<RejectReason> rejected = new ArrayList<>();
    private long now;

    private <T> TopicChannel<T> channel(Codec<T> codec) {
        return channel(codec, new Nowhere());
    }

    private <T> TopicChannel<T> channel(Codec<T> codec, Publishing publishing) {
        return new TopicChannel<>(
                "t",
                codec,
                Order.PUBLISHER,
                publishing,
                new Replaying(new Commands()),
                Schedulers.immediate(),
                new Acknowledging(() -> now),
                new GrapevineObserver() {
                    @Override
                    public void subscriberMissed(String topic, long count) {
                        missed.add(count);
                    }

                    @Override
                    public void rejected(RejectReason reason, String detail) {
                        rejected.add(reason);
                    }
                });
    }

    private static Run words(long first, String... words) {
        return Run.messages(ORIGIN, first, Stream.of(words).map(Bytes::utf8).toList());
    }

    private static String told(Delivery<String> delivery) {
        if (delivery instanceof Message<String> message) {
            return message.priority() + " " + message.sequence() + " " + message.value();
        }
        Gap<String> gap = (Gap<String>) delivery;
        return gap.priority() + " gap " + gap.from() + "-" + gap.to();
    }

    @Test
    void messagesOfATopicThatIsOfAnotherOrderElsewhereAreCountedAndGivenToNobody() {
        TopicChannel<String> channel = channel(Codecs.utf8());
        StepVerifier.create(channel.deliveries(9, Overflow.ERROR).map(TopicChannelTest::told))
                .then(() -> channel.offer(StreamName.causal("t"), words(1, "garbage"), DrainSubscription::wake))
                .then(() -> channel.offer("t", words(1, "a"), DrainSubscription::wake))
                .then(() -> channel.offer(StreamName.critical("t"), words(1, "b"), DrainSubscription::wake))
                .expectNext("NORMAL 1 a", "CRITICAL 1 b")
                .thenCancel()
                .verify();
        assertThat(rejected).containsExactly(RejectReason.OTHER_ORDER);
    }

    @Test
    void aCriticalMessagePassesNormalOnesThatWaitForTheSubscriber() {
        TopicChannel<String> channel = channel(Codecs.utf8());
        StepVerifier.create(channel.deliveries(9, Overflow.ERROR).map(TopicChannelTest::told), 1)
                .then(() -> channel.offer(Priority.NORMAL, words(1, "a", "b", "c"), DrainSubscription::wake))
                .expectNext("NORMAL 1 a")
                .then(() -> channel.offer(Priority.CRITICAL, words(1, "fire"), DrainSubscription::wake))
                .thenRequest(2)
                .expectNext("CRITICAL 1 fire", "NORMAL 2 b")
                .thenCancel()
                .verify();
    }

    @Test
    void normalMessagesThatOverflowTakeNoRoomFromCriticalOnes() {
        TopicChannel<String> channel = channel(Codecs.utf8());
        StepVerifier.create(channel.deliveries(2, Overflow.DROP_OLDEST).map(TopicChannelTest::told), 0)
                .then(() -> channel.offer(Priority.CRITICAL, words(1, "fire", "flood"), DrainSubscription::wake))
                .then(() -> channel.offer(Priority.NORMAL, words(1, "a", "b", "c", "d"), DrainSubscription::wake))
                .thenRequest(9)
                .expectNext("CRITICAL 1 fire", "CRITICAL 2 flood", "NORMAL gap 1-2", "NORMAL 3 c", "NORMAL 4 d")
                .thenCancel()
                .verify();
        assertThat(missed).containsExactly(2L);
    }

    @Test
    void criticalMessagesThatOverflowEndASubscriptionThatAskedForIt() {
        TopicChannel<String> channel = channel(Codecs.utf8());
        StepVerifier.create(channel.deliveries(1, Overflow.ERROR).map(TopicChannelTest::told), 0)
                .then(() -> channel.offer(Priority.NORMAL, words(1, "a"), DrainSubscription::wake))
                .then(() -> channel.offer(Priority.CRITICAL, words(1, "fire", "flood"), DrainSubscription::wake))
                .thenRequest(9)
                .expectNext("CRITICAL 1 fire", "NORMAL 1 a")
                .verifyError(SubscriberOverflowException.class);
    }

    @Test
    void nothingIsKeptForASubscriberThatCancelledAsItSubscribed() {
        TopicChannel<String> channel = channel(Codecs.utf8());
        channel.messages(1, Overflow.DROP_OLDEST).subscribe(new BaseSubscriber<Message<String>>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                subscription.cancel();
            }
        });
        channel.offer(
                Priority.NORMAL,
                Run.messages(ORIGIN, 1, List.of(Bytes.utf8("a"), Bytes.utf8("b"))),
                DrainSubscription::wake);
        assertThat(missed).isEmpty();
    }

    @Test
    void anErrorHookThatThrowsAnErrorDoesNotEndTheSubscription() {
        TopicChannel<String> channel = channel(picky(new IllegalArgumentException("no")));
        StepVerifier.create(channel.deliveries(9, Overflow.ERROR, (message, error) -> {
                            throw new AssertionError("provoked");
                        })
                        .map(delivery -> delivery instanceof Message<String> message ? message.value() : "gap"))
                .then(() -> channel.offer(
                        Priority.NORMAL,
                        Run.messages(ORIGIN, 1, List.of(Bytes.utf8("bad"), Bytes.utf8("good"))),
                        DrainSubscription::wake))
                .expectNext("gap", "good")
                .thenCancel()
                .verify();
    }

    private static Codec<String> picky(Throwable thrown) {
        return new Codec<>() {
            @Override
            public String name() {
                return "picky";
            }

            @Override
            public Bytes encode(String value) {
                if (value.equals("unwritable")) {
                    TopicChannelTest.<RuntimeException>sneakyThrow(thrown);
                }
                return Bytes.utf8(value);
            }

            @Override
            public String decode(Bytes bytes) {
                if (bytes.utf8().equals("bad")) {
                    TopicChannelTest.<RuntimeException>sneakyThrow(thrown);
                }
                return bytes.utf8();
            }
        };
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void sneakyThrow(Throwable thrown) throws E {
        throw (E) thrown;
    }

    static Stream<Throwable> errorsOfACodec() {
        return Stream.of(new StackOverflowError("deep"), new NoClassDefFoundError("gone"), new InternalError("odd"));
    }

    @ParameterizedTest
    @MethodSource("errorsOfACodec")
    void aFatalErrorOfACodecMakesTheMessageUndecodableAndTheNextOneIsDelivered(Throwable thrown) {
        TopicChannel<String> channel = channel(picky(thrown));
        List<Throwable> told = new ArrayList<>();
        StepVerifier.create(channel.deliveries(9, Overflow.ERROR, (message, error) -> told.add(error))
                        .map(delivery -> delivery instanceof Message<String> message ? message.value() : "gap"))
                .then(() -> channel.offer(
                        Priority.NORMAL,
                        Run.messages(ORIGIN, 1, List.of(Bytes.utf8("a"), Bytes.utf8("bad"), Bytes.utf8("b"))),
                        DrainSubscription::wake))
                .expectNext("a", "gap", "b")
                .then(channel::complete)
                .verifyComplete();
        assertThat(told).containsExactly(thrown);
    }

    static Stream<Throwable> errorsThatReactorThrowsOn() {
        return Stream.of(new StackOverflowError("deep"), new NoClassDefFoundError("gone"));
    }

    @ParameterizedTest
    @MethodSource("errorsThatReactorThrowsOn")
    void aFatalErrorOfACodecEndsThePublishCallWithIt(Throwable thrown) {
        Publishing publishing = new Publishing() {
            @Override
            public Mono<Void> publish(String topic, Priority priority, Bytes payload) {
                return publishAll(topic, priority, Flux.just(payload));
            }

            @Override
            public Mono<Void> publishAll(String topic, Priority priority, Flux<Bytes> payloads) {
                return payloads.then();
            }

            @Override
            public Bytes withinLimit(String topic, Bytes payload) {
                return payload;
            }
        };
        TopicChannel<String> channel = channel(picky(thrown), publishing);

        for (Mono<Void> call :
                List.of(channel.publishAll(Flux.just("good", "unwritable")), channel.publish("unwritable"))) {
            StepVerifier.create(call)
                    .expectErrorSatisfies(error -> assertThat(error)
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("picky of topic 't'")
                            .hasCause(thrown))
                    .verify(Duration.ofSeconds(5));
        }
    }

    @ParameterizedTest
    @MethodSource("errorsThatReactorThrowsOn")
    void aFatalErrorOfACodecEndsAWriteToAMapWithIt(Throwable thrown) {
        MapView<String, String> map = new MapView<>(
                "m",
                Codecs.utf8(),
                picky(thrown),
                new StoreView(),
                (store, key, value) -> Mono.empty(),
                Schedulers.immediate(),
                new GrapevineObserver() {});

        StepVerifier.create(map.put("k", "unwritable"))
                .expectErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("picky of map 'm'")
                        .hasCause(thrown))
                .verify(Duration.ofSeconds(5));
    }

    @Test
    void memoryThatIsGoneEndsTheSubscriptionWithThatError() {
        TopicChannel<String> channel = channel(picky(new OutOfMemoryError("provoked")));
        StepVerifier.create(channel.messages().map(Message::value))
                .then(() -> channel.offer(
                        Priority.NORMAL,
                        Run.messages(ORIGIN, 1, List.of(Bytes.utf8("a"), Bytes.utf8("bad"))),
                        DrainSubscription::wake))
                .expectNext("a")
                .verifyError(OutOfMemoryError.class);
    }

    @Test
    void aSubscriberThatThrowsIsToldThatItsSubscriptionEndsAndAnotherGoesOn() {
        TopicChannel<String> channel = channel(Codecs.utf8());
        List<String> seen = new ArrayList<>();
        channel.messages().subscribe(new CoreSubscriber<>() {
            @Override
            public void onSubscribe(Subscription subscription) {
                subscription.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(Message<String> message) {
                throw new StackOverflowError("provoked");
            }

            @Override
            public void onError(Throwable error) {
                seen.add(String.valueOf(error.getMessage()));
            }

            @Override
            public void onComplete() {
                seen.add("complete");
            }
        });
        channel.messages().subscribe(message -> seen.add(message.value()));
        channel.offer(Priority.NORMAL, Run.messages(ORIGIN, 1, List.of(Bytes.utf8("a"))), DrainSubscription::wake);
        channel.offer(Priority.NORMAL, Run.messages(ORIGIN, 2, List.of(Bytes.utf8("b"))), DrainSubscription::wake);
        assertThat(seen).containsExactly("provoked", "a", "b");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void aRequestOfNothingEndsTheSubscriptionWithAnError(long wrong) {
        TopicChannel<String> channel = channel(Codecs.utf8());
        List<Throwable> errors = new ArrayList<>();
        channel.deliveries(9, Overflow.ERROR).subscribe(new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                subscription.request(wrong);
            }

            @Override
            protected void hookOnError(Throwable error) {
                errors.add(error);
            }
        });
        assertThat(errors).singleElement().isInstanceOf(IllegalArgumentException.class);
    }
}
