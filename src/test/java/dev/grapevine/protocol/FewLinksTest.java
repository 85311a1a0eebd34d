package dev.grapevine.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.CoreNetwork.Change;
import dev.grapevine.protocol.CoreNetwork.Node;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What membership promises where the links are few: many more members than a full mesh may have. */
class FewLinksTest {

    private static final int MEMBERS = 400;
    private static final int ACTIVE_VIEW = 10;
    private static final NodeSettings SMALL_MESH = NodeSettings.DEFAULT
            .withTickInterval(Duration.ofMillis(100))
            .withOverlay(overlay -> overlay.withMaxPeers(40));
    private static final Address[] SEEDS = {CoreNetwork.address(0), CoreNetwork.address(1), CoreNetwork.address(2)};

    private static CoreNetwork converged(long seed, int members) {
        CoreNetwork network = new CoreNetwork(seed, SMALL_MESH);
        network.start(members, SEEDS);
        network.run(Duration.ofSeconds(5));
        assertThat(CoreNetwork.disagreeing(network.nodes))
                .as("seed %d: long before tables are compared regularly", seed)
                .isZero();
        assertThat(degrees(network.running()).get(0))
                .as("seed %d: links of the least linked, soon after all have started at once", seed)
                .isGreaterThanOrEqualTo(ACTIVE_VIEW / 2);
        network.run(Duration.ofSeconds(25));
        return network;
    }

    private static List<Integer> degrees(List<Node> members) {
        return members.stream().map(node -> node.links.size()).sorted().toList();
    }

    /** Links of neighbours, and a few that were asked in vain or needed for a probe lately. */
    private static void assertFewLinks(CoreNetwork network, long seed) {
        List<Integer> degrees = degrees(network.running());
        int n = degrees.size();
        double mean = degrees.stream().mapToInt(degree -> degree).average().orElse(0);
        assertThat(degrees.get(0)).as("seed %d: the least linked", seed).isGreaterThanOrEqualTo(ACTIVE_VIEW - 2);
        assertThat(degrees.get(n / 20))
                .as("seed %d: a twentieth has fewer", seed)
                .isGreaterThanOrEqualTo(ACTIVE_VIEW);
        assertThat(degrees.get(n - 1)).as("seed %d: the most linked", seed).isLessThanOrEqualTo(4 * ACTIVE_VIEW);
        assertThat(mean).as("seed %d: on average", seed).isBetween(0.98 * ACTIVE_VIEW, 1.4 * ACTIVE_VIEW);
        assertThat(CoreNetwork.reachable(network.running())).as("seed %d", seed).isEqualTo(n);
    }

    private static List<Change> removalsOfRunning(CoreNetwork network, int since) {
        TreeSet<Origin> alive = new TreeSet<>();
        network.running().forEach(node -> alive.add(node.origin()));
        return network.changes.subList(since, network.changes.size()).stream()
                .filter(change -> !change.status().isPresent() && alive.contains(change.subject()))
                .toList();
    }

    @Test
    void allAgreeOverAFewLinksEachAndACrashOfFivePerCentIsKnownToAllInASecond() {
        long seed = 1;
        CoreNetwork network = converged(seed, MEMBERS);
        assertFewLinks(network, seed);
        List<Node> victims = new ArrayList<>();
        while (victims.size() < MEMBERS / 20) {
            Node victim = network.nodes.get(network.random.nextInt(MEMBERS));
            if (victim.isRunning) {
                victim.kill();
                victims.add(victim);
            }
        }
        int before = network.changes.size();
        long killed = network.clock();
        while (!CoreNetwork.agree(network.running())) {
            network.run(Duration.ofMillis(100));
            assertThat(network.clock() - killed).as("seed %d", seed).isLessThan(1_000_000_000L);
        }
        network.run(Duration.ofSeconds(10));
        assertFewLinks(network, seed);
        assertThat(removalsOfRunning(network, before)).as("seed %d", seed).isEmpty();
    }

