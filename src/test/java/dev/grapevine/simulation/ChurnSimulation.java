package dev.grapevine.simulation;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.Address;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.NodeCore;
import dev.grapevine.protocol.NodeSettings;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Input;
import dev.grapevine.transport.LinkLimits;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * Members that come and go for hours, as cores alone in virtual time: a rolling deployment now and then, in which every
 * member is replaced, and crashes in between. Who is replaced leaves or is killed, and comes back with its id at its
 * address, with its id at another address, or as somebody else. Three seeds keep their addresses, and a tenth of the
 * members are veterans that run all the time, so that what gathers in a member has time to.
 */
final class ChurnSimulation {

    /**
     * The defaults, but for how long the dead are remembered and dialled, and for what makes a day shorter to simulate:
     * seldom ticks and digests, and a log of operations that is full early.
     *
     * @param slower by how much the intervals of membership are stretched
     */
    static NodeSettings settings(Duration retention, int slower) {
        return NodeSettings.DEFAULT
                .withMembership(swim -> swim.withDeadRetention(retention)
                        .withProbeInterval(swim.probeInterval().multipliedBy(slower))
                        .withProbeTimeout(swim.probeTimeout().multipliedBy(slower))
                        .withGossipInterval(swim.gossipInterval().multipliedBy(slower)))
                .withTickInterval(Duration.ofMillis(250L * slower))
                .withOverlay(overlay -> overlay.withLostRetention(retention))
                .withDissemination(topics -> topics.withRetainedBytes(512)
                        .withDigestInterval(Duration.ofSeconds(5))
                        .withIdleDigestInterval(Duration.ofMinutes(1)))
                .withAntiEntropy(stores -> stores.withLogBytes(1024)
                        .withSyncInterval(Duration.ofSeconds(10))
                        .withMaxSyncInterval(Duration.ofMinutes(1)));
    }

    /** How it comes and goes. */
    record Plan(
            long seed,
            int members,
            NodeSettings settings,
            Duration deployEvery,
            Duration deployPause,
            Duration crashEvery,
            Duration publishEvery,
            Duration writeEvery,
            boolean allWrite) {

        /** A change of membership every 20 to 30 seconds on average in a cluster of a hundred. */
        static Plan of(long seed, int members, NodeSettings settings) {
            return new Plan(
                    seed,
                    members,
                    settings,
                    Duration.ofHours(2),
                    Duration.ofSeconds(12),
                    Duration.ofMinutes(2),
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(30),
                    false);
        }

        /** With deployments more often or less. */
        Plan with(Duration every, Duration pause) {
            return new Plan(seed, members, settings, every, pause, crashEvery, publishEvery, writeEvery, allWrite);
        }
    }

    private static final int SEEDS = 3;
    private static final String TOPIC = Workload.TOPICS.get(0);
    private static final String STORE = Workload.STORES.get(0);
    private static final int KEYS = 10;

    private final Plan plan;
    private final SimulationContext context;
    private final SimulationRandom random;
    private final Faults faults;
    private final CoreNode[] slots;
    private final List<CoreNode> occupants = new ArrayList<>();
    private final Deque<SimulatedHost> free = new ArrayDeque<>();
    private final List<Address> seeds = new ArrayList<>();
    private final TreeMap<Origin, Long> over = new TreeMap<>();
    private final boolean[] away;
    private int strangers;
    private long lives;
    private long ends;
    private long longestGhost;

    ChurnSimulation(Plan plan, String replay) {
        this.plan = plan;
        this.context = new SimulationContext(plan.seed(), replay, LinkLimits.DEFAULT, FrameCarrier.BY_REFERENCE);
        this.random = SimulationRandom.derive(plan.seed(), "churn");
        this.faults = new Faults(context.network(), context.log(), new Lives());
        this.slots = new CoreNode[plan.members()];
        this.away = new boolean[plan.members()];
        for (int i = 0; i < 2 * plan.members(); i++) {
            SimulatedHost host = context.addHost();
            occupants.add(null);
            if (i < SEEDS) {
                seeds.add(host.address());
            }
            if (i < plan.members()) {
                slots[i] = new CoreNode(context, host, plan.settings(), this::told);
            } else {
                free.add(host);
            }
        }
        for (CoreNode node : slots) {
            start(node);
        }
        every(plan.publishEvery(), this::publish);
        every(plan.writeEvery(), this::write);
        every(plan.crashEvery(), () -> replace(any(), false));
        every(Duration.ofSeconds(10), this::lookForGhosts);
        context.scheduler()
                .schedulePeriodically(
                        this::deploy,
                        plan.deployEvery().toNanos() / 4,
                        plan.deployEvery().toNanos(),
                        TimeUnit.NANOSECONDS);
    }

    private void every(Duration mean, Runnable action) {
        context.scheduler()
                .schedule(
                        () -> {
                            action.run();
                            every(mean, action);
                        },
                        random.nextLong(2 * mean.toNanos()),
                        TimeUnit.NANOSECONDS);
    }

    private void start(CoreNode node) {
        lives++;
        occupants.set(node.index(), node);
        context.members().add(node);
        node.start(seeds);
    }

    private int any() {
        return random.nextInt(plan.members());
    }

    private boolean isVeteran(int slot) {
        return slot >= SEEDS && slot < SEEDS + plan.members() / 10;
    }

    private void deploy() {
        for (int i = 0; i < plan.members(); i++) {
            int slot = i;
            context.scheduler()
                    .schedule(
                            () -> replace(slot, random.nextInt(5) > 0),
                            i * plan.deployPause().toNanos(),
                            TimeUnit.NANOSECONDS);
        }
    }

