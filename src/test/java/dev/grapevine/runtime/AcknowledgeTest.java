package dev.grapevine.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.codec.Codec;
import dev.grapevine.codec.Codecs;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import dev.grapevine.observe.GrapevineObserver;
import dev.grapevine.topic.AcknowledgeOptions;
import dev.grapevine.topic.Acknowledgeable;
import dev.grapevine.topic.Gap;
import dev.grapevine.topic.Message;
import dev.grapevine.topic.Order;
import dev.grapevine.topic.Overflow;
import dev.grapevine.topic.Priority;
import dev.grapevine.topic.SubscriberOverflowException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

class AcknowledgeTest {

    private static final Origin ORIGIN = new Origin(new MemberId(1, 1), 1);
    private static final long SECOND = 1_000_000_000L;

    private static final AcknowledgeOptions OPTIONS = AcknowledgeOptions.DEFAULT
            .withMaxUnacknowledged(2)
            .withTimeout(Duration.ofSeconds(10))
            .withRedelivery(Duration.ofSeconds(1), 3, Duration.ofSeconds(60));

    private final List<Long> missed = new ArrayList<>();
    private final List<Acknowledgeable<String>> given = new ArrayList<>();
    private long now = Long.MAX_VALUE - 5 * SECOND; // the clock may overflow
    private boolean isClockBroken;

    private final Acknowledging acknowledging = new Acknowledging(this::now);

    private TopicChannel<String> channel = channel(Codecs.utf8());

    private long now() {
        if (isClockBroken) {
            throw new NoClassDefFoundError("provoked");
        }
        return now;
    }

    private TopicChannel<String> channel(Codec<String> codec) {
        return channel(codec, Schedulers.immediate());
    }

    private TopicChannel<String> channel(Codec<String> codec, Scheduler delivery) {
        return new TopicChannel<>(
                "t",
                codec,
                Order.PUBLISHER,
                new Nowhere(),
                new Replaying(new Commands()),
                delivery,
                acknowledging,
                new GrapevineObserver() {
                    @Override
                    public void subscriberMissed(String topic, long count) {
                        missed.add(count);
                    }
                });
    }

    private Flux<String> told(AcknowledgeOptions options) {
        return channel.acknowledgeable(options).doOnNext(given::add).map(AcknowledgeTest::told);
    }

    private static String told(Acknowledgeable<String> next) {
        if (next.delivery() instanceof Message<String> message) {
            return message.value() + next.attempt();
        }
        Gap<String> gap = (Gap<String>) next.delivery();
        return gap.reason() + " " + gap.from() + "-" + gap.to();
    }

    private void publish(long first, String... words) {
        channel.offer(
                Priority.NORMAL,
                Run.messages(ORIGIN, first, Stream.of(words).map(Bytes::utf8).toList()),
                DrainSubscription::wake);
    }

    private void after(long seconds) {
        now += seconds * SECOND;
        acknowledging.tick();
    }

    @Test
    void noMoreAreGivenThanMayBeUnanswered() {
        StepVerifier.create(told(OPTIONS))
                .then(() -> publish(1, "a", "b", "c", "d"))
                .expectNext("a1", "b1")
                .then(() -> assertThat(given).hasSize(2))
                .then(() -> assertThat(given.get(1).acknowledge()).isTrue())
                .expectNext("c1")
                .then(() -> assertThat(given.get(1).acknowledge()).isFalse())
                .then(() -> assertThat(given.get(0).acknowledge()).isTrue())
                .expectNext("d1")
                .thenCancel()
                .verify();
    }

    @Test
    void ofLargeMessagesNoMoreAreUnansweredThanTheirBytesAllowHoweverFewTheyAre() {
        channel = channel(new Lengths());
        Bytes large = Bytes.wrap(new byte[50 << 20]);
        StepVerifier.create(told(OPTIONS.withMaxUnacknowledged(10)))
                .then(() -> channel.offer(
                        Priority.NORMAL, Run.messages(ORIGIN, 1, List.of(large, large)), DrainSubscription::wake))
                .expectNext("52428800 1", "52428800 1")
                .then(() -> channel.offer(
                        Priority.NORMAL,
                        Run.messages(ORIGIN, 3, List.of(large, large, Bytes.utf8("small"))),
                        DrainSubscription::wake))
                .then(() -> channel.offer(
                        Priority.CRITICAL,
                        Run.messages(ORIGIN, 1, List.of(Bytes.utf8("critical"))),
                        DrainSubscription::wake))
                .expectNext("8 1")
                .then(() -> given.get(0).reject())
                .then(() -> assertThat(given).as("a rejected one still counts").hasSize(3))
                .then(() -> given.get(1).acknowledge())
                .expectNext("52428800 1")
                .then(() -> after(1))
                .expectNext("52428800 2")
                .then(() -> assertThat(given).hasSize(5))
                .then(channel::complete)
                .then(() -> given.get(4).acknowledge())
                .expectNext("52428800 1", "5 1")
                .verifyComplete();
    }

