package dev.grapevine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.observe.GrapevineObserver;
import dev.grapevine.protocol.NodeSettings;
import dev.grapevine.protocol.step.ProtocolEvent;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Whole nodes, pipelines and wire format and all, through loss, a crash and a partition. In every fourth seed the
 * partition lasts so long that the members on its sides remove each other, and have to find each other again.
 */
class PipelineSimulationTest {

    private static final Duration LENGTH = Duration.ofSeconds(6);
    private static final Duration LONG = Duration.ofSeconds(40);
    private static final Duration DEADLINE = Duration.ofSeconds(90);
    private static final Duration MEAN_PAUSE = Duration.ofMillis(50);
    private static final Duration LONG_PAUSE = Duration.ofMillis(300);

    @Test
    void aHundredSeedsOfSevenMembersKeepEveryPromise() {
        Happened happened = new Happened();
        Seeds.run("PipelineSimulationTest", 100, seed -> {
            Map<ProtocolEvent, Long> noted = new EnumMap<>(ProtocolEvent.class);
            SimulatedCluster cluster = run(seed, noted);
            happened.seed();
            happened.count(
                    "a running member was removed", cluster.context().members().removedAlive() > 0);
            happened.count("one refuted", noted.containsKey(ProtocolEvent.REFUTED));
            happened.count("state was transferred", noted.containsKey(ProtocolEvent.STATE_TRANSFERRED));
            happened.count("messages were repaired", noted.containsKey(ProtocolEvent.REPAIR_SERVED));
        });
        happened.inAtLeast(0.15, "a running member was removed");
        happened.inAtLeast(0.3, "one refuted");
        happened.inAtLeast(0.1, "state was transferred");
        happened.inAtLeast(0.5, "messages were repaired");
    }

    static SimulatedCluster run(long seed) {
        return run(seed, new EnumMap<>(ProtocolEvent.class));
    }

    private static SimulatedCluster run(long seed, Map<ProtocolEvent, Long> noted) {
        boolean isLong = seed % 4 == 1;
        Duration length = isLong ? LONG : LENGTH;
        SimulatedCluster cluster = SimulatedCluster.builder()
                .members(7)
                .seed(seed)
                .settings(seed % 2 == 0 ? NodeSettings.DEFAULT : Tight.STORES)
                .observers(node -> new GrapevineObserver() {
                    @Override
                    public void protocol(ProtocolEvent event, long count) {
                        noted.merge(event, count, Long::sum);
                    }
                })
                .replay(Seeds.replay("PipelineSimulationTest", seed))
                .start();
        ClusterWorkload workload = new ClusterWorkload(cluster);
        cluster.play(FaultSchedule.random(seed, 7, LENGTH, kinds(seed)));
        if (isLong) {
            cluster.play(longPartition(seed));
        }
        workload.plan(length, isLong ? LONG_PAUSE : MEAN_PAUSE);
        cluster.advance(length);
        cluster.heal();
        workload.awaitConvergence(DEADLINE);
        assertThat(workload.operations()).isGreaterThan(30);
        return cluster;
    }

    private static EnumSet<FaultSchedule.Kind> kinds(long seed) {
        EnumSet<FaultSchedule.Kind> kinds = EnumSet.of(
                FaultSchedule.Kind.LOSS,
                FaultSchedule.Kind.PARTITION,
                seed % 2 == 0 ? FaultSchedule.Kind.CRASH : FaultSchedule.Kind.RESTART);
        if (seed % 3 == 0) {
            kinds.addAll(EnumSet.of(
                    FaultSchedule.Kind.STALL, FaultSchedule.Kind.DUPLICATION, FaultSchedule.Kind.REORDERING));
        }
        return kinds;
    }

    /** From the seventh second until the end, while every side goes on. */
    private static FaultSchedule longPartition(long seed) {
        int first = (int) (seed / 4 % 7);
        Set<Integer> one = new TreeSet<>(Set.of(first, (first + 2) % 7, (first + 3) % 7));
        Set<Integer> other = new TreeSet<>();
        for (int node = 0; node < 7; node++) {
            if (!one.contains(node)) {
                other.add(node);
            }
        }
        return new FaultSchedule().at(Duration.ofSeconds(7), faults -> faults.partition(one, other));
    }
}
