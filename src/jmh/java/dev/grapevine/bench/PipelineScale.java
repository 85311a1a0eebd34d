package dev.grapevine.bench;

import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import dev.grapevine.observe.GrapevineObserver;
import dev.grapevine.simulation.SimulatedCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

/** Very many whole nodes in virtual time: they start, and some are killed at once. */
final class PipelineScale {

    private static final Duration STEP = Duration.ofMillis(100);

    private final SimulatedCluster cluster;
    private final SplittableRandom random;
    private final TreeSet<Origin> healthy = new TreeSet<>();
    private long falseRemovals;

    PipelineScale(int members, int seed) {
        random = new SplittableRandom(seed);
        GrapevineObserver watcher = new GrapevineObserver() {
            @Override
            public void memberChanged(Member member, MemberStatus status) {
                falseRemovals += !status.isPresent() && healthy.contains(member.origin()) ? 1 : 0;
            }
        };
        cluster = SimulatedCluster.builder()
                .members(members)
                .seed(seed)
                .observers(node -> watcher)
                .start();
        for (int i = 0; i < members; i++) {
            healthy.add(cluster.origin(i));
        }
    }

    Duration awaitAgreement(Duration deadline) {
        Duration begun = cluster.time();
        while (!allAgree()) {
            cluster.advance(STEP);
            if (cluster.time().minus(begun).compareTo(deadline) > 0) {
                throw new AssertionError("no agreement after " + deadline);
            }
        }
        return cluster.time().minus(begun);
    }

    private boolean allAgree() {
        for (int i = 0; i < cluster.size(); i++) {
            if (cluster.isRunning(i) && !sees(i)) {
                return false;
            }
        }
        return true;
    }

    private boolean sees(int node) {
        Set<Member> members = Set.copyOf(cluster.node(node).members());
        return members.size() == healthy.size()
                && members.stream().allMatch(member -> healthy.contains(member.origin()));
    }

    Duration run(Duration duration) {
        cluster.advance(duration);
        return duration;
    }

    void kill(int count) {
        List<Integer> running = new ArrayList<>();
        for (int i = 0; i < cluster.size(); i++) {
            running.add(i);
        }
        for (int i = 0; i < count; i++) {
            int victim = running.remove(random.nextInt(running.size()));
            healthy.remove(cluster.origin(victim));
            cluster.crash(victim);
        }
    }

    long falseRemovals() {
        return falseRemovals;
    }
}