    @Test
    void aLargeMessageThatIsGivenUpMakesRoomForTheNext() {
        channel = channel(new Lengths());
        Bytes large = Bytes.wrap(new byte[60 << 20]);
        AcknowledgeOptions once = OPTIONS.withMaxUnacknowledged(10).withRedelivery(Duration.ZERO, 1, Duration.ZERO);
        StepVerifier.create(told(once))
                .then(() -> channel.offer(
                        Priority.NORMAL, Run.messages(ORIGIN, 1, List.of(large, large)), DrainSubscription::wake))
                .expectNext("62914560 1", "62914560 1")
                .then(() -> channel.offer(
                        Priority.NORMAL, Run.messages(ORIGIN, 3, List.of(large)), DrainSubscription::wake))
                .then(() -> given.get(0).reject())
                .expectNext("GIVEN_UP 1-1", "62914560 1")
                .thenCancel()
                .verify();
    }

    @Test
    void aRejectedMessageIsGivenAgainAfterTheDelayAndNotBefore() {
        StepVerifier.create(told(OPTIONS))
                .then(() -> publish(1, "a", "b", "c"))
                .expectNext("a1", "b1")
                .then(() -> assertThat(given.get(0).reject()).isTrue())
                .then(() -> after(0))
                .then(() -> given.get(1).acknowledge())
                .expectNext("c1") // the one that waits to be given again takes one place of two
                .then(() -> after(1))
                .expectNext("a2")
                .then(() -> assertThat(given.get(0).acknowledge())
                        .as("an answer to the first attempt")
                        .isFalse())
                .then(() -> assertThat(given.get(3).acknowledge()).isTrue())
                .then(() -> after(10))
                .then(() -> after(1))
                .expectNext("c2") // and this one was not answered
                .thenCancel()
                .verify();
    }

    @Test
    void whatIsNotAnsweredInTimeCountsAsRejected() {
        StepVerifier.create(told(OPTIONS))
                .then(() -> publish(1, "a"))
                .expectNext("a1")
                .then(() -> after(9))
                .then(() -> after(1))
                .then(() -> assertThat(given.get(0).acknowledge()).isFalse())
                .then(() -> after(1))
                .expectNext("a2")
                .then(() -> assertThat(given.get(1).acknowledge()).isTrue())
                .thenCancel()
                .verify();
    }

    @Test
    void afterTheLastAttemptAMessageIsGivenUpWhichIsToldAndCounted() {
        StepVerifier.create(told(OPTIONS))
                .then(() -> publish(7, "a"))
                .expectNext("a1")
                .then(() -> given.get(0).reject())
                .then(() -> after(1))
                .expectNext("a2")
                .then(() -> given.get(1).reject())
                .then(() -> after(1))
                .expectNext("a3")
                .then(() -> given.get(2).reject())
                .expectNext("GIVEN_UP 7-7")
                .then(() -> assertThat(missed).containsExactly(1L))
                .then(() -> publish(8, "b"))
                .expectNext("b1")
                .thenCancel()
                .verify();
    }

    @Test
    void whatWouldBeGivenAgainBeyondItsRetentionIsGivenUp() {
        AcknowledgeOptions brief = OPTIONS.withRedelivery(Duration.ofSeconds(1), 100, Duration.ofSeconds(12));
        StepVerifier.create(told(brief))
                .then(() -> publish(1, "a"))
                .expectNext("a1")
                .then(() -> after(10))
                .then(() -> after(1))
                .expectNext("a2")
                .then(() -> after(2))
                .then(() -> given.get(1).reject())
                .expectNext("GIVEN_UP 1-1")
                .thenCancel()
                .verify();
    }

    static List<Duration> forEver() {
        return List.of(
                Duration.ofMillis(Long.MAX_VALUE), ChronoUnit.FOREVER.getDuration(), Duration.ofDays(365L * 300));
    }

