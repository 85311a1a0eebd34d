package dev.grapevine.transport.rsocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.frame.MembershipFrame.Ack;
import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.transport.LaneWeights;
import dev.grapevine.transport.Link;
import dev.grapevine.transport.LinkLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

class RSocketLinkTest {

    private Node red;
    private Node white;

    @BeforeEach
    void start() {
        red = Node.named("red");
        white = Node.named("white");
    }

    @AfterEach
    void stop() {
        red.close();
        white.close();
    }

    @Test
    void bothSidesLearnWhoTheOtherIs() {
        Link dialled = red.dial(white);
        Link accepted = white.nextAccepted();

        assertThat(dialled.remote()).isEqualTo(white.hello());
        assertThat(accepted.remote()).isEqualTo(red.hello());
        assertThat(dialled.dialled()).isTrue();
        assertThat(accepted.dialled()).isFalse();
    }

    @Test
    void everyLaneKeepsItsOrderInBothDirectionsWhoeverDialled() {
        Link dialled = red.dial(white);
        Link accepted = white.nextAccepted();

        StepVerifier.create(Mono.zip(exchange(dialled, accepted), exchange(accepted, dialled)))
                .assertNext(both -> {
                    assertThat(both.getT1()).isEqualTo(expected());
                    assertThat(both.getT2()).isEqualTo(expected());
                })
                .expectComplete()
                .verify(Node.PATIENCE);
    }

    private static final int FRAMES = 5000;

    /** The sequences that arrive by lane: the lane is the hundred thousands of an ack's sequence. */
    private static Mono<Map<Lane, List<Long>>> exchange(Link from, Link to) {
        for (Lane lane : Lane.values()) {
            long base = lane.ordinal() * 100_000L;
            from.send(lane, Flux.range(0, FRAMES).map(i -> List.of(new Ack(base + i, List.of()))))
                    .subscribe();
        }
        return to.receive()
                .flatMapIterable(batch -> batch)
                .map(frame -> ((Ack) frame).sequence())
                .take((long) Lane.values().length * FRAMES)
                .collect(() -> new EnumMap<Lane, List<Long>>(Lane.class), (map, sequence) -> map.computeIfAbsent(
                                Lane.values()[(int) (sequence / 100_000)], lane -> new ArrayList<>())
                        .add(sequence % 100_000))
                .map(map -> map);
    }

    private static Map<Lane, List<Long>> expected() {
        Map<Lane, List<Long>> all = new EnumMap<>(Lane.class);
        for (Lane lane : Lane.values()) {
            all.put(lane, LongStream.range(0, FRAMES).boxed().toList());
        }
        return all;
    }

    @Test
    void aConsumerWithoutDemandHoldsThePublisherBackAfterTheFramesInFlight() {
        Link dialled = red.dial(white);
        Link accepted = white.nextAccepted();
        AtomicLong asked = new AtomicLong();
        BaseSubscriber<List<Frame>> slow = new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {}
        };
        accepted.receive().subscribe(slow);
        int inFlight = white.transport.limits().framesInFlight();

        dialled.send(
                        Lane.DATA,
                        Flux.range(1, 1000).doOnRequest(asked::addAndGet).map(i -> Node.batch(i, 1)))
                .subscribe();
        StepVerifier.create(roundTrip(dialled, accepted)).expectComplete().verify(Node.PATIENCE);

