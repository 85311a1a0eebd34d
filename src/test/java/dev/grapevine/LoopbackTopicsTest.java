package dev.grapevine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.grapevine.codec.Codecs;
import dev.grapevine.observe.GrapevineObserver;
import dev.grapevine.observe.NodeState;
import dev.grapevine.topic.Message;
import dev.grapevine.topic.Overflow;
import dev.grapevine.topic.Priority;
import dev.grapevine.topic.Start;
import dev.grapevine.topic.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Topics of whole nodes over RSocket on loopback: what only real sockets and threads show. */
class LoopbackTopicsTest extends LoopbackNodes {

    @Test
    void aMessageOfFourMebibytesArrivesWholeAtTwoPeersAndAShorterOneThoughItsPublisherStopsAtOnce() {
        List<Grapevine> three = started(3);
        List<byte[]> contents = List.of(new byte[4 << 20], new byte[200_000]);
        contents.forEach(new Random(1)::nextBytes);
        List<Flux<byte[]>> arriving = new ArrayList<>();
        for (Grapevine reader : three.subList(1, 3)) {
            Flux<byte[]> both = reader.topic("large", Codecs.byteArray())
                    .messages(2, Overflow.ERROR)
                    .map(Message::value)
                    .take(2)
                    .replay()
                    .autoConnect();
            both.subscribe();
            arriving.add(both);
        }
        Topic<byte[]> topic = three.get(0).topic("large", Codecs.byteArray());

        topic.publish(contents.get(0)).block(PATIENCE);
        arriving.forEach(both -> assertThat(both.next().block(PATIENCE)).isEqualTo(contents.get(0)));
        topic.publish(contents.get(1)).block(PATIENCE);
        three.get(0).stop().block(PATIENCE);

        arriving.forEach(both -> assertThat(both.last().block(PATIENCE)).isEqualTo(contents.get(1)));
        assertThatThrownBy(() -> three.get(1)
                        .topic("large", Codecs.byteArray())
                        .publish(new byte[(4 << 20) + 1])
                        .block(PATIENCE))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatWasPublishedBeforeStoppingArrivesAlsoAtAPeerThatIsSlowJustThen() {
        CountDownLatch stopping = new CountDownLatch(1);
        Grapevine slow = keep(Grapevine.builder("test").bind("127.0.0.1:0").observer(new GrapevineObserver() {
            @Override
            public void delivered(String topic, int count) {
                try {
                    stopping.await(); // holds the node's thread: nothing is read from its sockets
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        }));
        slow.start().block(PATIENCE);
        Grapevine leaver = node(address(slow));
        leaver.start().block(PATIENCE);
        awaitSizes(nodes, 2);
        // All can be on their way while it reads nothing: half of the frames, and of the bytes, that may be.
        int count = 16;
        Mono<Long> arrived = slow.topic("t", Codecs.byteArray())
                .messages(count, Overflow.ERROR)
                .take(count)
                .count()
                .cache();
        arrived.subscribe();
        leaver.topic("t", Codecs.byteArray())
                .publishAll(Flux.range(0, count).map(i -> new byte[4 * 1024]))
                .block(PATIENCE);
        Mono<Void> stop = leaver.stop();
        stop.subscribe();
        Flux.interval(Duration.ofMillis(1))
                .takeUntil(tick -> leaver.state() == NodeState.STOPPED)
                .blockLast(PATIENCE);
        stopping.countDown();

        assertThat(arrived.block(PATIENCE)).isEqualTo(count);
        stop.block(PATIENCE);
    }

    @Test
    void messagesReachEveryMemberInOrderOverRealConnections() {
        started(3);
        int count = 100_000;
        List<Mono<List<Integer>>> receivers = new ArrayList<>();
        for (Grapevine node : nodes) {
            receivers.add(node.topic("numbers", Codecs.utf8())
                    .messages(1 << 20, Overflow.ERROR)
                    .map(Message::value)
                    .map(Integer::valueOf)
                    .take(count)
                    .collectList());
        }
        Mono<Void> publish = nodes.get(1)
                .topic("numbers", Codecs.utf8())
                .publishAll(Flux.range(0, count).map(String::valueOf));
        List<Integer> expected = Flux.range(0, count).collectList().block();
        StepVerifier.create(Flux.merge(receivers).mergeWith(publish.then(Mono.empty())))
                .expectNext(expected, expected, expected)
                .expectComplete()
                .verify(PATIENCE);
    }

    @Test
    void anInstanceThatStartsLaterIsGivenWhatIsRetainedWhileTheStreamGoesOnAndThenTheRest() {
        started(2);
        int count = 20_000;
        Flux<String> numbers = Flux.range(0, 2 * count).map(String::valueOf);
        Topic<String> published = nodes.get(0).topic("numbers", Codecs.utf8());
        published.publishAll(numbers.take(count)).block(PATIENCE);
        Grapevine late = node(address(nodes.get(1)));
        Mono<List<Integer>> received = late.topic("numbers", Codecs.utf8())
                .from(Start.RETAINED)
                .messages(1 << 16, Overflow.ERROR)
                .map(Message::value)
                .map(Integer::valueOf)
                .take(2 * count)
                .collectList();
        Flux<String> rest = numbers.skip(count)
                .buffer(50)
                .delayElements(Duration.ofMillis(2))
                .flatMapIterable(part -> part);

        StepVerifier.create(received.mergeWith(
                        late.start().then(published.publishAll(rest)).then(Mono.empty())))
                .expectNext(Flux.range(0, 2 * count).collectList().block())
                .expectComplete()
                .verify(PATIENCE);
    }

    @Test
    void criticalMessagesAreNumberedApartAndArriveEverywhere() {
        List<Grapevine> members = started(3);
        Topic<String> topic = members.get(0).topic("t", Codecs.utf8());
        List<Flux<String>> received = members.stream()
                .map(member -> member.topic("t", Codecs.utf8())
                        .messages()
                        .map(message -> message.priority() + " " + message.sequence() + " " + message.value()))
                .toList();

        StepVerifier.create(Flux.merge(received).buffer(6).map(TreeSet::new))
                .then(() -> topic.publish("a").block(PATIENCE))
                .then(() ->
                        topic.publishAll(Flux.just("fire"), Priority.CRITICAL).block(PATIENCE))
                .expectNext(new TreeSet<>(Set.of("NORMAL 1 a", "CRITICAL 1 fire")))
                .thenCancel()
                .verify(PATIENCE);
    }
}
