package dev.grapevine.simulation;

import dev.grapevine.membership.Address;
import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.transport.LinkLimits;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;

/**
 * The hosts of a simulated cluster and what lies between them. Without faults it behaves as TCP does on a good network;
 * the faults come from {@link Faults}.
 */
final class SimulatedNetwork {

    /** Most hosts of a network. */
    static final int MAX_HOSTS = 65_536;

    private final SimulationScheduler scheduler;
    private final NetworkConditions conditions;
    private final LinkLimits limits;
    private final SimulationTrace trace;
    private final FrameCarrier carrier;
    private final List<SimulatedHost> hosts = new ArrayList<>();
    private final Map<Address, SimulatedHost> byAddress = new LinkedHashMap<>();
    private long batches;
    private @Nullable Throwable broken;

    SimulatedNetwork(
            SimulationScheduler scheduler,
            SimulationRandom random,
            LinkLimits limits,
            SimulationTrace trace,
            FrameCarrier carrier) {
        this.scheduler = scheduler;
        this.conditions = new NetworkConditions(random);
        this.limits = limits;
        this.trace = trace;
        this.carrier = carrier;
    }

    SimulatedHost addHost(Address address) {
        if (hosts.size() >= MAX_HOSTS) {
            throw new IllegalStateException("A simulated network has at most " + MAX_HOSTS + " hosts");
        }
        SimulatedHost host = new SimulatedHost(hosts.size(), address, scheduler.process("node " + hosts.size()));
        hosts.add(host);
        byAddress.put(address, host);
        return host;
    }

    List<SimulatedHost> hosts() {
        return hosts;
    }

    @Nullable SimulatedHost at(Address address) {
        return byAddress.get(address);
    }

    SimulationScheduler scheduler() {
        return scheduler;
    }

    NetworkConditions conditions() {
        return conditions;
    }

    LinkLimits limits() {
        return limits;
    }

    /** How many wire frames were sent. */
    long batches() {
        return batches;
    }

    /** Something that must never happen did: whoever drives the simulation fails with it. */
    void broken(Throwable error) {
        broken = broken == null ? error : broken;
    }

    @Nullable Throwable broken() {
        return broken;
    }

    boolean isBlocked(SimulatedHost from, SimulatedHost to) {
        return conditions.isBlocked(from.index(), to.index());
    }

    /** Runs something on a node's thread after a while; never if the node has given the thread back by then. */
    Disposable post(Scheduler thread, long delay, Runnable task) {
        return thread.isDisposed() ? Disposables.disposed() : thread.schedule(task, delay, TimeUnit.NANOSECONDS);
    }

    /** What of a batch survives the way, as the peer reads it. */
    List<Frame> carried(ConnectionEnd from, Lane lane, List<Frame> frames) {
        batches++;
        List<Frame> kept = frames;
        if (conditions.isLossy()) {
            kept = new ArrayList<>(frames.size());
            for (Frame frame : frames) {
                if (!conditions.loses()) {
                    kept.add(frame);
                }
            }
        }
        trace.sent(scheduler.nanos(), from.host().index(), lane, frames, frames.size() - kept.size());
        return kept.isEmpty() ? kept : carrier.carry(kept);
    }

    /** Lets every connection notice that partitions or stalls have changed. */
    void pathsChanged() {
        for (SimulatedHost host : hosts) {
            for (ConnectionEnd end : List.copyOf(host.ends())) {
                end.pathChanged();
            }
        }
    }

    /** The machine takes its process away: every connection of it breaks. */
    void crash(SimulatedHost host) {
        List<ConnectionEnd> broken = List.copyOf(host.ends());
        host.process().kill();
        host.shut();
        host.ends().clear();
        broken.forEach(ConnectionEnd::crashed);
    }
}
