package dev.grapevine.protocol;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.CoreNetwork.Change;
import dev.grapevine.protocol.CoreNetwork.Node;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Thousands of members made of whole cores, of which nobody keeps the history: they start, some are killed, a split heals.
 * What is asked is when all running members see exactly the running members, and whether anybody healthy was removed.
 */
public final class CoreScale {

    private static final Duration STEP = Duration.ofMillis(100);
    private static final Address[] SEEDS = {CoreNetwork.address(0), CoreNetwork.address(1), CoreNetwork.address(2)};

    private final CoreNetwork network;
    private final TreeSet<Origin> killed = new TreeSet<>();
    private boolean isSplit;
    private long falseRemovals;

    /**
     * Starts members, all with the first three as their seeds, which start at once.
     *
     * @param members how many
     * @param within how long it takes until the last has started, each at a moment of its own, which has passed when this
     *     returns; zero for all at once
     * @param seed of all chance
     * @param settings of every core
     */
    public CoreScale(int members, Duration within, long seed, NodeSettings settings) {
        this.network = new CoreNetwork(seed, settings, this::changed);
        if (within.isZero()) {
            network.start(members, SEEDS);
        } else {
            network.start(SEEDS.length, SEEDS);
            network.startWithin(within, members - SEEDS.length, SEEDS);
            network.run(within);
        }
    }

    private void changed(Change change) {
        if (!change.status().isPresent() && !isSplit && !killed.contains(change.subject())) {
            falseRemovals++;
        }
    }

    /**
     * Lets time pass until all running members agree on exactly those that run.
     *
     * @param deadline how long that may take
     * @return how long it took
     */
    public Duration awaitAgreement(Duration deadline) {
        return await(network.running(), deadline);
    }

    private Duration await(List<Node> members, Duration deadline) {
        long begun = network.clock();
        while (!CoreNetwork.agree(members)) {
            network.run(STEP);
            if (network.clock() - begun > deadline.toNanos()) {
                throw new AssertionError(
                        CoreNetwork.disagreeing(members) + " of " + members.size() + " do not agree after " + deadline);
            }
        }
        return Duration.ofNanos(network.clock() - begun);
    }

    /**
     * Lets time pass.
     *
     * @param duration how much
     */
    public void run(Duration duration) {
        network.run(duration);
    }

    /**
     * Kills so many members at the same instant, drawn at random.
     *
     * @param count how many
     */
    public void kill(int count) {
        List<Node> running = new ArrayList<>(network.running());
        for (int i = 0; i < count; i++) {
            Node victim = running.remove(network.random.nextInt(running.size()));
            killed.add(victim.origin());
            victim.kill();
        }
    }

    /**
     * Cuts the members into two halves until each has forgotten the other.
     *
     * @param deadline how long that may take
     * @return how long it took
     */
    public Duration split(Duration deadline) {
        List<Node> all = network.running();
        TreeSet<Integer> half = new TreeSet<>();
        all.subList(0, all.size() / 2).forEach(node -> half.add(node.number));
        isSplit = true;
        network.cut((a, b) -> half.contains(a.number) && !half.contains(b.number));
        Duration one = await(all.subList(0, all.size() / 2), deadline);
        return one.plus(await(all.subList(all.size() / 2, all.size()), deadline));
    }

    /**
     * Heals the split and lets time pass until all agree again.
     *
     * @param deadline how long that may take
     * @return how long it took
     */
    public Duration merge(Duration deadline) {
        network.heal();
        Duration merged = awaitAgreement(deadline);
        isSplit = false;
        return merged;
    }

    /**
     * How often a member was declared dead, or said to have left, that runs: each observer's counted.
     *
     * @return the number, without what was said while there was a split
     */
    public long falseRemovals() {
        return falseRemovals;
    }
}
