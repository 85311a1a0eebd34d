package dev.grapevine.simulation;

import dev.grapevine.membership.Address;
import dev.grapevine.transport.LinkLimits;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

/** What every kind of simulation is made of: time, network, faults, trace, and what was found. */
final class SimulationContext {

    private static final int PORT = 7946;

    private final long seed;
    private final String replay;
    private final SimulationScheduler scheduler;
    private final SimulationTrace trace = new SimulationTrace();
    private final FaultLog log = new FaultLog();
    private final Violations violations = new Violations();
    private final MembershipWatch members;
    private final SimulatedNetwork network;

    SimulationContext(long seed, String replay, LinkLimits limits, FrameCarrier carrier) {
        this.seed = seed;
        this.replay = replay;
        this.scheduler = new SimulationScheduler(seed);
        this.members = new MembershipWatch(scheduler, log, violations);
        this.network =
                new SimulatedNetwork(scheduler, SimulationRandom.derive(seed, "network"), limits, trace, carrier);
    }

    SimulatedHost addHost() {
        return network.addHost(new Address("node-" + network.hosts().size(), PORT));
    }

    long seed() {
        return seed;
    }

    SimulationScheduler scheduler() {
        return scheduler;
    }

    SimulatedNetwork network() {
        return network;
    }

    MembershipWatch members() {
        return members;
    }

    FaultLog log() {
        return log;
    }

    Violations violations() {
        return violations;
    }

    void trace(int node, String kind, String content) {
        trace.step(scheduler.nanos(), node, kind, content);
    }

    long traceHash() {
        return trace.hash();
    }

    boolean runUntil(BooleanSupplier condition, Duration deadline) {
        boolean held = scheduler.runUntil(
                () -> violations.any() || network.broken() != null || condition.getAsBoolean(), deadline);
        check();
        return held;
    }

    /** Fails if anything was found. */
    void check() {
        Throwable broken = network.broken();
        if (broken != null) {
            SimulationFailure failure = failure("a node failed: " + broken);
            failure.initCause(broken);
            throw failure;
        }
        if (violations.any()) {
            throw new SimulationFailure(seed, replay, violations.found(), log, trace);
        }
    }

    SimulationFailure failure(String problem) {
        return new SimulationFailure(seed, replay, List.of(problem), log, trace);
    }
}
