package dev.grapevine.protocol.membership;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.MembershipFrame;
import dev.grapevine.protocol.frame.MetadataDigest;
import dev.grapevine.protocol.frame.Rumor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * A member of a small full mesh that says whatever comes to its mind, in every frame and about everybody: the others
 * never lose sight of each other, nor throw, and when it is gone nothing of what it said is left.
 */
class HostilePeerTest {

    private static final int SEEDS = 60;

    @Test
    void nobodyWhomTheHonestReachIsRemovedAndNothingIsLeftWhenTheLiarIsGone() {
        for (long seed = 0; seed < Integer.getInteger("grapevine.simulation.seeds", SEEDS); seed++) {
            run(seed);
        }
    }

    private static void run(long seed) {
        ClusterHarness cluster = new ClusterHarness(seed);
        int n = 3 + (int) (seed % 4);
        cluster.startAll(n);
        cluster.run(Duration.ofSeconds(3));
        ClusterHarness.Node liar = cluster.nodes.get(1 + (int) (seed % (n - 1)));
        List<ClusterHarness.Node> honest = new ArrayList<>(cluster.nodes);
        honest.remove(liar);
        Lies lies = new Lies(cluster, new SplittableRandom(seed));
        for (int i = 0; i < 300; i++) {
            cluster.run(Duration.ofMillis(cluster.random.nextInt(80)));
            honest.forEach(node -> cluster.transmit(liar, node, lies.frame()));
        }
        assertThat(removalsAmong(honest, cluster)).as("seed %d", seed).isEmpty();
        liar.kill();
        cluster.run(Duration.ofSeconds(180));
        assertThat(removalsAmong(honest, cluster)).as("seed %d", seed).isEmpty();
        assertThat(cluster.agreesOnEverybodyRunning())
                .as("seed %d%n%s", seed, cluster.views())
                .isTrue();
    }

    private static List<ClusterHarness.Change> removalsAmong(List<ClusterHarness.Node> honest, ClusterHarness cluster) {
        return cluster.changes.stream()
                .filter(change ->
                        honest.contains(change.observer()) && !change.status().isPresent())
                .filter(change -> honest.stream().anyMatch(node -> node.origin().equals(change.subject())))
                .toList();
    }

    /** Frames about members that exist and that do not, with numbers at every edge. */
    private record Lies(ClusterHarness cluster, SplittableRandom random) {

        MembershipFrame frame() {
            return switch (random.nextInt(15)) {
                case 0 -> new MembershipFrame.Ping(random.nextInt(50), origin(), rumors());
                case 1 -> new MembershipFrame.Ack(random.nextInt(50), rumors());
                case 2 -> new MembershipFrame.PingRequest(random.nextInt(50), origin(), rumors());
                case 3 -> new MembershipFrame.Nack(random.nextInt(50), rumors());
                case 4, 5 -> new MembershipFrame.Gossip(rumors());
                case 6 -> new MembershipFrame.Sync(rumors());
                case 11 -> new MembershipFrame.SyncDigest(random.nextInt(200), number(), rumors());
                case 12 -> new MembershipFrame.SyncBuckets(hashes(256));
                case 13 ->
                    new MembershipFrame.SyncHashes(
                            List.of(new MembershipFrame.Part(random.nextInt(-1, 9), random.nextInt(300), hashes(9))));
                case 14 -> new MembershipFrame.SyncRequest(random.nextBoolean(), hashes(9));
                case 7 -> new MembershipFrame.LeaveAck(rumors());
                case 8 -> new MembershipFrame.MetadataRequest(origin(), number());
                case 9 -> new MembershipFrame.Metadata(alive(), Map.of("k", "" + random.nextInt(3)));
                default -> new MembershipFrame.Leave(rumors());
            };
        }

        private List<Long> hashes(int most) {
            return random.longs(random.nextBoolean() ? most : random.nextInt(most))
                    .boxed()
                    .toList();
        }

        private List<Rumor> rumors() {
            List<Rumor> rumors = new ArrayList<>();
            for (int i = random.nextInt(6); i > 0; i--) {
                rumors.add(rumor());
            }
            return rumors;
        }

        private Rumor rumor() {
            return switch (random.nextInt(5)) {
                case 0 -> new Rumor.Dead(origin(), number(), origin());
                case 1 -> new Rumor.Left(origin(), number());
                case 2 -> alive();
                default ->
                    new Rumor.Suspect(
                            origin(),
                            number(),
                            origin(),
                            random.nextBoolean() ? Rumor.Evidence.SILENCE : Rumor.Evidence.REFUSED);
            };
        }

        private Rumor.Alive alive() {
            Map<String, String> labels = Map.of("k", "" + random.nextInt(3));
            int port = random.nextInt(4) == 0 ? 1 + random.nextInt(9) : 7001 + random.nextInt(9);
            Member member = new Member(origin(), "liar's", new Address("host", port), "", Map.of());
            Member known = somebody().member;
            return new Rumor.Alive(
                    random.nextBoolean() ? member : known, number(), MetadataDigest.of(random.nextInt(3), labels));
        }

        /** Mostly somebody's, and now and then another life of it, or one of eight who do not exist. */
        private Origin origin() {
            Origin real = somebody().origin();
            return switch (random.nextInt(8)) {
                case 0 -> new Origin(real.id(), real.epoch() + random.nextInt(4) - 1);
                case 1 -> new Origin(real.id(), Long.MAX_VALUE);
                case 2, 3 -> new Origin(new MemberId(7, random.nextInt(8)), 1 + random.nextInt(3));
                default -> real;
            };
        }

        private ClusterHarness.Node somebody() {
            return cluster.nodes.get(random.nextInt(cluster.nodes.size()));
        }

        private long number() {
            return switch (random.nextInt(8)) {
                case 0 -> Claims.MAX_LEAP - random.nextInt(3);
                case 1 -> Claims.MAX_INCARNATION + random.nextInt(3) - 1;
                case 2 -> random.nextLong();
                default -> random.nextInt(6);
            };
        }
    }
}
