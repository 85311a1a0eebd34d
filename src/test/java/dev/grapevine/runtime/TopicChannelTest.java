package dev.grapevine.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.codec.Codec;
import dev.grapevine.codec.Codecs;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import dev.grapevine.observe.GrapevineObserver;
import dev.grapevine.topic.Message;
import dev.grapevine.topic.Overflow;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

class TopicChannelTest {

    private static final Origin ORIGIN = new Origin(new MemberId(1, 1), 1);

    private final List<Long> missed = new ArrayList<>();

    private <T> TopicChannel<T> channel(Codec<T> codec) {
        Publishing nowhere = new Publishing() {
            @Override
            public Mono<Void> publish(String topic, Bytes payload) {
                return Mono.never();
            }

            @Override
            public Mono<Void> publishAll(String topic, Flux<Bytes> payloads) {
                return Mono.never();
            }

            @Override
            public Bytes withinLimit(String topic, Bytes payload) {
                return payload;
            }
        };
        return new TopicChannel<>("t", codec, nowhere, Schedulers.immediate(), new GrapevineObserver() {
            @Override
            public void subscriberMissed(String topic, long count) {
                missed.add(count);
            }
        });
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
        channel.offer(Run.messages(ORIGIN, 1, List.of(Bytes.utf8("a"), Bytes.utf8("b"))));
        assertThat(missed).isEmpty();
    }

    @Test
    void anErrorHookThatThrowsAnErrorDoesNotEndTheSubscription() {
        TopicChannel<String> channel = channel(new Codec<>() {
            @Override
            public String name() {
                return "picky";
            }

            @Override
            public Bytes encode(String value) {
                return Bytes.utf8(value);
            }

            @Override
            public String decode(Bytes bytes) {
                if (bytes.utf8().equals("bad")) {
                    throw new IllegalArgumentException("no");
                }
                return bytes.utf8();
            }
        });
        StepVerifier.create(channel.deliveries(9, Overflow.ERROR, (message, error) -> {
                            throw new AssertionError("provoked");
                        })
                        .map(delivery -> delivery instanceof Message<String> message ? message.value() : "gap"))
                .then(() -> channel.offer(Run.messages(ORIGIN, 1, List.of(Bytes.utf8("bad"), Bytes.utf8("good")))))
                .expectNext("gap", "good")
                .thenCancel()
                .verify();
    }
}
