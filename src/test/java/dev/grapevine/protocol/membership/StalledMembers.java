package dev.grapevine.protocol.membership;

import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.membership.ClusterHarness.Change;
import dev.grapevine.protocol.membership.ClusterHarness.Node;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Lifeguard's experiment (Dadgar, Phillips, Currey 2018, section V): of n members, C stall at the same moments, for D
 * each time with I between; what the others and they themselves make of it.
 */
final class StalledMembers {

    /** What happens to a member while it stalls. */
    enum Anomaly {
        /** Its process stands still, timers too (SIGSTOP, a long collection). */
        PROCESS,
        /** Its sends and receives block while its timers run (the paper's). */
        IO
    }

    /** Which protocol watches. */
    record Watch(String name, MembershipSettings settings, Set<Refinement> refinements) {
        /** As shipped. */
        static final Watch GRAPEVINE = new Watch("Grapevine", MembershipSettings.DEFAULT, Refinement.all());

        /** The paper's baseline: alpha 5, beta 1. */
        static final Watch PLAIN_SWIM = new Watch(
                "plain SWIM",
                MembershipSettings.DEFAULT.withSuspicionMultiplier(5).withSuspicionMaxMultiplier(1),
                Refinement.none());
    }

    /**
     * What a run showed.
     *
     * @param falsePositives removals of healthy members, each observer's counted
     * @param atHealthy those of them at observers that are healthy themselves
     * @param frames frames sent by all
     * @param firstDetections nanoseconds from the first stall until a healthy observer removed a stalled member, for each
     * @param disseminations nanoseconds from the first stall until every healthy observer had removed a stalled member
     */
    record Outcome(
            long falsePositives, long atHealthy, long frames, List<Long> firstDetections, List<Long> disseminations) {

        static Outcome none() {
            return new Outcome(0, 0, 0, new ArrayList<>(), new ArrayList<>());
        }

        Outcome withoutDetections() {
            return new Outcome(falsePositives, atHealthy, frames, List.of(), List.of());
        }

        Outcome plus(Outcome other) {
            List<Long> first = new ArrayList<>(firstDetections);
            first.addAll(other.firstDetections);
            List<Long> all = new ArrayList<>(disseminations);
            all.addAll(other.disseminations);
            return new Outcome(
                    falsePositives + other.falsePositives,
                    atHealthy + other.atHealthy,
                    frames + other.frames,
                    first,
                    all);
        }
    }

    /** The paper's 15 s in which the members settle. */
    private static final Duration SETTLING = Duration.ofSeconds(15);

    private StalledMembers() {}

    /** Cycles of D stalled and I not, until the length is over and the last cycle complete; detections are of the first. */
    static Outcome cycles(
            Watch watch, Anomaly anomaly, int n, int stalling, Duration d, Duration i, Duration length, long seed) {
        ClusterHarness cluster = settled(watch, n, seed);
        List<Node> members = new ArrayList<>(cluster.nodes);
        Collections.shuffle(members, new Random(cluster.random.nextLong()));
        List<Node> slow = members.subList(0, stalling);
        long began = cluster.clock();
        Outcome detected = null;
        while (cluster.clock() - began < length.toNanos()) {
            slow.forEach(node -> stall(node, anomaly, d));
            cluster.run(d);
            detected = detected == null ? detections(cluster, slow, began) : detected;
            cluster.run(i);
        }
        return outcome(cluster, slow).plus(detected);
    }

    private static ClusterHarness settled(Watch watch, int n, long seed) {
        ClusterHarness cluster = new ClusterHarness(seed, watch.settings(), watch.refinements());
        cluster.startMesh(n);
        cluster.run(
                SETTLING.plusNanos(cluster.random.nextLong(Duration.ofSeconds(1).toNanos())));
        cluster.changes.clear();
        cluster.framesSent = 0;
        return cluster;
    }

    private static void stall(Node node, Anomaly anomaly, Duration time) {
        if (anomaly == Anomaly.PROCESS) {
            node.stall(time);
        } else {
            node.block(time);
        }
    }

    private static Outcome outcome(ClusterHarness cluster, List<Node> slow) {
        TreeSet<Origin> slowOnes = origins(slow);
        long falsePositives = 0;
        long atHealthy = 0;
        for (Change change : cluster.changes) {
            if (change.status() == MemberStatus.DEAD && !slowOnes.contains(change.subject())) {
                falsePositives++;
                atHealthy += slowOnes.contains(change.observer().origin()) ? 0 : 1;
            }
        }
        return new Outcome(falsePositives, atHealthy, cluster.framesSent, List.of(), List.of());
    }

    private static Outcome detections(ClusterHarness cluster, List<Node> slow, long began) {
        TreeSet<Origin> slowOnes = origins(slow);
        TreeMap<Origin, List<Long>> removals = new TreeMap<>();
        for (Change change : cluster.changes) {
            if (change.status() == MemberStatus.DEAD
                    && slowOnes.contains(change.subject())
                    && !slowOnes.contains(change.observer().origin())) {
                removals.computeIfAbsent(change.subject(), subject -> new ArrayList<>())
                        .add(change.at() - began);
            }
        }
        Outcome outcome = Outcome.none();
        int healthy = cluster.nodes.size() - slow.size();
        for (List<Long> times : removals.values()) {
            outcome.firstDetections().add(times.get(0));
            if (times.size() >= healthy) {
                outcome.disseminations().add(times.get(healthy - 1));
            }
        }
        return outcome;
    }

    private static TreeSet<Origin> origins(List<Node> nodes) {
        TreeSet<Origin> origins = new TreeSet<>();
        nodes.forEach(node -> origins.add(node.origin()));
        return origins;
    }
}
