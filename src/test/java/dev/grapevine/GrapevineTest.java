package dev.grapevine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.codec.Codec;
import dev.grapevine.codec.Codecs;
import dev.grapevine.membership.MembershipEvent;
import dev.grapevine.observe.GrapevineObserver;
import dev.grapevine.observe.NodeState;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.replicated.MapChange;
import dev.grapevine.replicated.ReplicatedMap;
import dev.grapevine.simulation.SimulatedCluster;
import dev.grapevine.topic.Delivery;
import dev.grapevine.topic.Gap;
import dev.grapevine.topic.Message;
import dev.grapevine.topic.Overflow;
import dev.grapevine.topic.SubscriberOverflowException;
import dev.grapevine.topic.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

/** What the public door promises, on whole nodes in virtual time. */
class GrapevineTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final List<String> rejected = new ArrayList<>();
    private SimulatedCluster cluster;

    @BeforeEach
    void threeMembersThatKnowEachOther() {
        cluster = SimulatedCluster.builder()
                .members(3)
                .seed(7)
                .observers(node -> new GrapevineObserver() {
                    @Override
                    public void rejected(RejectReason reason, String detail) {
                        rejected.add(node + " " + reason);
                    }
                })
                .start();
        cluster.awaitMembership(Duration.ofSeconds(10));
        cluster.advance(SECOND);
    }

    private Topic<String> topic(int node) {
        return cluster.node(node).topic("t", Codecs.utf8());
    }

    private ReplicatedMap<String, String> map(int node) {
        return cluster.node(node).map("m", Codecs.utf8());
    }

    private static String tell(Delivery<String> delivery) {
        return delivery instanceof Message<String> message
                ? message.value()
                : ((Gap<String>) delivery).reason() + " " + ((Gap<String>) delivery).count();
    }

    @Test
    void whatOneMemberPublishesReachesEveryMemberInOrderAndItselfToo() {
        List<List<String>> seen = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            List<String> own = new ArrayList<>();
            seen.add(own);
            topic(i).messages().map(Message::value).subscribe(own::add);
        }
        List<String> values =
                Flux.range(0, 1000).map(i -> "v" + i).collectList().block();
        StepVerifier.create(topic(1).publishAll(Flux.fromIterable(values)))
                .then(() -> cluster.advance(SECOND))
                .verifyComplete();
        assertThat(seen).allSatisfy(own -> assertThat(own).isEqualTo(values));
    }

    @Test
    void inAFullMeshEachMessageCrossesEachLinkOnceAndNobodyForwards() {
        List<String> crossings = new ArrayList<>();
        SimulatedCluster mesh = SimulatedCluster.builder()
                .members(5)
                .seed(11)
                .observers(node -> new GrapevineObserver() {
                    @Override
                    public void protocol(ProtocolEvent event, long count) {
                        if (event == ProtocolEvent.DUPLICATE_MESSAGE || event == ProtocolEvent.REPAIR_REQUESTED) {
                            crossings.add(node + " " + event);
                        }
                    }

                    @Override
                    public void rejected(RejectReason reason, String detail) {
                        crossings.add(node + " " + reason + " " + detail);
                    }
                })
                .start();
        mesh.awaitMembership(Duration.ofSeconds(10));
        mesh.advance(SECOND);
        AtomicLong delivered = new AtomicLong();
        for (int i = 0; i < 5; i++) {
            mesh.node(i).topic("t", Codecs.utf8()).messages().subscribe(message -> delivered.incrementAndGet());
        }
        for (int i = 0; i < 5; i++) {
            mesh.node(i)
                    .topic("t", Codecs.utf8())
                    .publishAll(Flux.range(0, 200).map(String::valueOf))
                    .subscribe();
        }
        mesh.advance(Duration.ofSeconds(5));
        assertThat(delivered.get()).isEqualTo(5 * 5 * 200);
        assertThat(crossings)
                .as("a second copy would be a duplicate, a forwarded one would be rejected as not its sender's")
                .isEmpty();
    }

    @Test
    void aSubscriptionBeginsWithWhatArrivesAfterIt() {
        StepVerifier.create(topic(0).publish("before"))
                .then(() -> cluster.advance(SECOND))
                .verifyComplete();
        StepVerifier.create(topic(1).messages().map(Message::value))
                .then(() -> topic(0).publish("after").subscribe())
                .then(() -> cluster.advance(SECOND))
                .expectNext("after")
                .thenCancel()
                .verify();
    }

    @Test
    void aSourceIsAskedForMoreOnlyAsThereIsRoom() {
        Bytes large = Bytes.wrap(new byte[32 << 10]);
        AtomicLong taken = new AtomicLong();
        cluster.stall(1, Duration.ofMillis(900));
        cluster.node(0)
                .topic("t", Codecs.bytes())
                .publishAll(Flux.range(0, 100_000).map(i -> large).doOnNext(x -> taken.incrementAndGet()))
                .subscribe();
        cluster.advance(Duration.ofMillis(300));
        long early = taken.get();
        cluster.advance(Duration.ofMillis(300));
        assertThat(taken.get()).as("nothing more while a peer's outbox is full").isEqualTo(early);
        int outbox = (512 << 10) / large.length();
        int portion = (60 << 10) / large.length();
        int firstWindow = 64;
        assertThat(early).isBetween((long) outbox, (long) outbox + portion + firstWindow);
    }

    @Test
    void aPeerThatStandsStillHoldsUpPublishersForAMomentOnlyAndIsToldWhatItMissed() {
        int count = 1500;
        Bytes large = Bytes.wrap(new byte[16 << 10]);
        AtomicLong received = new AtomicLong();
        cluster.node(2)
                .topic("t", Codecs.bytes())
                .messages(1 << 20, Overflow.DROP_OLDEST)
                .subscribe(message -> received.incrementAndGet());
        AtomicLong accountedFor = new AtomicLong();
        cluster.node(1)
                .topic("t", Codecs.bytes())
                .deliveries(1 << 20, Overflow.DROP_OLDEST)
                .subscribe(delivery -> accountedFor.addAndGet(delivery instanceof Gap<Bytes> gap ? gap.count() : 1));
        cluster.stall(1, Duration.ofSeconds(3));
        cluster.node(0)
                .topic("t", Codecs.bytes())
                .publishAll(Flux.range(0, count).map(i -> large))
                .subscribe();
        cluster.advance(Duration.ofMillis(2800));
        assertThat(received.get()).isEqualTo(count);
        cluster.advance(Duration.ofSeconds(20));
        assertThat(accountedFor.get()).isEqualTo(count);
    }

    @Test
    void aSlowSubscriberIsToldWhatItMissedAndHarmsNobodyElse() {
        List<String> quick = new ArrayList<>();
        topic(2).messages().map(Message::value).subscribe(quick::add);
        StepVerifier.create(topic(1).deliveries(3, Overflow.DROP_OLDEST).map(GrapevineTest::tell), 0)
                .then(() ->
                        topic(0).publishAll(Flux.range(1, 10).map(i -> "v" + i)).subscribe())
                .then(() -> cluster.advance(SECOND))
                .thenRequest(10)
                .then(() -> cluster.advance(SECOND))
                .expectNext("OVERFLOW 7", "v8", "v9", "v10")
                .thenCancel()
                .verify();
        assertThat(quick).hasSize(10);
    }

    @Test
    void aSubscriberThatChoseAnErrorGetsItAfterWhatWasBuffered() {
        StepVerifier.create(topic(1).messages(2, Overflow.ERROR).map(Message::value), 0)
                .then(() -> topic(0).publishAll(Flux.just("a", "b", "c")).subscribe())
                .then(() -> cluster.advance(SECOND))
                .thenRequest(10)
                .then(() -> cluster.advance(SECOND))
                .expectNext("a", "b")
                .verifyError(SubscriberOverflowException.class);
    }

    @Test
    void aMessageThatTheCodecCannotReadIsReportedAndTheStreamGoesOn() {
        Codec<String> picky = new Codec<>() {
            @Override
            public String name() {
                return "utf8";
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
        };
        List<String> reported = new ArrayList<>();
        Flux<String> deliveries = cluster.node(1)
                .topic("t", picky)
                .deliveries(
                        9,
                        Overflow.ERROR,
                        (message, error) -> reported.add(message.value().utf8() + ": " + error))
                .map(GrapevineTest::tell);
        StepVerifier.create(deliveries)
                .then(() -> topic(0).publishAll(Flux.just("a", "bad", "b")).subscribe())
                .then(() -> cluster.advance(SECOND))
                .expectNext("a", "UNDECODABLE 1", "b")
                .thenCancel()
                .verify();
        assertThat(reported).containsExactly("bad: java.lang.IllegalArgumentException: no");
        assertThat(rejected).containsExactly("1 UNDECODABLE");
    }

    @Test
    void aPayloadAboveTheLimitFailsAtTheCallAndPublishesNothing() {
        String tooLong = "x".repeat((4 << 20) + 1);
        StepVerifier.create(topic(0).publish(tooLong))
                .then(() -> cluster.advance(SECOND))
                .expectErrorMatches(error -> error instanceof IllegalArgumentException
                        && error.getMessage().contains("4194305")
                        && error.getMessage().contains("4194304"))
                .verify();
        StepVerifier.create(map(0).put("k", tooLong))
                .then(() -> cluster.advance(SECOND))
                .verifyError(IllegalArgumentException.class);
        assertThat(map(0).snapshot()).isEmpty();
    }

    @Test
    void theErrorOfASourceComesAfterWhatItPublishedBefore() {
        List<String> seen = new ArrayList<>();
        topic(1).messages().map(Message::value).subscribe(seen::add);
        StepVerifier.create(
                        topic(0).publishAll(Flux.just("a", "b").concatWith(Flux.error(new IllegalStateException("x")))))
                .then(() -> cluster.advance(SECOND))
                .verifyErrorMessage("x");
        assertThat(seen).containsExactly("a", "b");
    }

    @Test
    void cancellingAPublishCancelsItsSource() {
        TestPublisher<String> source = TestPublisher.create();
        StepVerifier.create(topic(0).publishAll(source.flux()))
                .then(() -> cluster.advance(SECOND))
                .then(() -> source.assertSubscribers(1))
                .thenCancel()
                .verify();
        source.assertCancelled();
    }

    @Test
    void aTopicOrMapOpenedAgainWithAnotherCodecIsAnErrorThatNamesBoth() {
        topic(0);
        map(0);
        assertThat(cluster.node(0).topic("t", Codecs.utf8())).isSameAs(topic(0));
        assertThatThrownBy(() -> cluster.node(0).topic("t", Codecs.bytes()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("utf8")
                .hasMessageContaining("bytes");
        assertThatThrownBy(() -> cluster.node(0).map("m", Codecs.bytes()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("utf8 -> utf8");
        assertThatThrownBy(() -> cluster.node(0).topic(" ", Codecs.utf8()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aMapGivesWhatIsThereAndThenEveryChangeOnEveryMember() {
        map(0).put("a", "1").subscribe();
        cluster.advance(SECOND);
        StepVerifier.create(map(1).changes().map(change -> change.key() + "=" + change.value()))
                .then(() -> cluster.advance(SECOND))
                .expectNext("a=1")
                .then(() -> map(2).put("b", "2").subscribe())
                .then(() -> cluster.advance(SECOND))
                .expectNext("b=2")
                .then(() -> map(0).remove("a").subscribe())
                .then(() -> cluster.advance(SECOND))
                .expectNext("a=null")
                .thenCancel()
                .verify();
        assertThat(map(1).get("b")).isEqualTo("2");
        assertThat(map(1).get("a")).isNull();
        assertThat(map(2).snapshot()).containsExactly(java.util.Map.entry("b", "2"));
    }

    @Test
    void aWriteIsVisibleHereWhenItCompletesAndLaterOfConcurrentWritesWinsEverywhere() {
        map(0).put("k", "zero").subscribe();
        cluster.scheduler();
        cluster.advance(Duration.ofMillis(1));
        assertThat(map(0).get("k")).isEqualTo("zero");
        map(1).put("k", "one").subscribe();
        map(2).put("k", "two").subscribe();
        cluster.advance(Duration.ofSeconds(5));
        assertThat(List.of(map(0).get("k"), map(1).get("k"), map(2).get("k"))).containsOnly(map(0).get("k"));
    }

    @Test
    void aLeavingMemberIsToldApartFromADeadOneAndStillPublishesUntilItStops() {
        List<String> seen = new ArrayList<>();
        topic(0).messages().map(Message::value).subscribe(seen::add);
        StepVerifier.create(cluster.node(0)
                        .membership()
                        .skip(3)
                        .map(MembershipEvent::type)
                        .take(3))
                .then(() -> cluster.node(2).leave().subscribe())
                .then(() -> cluster.advance(SECOND))
                .expectNext(MembershipEvent.Type.LEFT)
                .then(() -> topic(2).publish("last words").subscribe())
                .then(() -> cluster.advance(SECOND))
                .then(() -> cluster.crash(1))
                .then(() -> cluster.advance(SECOND))
                .expectNext(MembershipEvent.Type.SUSPECTED, MembershipEvent.Type.DIED)
                .verifyComplete();
        assertThat(seen).containsExactly("last words");
        assertThat(cluster.node(2).state()).isEqualTo(NodeState.LEFT);
    }

    @Test
    void stoppingCompletesEveryStreamAndLaterCallsFail() {
        Topic<String> topic = topic(0);
        StepVerifier.create(Flux.merge(
                                topic.messages().map(Object::toString),
                                map(0).changes().map(MapChange::toString),
                                cluster.node(0).membership().ignoreElements().map(Object::toString),
                                cluster.node(0).joinState().ignoreElements().map(Object::toString))
                        .then())
                .then(() -> cluster.node(0).stop().subscribe())
                .then(() -> cluster.advance(Duration.ofSeconds(3)))
                .verifyComplete();
        assertThat(cluster.node(0).state()).isEqualTo(NodeState.STOPPED);
        StepVerifier.create(topic.publish("late"))
                .then(() -> cluster.advance(SECOND))
                .verifyError(IllegalStateException.class);
        StepVerifier.create(cluster.node(0).join())
                .then(() -> cluster.advance(SECOND))
                .verifyError(IllegalStateException.class);
        StepVerifier.create(topic.messages())
                .then(() -> cluster.advance(SECOND))
                .verifyComplete();
    }
}
