package dev.grapevine.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.frame.Frame;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.SignalType;
import reactor.test.StepVerifier;

class OutboxTest {

    private static final Origin ORIGIN = new Origin(new MemberId(1, 1), 1);

    private final List<String> calls = new ArrayList<>();

    private static Outbox.Waiting frame(long sequence, int bytes) {
        return Outbox.Waiting.of(new Publications(ORIGIN, "t", sequence, List.of(Bytes.wrap(new byte[bytes]))));
    }

    private static List<Long> firsts(List<Frame> batch) {
        return batch.stream().map(frame -> ((Publications) frame).first()).toList();
    }

    private Outbox outbox(int batch, long limit, boolean dropOldest) {
        return new Outbox(batch, limit, dropOldest, () -> calls.add("drained"));
    }

    @Test
    void whateverIsReadyWhenTheTransportAsksGoesOutAsOneBatch() {
        Outbox outbox = outbox(10_000, 100_000, false);
        StepVerifier.create(outbox, 0)
                .then(() -> {
                    for (int i = 1; i <= 5; i++) {
                        outbox.offer(frame(i, 100));
                    }
                    outbox.flush();
                })
                .thenRequest(1)
                .assertNext(batch -> assertThat(firsts(batch)).containsExactly(1L, 2L, 3L, 4L, 5L))
                .then(() -> assertThat(calls).containsExactly("drained"))
                .thenCancel()
                .verify();
    }

    @Test
    void aTransportThatThrowsIsGivenTheNextBatchAllTheSame() {
        Outbox outbox = outbox(10_000, 100_000, false);
        List<List<Frame>> sent = new ArrayList<>();
        outbox.subscribe(new BaseSubscriber<>() {
            @Override
            protected void hookOnNext(List<Frame> batch) {
                sent.add(batch);
                if (sent.size() == 1) {
                    throw new OutOfMemoryError("provoked");
                }
            }
        });
        outbox.offer(frame(1, 10));
        assertThatThrownBy(outbox::flush).isInstanceOf(OutOfMemoryError.class);
        outbox.offer(frame(2, 10));
        outbox.flush();
        assertThat(sent).hasSize(2);
    }

    @Test
    void nothingIsSentBeforeTheStepIsOver() {
        Outbox outbox = outbox(10_000, 100_000, false);
        List<List<Frame>> sent = new ArrayList<>();
        outbox.subscribe(sent::add);
        outbox.offer(frame(1, 10));
        assertThat(sent).isEmpty();
        outbox.flush();
        assertThat(sent).hasSize(1);
    }

    @Test
    void aBatchStaysWithinItsBytesUnlessASingleFrameIsLonger() {
        Outbox outbox = outbox(1000, 100_000, false);
        outbox.offer(frame(1, 600));
        outbox.offer(frame(2, 600));
        outbox.offer(frame(3, 5000));
        outbox.offer(frame(4, 10));
        StepVerifier.create(outbox.map(OutboxTest::firsts).take(4))
                .expectNext(List.of(1L))
                .expectNext(List.of(2L))
                .expectNext(List.of(3L))
                .expectNext(List.of(4L))
                .verifyComplete();
    }

    @Test
    void atItsLimitDataRefusesTheNewFrameAndSaysSo() {
        Outbox outbox = outbox(10_000, 500, false);
        assertThat(outbox.offer(frame(1, 300))).isZero();
        assertThat(outbox.offer(frame(2, 300))).isEqualTo(1);
        StepVerifier.create(outbox.map(OutboxTest::firsts).take(1))
                .expectNext(List.of(1L))
                .verifyComplete();
    }

    @Test
    void atItsLimitControlDropsTheOldestFramesAndCountsThem() {
        Outbox outbox = outbox(10_000, 3L * frame(1, 100).size(), true);
        outbox.offer(frame(1, 100));
        outbox.offer(frame(2, 100));
        outbox.offer(frame(3, 100));
        assertThat(outbox.offer(frame(4, 150))).isEqualTo(2);
        StepVerifier.create(outbox.map(OutboxTest::firsts).take(1))
                .expectNext(List.of(3L, 4L))
                .verifyComplete();
    }

