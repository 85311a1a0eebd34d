package dev.grapevine.simulation;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.Address;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.NodeSettings;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Input;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.transport.LinkLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A cluster of protocol cores without their pipelines, over the same network and with the same faults as {@link
 * SimulatedCluster}: less faithful, and fast enough for thousands of seeds. It runs a random workload under a schedule of
 * faults, checks every promise after each step, heals, and demands convergence.
 */
public final class CoreSimulation {

    private static final int SEEDS = 3;
    private static final Duration MEAN_PAUSE = Duration.ofMillis(60);

    private final SimulationContext context;
    private final Faults faults;
    private final List<CoreNode> nodes = new ArrayList<>();
    private final List<Address> seeds = new ArrayList<>();
    private final Workload workload;
    private final Map<ProtocolEvent, Long> noted = new EnumMap<>(ProtocolEvent.class);

    /**
     * A cluster whose members start at once when time passes.
     *
     * @param seed what all chance comes from
     * @param members how many, at least 1
     * @param settings of every core
     * @param replay how a failure can be seen again: shown with it
     */
    public CoreSimulation(long seed, int members, NodeSettings settings, String replay) {
        this.context = new SimulationContext(seed, replay, LinkLimits.DEFAULT, FrameCarrier.BY_REFERENCE);
        this.faults = new Faults(context.network(), context.log(), new Lives());
        this.workload = new Workload(new Target());
        for (int i = 0; i < members; i++) {
            CoreNode node = new CoreNode(context, context.addHost(), settings, this::told);
            nodes.add(node);
            context.members().add(node);
            if (i < SEEDS) {
                seeds.add(node.host().address());
            }
        }
        nodes.forEach(node -> node.start(seeds));
    }

    /**
     * Runs the workload under the faults, heals, and waits for convergence.
     *
     * @param schedule the faults
     * @param length for how long the workload lasts
     * @param deadline how long convergence may take after the heal
     * @throws SimulationFailure if a promise was broken, or the members do not converge in time
     */
    public void run(FaultSchedule schedule, Duration length, Duration deadline) {
        schedule.play(context.scheduler(), faults);
        workload.plan(length, MEAN_PAUSE);
        context.runUntil(() -> false, length);
        faults.heal();
        workload.converge(deadline);
    }

    /**
     * A hash over every step that could be observed.
     *
     * @return the hash; the same for the same seed in each process and on each JDK
     */
    public long traceHash() {
        return context.traceHash();
    }

    /**
     * Virtual time since the beginning.
     *
     * @return the time
     */
    public Duration time() {
        return Duration.ofNanos(context.scheduler().nanos());
    }

    /**
     * How much the workload did.
     *
     * @return publications, writes and removals
     */
    public int operations() {
        return workload.operations();
    }

    /**
     * How often a core did or saw something, over all members: what a run really went through.
     *
     * @param event what
     * @return how often
     */
    public long noted(ProtocolEvent event) {
        return noted.getOrDefault(event, 0L);
    }

    /**
     * How often a member declared another dead that was running.
     *
     * @return the number
     */
    public long removedAlive() {
        return context.members().removedAlive();
    }

    private void told(CoreNode node, Effect effect) {
        int index = node.index();
        if (effect instanceof Effect.Noted happened) {
            noted.merge(happened.event(), happened.count(), Long::sum);
        }
        if (effect instanceof Effect.Rejected rejected && rejected.reason() == RejectReason.MISBEHAVED) {
            context.violations()
                    .accept(node.life() + " closes the link of " + rejected.peer() + ", which " + rejected.detail()
                            + ", and nobody here does wrong");
        }
        if (effect instanceof Effect.MemberChanged changed) {
            context.trace(index, "member", changed.member() + " " + changed.status());
            context.members().changed(node, changed.member(), changed.status());
        } else if (effect instanceof Effect.Deliver deliver) {
            deliver(node, deliver);
        } else if (effect instanceof Effect.Gap gap) {
            context.trace(index, "gap", gap.toString());
            workload.deliveries().gap(node.life(), gap.topic(), gap.origin().toString(), gap.from(), gap.to());
        } else if (effect instanceof Effect.StoreChanged changed) {
            Bytes value = changed.value();
            String text = value == null ? null : value.utf8();
            context.trace(index, "store", changed.store() + " " + changed.key().utf8() + "=" + text);
            workload.entries().sees(node.life(), changed.store(), changed.key().utf8(), text);
        } else {
            context.trace(index, effect.getClass().getSimpleName(), effect.toString());
        }
    }

    private void deliver(CoreNode node, Effect.Deliver deliver) {
        long sequence = deliver.first();
        for (Bytes payload : deliver.payloads()) {
            context.trace(node.index(), "message", deliver.origin() + " " + sequence + " " + payload.utf8());
            workload.deliveries()
                    .message(node.life(), deliver.topic(), deliver.origin().toString(), sequence, payload.utf8());
            sequence++;
        }
    }

    private final class Lives implements NodeControl {

        @Override
        public boolean isRunning(int node) {
            return nodes.get(node).isRunning();
        }

        @Override
        public void crash(int node) {
            nodes.get(node).endLife();
            context.network().crash(nodes.get(node).host());
        }

        @Override
        public void restart(int node) {
            nodes.get(node).start(seeds);
        }
    }

    /** The workload acts on a node's own thread, so that a stalled one acts when it resumes. */
    private final class Target implements WorkloadTarget {

        @Override
        public SimulationContext context() {
            return context;
        }

        @Override
        public int size() {
            return nodes.size();
        }

        @Override
        public boolean isRunning(int node) {
            return nodes.get(node).isRunning();
        }

        @Override
        public String life(int node) {
            return nodes.get(node).life();
        }

        @Override
        public Origin origin(int node) {
            return nodes.get(node).origin();
        }

        @Override
        public void publish(int node, String stream, String value) {
            step(node, new Input.Publish(stream, List.of(Bytes.utf8(value))), () -> {});
        }

        @Override
        public void write(int node, String store, String key, @Nullable String value, Runnable applied) {
            Bytes bytes = value == null ? null : Bytes.utf8(value);
            step(node, new Input.Write(store, Bytes.utf8(key), bytes), applied);
        }

        private void step(int node, Input input, Runnable after) {
            nodes.get(node).host().thread().schedule(() -> {
                nodes.get(node).step(input);
                after.run();
            });
        }

        @Override
        public @Nullable String read(int node, String store, String key) {
            return entries(node, store).get(key);
        }

        @Override
        public SortedMap<String, String> entries(int node, String store) {
            SortedMap<String, String> entries = new TreeMap<>();
            nodes.get(node).core().forEachEntry(store, (key, value) -> entries.put(key.utf8(), value.utf8()));
            return entries;
        }

        @Override
        public @Nullable String membershipDifference() {
            return MembershipWatch.difference(
                    nodes, node -> new TreeSet<>(node.core().present().keySet()));
        }
    }
}
