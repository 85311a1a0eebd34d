package dev.grapevine.protocol.antientropy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.protocol.step.RejectReason;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Whole clusters of cores over many seeds; a failure names the seed. */
class ReplicaNetworkTest {

    private static final long DEADLINE_MILLIS = 60_000;

    @Test
    void afterLossDuplicationReorderingPartitionsAndRestartsAllReplicasAreEqualByTheDeadline() {
        long transfers = 0;
        for (long seed = 0; seed < 400; seed++) {
            transfers += heals(seed, AntiEntropySettings.DEFAULT);
        }
        assertThat(transfers).isLessThan(400);
    }

    @Test
    void logsTooSmallForTheOutageMakeStateTransfersThatEndTheSame() {
        long transfers = 0;
        for (long seed = 1000; seed < 1100; seed++) {
            transfers += heals(seed, Fixture.settings(600, 300, 100, 10));
        }
        assertThat(transfers).isGreaterThan(100);
    }

    @Test
    void aSmallCloudRejectsAndStillConverges() {
        for (long seed = 2000; seed < 2050; seed++) {
            heals(seed, Fixture.settings(1 << 20, 1000, 2, 10));
        }
    }

    private static long heals(long seed, AntiEntropySettings settings) {
        SplittableRandom random = new SplittableRandom(seed);
        CoreNetwork net = new CoreNetwork(3 + random.nextInt(5), settings, random.split());
        net.linkAll();
        net.loss = 0.2;
        net.duplication = 0.1;
        for (int step = 0; step < 80; step++) {
            disturb(net, random);
            int at = random.nextInt(net.size());
            net.write(at, "k" + random.nextInt(12), random.nextInt(3) == 0 ? null : "v" + step);
            net.run(random.nextInt(80));
            assertThat(net.isShownAsHeld()).as("seed %d: shown as held", seed).isTrue();
        }
        net.loss = 0;
        net.duplication = 0;
        net.linkAll();
        long waited = 0;
        while (!net.areEqual() && waited < DEADLINE_MILLIS) {
            net.run(500);
            waited += 500;
        }
        assertThat(net.areEqual()).as("seed %d: equal by the deadline", seed).isTrue();
        assertThat(net.isShownAsHeld()).as("seed %d: shown as held", seed).isTrue();
        assertThat(net.changesThatChangedNothing).as("seed %d", seed).isZero();
        assertThat(net.rejected(RejectReason.FORGED_ORIGIN)).as("seed %d", seed).isZero();
        assertThat(net.rejected(RejectReason.CLOCK_DRIFT)).as("seed %d", seed).isZero();
        net.run(20_000);
        long before = net.operationsSent;
        net.run(60_000);
        assertThat(net.operationsSent)
                .as("seed %d: repairs nothing when idle", seed)
                .isEqualTo(before);
        return net.transfers;
    }

    private static void disturb(CoreNetwork net, SplittableRandom random) {
        int what = random.nextInt(20);
        if (what == 0) {
            net.restart(random.nextInt(net.size()));
        } else if (what == 1) {
            int border = 1 + random.nextInt(net.size() - 1);
            for (int a = 0; a < border; a++) {
                for (int b = border; b < net.size(); b++) {
                    net.cut(a, b);
                }
            }
        } else if (what < 5) {
            net.cut(random.nextInt(net.size()), random.nextInt(net.size()));
        } else if (what < 9) {
            net.linkAll();
        }
    }

    @Test
    void whatWasRemovedInAPartitionStaysRemovedAfterItWithAndWithoutAStateTransfer() {
        for (long logBytes : new long[] {0, 1 << 20}) {
            for (long seed = 0; seed < 50; seed++) {
                SplittableRandom random = new SplittableRandom(seed);
                CoreNetwork net = new CoreNetwork(4, Fixture.settings(logBytes, 200, 100, 10), random.split());
                net.linkAll();
                for (int i = 0; i < 10; i++) {
                    net.write(random.nextInt(4), "k" + i, "v");
                }
                net.run(5000);
                assertThat(net.content(3)).as("seed %d", seed).hasSize(10);
                for (int i = 0; i < 3; i++) {
                    net.cut(3, i);
                }
                for (int i = 0; i < 10; i++) {
                    net.write(random.nextInt(3), "k" + i, null);
                }
                net.write(3, "kept", "v");
                net.run(30_000);
                net.linkAll();
                net.run(5000);
                for (int i = 0; i < 4; i++) {
                    assertThat(net.content(i))
                            .as("seed %d, log %d", seed, logBytes)
                            .isEqualTo(Map.of("kept", "v"));
                }
            }
        }
    }

    @Test
    void aMemberThatRestartsEmptyIsFilledAgainWithItsOwnFormerWrites() {
        CoreNetwork net = new CoreNetwork(3, AntiEntropySettings.DEFAULT, new SplittableRandom(5));
        net.linkAll();
        net.write(0, "mine", "v");
        net.write(1, "yours", "v");
        net.run(100);
        net.restart(0);
        assertThat(net.content(0)).isEmpty();
        net.linkAll();
        net.run(200);
        assertThat(net.content(0)).isEqualTo(Map.of("mine", "v", "yours", "v"));
    }

    @Test
    void anOperationBehindAHoleThatItsDeadOriginLeftStillReachesEverybody() {
        CoreNetwork net = new CoreNetwork(3, AntiEntropySettings.DEFAULT, new SplittableRandom(5));
        net.write(0, "lost", "v");
        net.link(0, 1);
        net.loss = 1;
        net.run(10);
        net.loss = 0;
        net.write(0, "found", "v");
        net.run(30);
        net.restart(0);
        net.linkAll();
        net.run(2000);
        for (int i = 0; i < 3; i++) {
            assertThat(net.content(i)).isEqualTo(Map.of("found", "v"));
        }
        net.run(20_000);
        long before = net.operationsSent;
        net.run(60_000);
        assertThat(net.operationsSent).isEqualTo(before);
    }

    @Test
    void inALosslessFullMeshEachOperationCrossesEachLinkOnce() {
        int n = 15;
        int each = 100;
        CoreNetwork net = new CoreNetwork(n, AntiEntropySettings.DEFAULT, new SplittableRandom(7));
        net.linkAll();
        for (int i = 0; i < n * each; i++) {
            net.write(i % n, "k" + i, "v" + i);
            net.run(5);
        }
        net.run(10_000);
        long bound = (long) n * (n - 1) * each;
        assertThat(net.areEqual()).isTrue();
        assertThat((double) net.operationsSent / bound)
                .as("operations sent, relative to n(n-1)T")
                .isBetween(1.0, 1.05);
        assertThat(net.framesSent - net.operationsSent).as("digests").isLessThan(1000);
    }

    @Test
    void afterAPartitionHealsNobodyIsSentTheSameFromAllSides() {
        CoreNetwork net = new CoreNetwork(6, AntiEntropySettings.DEFAULT, new SplittableRandom(9));
        for (int a = 0; a < 3; a++) {
            for (int b = 0; b < a; b++) {
                net.link(a, b);
                net.link(a + 3, b + 3);
            }
        }
        for (int i = 0; i < 100; i++) {
            net.write(i % 6, "k" + i, "v" + i);
        }
        net.run(10_000);
        long before = net.operationsSent;
        net.linkAll();
        net.run(10_000);
        assertThat(net.areEqual()).isTrue();
        // Three members lack 51 operations, three lack 49.
        assertThat(net.operationsSent - before).isEqualTo(300);
    }
}
