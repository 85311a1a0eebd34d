package dev.grapevine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.grapevine.codec.Codecs;
import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.observe.GrapevineObserver;
import dev.grapevine.observe.NodeState;
import dev.grapevine.protocol.step.JoinState;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.runtime.Environment;
import dev.grapevine.runtime.SystemEnvironment;
import dev.grapevine.topic.Topic;
import dev.grapevine.transport.Endpoint;
import dev.grapevine.transport.Handshake;
import dev.grapevine.transport.LinkLimits;
import dev.grapevine.transport.Transport;
import dev.grapevine.transport.rsocket.RSocketTransport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.NonBlocking;
import reactor.core.scheduler.Scheduler;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

/** The corners of a node's life, on real threads and sockets. */
class NodeLifecycleTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<Grapevine> nodes = new ArrayList<>();
    private final int port = freePort();

    @AfterEach
    void stop() {
        Flux.fromIterable(nodes).flatMap(Grapevine::stop).blockLast(PATIENCE);
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private GrapevineBuilder builder() {
        return Grapevine.builder("life").bind("127.0.0.1:" + port);
    }

    private Grapevine keep(GrapevineBuilder builder) {
        Grapevine node = builder.build();
        nodes.add(node);
        return node;
    }

    private void assertThatThePortIsFree() {
        assertThatCode(() -> new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close())
                .doesNotThrowAnyException();
    }

    @Test
    void whatWaitedForANodeThatIsStoppedBeforeItWasEverBoundFails() {
        Grapevine node = keep(builder());
        Mono<Void> publish = node.topic("t", Codecs.utf8()).publish("x");
        Mono<Void> put = node.map("m", Codecs.utf8()).put("k", "v");
        StepVerifier.create(Flux.mergeDelayError(2, publish, put))
                .then(() -> node.stop().block(PATIENCE))
                .expectErrorSatisfies(error -> assertThat(Exceptions.unwrapMultiple(error))
                        .hasSize(2)
                        .allSatisfy(each -> assertThat(each).isInstanceOf(IllegalStateException.class)))
                .verify(PATIENCE);
        StepVerifier.create(node.start())
                .expectError(IllegalStateException.class)
                .verify(PATIENCE);
    }

    @Test
    void labelsMayBeGivenBeforeBindingAndChangedUntilTheNodeLeaves() {
        Grapevine node = keep(builder().metadata(Map.of("role", "reader")));
        node.updateMetadata(Map.of("role", "writer")).block(PATIENCE);
        node.bind().block(PATIENCE);
        assertThat(node.self().metadata()).isEqualTo(Map.of("role", "writer"));
        node.updateMetadata(Map.of("role", "leader")).block(PATIENCE);
        node.join().block(PATIENCE);
        StepVerifier.create(node.membership()
                        .map(event -> event.type() + " " + event.member().metadata()))
                .expectNext("JOINED {role=leader}")
                .then(() -> node.updateMetadata(Map.of()).block(PATIENCE))
                .expectNext("UPDATED {}")
                .thenCancel()
                .verify(PATIENCE);
        assertThat(node.self().metadata()).isEmpty();
        assertThatThrownBy(() -> node.updateMetadata(Map.of("k", "v".repeat(Member.MAX_METADATA_CHARS))))
                .isInstanceOf(IllegalArgumentException.class);
        node.leave().block(PATIENCE);
        StepVerifier.create(node.updateMetadata(Map.of("too", "late")))
                .expectError(IllegalStateException.class)
                .verify(PATIENCE);
    }

    @Test
    void stoppingANodeThatIsBindingEndsOnlyWhenThePortIsGivenBack() {
        GatedTransport transport = new GatedTransport();
        Grapevine node = keep(builder().transport(transport));
        StepVerifier bind = StepVerifier.create(node.bind())
                .expectError(IllegalStateException.class)
                .verifyLater();
        transport.bound.asMono().block(PATIENCE);
        StepVerifier stop = StepVerifier.create(node.stop()).expectComplete().verifyLater();
        transport.gate.tryEmitEmpty();
        stop.verify(PATIENCE);
        bind.verify(PATIENCE);
        assertThat(node.state()).isEqualTo(NodeState.STOPPED);
        assertThatThePortIsFree();
    }

    @Test
    void aCallerThatGivesUpWaitingForTheBindDoesNotCancelItForOthers() {
        GatedTransport transport = new GatedTransport();
        Grapevine node = keep(builder().transport(transport));
        node.bind().subscribe().dispose();
        transport.bound.asMono().block(PATIENCE);
        transport.gate.tryEmitEmpty();
        node.bind().block(PATIENCE);
        assertThat(node.state()).isEqualTo(NodeState.BOUND);
        node.stop().block(PATIENCE);
        assertThatThePortIsFree();
    }

    @Test
    void whatIsOpenedOrAskedForAfterTheStopEndsAtOnce() {
        Grapevine node = keep(builder());
        Topic<String> before = node.topic("before", Codecs.utf8());
        node.start().block(PATIENCE);
        node.stop().block(PATIENCE);
        StepVerifier.create(before.messages()).expectComplete().verify(PATIENCE);
        StepVerifier.create(node.topic("new", Codecs.utf8()).messages())
                .expectComplete()
                .verify(PATIENCE);
        StepVerifier.create(node.map("new", Codecs.utf8()).changes())
                .expectComplete()
                .verify(PATIENCE);
        StepVerifier.create(node.map("new", Codecs.utf8()).put("k", "v"))
                .expectError(IllegalStateException.class)
                .verify(PATIENCE);
        StepVerifier.create(node.topic("new", Codecs.utf8()).publishAll(Flux.just("a")))
                .expectError(IllegalStateException.class)
                .verify(PATIENCE);
        StepVerifier.create(node.bind())
                .expectError(IllegalStateException.class)
                .verify(PATIENCE);
        node.leave().block(PATIENCE);
        node.stop().block(PATIENCE);
    }

    @Test
    void aPublishThatWaitsForItsSourceFailsWhenTheNodeStopsAndTheSourceIsCancelled() {
        Grapevine node = keep(builder());
        node.start().block(PATIENCE);
        TestPublisher<String> source = TestPublisher.create();
        StepVerifier.create(node.topic("t", Codecs.utf8()).publishAll(source))
                .then(() -> Flux.interval(Duration.ofMillis(10))
                        .takeUntil(tick -> source.subscribeCount() > 0)
                        .blockLast(PATIENCE))
                .then(() -> node.stop().block(PATIENCE))
                .expectError(IllegalStateException.class)
                .verify(PATIENCE);
        source.assertCancelled();
    }

    @Test
    void aSourceThatFailsOrTakesItsTimeWhenItIsCancelledDoesNotKeepTheNodeFromStopping() {
        Grapevine node = keep(builder());
        node.start().block(PATIENCE);
        Topic<String> topic = node.topic("t", Codecs.utf8());
        CountDownLatch begun = new CountDownLatch(2);
        Flux<String> fails = Flux.create(sink -> {
            sink.onDispose(() -> {
                throw new IllegalStateException("expected");
            });
            begun.countDown();
        });
        Flux<String> waits = Flux.create(sink -> {
            sink.onDispose(() -> Mono.delay(Duration.ofMillis(200)).block());
            begun.countDown();
        });
        StepVerifier.create(Mono.whenDelayError(topic.publishAll(fails), topic.publishAll(waits)))
                .then(() -> assertThatCode(() -> begun.await(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .doesNotThrowAnyException())
                .then(() -> node.stop().block(PATIENCE))
                .expectError()
                .verify(PATIENCE);
        assertThat(node.state()).isEqualTo(NodeState.STOPPED);
        assertThatThePortIsFree();
    }

    @ParameterizedTest
    @ValueSource(classes = {IllegalStateException.class, NoClassDefFoundError.class})
    void aDefectOfTheCoreClosesTheLinksAndCompletesTheStreamsAndTheNodeCanStillBeStopped(
            Class<? extends Throwable> defect) {
        AtomicReference<@Nullable Class<? extends Throwable>> thrown = new AtomicReference<>();
        Environment real = SystemEnvironment.create("defect");
        Grapevine node = keep(builder()
                .environment(new Environment(
                        real.delivery(),
                        real.answers(),
                        real.lifecycle(),
                        () -> {
                            Class<? extends Throwable> type = thrown.get();
                            if (type != null) {
                                sneakyThrow(type);
                            }
                            return real.nanos().getAsLong();
                        },
                        real.wallMillis(),
                        real.random())));
        node.start().block(PATIENCE);
        StepVerifier.create(Flux.merge(
                                node.topic("t", Codecs.utf8()).messages().map(Object::toString),
                                node.map("m", Codecs.utf8()).changes().map(Object::toString),
                                node.membership().ignoreElements().map(Object::toString),
                                node.joinState().ignoreElements().map(Object::toString))
                        .then())
                .then(() -> thrown.set(defect))
                .expectComplete()
                .verify(PATIENCE);
        node.stop().block(PATIENCE);
        assertThat(node.state()).isEqualTo(NodeState.STOPPED);
        StepVerifier.create(node.topic("t", Codecs.utf8()).publish("late"))
                .expectError(IllegalStateException.class)
                .verify(PATIENCE);
        assertThatThePortIsFree();
        real.delivery().dispose();
        real.answers().dispose();
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void sneakyThrow(Class<? extends Throwable> type) throws E {
        throw (E)
                (type == NoClassDefFoundError.class
                        ? new NoClassDefFoundError("provoked")
                        : new IllegalStateException("provoked"));
    }

    @Test
    void aSubscriberThatNeverReturnsDoesNotKeepTheNodeFromStopping() throws Exception {
        Grapevine node = keep(builder());
        node.start().block(PATIENCE);
        int threads = 16;
        CountDownLatch called = new CountDownLatch(threads);
        CountDownLatch never = new CountDownLatch(1);
        for (int i = 0; i < 2 * threads; i++) { // every delivery thread is held
            node.membership().subscribe(event -> {
                called.countDown();
                try {
                    never.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        assertThat(called.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        StepVerifier.create(node.stop())
                .expectSubscription()
                .then(NodeLifecycleTest::theThreadThatWaitsForOthersMayBlock)
                .expectComplete()
                .verify(PATIENCE);
        assertThat(node.state()).isEqualTo(NodeState.STOPPED);
        assertThatThePortIsFree();
    }

    @Test
    void whoIsToldThatANodeHasStoppedMayBlock() {
        Grapevine first = keep(builder());
        Grapevine second = keep(Grapevine.builder("life").bind("127.0.0.1:0").seeds("127.0.0.1:" + port));
        Flux.merge(first.start(), second.start()).blockLast(PATIENCE);
        Mono<Void> others = Mono.fromRunnable(() -> {
            first.stop().block(PATIENCE);
            second.stop()
                    .then(Mono.fromRunnable(() -> keep(builder()).stop().block(PATIENCE)))
                    .block(PATIENCE);
        });
        first.stop().then(others).block(PATIENCE);
        assertThat(nodes).hasSize(3).allMatch(node -> node.state() == NodeState.STOPPED);
    }

    /** To shut down a pool of threads takes locks that these hold for moments. */
    private static void theThreadThatWaitsForOthersMayBlock() {
        List<Thread> ends = Flux.interval(Duration.ofMillis(10))
                .map(tick -> Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().equals("grapevine-end"))
                        .toList())
                .filter(found -> !found.isEmpty())
                .blockFirst(PATIENCE);
        assertThat(ends).isNotEmpty().noneMatch(NonBlocking.class::isInstance);
    }

    @Test
    void anErrorThatAnObserverThrowsHarmsNobody() {
        Grapevine faulty = keep(builder().observer(new GrapevineObserver() {
            @Override
            public void linksChanged(int links) {
                throw new AssertionError("provoked");
            }

            @Override
            public void memberChanged(Member member, MemberStatus status) {
                throw new NoClassDefFoundError("provoked");
            }

            @Override
            public void protocol(ProtocolEvent event, long count) {
                throw new StackOverflowError("provoked");
            }
        }));
        faulty.start().block(PATIENCE);
        Grapevine other = keep(Grapevine.builder("life").bind("127.0.0.1:0").seeds("127.0.0.1:" + port));
        other.start().block(PATIENCE);
        assertThat(other.joinState().filter(state -> state == JoinState.JOINED).blockFirst(PATIENCE))
                .isEqualTo(JoinState.JOINED);
        assertThat(faulty.membership().take(2).count().block(PATIENCE)).isEqualTo(2);
        assertThat(faulty.state()).isEqualTo(NodeState.JOINED);
    }

    /** RSocket, except that whoever binds is told of it only once the gate is open. */
    private static final class GatedTransport implements Transport {

        private final Transport real = RSocketTransport.create(LinkLimits.DEFAULT, "gated");
        private final Sinks.Empty<Void> bound = Sinks.empty();
        private final Sinks.Empty<Void> gate = Sinks.empty();

        @Override
        public Scheduler scheduler() {
            return real.scheduler();
        }

        @Override
        public LinkLimits limits() {
            return real.limits();
        }

        @Override
        public Mono<Endpoint> bind(Address address, Handshake handshake) {
            return real.bind(address, handshake)
                    .doOnNext(endpoint -> bound.tryEmitEmpty())
                    .delayUntil(endpoint -> gate.asMono());
        }

        @Override
        public Mono<List<Address>> resolve(Address host) {
            return real.resolve(host);
        }

        @Override
        public Mono<List<Address>> resolveService(String service) {
            return real.resolveService(service);
        }

        @Override
        public Mono<Void> dispose() {
            return real.dispose();
        }
    }
}
