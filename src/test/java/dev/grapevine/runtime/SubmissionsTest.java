package dev.grapevine.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.protocol.NodeSettings;
import dev.grapevine.protocol.step.Input;
import dev.grapevine.topic.Priority;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.publisher.PublisherProbe;

class SubmissionsTest {

    private static final Bytes PAYLOAD = Bytes.utf8("x");

    private final Commands commands = new Commands();
    private final List<Input> accepted = new ArrayList<>();
    private final Submissions submissions =
            new Submissions(2, 10, commands, NodeSettings.DEFAULT, on(Schedulers.immediate()));
    private boolean room = true;
    private final Admission admission = new Admission((priority, isLarge) -> room, Schedulers.immediate());

    private static Environment on(Scheduler threads) {
        return new Environment(threads, threads, threads, () -> 0, () -> 0, new SplittableRandom(1));
    }

    @Test
    void whatWasPublishedBeforeTheNodeIsBoundIsPublishedInTheOrderOfTheCalls() {
        Scheduler threads = Schedulers.newParallel("answers", 4);
        Scheduler node = Schedulers.newSingle("node");
        try {
            Submissions early = new Submissions(1000, 1 << 20, commands, NodeSettings.DEFAULT, on(threads));
            List<Mono<Void>> calls = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                Mono<Void> call = early.publish("t", Priority.NORMAL, Bytes.utf8(String.valueOf(i)))
                        .cache();
                call.subscribe();
                calls.add(call);
            }
            List<String> published = new ArrayList<>();
            commands.flux()
                    .subscribe(input ->
                            ((Input.Publish) input).payloads().forEach(payload -> published.add(payload.utf8())));
            node.schedule(() -> early.open(new Admission((priority, isLarge) -> true, node)));
            Mono.when(calls).block(Duration.ofSeconds(30));
            assertThat(published)
                    .isEqualTo(
                            IntStream.range(0, 1000).mapToObj(String::valueOf).toList());
        } finally {
            threads.dispose();
            node.dispose();
        }
    }

    @Test
    void callsBeyondTheLimitFailUntilOneOfThoseUnderWayIsOver() {
        commands.flux().subscribe(accepted::add);
        Disposable first = submissions.publish("t", Priority.NORMAL, PAYLOAD).subscribe();
        submissions.publishAll("t", Priority.NORMAL, Flux.just(PAYLOAD)).subscribe();
        StepVerifier.create(submissions.publish("t", Priority.NORMAL, PAYLOAD))
                .verifyErrorMessage("More than 2 publish calls are under way: wait for some to complete");
        submissions.write("m", PAYLOAD, PAYLOAD).subscribe();
        submissions.write("m", PAYLOAD, null).subscribe();
        StepVerifier.create(submissions.write("m", PAYLOAD, null))
                .verifyErrorMessage("More than 2 writes are under way: wait for some to complete");
        first.dispose();
        StepVerifier.create(submissions.publish("t", Priority.NORMAL, Bytes.utf8("y")))
                .then(() -> submissions.open(admission))
                .verifyComplete();
        assertThat(accepted)
                .containsExactlyInAnyOrder(
                        new Input.Publish("t", List.of(PAYLOAD)),
                        new Input.Write("m", PAYLOAD, PAYLOAD),
                        new Input.Write("m", PAYLOAD, null),
                        new Input.Publish("t", List.of(Bytes.utf8("y"))));
    }

    @Test
    void aCallIsNoLongerUnderWayWhenItsEndIsTold() {
        UnderWay one = new UnderWay("calls", 1, 1);
        StepVerifier.create(one.call(1, Mono::empty).then(Mono.defer(() -> one.call(1, Mono::empty))))
                .verifyComplete();
        RuntimeException failure = new RuntimeException("expected");
        StepVerifier.create(one.call(1, () -> Mono.error(failure))
                        .onErrorResume(error -> one.call(1, () -> {
                            throw failure;
                        }))
                        .onErrorResume(error -> one.call(1, Mono::never)))
                .expectSubscription()
                .then(() -> StepVerifier.create(one.call(1, Mono::empty))
                        .verifyErrorMessage("More than 1 calls are under way: wait for some to complete"))
                .thenCancel()
                .verify();
        StepVerifier.create(one.call(1, Mono::empty)).verifyComplete();
    }

    /** One that is always refused beside one that always fits, which must not notice. */
    @Test
    void aCallThatIsRefusedTakesNoPlaceFromOneThatFits() throws Exception {
        UnderWay calls = new UnderWay("calls", 2, 10);
        assertThat(calls.enter(5)).isNull();
        AtomicBoolean isDone = new AtomicBoolean();
        Thread refused = new Thread(() -> {
            while (!isDone.get()) {
                assertThat(calls.enter(6)).isNotNull();
            }
        });
        refused.start();
        try {
            for (int i = 0; i < 300_000; i++) {
                assertThat(calls.enter(5)).as("call %d", i).isNull();
                calls.leave(5);
            }
        } finally {
            isDone.set(true);
            refused.join();
        }
        assertThat(calls.enter(1)).isNull();
        assertThat(calls.enter(1)).isEqualTo("2 calls");
    }

    @Test
    void callsOnTheNodesThreadCountUntilTheirEndIsTold() {
        List<Runnable> answers = new ArrayList<>();
        Submissions counted =
                new Submissions(2, 10, commands, NodeSettings.DEFAULT, on(Schedulers.fromExecutor(answers::add)));
        commands.flux().subscribe(accepted::add);
        counted.open(admission);
        counted.publish("t", Priority.NORMAL, PAYLOAD).subscribe();
        counted.publish("t", Priority.NORMAL, PAYLOAD).subscribe();
        StepVerifier.create(counted.publish("t", Priority.NORMAL, PAYLOAD))
                .verifyErrorMessage("More than 2 publish calls are under way: wait for some to complete");
        answers.forEach(Runnable::run);
        counted.publish("t", Priority.NORMAL, PAYLOAD).subscribe();
        assertThat(accepted).hasSize(3);
    }

    @Test
    void whoWaitsForOneCallIsAnsweredAtOnceByTheNext() {
        Scheduler node = Schedulers.newSingle("node");
        AtomicInteger answers = new AtomicInteger();
        Scheduler own = Schedulers.newSingle("own");
        Scheduler counting = Schedulers.fromExecutor(task -> {
            answers.incrementAndGet();
            own.schedule(task);
        });
        try {
            Submissions counted = new Submissions(2, 10, commands, NodeSettings.DEFAULT, on(counting));
            commands.flux().subscribe(accepted::add);
            node.schedule(() -> counted.open(new Admission((priority, isLarge) -> true, node)));
            // Only the node knows whether there may be a stream of that name, which the first has to ask.
            StepVerifier.create(counted.publish("t", Priority.NORMAL, PAYLOAD)
                            .then(Mono.fromSupplier(answers::get))
                            .flatMap(before -> counted.publish("t", Priority.NORMAL, PAYLOAD)
                                    .then(Mono.fromSupplier(() -> answers.get() - before))))
                    .expectNext(0)
                    .expectComplete()
                    .verify(Duration.ofSeconds(30));
        } finally {
            node.dispose();
            own.dispose();
        }
    }

    @Test
    void aCallToATopicBeyondThoseThatTheNodeMayPublishToFailsAndSoDoesItsSource() {
        commands.flux().subscribe(accepted::add);
        submissions.open(new Admission(
                new Admission.Room() {
                    @Override
                    public boolean isThere(Priority priority, boolean isLarge) {
                        return true;
                    }

                    @Override
                    public boolean isForStream(String stream) {
                        return stream.equals("t");
                    }
                },
                Schedulers.immediate()));

        StepVerifier.create(submissions.publish("t", Priority.NORMAL, PAYLOAD)).verifyComplete();
        StepVerifier.create(submissions.publish("u", Priority.NORMAL, PAYLOAD))
                .verifyErrorMessage("This node publishes to as many topics as it may (maxStreams): not to 'u'");
        PublisherProbe<Bytes> source = PublisherProbe.of(Flux.just(PAYLOAD).concatWith(Mono.never()));
        StepVerifier.create(submissions.publishAll("u", Priority.NORMAL, source.flux()))
                .verifyError(IllegalStateException.class);
        source.assertWasCancelled();
        assertThat(accepted).hasSize(1);
    }

    @Test
    void criticalCallsHaveALimitOfTheirOwn() {
        commands.flux().subscribe(accepted::add);
        submissions.publish("t", Priority.NORMAL, PAYLOAD).subscribe();
        submissions.publish("t", Priority.NORMAL, PAYLOAD).subscribe();
        submissions.publish("t", Priority.CRITICAL, PAYLOAD).subscribe();
        submissions.publish("t", Priority.CRITICAL, PAYLOAD).subscribe();
        StepVerifier.create(submissions.publish("t", Priority.CRITICAL, PAYLOAD))
                .verifyErrorMessage("More than 2 critical publish calls are under way: wait for some to complete");
        submissions.open(admission);
        assertThat(accepted).hasSize(4);
    }

    @Test
    void callsThatHoldMoreBytesThanTheLimitFailUntilSomeAreOver() {
        commands.flux().subscribe(accepted::add);
        Disposable first = submissions
                .publish("t", Priority.NORMAL, Bytes.wrap(new byte[6]))
                .subscribe();
        StepVerifier.create(submissions.publish("t", Priority.NORMAL, Bytes.wrap(new byte[5])))
                .verifyErrorMessage("More than 10 bytes of publish calls are under way: wait for some to complete");
        Disposable write = submissions
                .write("m", Bytes.wrap(new byte[3]), Bytes.wrap(new byte[4]))
                .subscribe();
        StepVerifier.create(submissions.write("m", Bytes.wrap(new byte[4]), null))
                .verifyErrorMessage("More than 10 bytes of writes are under way: wait for some to complete");
        first.dispose();
        write.dispose();
        submissions.open(admission);
        StepVerifier.create(submissions.publish("t", Priority.NORMAL, Bytes.wrap(new byte[10])))
                .verifyComplete();
        StepVerifier.create(submissions.write("m", Bytes.wrap(new byte[10]), null))
                .verifyComplete();
        assertThat(accepted).hasSize(2);
    }

    @Test
    void withoutRoomNothingIsPublishedAndWhatWaitsFailsWhenTheNodeStops() {
        commands.flux().subscribe(accepted::add);
        submissions.open(admission);
        room = false;
        StepVerifier.create(submissions.publish("t", Priority.NORMAL, PAYLOAD))
                .then(() -> assertThat(accepted).isEmpty())
                .then(submissions::close)
                .verifyErrorMessage("The node has stopped");
        assertThat(accepted).isEmpty();
    }

    @Test
    void aCallThatWasCancelledWhileItWaitedPublishesNothing() {
        commands.flux().subscribe(accepted::add);
        submissions.open(admission);
        room = false;
        Disposable cancelled =
                submissions.publish("t", Priority.NORMAL, PAYLOAD).subscribe();
        submissions.publish("t", Priority.NORMAL, Bytes.utf8("y")).subscribe();
        cancelled.dispose();
        room = true;
        admission.resume();
        assertThat(accepted).containsExactly(new Input.Publish("t", List.of(Bytes.utf8("y"))));
    }

    @Test
    void whatAnEndedPipelineDoesNotTakeIsAnErrorAndNotASuccess() {
        commands.flux().subscribe().dispose();
        submissions.open(admission);
        StepVerifier.create(submissions.write("m", PAYLOAD, PAYLOAD)).verifyErrorMessage("The node has stopped");
        StepVerifier.create(submissions.publish("t", Priority.NORMAL, PAYLOAD))
                .verifyErrorMessage("The node has stopped");
    }

    @Test
    void aSourceThatRunsBesideTheNodeLosesNothingAndKeepsItsOrder() {
        Scheduler source = Schedulers.newSingle("source");
        Scheduler node = Schedulers.newSingle("node");
        Submissions real = new Submissions(1, 1 << 20, commands, NodeSettings.DEFAULT, on(source));
        real.open(new Admission((priority, isLarge) -> true, node));
        AtomicInteger next = new AtomicInteger();
        AtomicInteger wrong = new AtomicInteger();
        commands.flux().subscribe(input -> {
            for (Bytes payload : ((Input.Publish) input).payloads()) {
                wrong.addAndGet(payload.asByteBuffer().getInt() == next.getAndIncrement() ? 0 : 1);
            }
        });
        int count = 1_000_000;
        Flux<Bytes> numbers = Flux.range(0, count)
                .map(i -> Bytes.wrap(ByteBuffer.allocate(4).putInt(i).array()));
        try {
            StepVerifier.create(real.publishAll("t", Priority.NORMAL, numbers))
                    .expectComplete()
                    .verify(Duration.ofSeconds(30));
        } finally {
            source.dispose();
            node.dispose();
        }
        assertThat(next).hasValue(count);
        assertThat(wrong).hasValue(0);
    }

    /** A node whose thread runs when the test says, and to which was published once. */
    private final class ByHand {

        private final Commands core = new Commands();
        private final List<Input> taken = new ArrayList<>();
        private final Disposable pipeline;
        private final Queue<Runnable> tasks = new ArrayDeque<>();
        private final AtomicBoolean gone = new AtomicBoolean();
        private final AtomicReference<Runnable> afterTask = new AtomicReference<>(() -> {});
        private final Submissions submissions =
                new Submissions(1000, 1 << 20, core, NodeSettings.DEFAULT, on(Schedulers.immediate()));

        ByHand() {
            pipeline = core.flux().subscribe(taken::add);
            submissions.open(new Admission((priority, isLarge) -> room, Schedulers.fromExecutor(task -> {
                if (gone.get()) {
                    throw new RejectedExecutionException("gone");
                }
                tasks.add(task);
                afterTask.get().run();
            })));
            publish(PAYLOAD).subscribe();
            publish(Priority.CRITICAL, PAYLOAD).subscribe();
            run();
            taken.clear();
        }

        Mono<Void> publish(Bytes payload) {
            return publish(Priority.NORMAL, payload);
        }

        Mono<Void> publish(Priority priority, Bytes payload) {
            return Mono.defer(() -> submissions.publish("t", priority, payload));
        }

        void run() {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
        }

        List<String> published() {
            return taken.stream()
                    .flatMap(input -> ((Input.Publish) input).payloads().stream())
                    .map(Bytes::utf8)
                    .toList();
        }

        /** Publishes and says whether the call is over without the node. */
        boolean isOverAtOnce(Priority priority, Bytes payload) {
            return publish(priority, payload).toFuture().isDone();
        }

        boolean isOverAtOnce(Bytes payload) {
            return isOverAtOnce(Priority.NORMAL, payload);
        }
    }

    @Test
    void whileThereIsRoomACallIsOverOnItsCallersThreadAndIsCarriedOutBeforeWhatComesAfter() {
        ByHand node = new ByHand();
        StepVerifier.create(node.publish(Bytes.utf8("a"))).verifyComplete();
        assertThat(node.submissions
                        .publishAll("t", Priority.NORMAL, Flux.just(Bytes.utf8("b"), Bytes.utf8("c")))
                        .toFuture())
                .isNotDone();
        assertThat(node.isOverAtOnce(Bytes.utf8("d"))).isTrue();
        assertThat(node.taken).isEmpty();
        node.run();
        assertThat(node.published())
                .as("what many give at once is asked for, which d need not wait for")
                .containsExactlyInAnyOrder("a", "b", "c", "d")
                .startsWith("a");
    }

    @Test
    void noCallPassesOneBeforeItOnTheSameThreadThatHadToWait() {
        ByHand node = new ByHand();
        List<String> calls = IntStream.range(0, 66).mapToObj(String::valueOf).toList();
        calls.subList(0, 65).forEach(call -> node.publish(Bytes.utf8(call)).subscribe());
        node.tasks.remove().run();
        node.publish(Bytes.utf8("65")).subscribe(); // there is a place again, and room
        room = false;
        node.run();
        room = true;
        node.submissions.publish("another", Priority.CRITICAL, PAYLOAD).subscribe(); // a step
        node.run();
        assertThat(node.published()).filteredOn(call -> !call.equals("x")).isEqualTo(calls);
    }

    @Test
    void aLargeMessageThatWaitsHoldsUpNoSmallOneAndANormalOneNoCriticalOne() {
        ByHand node = new ByHand();
        assertThat(node.isOverAtOnce(Bytes.wrap(new byte[64 << 10]))).isFalse();
        assertThat(node.isOverAtOnce(PAYLOAD)).isTrue();
        node.submissions.publish("another", Priority.NORMAL, PAYLOAD).subscribe();
        assertThat(node.isOverAtOnce(PAYLOAD)).isFalse();
        assertThat(node.isOverAtOnce(Priority.CRITICAL, PAYLOAD)).isTrue();
        node.run();
        assertThat(node.isOverAtOnce(PAYLOAD)).isTrue();
    }

    @Test
    void theFirstCallToATopicWaitsForTheNodeWhichMayPublishToNoMore() {
        ByHand node = new ByHand();
        assertThat(node.submissions.publish("another", Priority.NORMAL, PAYLOAD).toFuture())
                .isNotDone();
        node.run();
        assertThat(node.submissions.publish("another", Priority.NORMAL, PAYLOAD).toFuture())
                .isDone();
        assertThat(node.submissions
                        .publish("another", Priority.CRITICAL, PAYLOAD)
                        .toFuture())
                .as("another stream")
                .isNotDone();
    }

    @Test
    void largeMessagesAndMoreThanARunOnItsWayWaitForTheNode() {
        ByHand node = new ByHand();
        assertThat(node.isOverAtOnce(Bytes.wrap(new byte[(48 << 10) + 1]))).isFalse();
        assertThat(node.isOverAtOnce(Bytes.wrap(new byte[48 << 10]))).isTrue();
        assertThat(node.isOverAtOnce(Bytes.wrap(new byte[12 << 10]))).isTrue();
        assertThat(node.isOverAtOnce(PAYLOAD)).as("60 KiB are on their way").isFalse();
        node.run();
        for (int i = 0; i < 64; i++) {
            assertThat(node.isOverAtOnce(PAYLOAD)).isTrue();
        }
        assertThat(node.isOverAtOnce(PAYLOAD)).as("64 are on their way").isFalse();
        node.run();
        assertThat(node.taken).hasSize(4 + 65);
        assertThat(node.isOverAtOnce(PAYLOAD)).isTrue();
    }

    @Test
    void withoutRoomCallsWaitAndNobodyPassesThem() {
        ByHand node = new ByHand();
        room = false;
        assertThat(node.isOverAtOnce(Bytes.utf8("a")))
                .as("nobody has looked since")
                .isTrue();
        node.run();
        CompletableFuture<Void> waits = node.publish(Bytes.utf8("b")).toFuture();
        node.run();
        assertThat(waits).isNotDone();
        room = true;
        assertThat(node.isOverAtOnce(Bytes.utf8("c"))).as("one waits").isFalse();
        node.run();
        assertThat(waits).isDone();
        assertThat(node.published()).containsExactly("a", "b", "c");
        assertThat(node.isOverAtOnce(Bytes.utf8("d"))).isTrue();
    }

    @Test
    void roomThatComesBackWhileNobodyWaitsIsSeen() {
        List<Runnable> tasks = new ArrayList<>();
        Admission gate = new Admission((priority, isLarge) -> room, Schedulers.fromExecutor(tasks::add));
        gate.begun("t");
        room = false;
        gate.look(Priority.NORMAL);
        gate.look(Priority.CRITICAL);
        assertThat(gate.isClear("t", Priority.NORMAL)).isFalse();
        gate.resume();
        assertThat(gate.isClear("t", Priority.CRITICAL)).isFalse();
        room = true;
        gate.resume();
        assertThat(gate.isClear("t", Priority.NORMAL)).isTrue();
        assertThat(gate.isClear("t", Priority.CRITICAL)).isTrue();
        assertThat(tasks).isEmpty();
    }

    @Test
    void onceTheNodeIsToldToStopEveryCallIsAnsweredByIt() {
        ByHand node = new ByHand();
        assertThat(node.isOverAtOnce(Bytes.utf8("before"))).isTrue();
        node.submissions.ending();
        CompletableFuture<Void> late = node.publish(Bytes.utf8("late")).toFuture();
        assertThat(late).isNotDone();
        node.run();
        assertThat(late).isCompleted();
        assertThat(node.published()).containsExactly("before", "late");
    }

    @Test
    void whatIsHandedOverWhileTheNodeIsToldToStopIsPublishedOnceAndNotOverBefore() {
        ByHand node = new ByHand();
        node.afterTask.set(node.submissions::ending);
        CompletableFuture<Void> late = node.publish(Bytes.utf8("late")).toFuture();
        assertThat(late).isNotDone();
        node.run();
        assertThat(late).isCompleted();
        assertThat(node.published()).containsExactly("late");

        ByHand quick = new ByHand();
        quick.afterTask.set(() -> {
            quick.afterTask.set(() -> {});
            quick.run();
            quick.submissions.ending();
        });
        assertThat(quick.isOverAtOnce(Bytes.utf8("quick")))
                .as("published meanwhile")
                .isTrue();
        assertThat(quick.published()).containsExactly("quick");
    }

    @Test
    void whatIsHandedOverBehindTheStopIsTakenBackAndItsCallFails() {
        ByHand node = new ByHand();
        node.afterTask.set(() -> {
            node.afterTask.set(() -> {});
            node.submissions.close();
            node.run();
        });
        StepVerifier.create(node.publish(PAYLOAD)).verifyErrorMessage("The node has stopped");
        assertThat(node.taken).isEmpty();
    }

    @Test
    void onceAPipelineHasFailedEveryCallIsAnsweredByTheNode() {
        ByHand node = new ByHand();
        node.pipeline.dispose();
        assertThat(node.isOverAtOnce(PAYLOAD)).as("nobody knows yet").isTrue();
        node.run();
        CompletableFuture<Void> next = node.publish(PAYLOAD).toFuture();
        node.run();
        assertThat(next).isCompletedExceptionally();
    }

    @Test
    void aPlaceIsGivenBackWhateverTheNodesThreadThrows() {
        ByHand node = new ByHand();
        node.afterTask.set(() -> {
            node.tasks.clear();
            throw new IllegalArgumentException("a hook of the scheduler");
        });
        for (int i = 0; i < 65; i++) {
            StepVerifier.create(node.publish(PAYLOAD)).verifyError();
        }
        node.afterTask.set(() -> {});
        assertThat(node.isOverAtOnce(PAYLOAD)).isTrue();
    }

    @Test
    void everyCallThatIsOverWhileANodeStopsWasPublished() throws InterruptedException {
        for (int round = 0; round < 30; round++) {
            Commands core = new Commands();
            AtomicInteger published = new AtomicInteger();
            core.flux().subscribe(input -> published.incrementAndGet());
            Scheduler node = Schedulers.newSingle("node");
            Scheduler answers = Schedulers.newSingle("answers");
            Submissions real = new Submissions(1000, 1 << 20, core, NodeSettings.DEFAULT, on(answers));
            CountDownLatch open = new CountDownLatch(1);
            node.schedule(() -> {
                real.open(new Admission((priority, isLarge) -> true, node));
                open.countDown();
            });
            open.await();
            AtomicInteger over = new AtomicInteger();
            CountDownLatch failed = new CountDownLatch(1);
            Thread caller = new Thread(() -> {
                Mono<Void> call = Mono.defer(() -> real.publish("t", Priority.NORMAL, PAYLOAD));
                while (call.then(Mono.fromRunnable(over::incrementAndGet))
                        .thenReturn(true)
                        .onErrorReturn(false)
                        .block()) {}
                failed.countDown();
            });
            caller.start();
            while (over.get() < 10 * round) {
                Thread.onSpinWait();
            }
            real.ending();
            node.schedule(real::close);
            assertThat(failed.await(30, TimeUnit.SECONDS)).isTrue();
            CountDownLatch last = new CountDownLatch(1);
            node.schedule(last::countDown);
            last.await();
            assertThat(over.get()).isEqualTo(published.get());
            node.dispose();
            answers.dispose();
        }
    }

    @Test
    void aCallToANodeThatHasFailedFails() {
        ByHand node = new ByHand();
        node.submissions.close();
        StepVerifier.create(node.publish(PAYLOAD)).verifyErrorMessage("The node has stopped");
        node.run();
        assertThat(node.taken).isEmpty();
    }

    @Test
    void aCallToANodeWhoseThreadIsGoneFails() {
        ByHand node = new ByHand();
        node.gone.set(true);
        StepVerifier.create(node.publish(PAYLOAD)).verifyErrorMessage("The node has stopped");
    }
}
