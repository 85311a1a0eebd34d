package dev.grapevine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.Grapevine;
import dev.grapevine.codec.Codecs;
import dev.grapevine.protocol.NodeSettings;
import dev.grapevine.topic.AcknowledgeOptions;
import dev.grapevine.topic.Acknowledgeable;
import dev.grapevine.topic.Delivery;
import dev.grapevine.topic.Gap;
import dev.grapevine.topic.Message;
import dev.grapevine.topic.Overflow;
import dev.grapevine.topic.Start;
import dev.grapevine.topic.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

/** Subscriptions that begin at the retained window, among whole nodes. */
class RetainedStartTest {

    private static final Duration SOON = Duration.ofSeconds(2);

    private static SimulatedCluster cluster(int members, NodeSettings settings) {
        SimulatedCluster cluster = SimulatedCluster.builder()
                .members(members)
                .seed(1)
                .settings(settings)
                .start();
        cluster.awaitMembership(Duration.ofSeconds(30));
        cluster.advance(Duration.ofSeconds(6));
        return cluster;
    }

    private static Topic<String> news(SimulatedCluster cluster, int node) {
        return cluster.node(node).topic("news", Codecs.utf8());
    }

    private static void publish(SimulatedCluster cluster, int node, long first, long last) {
        news(cluster, node)
                .publishAll(Flux.fromStream(LongStream.rangeClosed(first, last).mapToObj(i -> node + ":" + i)))
                .subscribe();
        cluster.advance(SOON);
    }

    private static List<String> expected(int node, long first, long last) {
        return LongStream.rangeClosed(first, last).mapToObj(i -> node + ":" + i).toList();
    }

    @Test
    void aMemberThatStartsLaterIsGivenWhatIsRetainedAndThenWhatFollows() {
        SimulatedCluster cluster = cluster(3, NodeSettings.DEFAULT);
        cluster.crash(2);
        publish(cluster, 0, 1, 3_000);
        cluster.restart(2);
        Flux<String> values = news(cluster, 2)
                .from(Start.RETAINED)
                .messages(64, Overflow.ERROR)
                .map(Message::value);

        StepVerifier.create(values)
                .then(() -> cluster.awaitMembership(Duration.ofSeconds(30)))
                .then(() -> cluster.advance(SOON))
                .expectNextSequence(expected(0, 1, 3_000))
                .then(() -> publish(cluster, 0, 3_001, 3_002))
                .expectNext("0:3001", "0:3002")
                .thenCancel()
                .verify();
    }

    @Test
    void aSubscriberThatDidNotAskForItIsGivenWhatFollowsOnly() {
        SimulatedCluster cluster = cluster(3, NodeSettings.DEFAULT);
        publish(cluster, 0, 1, 10);

        StepVerifier.create(news(cluster, 1)
                        .from(Start.RETAINED)
                        .from(Start.NOW)
                        .messages()
                        .map(Message::value))
                .then(() -> publish(cluster, 0, 11, 11))
                .expectNext("0:11")
                .thenCancel()
                .verify();
    }

    @Test
    void aSlowSubscriberIsGivenItAsItAsksAndOverflowsNothing() {
        SimulatedCluster cluster = cluster(3, NodeSettings.DEFAULT);
        publish(cluster, 0, 1, 500);
        List<String> given = new ArrayList<>();
        Flux<String> values = news(cluster, 1)
                .from(Start.RETAINED)
                .messages(4, Overflow.ERROR)
                .map(Message::value);

        StepVerifier.create(values.doOnNext(given::add), 0)
                .thenRequest(3)
                .then(() -> cluster.advance(SOON))
                .expectNextCount(3)
                .then(() -> publish(cluster, 0, 501, 600))
                .then(() -> assertThat(given).hasSize(3))
                .thenRequest(Long.MAX_VALUE)
                .then(() -> cluster.advance(SOON))
                .expectNextCount(597)
                .thenCancel()
                .verify();
        assertThat(given).isEqualTo(expected(0, 1, 600));
    }

    @Test
    void whatGaveWayWhileASlowSubscriberTookItsTimeIsAGapInItsPlace() {
        SimulatedCluster cluster =
                cluster(2, NodeSettings.DEFAULT.withDissemination(topics -> topics.withRetainedBytes(100 * 70)));
        publish(cluster, 0, 1, 50);
        List<Delivery<String>> given = new ArrayList<>();
        Flux<Delivery<String>> deliveries =
                news(cluster, 1).from(Start.RETAINED).deliveries(4, Overflow.ERROR);

        BaseSubscriber<Delivery<String>> subscriber = new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                request(1);
            }

