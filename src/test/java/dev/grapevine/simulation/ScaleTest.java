package dev.grapevine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import dev.grapevine.observe.GrapevineObserver;
import java.time.Duration;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** More whole nodes than a full mesh may have; {@code ScaleBenchmark} does the same with 1,000. */
class ScaleTest {

    private static final int MEMBERS = 300;
    private static final int KILLED = MEMBERS / 20;

    private final TreeSet<Origin> running = new TreeSet<>();
    private int falseRemovals;
    private int deaths;

    private final GrapevineObserver watcher = new GrapevineObserver() {
        @Override
        public void memberChanged(Member member, MemberStatus status) {
            falseRemovals += !status.isPresent() && running.contains(member.origin()) ? 1 : 0;
            deaths += status == MemberStatus.DEAD ? 1 : 0;
        }
    };

    private boolean isAgreedBy(SimulatedCluster cluster, int node) {
        Set<Member> members = Set.copyOf(cluster.node(node).members());
        return members.size() == running.size()
                && members.stream().allMatch(member -> running.contains(member.origin()));
    }

    private boolean allAgree(SimulatedCluster cluster) {
        return IntStream.range(0, MEMBERS).filter(cluster::isRunning).allMatch(node -> isAgreedBy(cluster, node));
    }

    @Test
    void threeHundredWholeNodesAgreeAndOfFifteenKilledAtOnceAllOthersSoonKnow() {
        long seed = 1;
        SimulatedCluster cluster = SimulatedCluster.builder()
                .members(MEMBERS)
                .seed(seed)
                .observers(node -> watcher)
                .start();
        IntStream.range(0, MEMBERS).forEach(node -> running.add(cluster.origin(node)));
        awaitAgreement(cluster, Duration.ofSeconds(5), seed);
        cluster.advance(Duration.ofSeconds(2));
        assertThat(deaths).as("seed %d", seed).isZero();

        SplittableRandom random = new SplittableRandom(seed);
        random.ints(0, MEMBERS).distinct().limit(KILLED).forEach(victim -> {
            running.remove(cluster.origin(victim));
            cluster.crash(victim);
        });
        awaitAgreement(cluster, Duration.ofSeconds(2), seed);
        cluster.advance(Duration.ofSeconds(2));
        assertThat(allAgree(cluster)).as("seed %d", seed).isTrue();
        assertThat(falseRemovals).as("seed %d", seed).isZero();
        assertThat(deaths)
                .as("seed %d: each death is told of once to each survivor", seed)
                .isEqualTo(KILLED * (MEMBERS - KILLED));
    }

    private void awaitAgreement(SimulatedCluster cluster, Duration deadline, long seed) {
        Duration end = cluster.time().plus(deadline);
        while (!allAgree(cluster)) {
            cluster.advance(Duration.ofMillis(100));
            assertThat(cluster.time()).as("seed %d", seed).isLessThan(end);
        }
    }
}