        assertThat(asked).hasValue(inFlight);
    }

    private static final int ROUNDS = 400;

    /** So much may be on its way that the kernel's buffers do not hold it. */
    private static final LinkLimits WIDE = new LinkLimits(
            1 << 20,
            512 << 10,
            128,
            32 << 20,
            LaneWeights.DEFAULT,
            8,
            8,
            LinkLimits.DEFAULT.handshakeTimeout(),
            LinkLimits.DEFAULT.keepAliveInterval(),
            LinkLimits.DEFAULT.silenceTimeout());

    /** A batch that no other is like; most are somewhat shorter than the one before, and fit in its buffer. */
    private static List<Frame> unlike(int round) {
        byte[] bytes = new byte[200_000 - round * 7919 % 200_000];
        new Random(round).nextBytes(bytes);
        Origin origin = new Origin(new MemberId(1, 2), 3);
        return List.of(new Publications(origin, "t", 1 + round, List.of(Bytes.wrap(bytes))));
    }

    /** Each batch is encoded for both links at once, into a buffer that is used again; to the slow one it goes in pieces. */
    @Test
    void aPeerThatReadsSlowlyAndOneThatReadsFastGetTheSameBytesOfEveryBatch() {
        try (Node wide = Node.limited("wide", WIDE);
                Node snail = Node.limited("snail", WIDE);
                Node hare = Node.limited("hare", WIDE)) {
            Link slow = wide.dial(snail);
            Link fast = wide.dial(hare);
            List<List<Frame>> batches =
                    IntStream.range(0, ROUNDS).mapToObj(RSocketLinkTest::unlike).toList();
            AtomicLong timesFull = new AtomicLong();
            Disposable watch = Flux.interval(Duration.ofMillis(1), wide.transport.scheduler())
                    .filter(turn -> !((RSocketLink) slow).isWritable())
                    .subscribe(full -> timesFull.incrementAndGet());
            Flux<List<Frame>> shared = Flux.fromIterable(batches).publish().autoConnect(2);
            slow.send(Lane.DATA, shared).subscribe();
            fast.send(Lane.DATA, shared).subscribe();

            Mono<Long> slowly = same(snail.nextAccepted(), batches, Duration.ofMillis(20));
            Mono<Long> atOnce = same(hare.nextAccepted(), batches, Duration.ZERO);
            StepVerifier.create(Mono.zip(slowly, atOnce).map(both -> both.getT1() + both.getT2()))
                    .expectNext(2L * ROUNDS)
                    .expectComplete()
                    .verify(Node.PATIENCE);
            watch.dispose();
            // What the link has on its way depends on the machine: where it was never too much for the socket, every
            // batch was written at once, and this run shows less than it should.
            assumeTrue(timesFull.get() > 0, "the slow one's socket was never full");
        }
    }

    /** How many batches came, each compared; its thread, which also reads the socket, stands still after every tenth. */
    private static Mono<Long> same(Link link, List<List<Frame>> batches, Duration pause) {
        AtomicInteger next = new AtomicInteger();
        return link.receive()
                .doOnNext(batch -> {
                    int round = next.getAndIncrement();
                    assertThat(batch).isEqualTo(batches.get(round));
                    if (round % 10 == 0) {
                        LockSupport.parkNanos(pause.toNanos());
                    }
                })
                .take(ROUNDS)
                .count();
    }

    /** Completes after everything that {@code to} granted at first has reached {@code from}: grants come before it. */
    private static Mono<Void> roundTrip(Link from, Link to) {
        Mono<List<Frame>> back = from.receive().next();
        to.send(Lane.CONTROL, Flux.just(List.of(new Ack(1, List.of())))).subscribe();
        return back.then();
    }

    @Test
    void aMillionMessagesReachASlowConsumerInOrderWithFewInFlight() {
        Link dialled = red.dial(white);
        Link accepted = white.nextAccepted();
        int size = 100;
        long batches = 1_000_000 / size;
        AtomicLong sent = new AtomicLong();
        AtomicLong received = new AtomicLong();
        AtomicLong mostInFlight = new AtomicLong();
        dialled.send(Lane.DATA, Flux.<List<Frame>, Long>generate(() -> 0L, (n, sink) -> {
                    if (n == batches) {
                        sink.complete();
                    } else {
                        sent.incrementAndGet();
                        sink.next(Node.batch(1 + n * size, size));
                    }
                    return n + 1;
                }))
                .subscribe();

        StepVerifier.create(accepted.receive()
                        .limitRate(8)
                        .map(batch -> (Publications) batch.get(0))
                        .doOnNext(run -> {
                            assertThat(run.first()).isEqualTo(1 + received.getAndIncrement() * size);
                            mostInFlight.accumulateAndGet(sent.get() - received.get(), Math::max);
                        })
                        .take(batches)
                        .map(run -> run.payloads().size())
                        .reduce(Integer::sum))
                .expectNext(1_000_000)
                .expectComplete()
                .verify(Node.PATIENCE);
        assertThat(mostInFlight.get())
                .isBetween(1L, (long) white.transport.limits().framesInFlight());
    }

    @Test
    void everySignalComesOnTheOneThreadOfItsTransport() {
        Link dialled = red.dial(white);
        Link accepted = white.nextAccepted();
        Set<String> onRed = new ConcurrentSkipListSet<>();
        Set<String> onWhite = new ConcurrentSkipListSet<>();
        Mono<Void> sent = dialled.send(
                        Lane.BULK,
                        Flux.range(1, 200)
                                .doOnRequest(
                                        n -> onRed.add(Thread.currentThread().getName()))
                                .map(i -> Node.batch(i, 3)))
                .doOnTerminate(() -> onRed.add(Thread.currentThread().getName()));
        sent.subscribe();

        StepVerifier.create(accepted.receive()
                        .doOnNext(batch -> onWhite.add(Thread.currentThread().getName()))
                        .take(200)
                        .then())
                .expectComplete()
                .verify(Node.PATIENCE);
        Mono<LinkLoss> end = accepted.onClose()
                .doOnNext(loss -> onWhite.add(Thread.currentThread().getName()));
        Mono<Void> completed = Mono.fromRunnable(dialled::close);
        StepVerifier.create(Mono.zip(end, completed.then(Mono.just(1))))
                .expectNextCount(1)
                .expectComplete()
                .verify(Node.PATIENCE);

        assertThat(onRed).containsExactly("grapevine-red");
        assertThat(onWhite).containsExactly("grapevine-white");
    }

    @Test
    void eachSideIsToldOnceWhyTheLinkEnded() {
        Link dialled = red.dial(white);
        Link accepted = white.nextAccepted();
        Mono<Void> idle = accepted.send(Lane.DATA, Flux.never());

        dialled.close();

        StepVerifier.create(dialled.onClose()).expectNext(LinkLoss.LOCAL).verifyComplete();
        StepVerifier.create(accepted.onClose()).expectNext(LinkLoss.LOST).verifyComplete();
        StepVerifier.create(accepted.receive()).verifyComplete();
        StepVerifier.create(idle).verifyComplete();
        assertThat(red.rejections).isEmpty();
        assertThat(white.rejections).isEmpty();
    }

    @Test
    void whoStopsUsingADialDoesNotCloseTheLinkThatItGave() {
        AtomicReference<Link> given = new AtomicReference<>();
        Disposable use = red.endpoint
                .connect(white.endpoint.address())
                .doOnNext(given::set)
                .flatMapMany(link -> Flux.<Integer>never())
                .subscribe();
        Link accepted = white.nextAccepted();
        StepVerifier.create(accepted.receive())
                .then(use::dispose)
                .then(() -> given.get()
                        .send(Lane.DATA, Flux.just(Node.batch(1, 10)))
                        .subscribe())
                .expectNext(Node.batch(1, 10))
                .thenCancel()
                .verify(Node.PATIENCE);
    }

    @Test
    void aRequestOfNothingEndsWhatIsReceivedWithAnError() {
        AtomicReference<Subscription> subscription = new AtomicReference<>();
        StepVerifier.create(red.dial(white).receive().doOnSubscribe(subscription::set), 0)
                .then(() -> subscription.get().request(-1))
                .expectError(IllegalArgumentException.class)
                .verify(Node.PATIENCE);
    }
}
