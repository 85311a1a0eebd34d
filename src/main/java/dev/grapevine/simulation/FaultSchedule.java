package dev.grapevine.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Faults at their times: written by hand, or drawn from a seed.
 *
 * <pre>{@code
 * FaultSchedule script = new FaultSchedule()
 *     .at(Duration.ofSeconds(2), faults -> faults.crash(0))
 *     .at(Duration.ofSeconds(5), faults -> faults.restart(0));
 * cluster.play(script);
 * }</pre>
 */
public final class FaultSchedule {

    private final List<Step> steps = new ArrayList<>();

    /** An empty schedule. */
    public FaultSchedule() {}

    /**
     * Adds a step.
     *
     * @param after how long after the schedule is played
     * @param fault what to do
     * @return this
     */
    public FaultSchedule at(Duration after, Consumer<Faults> fault) {
        steps.add(new Step(after, fault));
        return this;
    }

    /**
     * Draws a schedule: one of each kind asked for, at random moments, to random members, for random spans.
     *
     * @param seed the same seed gives the same schedule
     * @param members how many members there are, at least 2
     * @param length within what time everything begins and, except for a crash without restart, ends
     * @param kinds what may happen
     * @return the schedule
     */
    public static FaultSchedule random(long seed, int members, Duration length, Set<Kind> kinds) {
        FaultSchedule schedule = new FaultSchedule();
        SimulationRandom random = SimulationRandom.derive(seed, "faults");
        for (Kind kind : Kind.values()) {
            if (kinds.contains(kind)) {
                schedule.draw(kind, random, members, length);
            }
        }
        return schedule;
    }

    private void draw(Kind kind, SimulationRandom random, int members, Duration length) {
        long from = random.nextLong(length.toNanos() * 3 / 4);
        Duration begin = Duration.ofNanos(from);
        Duration end = Duration.ofNanos(random.nextLong(from, length.toNanos()) + 1);
        int victim = random.nextInt(members);
        double probability = random.nextInt(1, 16) / 100.0;
        switch (kind) {
            case LOSS -> at(begin, faults -> faults.loss(probability)).at(end, faults -> faults.loss(0));
            case DUPLICATION ->
                at(begin, faults -> faults.duplication(probability)).at(end, faults -> faults.duplication(0));
            case REORDERING ->
                at(begin, faults -> faults.reordering(probability)).at(end, faults -> faults.reordering(0));
            case PARTITION -> split(random, members, begin, end, false);
            case ONE_WAY_PARTITION -> split(random, members, begin, end, true);
            case STALL -> at(begin, faults -> faults.stall(victim, end.minus(begin)));
            case CRASH -> at(begin, faults -> faults.crash(victim));
            case RESTART -> at(begin, faults -> faults.crash(victim)).at(end, faults -> faults.restart(victim));
        }
    }

    private void split(SimulationRandom random, int members, Duration begin, Duration end, boolean oneWay) {
        TreeSet<Integer> one = new TreeSet<>();
        TreeSet<Integer> other = new TreeSet<>();
        int first = random.nextInt(members);
        for (int node = 0; node < members; node++) {
            boolean chosen = node == first || (node != (first + 1) % members && random.nextBoolean());
            (chosen ? one : other).add(node);
        }
        Partition[] made = new Partition[1];
        at(begin, faults -> made[0] = oneWay ? faults.partitionOneWay(one, other) : faults.partition(one, other));
        at(end, faults -> made[0].heal());
    }

    /** Gives each step to the scheduler. */
    void play(SimulationScheduler scheduler, Faults faults) {
        for (Step step : steps) {
            scheduler.schedule(() -> step.fault().accept(faults), step.after().toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /** What a drawn schedule may hold. */
    public enum Kind {
        /** Some frames are lost, 1 to 15 %. */
        LOSS,
        /** Some wire frames arrive twice, 1 to 15 %. */
        DUPLICATION,
        /** Some wire frames are overtaken, 1 to 15 %. */
        REORDERING,
        /** The members fall into two groups that do not hear each other. */
        PARTITION,
        /** A group does not hear the other one, which hears it. */
        ONE_WAY_PARTITION,
        /** A member's process is stopped and goes on. */
        STALL,
        /** A member's process is killed for good. */
        CRASH,
        /** A member's process is killed and started anew. */
        RESTART
    }

    private record Step(Duration after, Consumer<Faults> fault) {}
}
