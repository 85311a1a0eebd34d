package dev.grapevine.simulation;

import dev.grapevine.Grapevine;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import dev.grapevine.runtime.Environment;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One member of a simulated cluster over all its lives. */
final class SimulatedNode {

    /** 2020-01-01: when every simulation begins. */
    static final long FIRST_MILLIS = 1_577_836_800_000L;

    private final SimulatedHost host;
    private final SimulatedNetwork network;
    private final SimulatedClusterBuilder config;
    private final MemberId id;
    private final long skew;
    private int lives;
    private long epoch;
    private boolean running;
    private @Nullable Grapevine grapevine;

    SimulatedNode(SimulatedHost host, SimulatedNetwork network, SimulatedClusterBuilder config) {
        this.host = host;
        this.network = network;
        this.config = config;
        SimulationRandom random = SimulationRandom.derive(config.seed, "node " + host.index());
        this.id = new MemberId(random.nextLong(), random.nextLong());
        this.skew = random.nextLong(config.clockSkew.toMillis() + 1);
    }

    static long wallMillis(SimulationScheduler scheduler, long skew) {
        return FIRST_MILLIS + scheduler.now(TimeUnit.MILLISECONDS) + skew;
    }

    /** Begins a life: a new process at the same address, with a higher epoch. */
    Grapevine start(List<String> seeds, ClusterObserver observer) {
        if (lives > 0) {
            host.reborn(network.scheduler().process("node " + host.index()));
        }
        lives++;
        SimulationScheduler scheduler = network.scheduler();
        epoch = Math.max(epoch + 1, wallMillis(scheduler, skew));
        running = true;
        Environment environment = new Environment(
                host.process().parallel(),
                scheduler::nanos,
                () -> wallMillis(scheduler, skew),
                SimulationRandom.derive(config.seed, "chance of node " + host.index() + " in life " + lives));
        Grapevine started = Grapevine.builder("simulated")
                .name("node-" + host.index())
                .bind(host.address().toString())
                .seeds(seeds)
                .memberId(id)
                .epoch(epoch)
                .settings(config.settings)
                .observer(observer)
                .transport(new SimulatedTransport(network, host))
                .environment(environment)
                .build();
        grapevine = started;
        started.start().subscribe(joined -> {}, network::broken);
        return started;
    }

    Grapevine grapevine() {
        if (grapevine == null) {
            throw new IllegalStateException("Node " + host.index() + " was never started");
        }
        return grapevine;
    }

    boolean isRunning() {
        return running;
    }

    /** The present life, or the last one. */
    Origin origin() {
        return new Origin(id, epoch);
    }

    MemberId id() {
        return id;
    }

    /** For people and as a key of checkers. */
    String life() {
        return "node " + host.index() + (lives > 1 ? " in life " + lives : "");
    }

    SimulatedHost host() {
        return host;
    }

    void ended() {
        running = false;
    }
}
