package dev.grapevine.simulation;

import dev.grapevine.Grapevine;
import dev.grapevine.membership.Origin;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A cluster of real nodes in one thread and in virtual time, over a network that can be broken.
 *
 * <pre>{@code
 * SimulatedCluster cluster = SimulatedCluster.builder().members(5).seed(42).start();
 * cluster.awaitMembership(Duration.ofSeconds(10));
 * cluster.crash(4);
 * cluster.advance(Duration.ofSeconds(20));
 * assertThat(cluster.node(0).members()).hasSize(4);
 * }</pre>
 *
 * <p>Nothing happens but in {@link #advance}, {@link #runUntil} and the methods that wait, on the caller's thread. After
 * each step the promises of membership are checked: nobody is declared dead without a cause, nobody rises from the dead.
 * What is broken fails the call with a {@link SimulationFailure}, which names the seed. Confined to one thread at a time.
 */
public final class SimulatedCluster {

    private static final int SEEDS = 3;

    private final SimulationContext context;
    private final Faults faults;
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final List<String> seeds = new ArrayList<>();
    private final List<BiConsumer<Integer, Grapevine>> startHooks = new ArrayList<>();

    SimulatedCluster(SimulatedClusterBuilder config) {
        FrameCarrier carrier = config.encoding ? FrameCarrier.encoding() : FrameCarrier.BY_REFERENCE;
        this.context = new SimulationContext(config.seed, config.replay, config.links, carrier);
        context.network().conditions().latency(config.latency, config.jitter);
        this.faults = new Faults(context.network(), context.log(), new Lives());
        for (int i = 0; i < config.members; i++) {
            SimulatedNode node = new SimulatedNode(context, context.addHost(), config);
            nodes.add(node);
            context.members().add(node);
            if (i < SEEDS) {
                seeds.add(node.host().address().toString());
            }
        }
        nodes.forEach(this::begin);
    }

    /**
     * Begins a cluster.
     *
     * @return a builder with every default: three members, seed 1
     */
    public static SimulatedClusterBuilder builder() {
        return new SimulatedClusterBuilder();
    }

    private void begin(SimulatedNode node) {
        Grapevine started = node.start(List.copyOf(seeds));
        startHooks.forEach(hook -> hook.accept(node.index(), started));
    }

    /**
     * How many members there are, running or not.
     *
     * @return the size
     */
    public int size() {
        return nodes.size();
    }

    /**
     * A member in its present life; after a restart another object.
     *
     * @param index from 0
     * @return the member
     */
    public Grapevine node(int index) {
        return nodes.get(index).grapevine();
    }

    /**
     * Whether a member is running: it was neither crashed nor stopped. A stalled one runs.
     *
     * @param index from 0
     * @return true if it runs
     */
    public boolean isRunning(int index) {
        return nodes.get(index).isRunning();
    }

    /**
     * The present life of a member as its peers know it.
     *
     * @param index from 0
     * @return its id and epoch
     */
    public Origin origin(int index) {
        return nodes.get(index).origin();
    }

    SimulationContext context() {
        return context;
    }

    /** Something that must never happen did: the call that lets time pass fails with it. */
    void broken(Throwable error) {
        context.network().broken(error);
    }

    String life(int index) {
        return nodes.get(index).life();
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
     * The scheduler behind the cluster, for timed operators of a test's own.
     *
     * @return the scheduler
     */
    public SimulationScheduler scheduler() {
        return context.scheduler();
    }

    /**
     * Lets time pass.
     *
     * @param duration how much
     * @throws SimulationFailure if a promise was broken meanwhile
     */
    public void advance(Duration duration) {
        runUntil(() -> false, duration);
    }

    /**
     * Lets time pass until something is so.
     *
     * @param condition asked after each step; must not change anything
     * @param deadline how much time may pass at the most
     * @return whether it became so in time
     * @throws SimulationFailure if a promise was broken meanwhile
     */
    public boolean runUntil(BooleanSupplier condition, Duration deadline) {
        return context.runUntil(condition, deadline);
    }

    /**
     * Lets time pass until every running member sees exactly the running members.
     *
     * @param deadline how much time may pass at the most
     * @throws SimulationFailure if they do not agree in time
     */
    public void awaitMembership(Duration deadline) {
        if (!runUntil(() -> membershipDifference() == null, deadline)) {
            throw failure("no agreement within " + deadline + ", " + Objects.requireNonNull(membershipDifference()));
        }
    }

    @Nullable String membershipDifference() {
        return MembershipWatch.difference(nodes, SimulatedNode::view);
    }

    /**
     * What can go wrong.
     *
     * @return the faults of this cluster
     */
    public Faults faults() {
        return faults;
    }

    /**
     * As {@link Faults#partition}.
     *
     * @param one members
     * @param other members
     * @return heals it
     */
    public Partition partition(Set<Integer> one, Set<Integer> other) {
        return faults.partition(one, other);
    }

    /**
     * As {@link Faults#partitionOneWay}.
     *
     * @param from members whose frames do not arrive
     * @param to members that do not hear them
     * @return heals it
     */
    public Partition partitionOneWay(Set<Integer> from, Set<Integer> to) {
        return faults.partitionOneWay(from, to);
    }

    /**
     * As {@link Faults#crash}.
     *
     * @param node the member
     */
    public void crash(int node) {
        faults.crash(node);
    }

    /**
     * As {@link Faults#restart}; also for a member that was stopped.
     *
     * @param node the member
     */
    public void restart(int node) {
        faults.restart(node);
    }

    /**
     * As {@link Faults#stall}.
     *
     * @param node the member
     * @param duration for how long
     */
    public void stall(int node, Duration duration) {
        faults.stall(node, duration);
    }

    /** As {@link Faults#heal}. */
    public void heal() {
        faults.heal();
    }

    /**
     * Stops a member in good order: it announces that it leaves. That takes virtual time.
     *
     * @param index from 0
     */
    public void stop(int index) {
        SimulatedNode node = nodes.get(index);
        if (node.isRunning()) {
            context.log().note(context.scheduler().nanos(), "stop node " + index);
            node.endLife();
            node.grapevine().stop().subscribe(nothing -> {}, context.network()::broken);
        }
    }

    /**
     * Plays a schedule, from now on.
     *
     * @param schedule the faults and their times
     */
    public void play(FaultSchedule schedule) {
        schedule.play(context.scheduler(), faults);
    }

    /**
     * Calls back for each life of each member: now for those that run, later for those that are restarted. For
     * subscriptions that must be there in every life.
     *
     * @param hook is given the member's number and the member
     */
    public void onStart(BiConsumer<Integer, Grapevine> hook) {
        startHooks.add(hook);
        for (SimulatedNode node : nodes) {
            if (node.isRunning()) {
                hook.accept(node.index(), node.grapevine());
            }
        }
    }

    /**
     * Reports a broken promise: the call that lets time pass fails with it after the present step. For checkers that are
     * called inside pipelines, where an exception would end a stream instead.
     *
     * @param violation what is wrong, in words
     */
    public void report(String violation) {
        context.violations().accept(violation);
    }

    /**
     * Puts something into the trace, and so into its hash.
     *
     * @param node the member's number, or -1
     * @param kind a word
     * @param content must not contain anything that differs from process to process
     */
    public void trace(int node, String kind, String content) {
        context.trace(node, kind, content);
    }

    /**
     * A hash over every step that could be observed: what was sent, received, delivered, counted and decided, where and
     * when. The same in each process and on each JDK for the same seed and the same calls.
     *
     * @return the hash
     */
    public long traceHash() {
        return context.traceHash();
    }

    /**
     * A failure of this run.
     *
     * @param problem what is wrong, in words
     * @return an error that names the seed, the faults and the last steps; to be thrown
     */
    public SimulationFailure failure(String problem) {
        return context.failure(problem);
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
            if (!nodes.get(node).host().process().isKilled()) {
                context.network().crash(nodes.get(node).host()); // it had been stopped, and was perhaps not quite done
            }
            begin(nodes.get(node));
        }
    }
}
