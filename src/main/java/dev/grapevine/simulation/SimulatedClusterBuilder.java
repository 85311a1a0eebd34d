package dev.grapevine.simulation;

import dev.grapevine.observe.GrapevineObserver;
import dev.grapevine.protocol.NodeSettings;
import dev.grapevine.transport.LinkLimits;
import java.time.Duration;
import java.util.function.IntFunction;

/** Names the size, the seed and the settings of a {@link SimulatedCluster}. */
public final class SimulatedClusterBuilder {

    /** Most members that a simulated cluster can have. */
    public static final int MAX_MEMBERS = 4096;

    int members = 3;
    long seed = 1;
    Duration latency = Duration.ofNanos(500_000);
    Duration jitter = Duration.ofNanos(500_000);
    Duration clockSkew = Duration.ofMillis(5);
    NodeSettings settings = NodeSettings.DEFAULT;
    LinkLimits links = LinkLimits.DEFAULT;
    IntFunction<GrapevineObserver> observers = node -> GrapevineObserver.NONE;
    boolean encoding = true;
    String replay = "build the cluster with this seed";

    SimulatedClusterBuilder() {}

    /**
     * How many members.
     *
     * @param count 1 to {@value #MAX_MEMBERS}; default 3
     * @return this
     */
    public SimulatedClusterBuilder members(int count) {
        if (count < 1 || count > MAX_MEMBERS) {
            throw new IllegalArgumentException("A simulated cluster has 1 to " + MAX_MEMBERS + " members");
        }
        members = count;
        return this;
    }

    /**
     * What all chance comes from: the same seed gives the same run.
     *
     * @param value any number; default 1
     * @return this
     */
    public SimulatedClusterBuilder seed(long value) {
        seed = value;
        return this;
    }

    /**
     * How long things take from one member to another.
     *
     * @param base at the least; default 500 µs
     * @param spread at the most on top of it, drawn anew each time; default 500 µs
     * @return this
     */
    public SimulatedClusterBuilder latency(Duration base, Duration spread) {
        latency = base;
        jitter = spread;
        return this;
    }

    /**
     * How far the members' wall clocks may be apart.
     *
     * @param most each clock is off by a constant from 0 up to this; default 5 ms
     * @return this
     */
    public SimulatedClusterBuilder clockSkew(Duration most) {
        if (most.isNegative()) {
            throw new IllegalArgumentException("A clock skew is not negative");
        }
        clockSkew = most;
        return this;
    }

    /**
     * The settings of every node.
     *
     * @param nodes default {@link NodeSettings#DEFAULT}
     * @return this
     */
    public SimulatedClusterBuilder settings(NodeSettings nodes) {
        settings = nodes;
        return this;
    }

    /**
     * The limits of every node's links.
     *
     * @param limits default {@link LinkLimits#DEFAULT}
     * @return this
     */
    public SimulatedClusterBuilder links(LinkLimits limits) {
        links = limits;
        return this;
    }

    /**
     * Observers of the nodes, beside the simulator's own.
     *
     * @param byNode gives an observer for each start of a node, by its number
     * @return this
     */
    public SimulatedClusterBuilder observers(IntFunction<GrapevineObserver> byNode) {
        observers = byNode;
        return this;
    }

    /**
     * Whether frames go through the wire format, as over a real link.
     *
     * @param encode default true; false is faster
     * @return this
     */
    public SimulatedClusterBuilder encoding(boolean encode) {
        encoding = encode;
        return this;
    }

    /**
     * How a failure can be seen again: shown with it.
     *
     * @param command for people, such as a command line
     * @return this
     */
    public SimulatedClusterBuilder replay(String command) {
        replay = command;
        return this;
    }

    /**
     * Builds the cluster and starts all members at once. No time has passed when this returns.
     *
     * @return the cluster
     */
    public SimulatedCluster start() {
        return new SimulatedCluster(this);
    }
}
