package dev.grapevine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.codec.Codecs;
import dev.grapevine.topic.Message;
import dev.grapevine.topic.Overflow;
import dev.grapevine.topic.Priority;
import dev.grapevine.topic.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

/** Links of 2 MB a second, over which one member publishes as much as it is asked for. */
class SaturatedLinkTest {

    private static final int MEMBERS = 3;
    private static final long BYTES_PER_SECOND = 2_000_000;
    private static final int MESSAGE_BYTES = 1000;

    private final SimulatedCluster cluster =
            SimulatedCluster.builder().members(MEMBERS).seed(7).encoding(false).start();
    private long received;

    private Topic<byte[]> load(int node) {
        return cluster.node(node).topic("load", Codecs.byteArray());
    }

    private void saturate(Priority priority) {
        cluster.awaitMembership(Duration.ofSeconds(10));
        load(1).messages(1 << 16, Overflow.ERROR).subscribe(message -> received++);
        cluster.faults().bandwidth(BYTES_PER_SECOND);
        load(0).publishAll(Flux.<byte[]>generate(sink -> sink.next(new byte[MESSAGE_BYTES])), priority)
                .subscribe(nothing -> {}, cluster::broken);
        cluster.advance(Duration.ofSeconds(5)); // outboxes and links are full now
    }

    /** How long single messages take from the call to the delivery at another member, the slowest of some. */
    private Duration slowest(String topic, Priority priority) {
        List<Long> took = new ArrayList<>();
        Topic<String> sender = cluster.node(0).topic(topic, Codecs.utf8());
        cluster.node(1)
                .topic(topic, Codecs.utf8())
                .messages()
                .map(Message::value)
                .subscribe(sent -> took.add(cluster.time().toNanos() - Long.parseLong(sent)));
        for (int i = 1; i <= 20; i++) {
            sender.publish(String.valueOf(cluster.time().toNanos()), priority)
                    .subscribe(nothing -> {}, cluster::broken);
            int expected = i;
            assertThat(cluster.runUntil(() -> took.size() == expected, Duration.ofSeconds(30)))
                    .isTrue();
        }
        return Duration.ofNanos(took.stream().mapToLong(Long::longValue).max().orElseThrow());
    }

    @Test
    void aCriticalMessagePassesWhatWaitsWhileANormalOneTakesItsTurn() {
        saturate(Priority.NORMAL);

        assertThat(slowest("alarm", Priority.CRITICAL)).isLessThan(Duration.ofMillis(200));
        assertThat(slowest("alarm", Priority.NORMAL)).isGreaterThan(Duration.ofMillis(350));
    }

    @Test
    void membershipIsNotStarvedByData() {
        saturate(Priority.NORMAL);

        cluster.advance(Duration.ofSeconds(60)); // fails if anybody is removed without a cause
        assertThat(cluster.node(2).members()).hasSize(MEMBERS);
        cluster.crash(1);
        Duration before = cluster.time();
        cluster.awaitMembership(Duration.ofSeconds(5));
        assertThat(cluster.time().minus(before)).isLessThan(Duration.ofSeconds(3));
    }

    @Test
    void normalMessagesKeepTheirPartWhilstCriticalOnesFlood() {
        saturate(Priority.CRITICAL);
        long critical = received;
        Flux<byte[]> endless = Flux.generate(sink -> sink.next(new byte[MESSAGE_BYTES]));
        List<byte[]> normal = new ArrayList<>();
        cluster.node(1)
                .topic("normal", Codecs.byteArray())
                .messages(1 << 16, Overflow.ERROR)
                .subscribe(message -> normal.add(message.value()));
        cluster.node(0).topic("normal", Codecs.byteArray()).publishAll(endless).subscribe();

        cluster.advance(Duration.ofSeconds(20));

        double part = normal.size() / (double) (normal.size() + received - critical);
        assertThat(part).isBetween(0.28, 0.38); // a third by the weights 4 and 2
        assertThat(normal.size() + received - critical).isGreaterThan(20 * BYTES_PER_SECOND / MESSAGE_BYTES * 9 / 10);
    }
}
