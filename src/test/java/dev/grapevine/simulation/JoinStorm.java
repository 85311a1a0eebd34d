package dev.grapevine.simulation;

import dev.grapevine.protocol.NodeSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * A cluster whose members all start at once, or within some time, as whole nodes that know three seeds: which sizes of the
 * cluster their users see before all see all of it, and when that is.
 */
public final class JoinStorm {

    private static final Duration LONGEST = Duration.ofMinutes(2);

    /**
     * What came of it.
     *
     * @param agreed when all saw all, since the first start
     * @param distinctSizes how many different sizes anybody saw, that of itself alone and the last one included
     * @param meanSizes how many a member saw, on average
     * @param mostSizes how many a member saw at the most
     */
    public record Result(Duration agreed, int distinctSizes, double meanSizes, int mostSizes) {}

    private final SimulatedCluster cluster;
    private final List<TreeSet<Integer>> seen = new ArrayList<>();
    private final int[] now;
    private int complete;

    private JoinStorm(SimulatedCluster cluster) {
        this.cluster = cluster;
        this.now = new int[cluster.size()];
        for (int i = 0; i < cluster.size(); i++) {
            seen.add(new TreeSet<>());
        }
        cluster.onStart((node, member) -> member.views().subscribe(view -> saw(node, view.size())));
    }

    /**
     * Starts them and waits until all see all.
     *
     * @param members how many
     * @param spread within how long they start, each at a moment of its own; zero for at once
     * @param joinQuiet as in {@link NodeSettings}; zero shows each join by itself
     * @param seed of all chance
     * @return what came of it
     */
    public static Result run(int members, Duration spread, Duration joinQuiet, long seed) {
        SimulatedCluster cluster = SimulatedCluster.builder()
                .members(members)
                .seed(seed)
                .settings(NodeSettings.DEFAULT.withJoinQuiet(joinQuiet))
                .encoding(false)
                .start();
        if (!spread.isZero()) {
            SimulationRandom moments = SimulationRandom.derive(seed, "starts");
            for (int i = 0; i < members; i++) {
                startLater(cluster, i, Duration.ofNanos(moments.nextLong(spread.toNanos())));
            }
        }
        return new JoinStorm(cluster).result();
    }

    /** Killed before it has done anything. */
    private static void startLater(SimulatedCluster cluster, int node, Duration when) {
        cluster.crash(node);
        cluster.play(new FaultSchedule().at(when, faults -> faults.restart(node)));
    }

    private void saw(int node, int size) {
        if (size > 0) { // before it has joined it sees nobody
            complete += (size == now.length ? 1 : 0) - (now[node] == now.length ? 1 : 0);
            now[node] = size;
            seen.get(node).add(size);
        }
    }

    private Result result() {
        if (!cluster.runUntil(() -> complete == now.length, LONGEST)) {
            throw cluster.failure("only " + complete + " see all within " + LONGEST);
        }
        TreeSet<Integer> sizes = new TreeSet<>();
        seen.forEach(sizes::addAll);
        return new Result(
                cluster.time(),
                sizes.size(),
                seen.stream().mapToInt(TreeSet::size).average().orElse(0),
                seen.stream().mapToInt(TreeSet::size).max().orElse(0));
    }
}