    @Test
    void aFrameLongerThanTheLimitStillPassesAnEmptyOutbox() {
        Outbox outbox = outbox(10_000, 100, false);
        assertThat(outbox.offer(frame(1, 5000))).isZero();
        assertThat(outbox.offer(frame(2, 1))).isEqualTo(1);
    }

    @Test
    void aTransportThatAsksFromWithinItsOwnOnNextGetsEveryFrameOnceAndInOrder() {
        Outbox outbox = outbox(200, 100_000, false);
        List<Long> seen = new ArrayList<>();
        outbox.subscribe(new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                request(1);
            }

            @Override
            protected void hookOnNext(List<Frame> batch) {
                seen.addAll(firsts(batch));
                request(1);
            }

            @Override
            protected void hookFinally(SignalType type) {
                calls.add(type.toString());
            }
        });
        for (int i = 1; i <= 50; i++) {
            outbox.offer(frame(i, 100));
        }
        outbox.flush();
        assertThat(seen).hasSize(50).isSorted();
        outbox.close();
        assertThat(calls).containsExactly("drained", "onComplete");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void aRequestOfNothingEndsTheOutboxWithAnError(long wrong) {
        Outbox outbox = outbox(200, 100_000, false);
        outbox.offer(frame(1, 100));
        List<Throwable> errors = new ArrayList<>();
        outbox.subscribe(new BaseSubscriber<>() {
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
        assertThat(outbox.offer(frame(2, 100))).isEqualTo(1);
        assertThat(outbox.bytes()).isZero();
    }

    @Test
    void itLagsOnceItHasBeenFullForTheGraceSinceThatWasFirstSeen() {
        Outbox outbox = outbox(10_000, 10 << 20, false);
        assertThat(outbox.isLagging(10, 30)).isFalse();
        outbox.offer(frame(1, 600 << 10));
        assertThat(outbox.isFull()).isTrue();
        assertThat(outbox.isLagging(20, 30)).isFalse();
        assertThat(outbox.isLagging(50, 30)).isFalse();
        assertThat(outbox.isLagging(51, 30)).isTrue();
    }

    @Test
    void oneThatLagsDoesSoUntilItIsEmpty() {
        Outbox outbox = outbox(10_000, 10 << 20, false);
        StepVerifier.create(outbox, 0)
                .then(() -> {
                    outbox.offer(frame(1, 600 << 10));
                    outbox.offer(frame(2, 100));
                    outbox.isLagging(0, 30);
                    assertThat(outbox.isLagging(31, 30)).isTrue();
                })
                .thenRequest(1)
                .expectNextCount(1)
                .then(() -> {
                    assertThat(outbox.isFull()).isFalse();
                    assertThat(outbox.isLagging(40, 30)).isTrue();
                })
                .thenRequest(1)
                .expectNextCount(1)
                .then(() -> assertThat(outbox.isLagging(50, 30)).isFalse())
                .thenCancel()
                .verify();
    }

    @Test
    void anOutboxThatDrainedWhileNobodyAskedIsNotTakenToHaveBeenFullAllTheTime() {
        Outbox outbox = outbox(10_000, 10 << 20, false);
        StepVerifier.create(outbox, 1)
                .then(() -> {
                    outbox.offer(frame(1, 600 << 10));
                    assertThat(outbox.isLagging(20, 30)).isFalse();
                    outbox.flush();
                })
                .expectNextCount(1)
                .then(() -> {
                    outbox.offer(frame(2, 600 << 10));
                    assertThat(outbox.isLagging(90, 30)).isFalse();
                })
                .thenCancel()
                .verify();
    }

    @Test
    void aClosedOutboxTakesNothingMore() {
        Outbox outbox = outbox(10_000, 100_000, false);
        outbox.offer(frame(1, 100));
        outbox.close();
        assertThat(outbox.bytes()).isZero();
        assertThat(outbox.offer(frame(2, 100))).isEqualTo(1);
        StepVerifier.create(outbox).verifyComplete();
    }
}
