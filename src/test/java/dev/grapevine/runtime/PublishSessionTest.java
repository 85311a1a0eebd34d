package dev.grapevine.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.protocol.frame.StreamName;
import dev.grapevine.protocol.step.Input;
import dev.grapevine.topic.Priority;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

class PublishSessionTest {

    private static final int LONG = 256 << 10;

    /** Many times the same: what is tested is what is counted. */
    private static final Bytes LONG_PAYLOAD = Bytes.wrap(new byte[LONG]);

    private static final Bytes SHORT_PAYLOAD = Bytes.wrap(new byte[10]);

    private static final long STRESS_NANOS = 1_500_000_000L;
    private static final long PATIENCE_NANOS = 20_000_000_000L;

    private final Commands commands = new Commands();
    private final List<Bytes> published = new ArrayList<>();
    private final List<Integer> portions = new ArrayList<>();
    private final Turns turns = new Turns();
    private boolean room = true;
    private boolean criticalRoom = true;
    private boolean largeRoom = true;
    private final Admission admission = new Admission(
            (priority, isLarge) -> (priority == Priority.CRITICAL ? criticalRoom : room) && (largeRoom || !isLarge),
            turns);

    PublishSessionTest() {
        commands.flux().subscribe(input -> {
            List<Bytes> portion = ((Input.Publish) input).payloads();
            published.addAll(portion);
            portions.add(portion.size());
        });
    }

    private PublishMono call(Flux<Bytes> source) {
        return new PublishMono("t", Priority.NORMAL, source, commands, admission, Schedulers.immediate());
    }

    private PublishMono critical(Flux<Bytes> source) {
        return new PublishMono("t", Priority.CRITICAL, source, commands, admission, Schedulers.immediate());
    }

