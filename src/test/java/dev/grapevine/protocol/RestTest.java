package dev.grapevine.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.protocol.CoreNetwork.Node;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Input;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How seldom a core needs ticks. */
class RestTest {

    private static final Duration TICK = NodeSettings.DEFAULT.tickInterval();
    private static final Duration MOST = Duration.ofSeconds(1);
    private static final int SEEDS = 20;

    private static long planTick(CoreNetwork network, Node node) {
        return node.core.planTick(after(network, 0));
    }

    private static Time after(CoreNetwork network, long nanos) {
        long now = network.clock() + nanos;
        return new Time(now, now / 1_000_000);
    }

    private static CoreNetwork settled(long seed) {
        CoreNetwork network = new CoreNetwork(seed, NodeSettings.DEFAULT);
        network.start(5, CoreNetwork.address(0));
        network.run(Duration.ofSeconds(15));
        return network;
    }

    @Test
    void membersThatHaveNothingUnderWayNeedOnlyAFewTicksASecond() {
        for (long seed = 0; seed < SEEDS; seed++) {
            CoreNetwork network = settled(seed);
            List<Long> waits = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                network.run(Duration.ofMillis(10));
                network.nodes.forEach(node -> waits.add(planTick(network, node)));
            }
            assertThat(waits).as("seed %d", seed).allMatch(wait -> wait >= TICK.toNanos());
            assertThat(waits).as("seed %d", seed).allMatch(wait -> wait <= MOST.toNanos());
            double mean = waits.stream().mapToLong(wait -> wait).average().orElseThrow();
            assertThat(mean).as("seed %d", seed).isGreaterThan(8 * TICK.toNanos());
        }
    }

    @Test
    void aMemberThatSuspectsSomebodyIsTickedAtFullPace() {
        for (long seed = 0; seed < SEEDS; seed++) {
            CoreNetwork network = settled(seed);
            Node silent = network.nodes.get(4);
            network.cut((a, b) -> a == silent && b != silent);
            int suspicions = 0;
            for (int i = 0; i < 400; i++) {
                network.run(Duration.ofMillis(10));
                for (Node node : network.nodes.subList(0, 4)) {
                    if (suspects(network, node, silent)) {
                        suspicions++;
                        assertThat(planTick(network, node)).as("seed %d", seed).isEqualTo(TICK.toNanos());
                    }
                }
            }
            assertThat(suspicions).as("seed %d", seed).isPositive();
        }
    }

    @Test
    void aPauseShowsWhateverComesFirstAfterItAndARestDoesNot() {
        for (long seed = 0; seed < SEEDS; seed++) {
            assertThat(tickBehindAPublication(seed, 0)).as("seed %d", seed).isEmpty();
            assertThat(tickBehindAPublication(seed, Duration.ofSeconds(5).toNanos()))
                    .as("seed %d", seed)
                    .hasSize(1);
        }
    }

    /** Own pauses that are noticed when a tick comes so much later than was planned, right behind something published. */
    private static List<Effect> tickBehindAPublication(long seed, long late) {
        CoreNetwork network = settled(seed);
        Node node = network.nodes.get(0);
        Time then = after(network, planTick(network, node) + late);
        List<Effect> effects =
                new ArrayList<>(node.core.step(new Input.Publish("chat", List.of(Bytes.utf8("after all"))), then));
        node.core.planTick(then);
        effects.addAll(node.core.step(new Input.Tick(), then));
        return effects.stream()
                .filter(effect ->
                        effect instanceof Effect.Noted noted && noted.event() == ProtocolEvent.OWN_PAUSE_NOTICED)
                .toList();
    }

    private static boolean suspects(CoreNetwork network, Node observer, Node subject) {
        MemberStatus last = null;
        for (CoreNetwork.Change change : network.changes) {
            if (change.observer() == observer && change.subject().equals(subject.origin())) {
                last = change.status();
            }
        }
        return last == MemberStatus.SUSPECT;
    }
}
