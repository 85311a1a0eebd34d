package dev.grapevine.simulation;

import dev.grapevine.Grapevine;
import dev.grapevine.membership.Origin;
import dev.grapevine.runtime.Environment;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A member of a simulated cluster as a whole node, pipelines and all. */
final class SimulatedNode extends SimulatedMember {

    private final SimulatedClusterBuilder config;
    private @Nullable Grapevine grapevine;

    SimulatedNode(SimulationContext context, SimulatedHost host, SimulatedClusterBuilder config) {
        super(context, host, config.clockSkew.toMillis());
        this.config = config;
    }

    Grapevine start(List<String> seeds) {
        beginLife();
        ClusterObserver observer = new ClusterObserver(
                (kind, content) -> context().trace(index(), kind, content),
                (member, status) -> context().members().changed(this, member, status),
                config.observers.apply(index()));
        Environment environment = new Environment(
                host().process().parallel(),
                host().process().parallel(),
                host().process().parallel(),
                context().scheduler()::nanos,
                this::wallMillis,
                chance());
        Grapevine started = Grapevine.builder("simulated")
                .name("node-" + index())
                .bind(host().address().toString())
                .seeds(seeds)
                .memberId(id())
                .epoch(origin().epoch())
                .settings(config.settings)
                .observer(observer)
                .transport(new SimulatedTransport(context().network(), host()))
                .environment(environment)
                .build();
        grapevine = started;
        started.start().subscribe(joined -> {}, context().network()::broken);
        return started;
    }

    Grapevine grapevine() {
        if (grapevine == null) {
            throw new IllegalStateException("Node " + index() + " was never started");
        }
        return grapevine;
    }

    SortedSet<Origin> view() {
        SortedSet<Origin> seen = new TreeSet<>();
        grapevine().members().forEach(member -> seen.add(member.origin()));
        return seen;
    }
}