    @Test
    void membersThatStartAtOnceShowAllLabelsInSeconds() {
        for (long seed = 1; seed <= 3; seed++) {
            CoreNetwork network = new CoreNetwork(seed, SMALL_MESH);
            network.label(name -> Map.of("name", name));
            network.start(100, SEEDS);
            network.run(Duration.ofSeconds(4));
            for (Node node : network.nodes) {
                assertThat(node.core.present().values())
                        .as("seed %d: whom %s shows", seed, node)
                        .hasSize(100)
                        .allMatch(member -> member.metadata().equals(Map.of("name", member.name())));
            }
        }
    }

    @Test
    void membersThatStartOneAfterAnotherWhileTheMeshGivesWayToFewLinksAgreeSoon() {
        for (long seed = 1; seed <= 2; seed++) {
            CoreNetwork network =
                    new CoreNetwork(seed, NodeSettings.DEFAULT.withOverlay(overlay -> overlay.withMaxPeers(150)));
            network.startWithin(Duration.ofSeconds(5), 300, SEEDS);
            network.run(Duration.ofSeconds(8));
            assertThat(CoreNetwork.disagreeing(network.nodes))
                    .as("seed %d: gossip misses some that have few links, to peers that have many", seed)
                    .isZero();
        }
    }

    @Test
    void aMemberThatNobodyReachesIsRemovedByAllAndOneThatOnlySomeDoNotReachByNobody() {
        long seed = 2;
        CoreNetwork network = converged(seed, 120);
        Node cutOff = network.nodes.get(7);
        Node halfDeaf = network.nodes.get(9);
        List<Node> itsNeighbours = List.copyOf(halfDeaf.links.values());
        int before = network.changes.size();
        network.cut((a, b) -> a == cutOff && b != cutOff || a == halfDeaf && itsNeighbours.indexOf(b) % 2 == 1);
        long cut = network.clock();
        while (network.running().stream()
                .anyMatch(node -> node != cutOff && node.core.present().containsKey(cutOff.origin()))) {
            network.run(Duration.ofMillis(100));
            assertThat(network.clock() - cut).as("seed %d", seed).isLessThan(60_000_000_000L);
        }
        assertThat(removalsOfRunning(network, before))
                .as("seed %d", seed)
                .allMatch(change -> change.subject().equals(cutOff.origin()) || change.observer() == cutOff);
    }

    @Test
    void twoHalvesThatBuriedEachOtherMergeAfterTheHealThoughTheSeedsAreGone() {
        long seed = 3;
        CoreNetwork network = converged(seed, 120);
        network.nodes.subList(0, SEEDS.length).forEach(Node::kill);
        List<Node> all = network.running();
        TreeSet<Integer> half = new TreeSet<>();
        all.subList(0, all.size() / 2).forEach(node -> half.add(node.number));
        network.cut((a, b) -> half.contains(a.number) && !half.contains(b.number));
        network.run(Duration.ofSeconds(70));
        List<Node> one = all.stream().filter(node -> half.contains(node.number)).toList();
        List<Node> other =
                all.stream().filter(node -> !half.contains(node.number)).toList();
        assertThat(CoreNetwork.disagreeing(one)).as("seed %d", seed).isZero();
        assertThat(CoreNetwork.disagreeing(other)).as("seed %d", seed).isZero();
        int before = network.changes.size();
        network.heal();
        long healed = network.clock();
        while (!CoreNetwork.agree(all)) {
            network.run(Duration.ofMillis(500));
            assertThat(network.clock() - healed).as("seed %d", seed).isLessThan(60_000_000_000L);
        }
        network.run(Duration.ofSeconds(20));
        assertFewLinks(network, seed);
        assertThat(CoreNetwork.disagreeing(all)).as("seed %d", seed).isZero();
        assertThat(network.changes.subList(before, network.changes.size()))
                .as("seed %d", seed)
                .noneMatch(change -> change.status() == MemberStatus.DEAD);
    }
}
