package dev.grapevine.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What can go wrong in a simulated cluster. Every method takes effect at the present virtual time and is logged. Members
 * are named by their numbers, from 0.
 */
public final class Faults {

    /** A member that only stands still, or is only cut off, for less than this is removed by nobody. */
    static final Duration PATIENCE = Duration.ofSeconds(3);

    private final SimulatedNetwork network;
    private final FaultLog log;
    private final NodeControl nodes;
    private final List<Partition> partitions = new ArrayList<>();
    private final Map<Integer, FaultLog.Cause> stalls = new TreeMap<>();
    private final Map<Integer, FaultLog.Cause> crashes = new TreeMap<>();
    private FaultLog.@Nullable Cause loss;

    Faults(SimulatedNetwork network, FaultLog log, NodeControl nodes) {
        this.network = network;
        this.log = log;
        this.nodes = nodes;
    }

    /**
     * How long things take from one member to another.
     *
     * @param base at the least; default 500 µs
     * @param jitter at the most on top of it, drawn anew each time; default 500 µs
     * @return this
     */
    public Faults latency(Duration base, Duration jitter) {
        network.conditions().latency(base, jitter);
        note("latency " + base + " + " + jitter);
        return this;
    }

    /**
     * How many bytes a connection carries in each direction. What is sent leaves in its order, whatever its lane, as over
     * TCP; {@link #heal()} lifts the limit.
     *
     * @param bytesPerSecond at least 1; default unlimited
     * @return this
     */
    public Faults bandwidth(long bytesPerSecond) {
        network.conditions().bandwidth(bytesPerSecond);
        note("bandwidth " + bytesPerSecond);
        return this;
    }

    /**
     * Loses frames. Real links lose none while they live; this stands for whatever drops them at a full outbox or with a
     * broken connection.
     *
     * @param probability of each frame, 0 to 1
     * @return this
     */
    public Faults loss(double probability) {
        network.conditions().loss(probability);
        if (loss != null) {
            loss.end(now());
        }
        loss = probability > 0 ? log.beginEverywhere(now()) : null;
        note("loss " + probability);
        return this;
    }

    /**
     * Delivers wire frames twice.
     *
     * @param probability of each wire frame, 0 to 1
     * @return this
     */
    public Faults duplication(double probability) {
        network.conditions().duplication(probability);
        note("duplication " + probability);
        return this;
    }

    /**
     * Lets wire frames be overtaken by later ones.
     *
     * @param probability of each wire frame, 0 to 1
     * @return this
     */
    public Faults reordering(double probability) {
        network.conditions().reordering(probability);
        note("reordering " + probability);
        return this;
    }

    /**
     * Lets nothing through between two groups, in both directions. Links freeze and end as silent after the silence
     * timeout; dials time out.
     *
     * @param one members
     * @param other members
     * @return heals it
     */
    public Partition partition(Set<Integer> one, Set<Integer> other) {
        note("partition " + new TreeSet<>(one) + " | " + new TreeSet<>(other));
        return cut(one, other, true);
    }

    /**
     * Lets nothing through from one group to another, while the other direction works.
     *
     * @param from members whose frames do not arrive
     * @param to members that do not hear them
     * @return heals it
     */
    public Partition partitionOneWay(Set<Integer> from, Set<Integer> to) {
        note("partition " + new TreeSet<>(from) + " -> " + new TreeSet<>(to));
        return cut(from, to, false);
    }

    private Partition cut(Set<Integer> one, Set<Integer> other, boolean both) {
        SortedSet<Integer> touched = new TreeSet<>(one);
        touched.addAll(other);
        touched.forEach(this::checked);
        FaultLog.Cause cause = log.beginBetween(now(), one, other, PATIENCE);
        forEachPair(one, other, both, network.conditions()::block);
        network.pathsChanged();
        Partition healing = new Partition() {
            @Override
            public void heal() {
                if (partitions.remove(this)) {
                    note("heal partition of " + touched);
                    cause.end(now());
                    forEachPair(one, other, both, network.conditions()::unblock);
                    network.pathsChanged();
                }
            }
        };
        partitions.add(healing);
        return healing;
    }

    private static void forEachPair(Set<Integer> one, Set<Integer> other, boolean both, PairAction action) {
        for (int from : one) {
            for (int to : other) {
                action.on(from, to);
                if (both) {
                    action.on(to, from);
                }
            }
        }
    }

    /**
     * Holds up a member's process as {@code SIGSTOP} does, and lets it go on later. Its connections stay open meanwhile.
     *
     * @param node the member
     * @param duration for how long; a member that is stalled already stays so until its first stall ends
     * @return this
     */
    public Faults stall(int node, Duration duration) {
        SimulatedProcess process = host(node).process();
        if (stalls.containsKey(node) || process.isKilled()) {
            return this;
        }
        note("stall node " + node + " for " + duration);
        stalls.put(node, log.beginOf(now(), node, PATIENCE));
        process.stall();
        network.pathsChanged();
        FaultLog.Cause cause = stalls.get(node);
        network.scheduler()
                .schedule(
                        () -> {
                            if (stalls.get(node) == cause) {
                                resume(node);
                            }
                        },
                        duration.toNanos(),
                        TimeUnit.NANOSECONDS);
        return this;
    }

    private void resume(int node) {
        FaultLog.Cause cause = stalls.remove(node);
        if (cause != null) {
            note("resume node " + node);
            cause.end(now());
            host(node).process().resume();
            network.pathsChanged();
        }
    }

    /**
     * Ends a member's process as {@code kill -9} does. Its peers see their connections break, dials are refused.
     *
     * @param node the member; nothing happens if it is not running
     * @return this
     */
    public Faults crash(int node) {
        if (nodes.isRunning(checked(node))) {
            note("crash node " + node);
            FaultLog.Cause stall = stalls.remove(node);
            if (stall != null) {
                stall.end(now());
            }
            crashes.put(node, log.beginOf(now(), node, Duration.ZERO));
            nodes.crash(node);
            network.pathsChanged();
        }
        return this;
    }

    /**
     * Starts a crashed member anew: same id and address, a higher epoch, nothing remembered.
     *
     * @param node the member; nothing happens if it is running
     * @return this
     */
    public Faults restart(int node) {
        if (!nodes.isRunning(checked(node))) {
            note("restart node " + node);
            FaultLog.Cause crash = crashes.remove(node);
            if (crash != null) {
                crash.end(now());
            }
            nodes.restart(node);
        }
        return this;
    }

    /**
     * Ends every partition, stall, loss, duplication and reordering, and lifts the limit of bandwidth. Crashed members stay crashed.
     *
     * @return this
     */
    public Faults heal() {
        note("heal everything");
        List.copyOf(partitions).forEach(Partition::heal);
        List.copyOf(stalls.keySet()).forEach(this::resume);
        if (loss != null) {
            loss.end(now());
            loss = null;
        }
        network.conditions().heal();
        network.pathsChanged();
        return this;
    }

    /**
     * What was done so far.
     *
     * @return the log, which goes on
     */
    public FaultLog log() {
        return log;
    }

    private SimulatedHost host(int node) {
        return network.hosts().get(checked(node));
    }

    private int checked(int node) {
        if (node < 0 || node >= network.hosts().size()) {
            throw new IllegalArgumentException("There is no member " + node);
        }
        return node;
    }

    private long now() {
        return network.scheduler().nanos();
    }

    private void note(String what) {
        log.note(now(), what);
    }

    @FunctionalInterface
    private interface PairAction {
        void on(int from, int to);
    }
}
