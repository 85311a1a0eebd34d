package dev.grapevine.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import dev.grapevine.observe.GrapevineObserver;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamDigest;
import dev.grapevine.protocol.frame.EpidemicFrame;
import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.Input;
import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.topic.Priority;
import dev.grapevine.transport.Link;
import dev.grapevine.transport.LinkLimits;
import dev.grapevine.wire.Hello;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;
import reactor.test.scheduler.VirtualTimeScheduler;

class PeerLinksTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Member PEER =
            new Member(new Origin(new MemberId(2, 0), 1), "peer", new Address("h", 1), "", Map.of());

    private final List<String> dropped = new ArrayList<>();
    private final Map<Lane, Long> waiting = new EnumMap<>(Lane.class);
    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private long now;
    private final PeerLinks links =
            new PeerLinks(new MemberId(1, 0), LinkLimits.DEFAULT, time, () -> now, new GrapevineObserver() {
                @Override
                public void framesDropped(DropReason reason, Lane lane, long count) {
                    dropped.add(reason + " " + lane);
                }

                @Override
                public void outboxChanged(Lane lane, long bytes) {
                    waiting.put(lane, bytes);
                }
            });

    /** A link whose frames and end the test decides. */
    private static class TestLink implements Link {

        private final boolean dialled;
        private final TestPublisher<List<Frame>> frames = TestPublisher.create();
        private final Sinks.One<LinkLoss> closed = Sinks.one();

        TestLink(boolean dialled) {
            this.dialled = dialled;
        }

        @Override
        public Hello remote() {
            return new Hello("test", 1, 1, PEER);
        }

        @Override
        public boolean dialled() {
            return dialled;
        }

        @Override
        public Flux<List<Frame>> receive() {
            return frames.flux();
        }

        @Override
        public Mono<Void> send(Lane lane, Flux<List<Frame>> batches) {
            return batches.takeUntilOther(closed.asMono()).then();
        }

        @Override
        public Mono<LinkLoss> onClose() {
            return closed.asMono();
        }

        @Override
        public void close() {
            closed.tryEmitValue(LinkLoss.LOCAL);
        }
    }

    @Test
    void theLifeOfALinkIsUpWhatItBringsAndDown() {
        TestLink link = new TestLink(true);
        StepVerifier.create(links.session(link, PEER.address()))
                .expectNext(new Input.LinkUp(PEER, PEER.address()))
                .then(() -> link.frames.next(List.of()))
                .expectNext(new Input.Received(PEER.origin(), List.of()))
                .then(link.frames::complete)
                .then(() -> links.close(PEER.origin()))
                .expectNext(new Input.LinkDown(PEER.origin(), LinkLoss.LOCAL))
                .expectComplete()
                .verify(PATIENCE);
        assertThat(links.size()).isZero();
    }

    @Test
    void aLinkThatBreaksItsContractEndsWithoutTakingTheNodeWithIt() {
        TestLink link = new TestLink(true);
        StepVerifier.create(links.session(link, null))
                .expectNext(new Input.LinkUp(PEER, null))
                .then(() -> link.frames.error(new IllegalStateException("no transport should")))
                .expectNext(new Input.LinkDown(PEER.origin(), LinkLoss.LOCAL))
                .expectComplete()
                .verify(PATIENCE);
        assertThat(links.size()).isZero();
    }

    @Test
    void aPeerThatDialsAgainReplacesItsLinkAndOnlyTheSecondOnesEndIsNews() {
        TestLink first = new TestLink(false);
        TestLink second = new TestLink(false);
        StepVerifier.create(Flux.merge(links.session(first, null), links.session(second, null)))
                .expectNext(new Input.LinkUp(PEER, null), new Input.LinkUp(PEER, null))
                .then(first.frames::complete)
                .then(() -> first.closed.tryEmitValue(LinkLoss.LOST))
                .then(() -> assertThat(links.size()).isEqualTo(1))
                .then(second.frames::complete)
                .then(() -> second.closed.tryEmitValue(LinkLoss.LOST))
                .expectNext(new Input.LinkDown(PEER.origin(), LinkLoss.LOST))
                .thenCancel()
                .verify(PATIENCE);
        assertThat(links.size()).isZero();
    }

    @Test
    void aLinkThatWasReplacedIsClosedASecondLaterAndUntilThenBringsWhatIsUnderWay() {
        TestLink first = new TestLink(false);
        TestLink second = new TestLink(false);
        CompletableFuture<LinkLoss> end = first.onClose().toFuture();
        List<Input> inputs = new ArrayList<>();
        links.session(first, null).subscribe(inputs::add);
        time.advanceTimeBy(Duration.ofSeconds(10));
        links.session(second, null).subscribe();

        time.advanceTimeBy(Duration.ofMillis(999));
        assertThat(end).isNotDone();
        first.frames.next(List.of());
        assertThat(inputs).contains(new Input.Received(PEER.origin(), List.of()));
        time.advanceTimeBy(Duration.ofMillis(1));
        assertThat(end).isCompletedWithValue(LinkLoss.LOCAL);
        time.advanceTimeBy(Duration.ofSeconds(10));
        assertThat(second.onClose().toFuture()).as("that which replaced it").isNotDone();
    }

    private static Frame payload(int bytes) {
        return new Publications(PEER.origin(), "t", 1, List.of(Bytes.wrap(new byte[bytes])));
    }

    @Test
    void toAPeerThatLagsNoPayloadsAreQueuedButDigestsAndItsRepairsAre() {
        links.session(
                        new TestLink(true) {
                            @Override
                            public Mono<Void> send(Lane lane, Flux<List<Frame>> batches) {
                                return Mono.never(); // it never asks
                            }
                        },
                        null)
                .subscribe();
        assertThat(links.isThere(Priority.NORMAL, false)).isTrue();
        assertThat(links.isAnyFull()).isFalse();
        links.send(PEER.origin(), Lane.DATA, payload(600 << 10));
        assertThat(links.isThere(Priority.NORMAL, false)).isFalse();
        assertThat(links.isAnyFull()).isTrue();
        assertThat(links.isThere(Priority.CRITICAL, false)).isTrue();
        now = PeerLinks.LAG_GRACE.toNanos() + 1;
        assertThat(links.isThere(Priority.NORMAL, false)).isTrue();
        links.tellBytes();
        long before = waiting.get(Lane.DATA);

        for (int i = 0; i < 1000; i++) {
            links.send(PEER.origin(), Lane.DATA, payload(1000));
        }
        links.send(PEER.origin(), Lane.DATA, new EpidemicFrame.Offer(List.of(), true, true));
        assertThat(dropped).hasSize(1001).containsOnly("LAGGING DATA");
        links.tellBytes();
        assertThat(waiting).containsOnly(Map.entry(Lane.DATA, before));

        links.send(PEER.origin(), Lane.DATA, new StreamDigest(List.of()));
        links.send(PEER.origin(), Lane.CRITICAL, payload(1000));
        links.send(PEER.origin(), Lane.BULK, payload(1000));
        links.tellBytes();
        assertThat(waiting.get(Lane.DATA)).isBetween(before + 1, before + 100);
        assertThat(waiting).containsKeys(Lane.CRITICAL, Lane.BULK);
        assertThat(dropped).hasSize(1001);
    }
}