    @ParameterizedTest
    @MethodSource("forEver")
    void timesLongerThanNanosecondsCanTellMeanForEver(Duration forEver) {
        AcknowledgeOptions kept = OPTIONS.withTimeout(forEver).withRedelivery(Duration.ofSeconds(1), 3, forEver);
        StepVerifier.create(told(kept))
                .then(() -> publish(1, "a"))
                .expectNext("a1")
                .then(() -> after(8_000_000_000L))
                .then(() -> assertThat(given.get(0).reject()).isTrue())
                .then(() -> after(1))
                .expectNext("a2")
                .then(() -> assertThat(given.get(1).acknowledge()).isTrue())
                .thenCancel()
                .verify();
        given.clear();
        StepVerifier.create(told(kept.withRedelivery(forEver, 3, forEver)))
                .then(() -> publish(2, "b", "c", "d"))
                .expectNext("b1", "c1")
                .then(() -> after(1))
                .then(() -> assertThat(given.get(0).reject()).isTrue())
                .then(() -> after(4_000_000_000L))
                .then(() -> assertThat(given.get(1).acknowledge()).isTrue())
                .expectNext("d1") // b is neither given again nor given up
                .thenCancel()
                .verify();
    }

    @Test
    void messagesGivenUpAtOnceAreToldInTheirOrder() {
        AcknowledgeOptions twice =
                OPTIONS.withMaxUnacknowledged(3).withRedelivery(Duration.ZERO, 2, Duration.ofDays(1));
        StepVerifier.create(told(twice))
                .then(() -> publish(1, "a", "b", "c", "d"))
                .expectNext("a1", "b1", "c1")
                .then(() -> List.of(2, 0, 1).forEach(i -> given.get(i).reject()))
                .expectNext("c2", "a2", "b2")
                .then(() -> after(10))
                .expectNext("GIVEN_UP 1-1", "GIVEN_UP 2-2", "GIVEN_UP 3-3", "d1")
                .thenCancel()
                .verify();
    }

    @Test
    void messagesGivenUpWhileNobodyAsksAreToldInTheirOrder() {
        AcknowledgeOptions once = OPTIONS.withMaxUnacknowledged(3).withRedelivery(Duration.ZERO, 1, Duration.ZERO);
        StepVerifier.create(told(once), 2)
                .then(() -> publish(1, "a", "b", "c"))
                .expectNext("a1", "b1")
                .then(() -> given.forEach(Acknowledgeable::reject))
                .thenRequest(9)
                .expectNext("GIVEN_UP 1-1", "GIVEN_UP 2-2", "c1")
                .thenCancel()
                .verify();
    }

    @Test
    void whatIsThrownAsTimePassesEndsTheSubscriptionAndNotTheNode() {
        StepVerifier.create(told(OPTIONS))
                .then(() -> publish(1, "a"))
                .expectNext("a1")
                .then(() -> isClockBroken = true)
                .then(() -> after(1))
                .verifyError(NoClassDefFoundError.class);
        assertThat(acknowledging.isAny()).isFalse();
    }

    @Test
    void gapsNeedNoAnswerAndWhatWaitsTooLongBelowIsOneOfThem() {
        StepVerifier.create(told(OPTIONS.withBuffer(1, Overflow.DROP_OLDEST)))
                .then(() -> publish(1, "a"))
                .then(() ->
                        channel.offer(Priority.NORMAL, Run.gap(ORIGIN, 2, 3, Gap.Reason.LOST), DrainSubscription::wake))
                .expectNext("a1", "LOST 2-3")
                .then(() -> assertThat(given.get(1).acknowledge()).isFalse())
                .then(() -> assertThat(given.get(1).reject()).isFalse())
                .then(() -> publish(4, "b"))
                .expectNext("b1")
                .then(() -> publish(5, "c"))
                .then(() -> publish(6, "d"))
                .then(() -> List.copyOf(given).forEach(Acknowledgeable::acknowledge))
                .expectNext("OVERFLOW 5-5", "d1")
                .thenCancel()
                .verify();
    }

    @Test
    void anOverflowThatEndsTheSubscriptionEndsThisOne() {
        StepVerifier.create(told(OPTIONS.withMaxUnacknowledged(1).withBuffer(1, Overflow.ERROR)))
                .then(() -> publish(1, "a"))
                .expectNext("a1")
                .then(() -> publish(2, "b"))
                .then(() -> publish(3, "c"))
                .then(() -> given.get(0).acknowledge())
                .expectNext("b1")
                .then(() -> given.get(1).acknowledge())
                .verifyError(SubscriberOverflowException.class);
    }

    @Test
    void nothingIsGivenAgainThatWasNotAskedFor() {
        StepVerifier.create(told(OPTIONS), 1)
                .then(() -> publish(1, "a", "b"))
                .expectNext("a1")
                .then(() -> given.get(0).reject())
                .then(() -> after(1))
                .then(() -> assertThat(given).hasSize(1))
                .thenRequest(1)
                .expectNext("a2")
                .thenRequest(1)
                .expectNext("b1")
                .thenCancel()
                .verify();
    }

