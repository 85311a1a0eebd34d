package dev.grapevine.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.process.MemberProcess.Told;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Members as processes of their own at default settings, and a network that is cut between them. */
@Timeout(180)
class PartitionProcessTest {

    private static final List<String> LEFT = List.of("m0", "m1");
    private static final List<String> RIGHT = List.of("m2", "m3", "m4");
    private static final List<String> ALL =
            Stream.concat(LEFT.stream(), RIGHT.stream()).toList();

    /** The greatest suspicion time at default settings is 24 s. */
    private static final Duration REMOVED = Duration.ofSeconds(40);

    private static final Duration MERGED = Duration.ofSeconds(40);

    @Test
    void eachSideRemovesTheOtherAndOnlyItAndBothMergeWhenTheNetworkHeals() throws Exception {
        try (ProcessCluster cluster = new ProcessCluster();
                SplitNetwork network = SplitNetwork.create(LEFT.size(), RIGHT.size())) {
            for (int i = 0; i < ALL.size(); i++) {
                List<String> addresses = network.addresses();
                cluster.launch(
                        ALL.get(i),
                        addresses.get(i),
                        ProcessCluster.rotated(addresses, i),
                        network.properties(i),
                        network.prefix(i));
            }
            cluster.awaitComplete();
            long cut = System.currentTimeMillis();
            network.cut();
            cluster.awaitAgreed(REMOVED, LEFT);
            cluster.awaitAgreed(REMOVED, RIGHT);
            long removed = System.currentTimeMillis();
            cluster.assertTalk("apart", LEFT);
            cluster.assertTalk("apart", RIGHT);
            network.heal();
            long healed = System.currentTimeMillis();
            cluster.awaitAgreed(MERGED);
            System.out.println("Each side had removed the other " + (removed - cut)
                    + " ms after the cut, and all had merged " + (System.currentTimeMillis() - healed)
                    + " ms after the heal");
            cluster.assertTalk("together", ALL);
            assertDiedAndReturnedOnce(cluster, LEFT, RIGHT);
            assertDiedAndReturnedOnce(cluster, RIGHT, LEFT);
        }
    }

    /** Of its own side each member tells one JOINED and no death; of the other JOINED, DIED, JOINED, all in one life. */
    private static void assertDiedAndReturnedOnce(ProcessCluster cluster, List<String> observers, List<String> others) {
        for (String observer : observers) {
            List<Told> told = cluster.members.get(observer).told();
            for (String name : ALL) {
                List<Told> changes = told.stream()
                        .filter(one -> one.about().equals(name))
                        .filter(one -> one.what().equals("JOINED") || one.what().equals("DIED"))
                        .toList();
                assertThat(changes.stream().map(Told::what))
                        .as("what %s told of %s", observer, name)
                        .containsExactlyElementsOf(
                                others.contains(name) ? List.of("JOINED", "DIED", "JOINED") : List.of("JOINED"));
                assertThat(changes.stream().mapToLong(Told::epoch).distinct().count())
                        .isEqualTo(1);
            }
        }
    }
}
