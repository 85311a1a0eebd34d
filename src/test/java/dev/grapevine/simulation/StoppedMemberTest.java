package dev.grapevine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.codec.Codecs;
import dev.grapevine.observe.GrapevineObserver;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.topic.Gap;
import dev.grapevine.topic.Message;
import dev.grapevine.topic.Overflow;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

/** One of eight members is stopped for a minute while two others publish as much as the links carry. */
class StoppedMemberTest {

    private static final int MEMBERS = 8;
    private static final int STOPPED = 7;
    private static final long BYTES_PER_SECOND = 2_000_000;
    private static final int MESSAGE_BYTES = 8000;
    private static final Duration STOP = Duration.ofSeconds(60);

    /** An outbox is filled to the mark, and beyond it by the portions that two publishers give at a time. */
    private static final long OUTBOX_BOUND = (512 + 2 * 60) << 10;

    private final List<Map<Lane, Long>> most = IntStream.range(0, MEMBERS)
            .<Map<Lane, Long>>mapToObj(i -> new EnumMap<>(Lane.class))
            .toList();
    private final long[] received = new long[MEMBERS];
    private final long[] next = new long[2];
    private long missing;
    private long wrong;

    private final SimulatedCluster cluster = SimulatedCluster.builder()
            .members(MEMBERS)
            .seed(11)
            .encoding(false)
            .observers(node -> new GrapevineObserver() {
                @Override
                public void outboxChanged(Lane lane, long bytes) {
                    most.get(node).merge(lane, bytes, Math::max);
                }
            })
            .start();

    @Test
    void theOthersGoOnInBoundedMemoryAndItCatchesUpOrIsToldItsGap() {
        cluster.awaitMembership(Duration.ofSeconds(10));
        subscribe();
        cluster.faults().bandwidth(BYTES_PER_SECOND);
        List<Disposable> load = IntStream.range(0, 2).mapToObj(this::publish).toList();
        cluster.advance(Duration.ofSeconds(10));
        long[] start = received.clone();
        cluster.advance(Duration.ofSeconds(10));
        long[] usual = since(start);

        cluster.stall(STOPPED, STOP);
        start = received.clone();
        cluster.advance(Duration.ofSeconds(10));
        long[] first = since(start);
        start = received.clone();
        cluster.advance(STOP.minusSeconds(10));
        long[] rest = since(start);

        for (int node = 0; node < STOPPED; node++) {
            assertThat(usual[node]).as("usual at " + node).isGreaterThan(3_500);
            assertThat(first[node])
                    .as("held up for a second at the most, at " + node)
                    .isGreaterThan(usual[node] * 85 / 100);
            assertThat(rest[node]).as("not held up at " + node).isGreaterThan(5 * usual[node] * 85 / 100);
            most.get(node).forEach((lane, bytes) -> assertThat(bytes)
                    .as("outboxes of " + lane)
                    .isLessThanOrEqualTo((MEMBERS - 1) * OUTBOX_BOUND));
        }

        load.forEach(Disposable::dispose);
        assertThat(cluster.runUntil(this::isLevel, Duration.ofSeconds(90))).isTrue();
        assertThat(missing).isPositive();
        assertThat(wrong).isZero();
    }

    private long[] since(long[] start) {
        return IntStream.range(0, MEMBERS)
                .mapToLong(i -> received[i] - start[i])
                .toArray();
    }

    private Disposable publish(int node) {
        Flux<byte[]> endless = Flux.generate(sink -> sink.next(new byte[MESSAGE_BYTES]));
        return cluster.node(node)
                .topic("load", Codecs.byteArray())
                .publishAll(endless)
                .subscribe();
    }

    private void subscribe() {
        Arrays.fill(next, 1);
        for (int i = 0; i < MEMBERS; i++) {
            int node = i;
            cluster.node(node)
                    .topic("load", Codecs.byteArray())
                    .deliveries(1 << 16, Overflow.ERROR)
                    .subscribe(
                            delivery -> {
                                if (node != STOPPED) {
                                    received[node]++;
                                } else if (delivery instanceof Message<byte[]> message) {
                                    settled(
                                            cluster.origin(0).equals(message.publisher()) ? 0 : 1,
                                            message.sequence(),
                                            message.sequence());
                                } else if (delivery instanceof Gap<byte[]> gap) {
                                    missing += gap.count();
                                    settled(cluster.origin(0).equals(gap.publisher()) ? 0 : 1, gap.from(), gap.to());
                                }
                            },
                            cluster::broken);
        }
    }

    /** Messages and gaps join without hole or overlap. */
    private void settled(int publisher, long from, long to) {
        wrong += from == next[publisher] ? 0 : 1;
        next[publisher] = to + 1;
    }

    /** Whether the one that was stopped has been given or told as much as another has. */
    private boolean isLevel() {
        return next[0] + next[1] - 2 == received[2];
    }
}