    @Test
    void whenTheNodeStopsWhatWaitsIsGivenAndWhatIsUnansweredDropped() {
        StepVerifier.create(told(OPTIONS), 1)
                .then(() -> publish(1, "a", "b"))
                .expectNext("a1")
                .then(channel::complete)
                .thenRequest(9)
                .expectNext("b1")
                .verifyComplete();
        assertThat(given).noneMatch(Acknowledgeable::acknowledge);
        after(100);
        assertThat(given).hasSize(2);
    }

    @Test
    void whoAsksWhileTheThreadsOfAStoppedNodeEndIsServedOnItsOwn() {
        Queue<Runnable> tasks = new ArrayDeque<>();
        AtomicBoolean gone = new AtomicBoolean();
        channel = channel(Codecs.utf8(), Schedulers.fromExecutor(task -> {
            if (gone.get()) {
                throw new RejectedExecutionException("gone");
            }
            tasks.add(task);
        }));
        Runnable run =
                () -> Stream.generate(tasks::poll).takeWhile(Objects::nonNull).forEach(Runnable::run);
        StepVerifier.create(told(OPTIONS), 0)
                .then(run)
                .then(() -> publish(1, "a", "b"))
                .then(run)
                .then(channel::complete)
                .then(() -> gone.set(true))
                .thenRequest(1)
                .expectNext("a1")
                .then(run) // what the threads had taken before is still done
                .thenRequest(1)
                .expectNext("b1")
                .verifyComplete();
    }

    @Test
    void acknowledgingAtOnceIsAsGoodAsLater() {
        StepVerifier.create(channel.acknowledgeable(OPTIONS.withMaxUnacknowledged(1))
                        .doOnNext(Acknowledgeable::acknowledge)
                        .map(AcknowledgeTest::told))
                .then(() -> publish(1, "a", "b", "c"))
                .expectNext("a1", "b1", "c1")
                .thenCancel()
                .verify();
    }

    @Test
    void optionsOutOfTheirBoundsAreRefused() {
        assertThatThrownBy(() -> OPTIONS.withMaxUnacknowledged(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> OPTIONS.withMaxUnacknowledged(65_537)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> OPTIONS.withTimeout(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> channel.acknowledgeable(OPTIONS.withBuffer(0, Overflow.ERROR)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Whatever the subscriber answers: each message ends acknowledged or given up, and first attempts are in order. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void everyMessageIsAcknowledgedOnceOrGivenUp(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int window = 1 + random.nextInt(8);
        AcknowledgeOptions options = OPTIONS.withMaxUnacknowledged(window).withBuffer(1000, Overflow.ERROR);
        Map<Long, Integer> attempts = new HashMap<>();
        TreeSet<Long> acknowledged = new TreeSet<>();
        TreeSet<Long> lost = new TreeSet<>();
        List<Acknowledgeable<String>> open = new ArrayList<>();
        channel.acknowledgeable(options).subscribe(next -> {
            if (next.delivery() instanceof Gap<String> gap) {
                assertThat(lost.add(gap.from())).isTrue();
                assertThat(attempts).containsEntry(gap.from(), 3);
                return;
            }
            long sequence = ((Message<String>) next.delivery()).sequence();
            assertThat(attempts.merge(sequence, 1, Integer::sum)).isEqualTo(next.attempt());
            assertThat(attempts).as("seed %d", seed).hasSizeGreaterThanOrEqualTo((int) sequence);
            open.add(next);
        });
        long published = 0;
        while (acknowledged.size() + lost.size() < 200) {
            if (published < 200 && random.nextInt(3) > 0) {
                publish(++published, "m");
            }
            if (!open.isEmpty() && random.nextInt(4) > 0) {
                Acknowledgeable<String> next = open.remove(random.nextInt(open.size()));
                long sequence = ((Message<String>) next.delivery()).sequence();
                if (random.nextBoolean() ? next.acknowledge() : !next.reject() && next.acknowledge()) {
                    assertThat(acknowledged.add(sequence)).as("seed %d", seed).isTrue();
                }
            }
            after(random.nextInt(4));
        }
        assertThat(acknowledged).doesNotContainAnyElementsOf(lost);
    }

    /** Says of each message how long it is, and a blank. */
    private static final class Lengths implements Codec<String> {
        @Override
        public String name() {
            return "lengths";
        }

        @Override
        public Bytes encode(String value) {
            return Bytes.utf8(value);
        }

        @Override
        public String decode(Bytes bytes) {
            return bytes.length() + " ";
        }
    }
}