            @Override
            protected void hookOnNext(Delivery<String> delivery) {
                given.add(delivery);
            }
        };
        deliveries.subscribe(subscriber);
        cluster.advance(SOON);
        publish(cluster, 0, 51, 5_000);
        assertThat(given).hasSize(1);
        subscriber.request(Long.MAX_VALUE);
        cluster.advance(SOON);
        publish(cluster, 0, 5_001, 5_001);
        long next = 1;
        long missed = 0;
        for (Delivery<String> delivery : given) {
            long first =
                    delivery instanceof Message<String> message ? message.sequence() : ((Gap<String>) delivery).from();
            assertThat(first).isEqualTo(next);
            next = delivery instanceof Gap<String> gap ? gap.to() + 1 : first + 1;
            missed += delivery instanceof Gap<String> gap ? gap.count() : 0;
        }
        assertThat(next).isEqualTo(5_002);
        assertThat(missed).isPositive();
    }

    @Test
    void whoAcknowledgesIsGivenItToo() {
        SimulatedCluster cluster = cluster(3, NodeSettings.DEFAULT);
        publish(cluster, 0, 1, 20);
        Flux<Acknowledgeable<String>> given = news(cluster, 1)
                .from(Start.RETAINED)
                .acknowledgeable(AcknowledgeOptions.DEFAULT.withMaxUnacknowledged(2))
                .doOnNext(Acknowledgeable::acknowledge);

        StepVerifier.create(given.map(next -> ((Message<String>) next.delivery()).value()))
                .then(() -> cluster.advance(SOON))
                .expectNextSequence(expected(0, 1, 20))
                .thenCancel()
                .verify();
    }

    @Test
    void theNodeThatStopsCompletesIt() {
        SimulatedCluster cluster = cluster(2, NodeSettings.DEFAULT);

        StepVerifier.create(news(cluster, 1).from(Start.RETAINED).messages())
                .then(() -> cluster.stop(1))
                .then(() -> cluster.advance(SOON))
                .verifyComplete();
    }

    @Test
    void aNodeHasSoManyOfThemAndAnEndedOneMakesRoom() {
        SimulatedCluster cluster = cluster(2, NodeSettings.DEFAULT);
        Flux<Message<String>> messages = news(cluster, 1).from(Start.RETAINED).messages();
        List<Disposable> subscriptions = new ArrayList<>();
        for (int i = 0; i < 1024; i++) {
            subscriptions.add(messages.subscribe());
        }

        StepVerifier.create(messages).verifyError(IllegalStateException.class);
        subscriptions.get(5).dispose();
        StepVerifier.create(messages)
                .then(() -> cluster.advance(SOON))
                .thenCancel()
                .verify();
    }

    @Test
    void beyondAMeshAMemberThatStartsLaterIsGivenWhatNeighboursRetainThoughTheLinksLose() {
        NodeSettings fewLinks = NodeSettings.DEFAULT.withOverlay(
                overlay -> overlay.withMaxPeers(8).withViews(views -> views.withViews(4, 12)));
        SimulatedCluster cluster = cluster(20, fewLinks);
        cluster.crash(19);
        cluster.awaitMembership(Duration.ofSeconds(30));
        for (int node = 0; node < 3; node++) {
            publish(cluster, node, 1, 400);
        }
        cluster.restart(19);
        cluster.faults().loss(0.1);
        Grapevine late = cluster.node(19);
        List<String> given = new ArrayList<>();
        late.topic("news", Codecs.utf8())
                .from(Start.RETAINED)
                .messages(256, Overflow.ERROR)
                .subscribe(message -> given.add(message.value()));
        cluster.advance(Duration.ofSeconds(20));
        cluster.heal();
        for (int node = 0; node < 3; node++) {
            publish(cluster, node, 401, 410);
        }
        cluster.runUntil(() -> given.size() >= 3 * 410, Duration.ofSeconds(40));

        for (int node = 0; node < 3; node++) {
            String publisher = node + ":";
            assertThat(given.stream()
                            .filter(value -> value.startsWith(publisher))
                            .toList())
                    .isEqualTo(expected(node, 1, 410));
        }
    }
}
