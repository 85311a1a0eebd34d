package dev.grapevine.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Address;
import dev.grapevine.protocol.WriteRace.Result;
import dev.grapevine.protocol.frame.EpidemicFrame;
import dev.grapevine.protocol.rumor.Strategy;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Writes to stores where links are few: epidemics bring them to nearly all soon, and anti-entropy to the rest. */
class WriteSpreadTest {

    private static final int MEMBERS = 80;
    private static final NodeSettings FEW_LINKS = NodeSettings.DEFAULT.withOverlay(overlay -> overlay.withMaxPeers(40));

    private static NodeSettings by(String strategy) {
        return FEW_LINKS.withRumors(rumors -> rumors.withStrategy(Strategy.named(strategy)));
    }

    @Test
    void aWriteReachesNearlyAllMuchSoonerThanByAntiEntropyAloneAndIsNotSentOverAndOver() {
        Duration alone = mostOfFive(new WriteRace(MEMBERS, FEW_LINKS, false, 0, 1));
        for (String name : new String[] {"push-pull", "rumor-mongering"}) {
            Duration most = mostOfFive(new WriteRace(MEMBERS, by(name), true, 0, 1));
            assertThat(most.multipliedBy(2)).as("%s", name).isLessThan(alone);
        }
    }

    /** All five together. */
    private static Duration mostOfFive(WriteRace race) {
        Duration sum = Duration.ZERO;
        for (int i = 0; i < 5; i++) {
            Result result = race.run();
            assertThat(result.copies()).as("%s", result).isLessThan(10);
            sum = sum.plus(result.most());
        }
        return sum;
    }

    @Test
    void whatEpidemicsMissAndTheNetworkLosesIsFoundByAntiEntropy() {
        WriteRace race = new WriteRace(MEMBERS, by("push"), true, 0.3, 1);
        for (int i = 0; i < 3; i++) {
            assertThat(race.run().all()).isLessThan(Duration.ofSeconds(30));
        }
    }

    @Test
    void inAFullMeshNothingIsSpreadByEpidemics() {
        WriteRace race = new WriteRace(20, NodeSettings.DEFAULT, true, 0, 1);
        assertThat(race.run().copies()).as("to each other member once").isEqualTo(19 / 20.0);
    }

    @Test
    void whereThereIsNoStoreNobodyIsAskedForWrites() {
        CoreNetwork network = new CoreNetwork(1, FEW_LINKS, change -> {});
        network.start(MEMBERS, new Address[] {CoreNetwork.address(0)});
        network.carry(frame -> {
            assertThat(frame).isNotInstanceOf(EpidemicFrame.class);
            return true;
        });
        network.run(Duration.ofSeconds(20));
        assertThat(network.nodes.get(0).links).as("links, few for so many").hasSizeLessThan(MEMBERS - 1);
    }
}
