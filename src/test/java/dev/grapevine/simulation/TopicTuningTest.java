package dev.grapevine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.codec.Codecs;
import dev.grapevine.observe.GrapevineObserver;
import dev.grapevine.protocol.NodeSettings;
import dev.grapevine.protocol.step.Pace.Reason;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.TopicPace;
import dev.grapevine.protocol.step.Tuning;
import dev.grapevine.protocol.tuning.TuningSettings;
import dev.grapevine.topic.Gap;
import dev.grapevine.topic.Message;
import dev.grapevine.topic.Overflow;
import dev.grapevine.topic.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How topics find and repair losses follows what is measured, on whole nodes in virtual time. */
class TopicTuningTest {

    private static final int MEMBERS = 8;
    private static final int MESSAGES = 100;
    private static final int MESSAGE_BYTES = 8_000;

    /** What comes so long after its publication was lost on its way and repaired. */
    private static final Duration LATE = Duration.ofMillis(50);

    private final List<Tuning> decisions = new ArrayList<>();
    private long repeated;

    private SimulatedCluster cluster(NodeSettings settings) {
        decisions.clear();
        SimulatedCluster cluster = SimulatedCluster.builder()
                .members(MEMBERS)
                .seed(2)
                .encoding(false)
                .settings(settings)
                .observers(node -> new GrapevineObserver() {
                    @Override
                    public void tuned(Tuning changed) {
                        if (node == 0) {
                            decisions.add(changed);
                        }
                    }

                    @Override
                    public void protocol(ProtocolEvent event, long count) {
                        repeated += event == ProtocolEvent.DUPLICATE_MESSAGE ? count : 0;
                    }
                })
                .start();
        cluster.awaitMembership(Duration.ofSeconds(10));
        return cluster;
    }

    private TopicPace topics() {
        return decisions.get(decisions.size() - 1).topics();
    }

    /** How long single messages took that were lost on their way and repaired, in milliseconds. */
    private static List<Long> repairs(SimulatedCluster cluster) {
        List<Long> late = new ArrayList<>();
        int[] came = {0};
        for (int node = 1; node < MEMBERS; node++) {
            cluster.node(node)
                    .topic("news", Codecs.utf8())
                    .messages()
                    .map(Message::value)
                    .subscribe(sent -> {
                        came[0]++;
                        Duration took = cluster.time().minusNanos(Long.parseLong(sent));
                        if (took.compareTo(LATE) > 0) {
                            late.add(took.toMillis());
                        }
                    });
        }
        Topic<String> news = cluster.node(0).topic("news", Codecs.utf8());
        for (int i = 0; i < MESSAGES; i++) {
            news.publish(String.valueOf(cluster.time().toNanos())).subscribe(nothing -> {}, cluster::broken);
            cluster.advance(Duration.ofSeconds(4));
        }
        cluster.faults().loss(0);
        cluster.advance(Duration.ofSeconds(20));
        assertThat(came[0]).isEqualTo(MESSAGES * (MEMBERS - 1));
        return late;
    }

    /** Not the mean, which is made by the one repair in hundreds of which each request is lost too. */
    private static long median(List<Long> millis) {
        return millis.stream().sorted().skip(millis.size() / 2).findFirst().orElseThrow();
    }

