package dev.grapevine.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.codec.Codecs;
import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import dev.grapevine.observe.GrapevineObserver;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.protocol.step.Time;
import dev.grapevine.topic.AcknowledgeOptions;
import dev.grapevine.topic.Order;
import dev.grapevine.transport.Link;
import dev.grapevine.transport.LinkLimits;
import dev.grapevine.wire.Hello;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

class EffectDispatcherTest {

    private static final Origin SELF = new Origin(new MemberId(1, 0), 1);
    private static final Member PEER =
            new Member(new Origin(new MemberId(2, 0), 1), "peer", new Address("h", 1), "", Map.of());

    private static final long USERS_TICK = Duration.ofMillis(250).toNanos();

    private final List<String> told = new ArrayList<>();
    private final Deque<Runnable> turn = new ArrayDeque<>();
    private boolean gone;
    private boolean standsStill;
    private final Scheduler loop = Schedulers.fromExecutor(this::execute);
    private final GrapevineObserver observer = new GrapevineObserver() {};
    private final PeerLinks links = new PeerLinks(SELF.id(), LinkLimits.DEFAULT, loop, () -> 0, observer);
    private final NodeViews views = new NodeViews();
    private final Replaying replays = new Replaying(new Commands());
    private final Acknowledging acknowledging = new Acknowledging(() -> 0);
    private final EffectDispatcher dispatcher = new EffectDispatcher(
            SELF, loop, links, views, replays, acknowledging, new NodeLog("c", List.of(), () -> 0, () -> 1), observer);

    /** As the transport does, writes at once and flushes at the end of the turn. */
    private final Link peer = new Link() {
        @Override
        public Hello remote() {
            return new Hello("test", 1, 1, PEER);
        }

        @Override
        public boolean dialled() {
            return true;
        }

        @Override
        public Flux<List<Frame>> receive() {
            return Flux.never();
        }

        @Override
        public Mono<Void> send(Lane lane, Flux<List<Frame>> batches) {
            if (standsStill) {
                return Mono.never();
            }
            return batches.filter(batch -> !gone)
                    .doOnNext(batch -> loop.schedule(() -> told.add("flushed")))
                    .then();
        }

        @Override
        public Mono<LinkLoss> onClose() {
            return Mono.never();
        }

        @Override
        public void close() {}
    };

    private final TopicChannel<String> channel = new TopicChannel<>(
            "t",
            Codecs.utf8(),
            Order.PUBLISHER,
            new Nowhere(),
            replays,
            Schedulers.immediate(),
            acknowledging,
            observer);

    EffectDispatcherTest() {
        views.topics().put("t", channel);
        channel.messages().subscribe(message -> told.add(message.value()));
    }

    private void execute(Runnable task) {
        if (gone) {
            throw new RejectedExecutionException();
        }
        turn.add(task);
    }

    private void endOfTurn() {
        while (!turn.isEmpty()) {
            turn.remove().run();
        }
    }

    private static Effect deliver(long sequence) {
        return new Effect.Deliver("t", SELF, sequence, List.of(Bytes.utf8("m" + sequence)));
    }

    private static Time at(long nanos) {
        return new Time(nanos, 0);
    }

    private static Effect send(long sequence) {
        return new Effect.Send(
                PEER.origin(), Lane.DATA, new Publications(SELF, "t", sequence, List.of(Bytes.utf8("m" + sequence))));
    }

    @Test
    void subscribersHereAreWokenBehindTheFlushOfWhatTheStepSends() {
        links.session(peer, null).subscribe();
        dispatcher.carryOut(List.of(deliver(1), send(1)));
        assertThat(told).isEmpty();
        endOfTurn();
        assertThat(told).containsExactly("flushed", "m1");
    }

    @Test
    void aStepThatSendsNothingWakesThemAtOnceInOrderBehindWhatWaitsStill() {
        links.session(peer, null).subscribe();
        dispatcher.carryOut(List.of(deliver(1), send(1)));
        dispatcher.carryOut(List.of(deliver(2)));
        assertThat(told).containsExactly("m1", "m2");
        endOfTurn();
        assertThat(told).containsExactly("m1", "m2", "flushed");
    }

    @Test
    void whereTheLoopIsGoneTheyAreWokenAllTheSame() {
        links.session(peer, null).subscribe();
        gone = true;
        dispatcher.carryOut(List.of(deliver(1), send(1)));
        assertThat(told).containsExactly("m1");
    }

    @Test
    void aNodeThatStopsDialsNobody() {
        List<Address> dialled = new ArrayList<>();
        Disposable node = dispatcher.dials().subscribe(dialled::add);
        dispatcher.carryOut(List.of(new Effect.Dial(new Address("h", 1))));
        node.dispose();
        dispatcher.carryOut(List.of(new Effect.Dial(new Address("h", 2)), deliver(1)));
        assertThat(dialled).containsExactly(new Address("h", 1));
        assertThat(told).as("what follows in the step").containsExactly("m1");
    }

    @Test
    void ticksMayComeAsSeldomAsTheCoreLikesWhereTimeMattersToNobody() {
        assertThat(dispatcher.untilTick(at(0))).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void whileASubscriberHasToAcknowledgeTicksComeOften() {
        Disposable subscriber =
                channel.acknowledgeable(AcknowledgeOptions.DEFAULT).subscribe();
        assertThat(dispatcher.untilTick(at(0))).isEqualTo(USERS_TICK);
        assertThat(dispatcher.untilTick(at(100))).as("since the last").isEqualTo(USERS_TICK - 100);
        dispatcher.tick(at(100));
        assertThat(dispatcher.untilTick(at(100))).isEqualTo(USERS_TICK);
        subscriber.dispose();
        assertThat(dispatcher.untilTick(at(0))).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void whileAPeersOutboxIsFullTicksComeOften() {
        standsStill = true;
        links.session(peer, null).subscribe();
        Bytes large = Bytes.wrap(new byte[(int) Outbox.HIGH_WATER]);
        dispatcher.carryOut(
                List.of(new Effect.Send(PEER.origin(), Lane.DATA, new Publications(SELF, "t", 1, List.of(large)))));
        assertThat(dispatcher.untilTick(at(0))).isEqualTo(USERS_TICK);
    }

    @Test
    void whileALineOfTheLogIsGatheredTicksComeOften() {
        dispatcher.carryOut(List.of(new Effect.MemberChanged(PEER, MemberStatus.ALIVE)));
        assertThat(dispatcher.untilTick(at(0))).isEqualTo(USERS_TICK);
    }
}