    private void replace(int slot, boolean inGoodOrder) {
        CoreNode node = slots[slot];
        if (away[slot] || isVeteran(slot)) {
            return;
        }
        away[slot] = true;
        if (inGoodOrder) {
            node.host().thread().schedule(() -> node.step(new Input.Leave()));
        } else {
            faults.crash(node.index());
            returnLater(slot);
        }
    }

    private void told(CoreNode node, Effect effect) {
        if (effect instanceof Effect.MemberChanged changed) {
            context.members().changed(node, changed.member(), changed.status());
        } else if (effect instanceof Effect.LeaveConfirmed) {
            node.host().thread().schedule(() -> exit(node));
        }
    }

    private void exit(CoreNode node) {
        node.host().shut();
        List.copyOf(node.host().ends()).forEach(ConnectionEnd::close);
        end(node);
        for (int slot = 0; slot < slots.length; slot++) {
            if (slots[slot] == node) {
                returnLater(slot);
            }
        }
    }

    private void end(CoreNode node) {
        ends++;
        over.put(node.origin(), context.scheduler().nanos());
        node.endLife();
        context.network().crash(node.host());
    }

    private void returnLater(int slot) {
        long pause = 1_000_000_000L + random.nextLong(20_000_000_000L);
        context.scheduler().schedule(() -> comeBack(slot), pause, TimeUnit.NANOSECONDS);
    }

    private void comeBack(int slot) {
        CoreNode node = slots[slot];
        int kind = random.nextInt(3);
        if (kind > 0 && slot >= SEEDS) {
            free.addLast(node.host());
            occupants.set(node.index(), null);
            node.moveTo(free.removeFirst());
        }
        if (kind == 2) {
            context.members().forget(node.life());
            slots[slot] = new CoreNode(context, node.host(), "stranger " + ++strangers, plan.settings(), this::told);
        }
        away[slot] = false;
        occupants.set(slots[slot].index(), slots[slot]);
        faults.restart(slots[slot].index());
    }

    private void publish() {
        CoreNode node = slots[any()];
        if (node.isRunning()) {
            step(
                    node,
                    new Input.Publish(
                            TOPIC,
                            List.of(Bytes.utf8("at " + context.scheduler().nanos()))));
        }
    }

    private void write() {
        int writers = plan.allWrite() ? plan.members() : SEEDS + plan.members() / 10;
        int slot = random.nextInt(writers);
        if (slots[slot].isRunning() && (plan.allWrite() || isVeteran(slot))) {
            Bytes key = Bytes.utf8("key-" + random.nextInt(KEYS));
            step(
                    slots[slot],
                    new Input.Write(
                            STORE, key, Bytes.utf8("at " + context.scheduler().nanos())));
        }
    }

    private static void step(CoreNode node, Input input) {
        node.host().thread().schedule(() -> node.step(input));
    }

    /** Who of those that are gone still stands in a view, and since when it is gone. */
    private void lookForGhosts() {
        long now = context.scheduler().nanos();
        over.values().removeIf(end -> now - end > Duration.ofHours(30).toNanos());
        for (CoreNode node : running()) {
            for (Origin origin : node.core().present().keySet()) {
                Long end = over.get(origin);
                longestGhost = Math.max(longestGhost, end == null ? 0 : now - end);
            }
        }
    }

    List<CoreNode> running() {
        List<CoreNode> running = new ArrayList<>();
        for (CoreNode node : slots) {
            if (node.isRunning()) {
                running.add(node);
            }
        }
        return running;
    }

    void advance(Duration time) {
        context.runUntil(() -> false, time);
    }

    /** No more changes, and all agree. */
    boolean settles(Duration deadline) {
        for (int slot = 0; slot < away.length; slot++) {
            away[slot] = true;
        }
        advance(Duration.ofSeconds(40));
        return context.runUntil(() -> difference() == null, deadline);
    }

    private String difference() {
        return MembershipWatch.difference(
                List.of(slots), node -> new TreeSet<>(node.core().present().keySet()));
    }

    Duration longestGhost() {
        return Duration.ofNanos(longestGhost);
    }

    /** How often a member was removed that was running. */
    long removedAlive() {
        return context.members().removedAlive();
    }

    long changes() {
        return lives + ends;
    }

    /** How many lives ended within a time before now. */
    long endedWithin(Duration time) {
        long since = context.scheduler().nanos() - time.toNanos();
        return over.values().stream().filter(end -> end >= since).count();
    }

    long batches() {
        return context.network().batches();
    }

    /** Sizes in all running cores together. */
    SortedMap<String, Long> coreSizes() {
        TreeMap<String, Long> all = new TreeMap<>();
        for (CoreNode node : running()) {
            sizes(node.core()).forEach((path, size) -> all.merge(path, size, Long::sum));
        }
        return all;
    }

    /** The greatest size in any running core. */
    SortedMap<String, Long> greatestCoreSizes() {
        TreeMap<String, Long> all = new TreeMap<>();
        for (CoreNode node : running()) {
            sizes(node.core()).forEach((path, size) -> all.merge(path, size, Math::max));
        }
        return all;
    }

    static Map<String, Long> sizes(NodeCore core) {
        return ObjectGraph.sizes(core, SimulationRandom.class);
    }

    /** Sizes in the whole simulation: cores, connections, what is on its way, tasks. */
    SortedMap<String, Long> allSizes() {
        return ObjectGraph.sizes(this);
    }

    private final class Lives implements NodeControl {

        @Override
        public boolean isRunning(int node) {
            CoreNode occupant = occupants.get(node);
            return occupant != null && occupant.isRunning();
        }

        @Override
        public void crash(int node) {
            end(occupants.get(node));
        }

        @Override
        public void restart(int node) {
            start(occupants.get(node));
        }
    }
}