    @Test
    void whereOneFrameInTenIsLostLossesAreFoundAndRepairedSoonerThanAtAFixedIntervalAndItIsSaidWhy() {
        SimulatedCluster fixed = cluster(NodeSettings.DEFAULT.withTuning(settings -> settings.withAdaptive(false)));
        fixed.faults().loss(0.1);
        fixed.advance(Duration.ofMinutes(1));
        List<Long> before = repairs(fixed);
        assertThat(topics()).isEqualTo(TopicPace.of(Duration.ofMillis(500), Duration.ofMillis(500)));

        SimulatedCluster adaptive = cluster(NodeSettings.DEFAULT);
        adaptive.advance(Duration.ofSeconds(30));
        assertThat(topics().reasons()).isEmpty();
        adaptive.faults().loss(0.1);
        adaptive.advance(Duration.ofMinutes(1));
        assertThat(topics().reasons()).containsExactly(Reason.LOSS);
        assertThat(topics().digestInterval()).isBetween(Duration.ofMillis(158), Duration.ofMillis(450));
        List<Long> since = repairs(adaptive);

        assertThat(since).hasSizeBetween(30, 120);
        assertThat(10 * median(since)).isLessThan(8 * median(before));
        assertThat(decisions).allSatisfy(tuning -> assertThat(tuning.explanation())
                .contains("topics: digests every "
                        + tuning.topics().digestInterval().toMillis() + " ms"));

        adaptive.advance(Duration.ofMinutes(3));
        assertThat(topics().digestInterval()).as("nothing is lost any more").isEqualTo(Duration.ofMillis(500));
    }

    @Test
    void whatTakesLongerThanItIsWaitedForIsNotRepairedTwice() {
        assertThat(repeated(settings -> settings.withAdaptive(false))).isGreaterThan(100);
        assertThat(repeated(settings -> settings)).isZero();
    }

    /** How many messages came twice of those that all missed, with round trips of 0.3 s and an interval of 0.2 s. */
    private long repeated(UnaryOperator<TuningSettings> tuning) {
        repeated = 0;
        SimulatedCluster cluster = cluster(NodeSettings.DEFAULT
                .withDissemination(settings -> settings.withPullRetry(Duration.ofMillis(200)))
                .withTuning(tuning));
        cluster.faults().latency(Duration.ofMillis(150), Duration.ZERO);
        cluster.advance(Duration.ofMinutes(1));
        loseAHundred(cluster);
        cluster.advance(Duration.ofSeconds(30));
        return repeated;
    }

    private static void loseAHundred(SimulatedCluster cluster) {
        Topic<byte[]> news = cluster.node(0).topic("news", Codecs.byteArray());
        news.publish(new byte[1]).subscribe(nothing -> {}, cluster::broken);
        cluster.advance(Duration.ofSeconds(5));
        cluster.faults().loss(1);
        for (int i = 0; i < 100; i++) {
            news.publish(new byte[MESSAGE_BYTES]).subscribe(nothing -> {}, cluster::broken);
        }
        cluster.advance(Duration.ofMillis(200));
        cluster.faults().loss(0);
    }

    @Test
    void withinABudgetMembersCatchUpAsFastAsThatLetsInTurns() {
        SimulatedCluster cluster =
                cluster(NodeSettings.DEFAULT.withTuning(settings -> settings.withTopicBytesPerSecond(800_000)));
        assertThat(topics().repairBytesPerSecond()).isEqualTo(700_000);
        assertThat(topics().reasons()).containsExactly(Reason.BUDGET);
        int[] got = new int[MEMBERS];
        for (int i = 1; i < MEMBERS; i++) {
            int node = i;
            cluster.node(node)
                    .topic("news", Codecs.byteArray())
                    .deliveries(1_024, Overflow.ERROR)
                    .subscribe(
                            delivery -> {
                                assertThat(delivery).isNotInstanceOf(Gap.class);
                                got[node]++;
                            },
                            cluster::broken);
        }
        loseAHundred(cluster);
        Duration begun = cluster.time();
        assertThat(cluster.runUntil(
                        () -> IntStream.range(1, MEMBERS).allMatch(node -> got[node] > 20), Duration.ofSeconds(30)))
                .isTrue();
        assertThat(got).as("nobody has all while another has little").doesNotContain(101);
        assertThat(cluster.runUntil(
                        () -> IntStream.range(1, MEMBERS).allMatch(node -> got[node] == 101), Duration.ofSeconds(30)))
                .isTrue();
        // 5.6 MB, but for what was saved up, at 700 KB a second; and the time until the first digest.
        assertThat(cluster.time().minus(begun)).isBetween(Duration.ofMillis(7_500), Duration.ofMillis(10_000));
    }
}