    @Test
    void aCriticalMessageDoesNotWaitBehindCallsThatWaitForRoom() {
        room = false;
        List<Disposable> calls = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            calls.add(call(Flux.range(0, 1000).map(n -> LONG_PAYLOAD)).subscribe());
        }
        assertThat(admission.isCrowded()).isTrue();
        StepVerifier.create(critical(Flux.just(SHORT_PAYLOAD))).verifyComplete();
        assertThat(published).containsExactly(SHORT_PAYLOAD);
        calls.forEach(Disposable::dispose);
    }

    @Test
    void largeMessagesWaitForRoomOfTheirOwnAndHoldUpOnlyWhatFollowsThemInTheirCall() {
        largeRoom = false;
        call(Flux.just(SHORT_PAYLOAD, LONG_PAYLOAD, SHORT_PAYLOAD)).subscribe();
        call(Flux.just(SHORT_PAYLOAD)).subscribe();
        assertThat(published).containsExactly(SHORT_PAYLOAD, SHORT_PAYLOAD);

        largeRoom = true;
        admission.resume();
        assertThat(published).containsExactly(SHORT_PAYLOAD, SHORT_PAYLOAD, LONG_PAYLOAD, SHORT_PAYLOAD);
    }

    @Test
    void aLargeMessageHasItsTurnThoughThereAreAlwaysSmallOnes() {
        room = false;
        call(Flux.range(0, 100_000).map(i -> SHORT_PAYLOAD).doOnNext(payload -> {
                    room &= published.size() < 20_000;
                }))
                .subscribe();
        call(Flux.just(LONG_PAYLOAD)).subscribe();
        room = true;
        admission.resume();
        assertThat(published).hasSizeLessThan(30_000).contains(LONG_PAYLOAD);
    }

    @Test
    void criticalMessagesWaitForRoomOfTheirOwnAndThenGoFirst() {
        room = false;
        criticalRoom = false;
        call(Flux.just(LONG_PAYLOAD)).subscribe();
        critical(Flux.just(SHORT_PAYLOAD)).subscribe();
        assertThat(published).isEmpty();
        room = true;
        criticalRoom = true;
        admission.resume();
        assertThat(published).containsExactly(SHORT_PAYLOAD, LONG_PAYLOAD);
    }

    @Test
    void whatIsCriticalIsPublishedOnAStreamOfItsOwn() {
        List<String> streams = new ArrayList<>();
        Commands told = new Commands();
        told.flux().subscribe(input -> streams.add(((Input.Publish) input).topic()));
        new PublishMono("t", Priority.CRITICAL, Flux.just(SHORT_PAYLOAD), told, admission, Schedulers.immediate())
                .subscribe();
        new PublishMono("t", Priority.NORMAL, Flux.just(SHORT_PAYLOAD), told, admission, Schedulers.immediate())
                .subscribe();
        assertThat(streams).containsExactly(StreamName.critical("t"), "t");
    }

    @Test
    void whatIsGivenToTheCoreAtATimeIsOneRunThatAllPeersShare() {
        room = false;
        List<Integer> portions = new ArrayList<>();
        Commands counted = new Commands();
        counted.flux()
                .subscribe(
                        input -> portions.add(((Input.Publish) input).payloads().size()));
        Bytes payload = Bytes.wrap(new byte[1 << 10]);
        new PublishMono(
                        "t",
                        Priority.NORMAL,
                        Flux.range(0, 1000).map(i -> payload),
                        counted,
                        admission,
                        Schedulers.immediate())
                .subscribe();
        room = true;
        admission.resume();
        assertThat(portions).startsWith(60, 60, 60).allMatch(size -> size <= 60);
        assertThat(portions.stream().mapToInt(size -> size).sum()).isEqualTo(1000);
    }

    @Test
    void ofPayloadsThatSuddenlyAreLongNoMoreComeThanWereAskedForBeforeOneHadCome() {
        AtomicLong given = new AtomicLong();
        Flux<Bytes> source = Flux.range(0, 100_000).map(i -> i < 40_000 ? SHORT_PAYLOAD : LONG_PAYLOAD);
        call(source.doOnNext(payload -> {
                    given.addAndGet(payload.length());
                    room = given.get() < 400_000; // shut from the first long one on
                }))
                .subscribe();

        assertThat(published).hasSizeGreaterThanOrEqualTo(30_000);
        assertThat(given.get()).isBetween((long) LONG, (long) SourceWindow.MAX_AHEAD * LONG + 400_000);
    }

    @Test
    void aFastSourceOfShortPayloadsIsAskedForEightThousandAhead() {
        room = false;
        AtomicLong given = new AtomicLong();
        call(Flux.range(0, 100_000).map(i -> SHORT_PAYLOAD).doOnNext(payload -> given.incrementAndGet()))
                .subscribe();

        assertThat(given).hasValue(SourceWindow.MAX_PAYLOADS);
        assertThat(published).isEmpty();
    }

    @Test
    void ofShortPayloadsTheCoreIsGivenTwoThousandAtATime() {
        room = false;
        call(Flux.range(0, 5_000).map(i -> SHORT_PAYLOAD)).subscribe();
        room = true;
        admission.resume();

        assertThat(portions).containsExactly(2048, 2048, 904);
    }

    @Test
    void aSourceOfLongPayloadsIsAskedForAboutAMebibyteAhead() {
        AtomicLong given = new AtomicLong();
        Flux<Bytes> source = Flux.range(0, 1000).map(i -> LONG_PAYLOAD).doOnNext(payload -> {
            room = given.incrementAndGet() < 500;
        });
        call(source).subscribe();

        assertThat(published).hasSizeBetween(490, 500);
        assertThat((given.get() - published.size()) * LONG).isLessThanOrEqualTo(2 * SourceWindow.MAX_BYTES);
    }

    @Test
    void callsThatTogetherHoldTooMuchAreGivenOnePayloadEachUntilThereIsRoom() {
        room = false;
        AtomicLong given = new AtomicLong();
        for (int i = 0; i < 200; i++) {
            call(Flux.range(0, 1000).map(n -> LONG_PAYLOAD).doOnNext(payload -> given.incrementAndGet()))
                    .subscribe();
        }
        long crowd = Admission.MAX_HELD_BYTES / LONG + SourceWindow.MAX_AHEAD;
        assertThat(given.get()).isBetween(200L, crowd + 200);

        room = true;
        admission.resume();

        assertThat(given).hasValue(200_000);
        assertThat(published).hasSize(200_000);
        assertThat(admission.isCrowded()).isFalse();
    }

    @Test
    void whatACancelledCallHeldIsNoLongerCounted() {
        room = false;
        List<Disposable> calls = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            calls.add(call(Flux.range(0, 1000).map(n -> LONG_PAYLOAD)).subscribe());
        }
        assertThat(admission.isCrowded()).isTrue();
        calls.forEach(Disposable::dispose);
        assertThat(admission.isCrowded()).isFalse();
    }

    @Test
    void aSourceThatIsAlwaysAheadLetsTheNodesThreadDoOtherThings() {
        List<Integer> looks = new ArrayList<>();
        call(Flux.range(0, 1000).map(i -> LONG_PAYLOAD).doOnNext(payload -> {
                    if (looks.isEmpty() && published.size() > 100) {
                        looks.add(published.size());
                        turns.schedule(() -> looks.add(published.size()));
                    }
                }))
                .subscribe();

        assertThat(published).hasSize(1000);
        assertThat(looks.get(1) - looks.get(0)).isLessThanOrEqualTo(Admission.PORTIONS_A_TURN);
    }

    @Test
    void theNodesThreadNeitherAsksASourceNorCancelsIt() {
        List<Runnable> elsewhere = new ArrayList<>();
        Scheduler sources = Schedulers.fromExecutor(elsewhere::add);
        TestPublisher<Bytes> source = TestPublisher.create();
        for (int i = 0; i < 2; i++) {
            new PublishMono("t", Priority.NORMAL, source.flux(), commands, admission, sources)
                    .subscribe(ignored -> {}, error -> {});
        }
        source.assertMaxRequested(0);
        run(elsewhere);
        source.assertMinRequested(SourceWindow.FIRST_AHEAD);

        admission.close();
        source.assertNotCancelled();
        run(elsewhere);
        source.assertCancelled(2);
    }

    private static void run(List<Runnable> tasks) {
        List.copyOf(tasks).forEach(Runnable::run);
        tasks.clear();
    }

    /** Two threads that meet at every distance: without the fence one payload in a million waits for the next. */
    @Test
    void aPayloadThatComesAloneIsGivenWithoutWaitingForTheNext() {
        Scheduler node = Schedulers.newSingle("node");
        try {
            AtomicLong given = new AtomicLong();
            Commands counted = new Commands();
            counted.flux()
                    .subscribe(input ->
                            given.addAndGet(((Input.Publish) input).payloads().size()));
            Sinks.Many<Bytes> source = Sinks.unsafe().many().unicast().onBackpressureError();
            new PublishMono(
                            "t",
                            Priority.NORMAL,
                            source.asFlux(),
                            counted,
                            new Admission((priority, isLarge) -> true, node),
                            Schedulers.immediate())
                    .subscribe();

            long end = System.nanoTime() + STRESS_NANOS;
            for (int i = 1; i % 3 != 1 || System.nanoTime() - end < 0; i++) {
                while (source.tryEmitNext(SHORT_PAYLOAD).isFailure()) {
                    Thread.onSpinWait(); // the session has not yet begun to ask
                }
                if (i % 3 == 0) {
                    await(given, i);
                } else {
                    pause(i % 97);
                }
            }
        } finally {
            node.dispose();
        }
    }

    private static void await(AtomicLong given, long count) {
        long patience = System.nanoTime() + PATIENCE_NANOS;
        while (given.get() < count) {
            assertThat(System.nanoTime() - patience)
                    .as("payload %d waits", count)
                    .isNegative();
            Thread.yield();
        }
    }

    private static void pause(int turns) {
        for (int turn = 0; turn < turns; turn++) {
            Thread.onSpinWait();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void aRequestOfNothingEndsTheCallAndItsSourceWithAnError(long wrong) {
        TestPublisher<Bytes> source = TestPublisher.create();
        List<Throwable> errors = new ArrayList<>();
        call(source.flux()).subscribe(new BaseSubscriber<>() {
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
        source.assertCancelled();
    }
}
