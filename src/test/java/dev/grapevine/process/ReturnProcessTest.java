package dev.grapevine.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.process.MemberProcess.Told;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who comes back as what, with processes of their own at default settings. */
@Timeout(180)
class ReturnProcessTest {

    private static final Map<String, String> ONE_ID = Map.of(MemberMain.ID, "7");
    private static final Duration SETTLED = Duration.ofSeconds(30);

    private final ProcessCluster cluster = new ProcessCluster();

    @AfterEach
    void endAll() throws InterruptedException {
        cluster.close();
    }

    @Test
    void ofTwoProcessesWithOneIdTheOneThatStartedLaterStaysAndTheOtherIsToldThatItsPlaceIsTaken() throws Exception {
        List<String> addresses = ProcessCluster.freeAddresses(5);
        for (int i = 0; i < 3; i++) {
            cluster.launch("m" + i, addresses.get(i), ProcessCluster.rotated(addresses.subList(0, 3), i));
        }
        MemberProcess earlier = cluster.launch("earlier", addresses.get(3), addresses, ONE_ID, List.of());
        cluster.awaitComplete();
        MemberProcess later = cluster.launch("later", addresses.get(4), addresses, ONE_ID, List.of());
        earlier.await(MemberMain.STATE + "SUPERSEDED", told -> true);
        later.await(MemberMain.STATE + "JOINED", told -> true);
        long epoch = later.await("JOINED", told -> told.about().equals("later")).epoch();
        List<String> others = List.of("m0", "m1", "m2");
        for (String name : others) {
            MemberProcess observer = cluster.members.get(name);
            Told taken = observer.awaitLife("later", epoch);
            assertThat(taken.what()).as("what %s told of the later one", name).isIn("UPDATED", "JOINED");
        }
        cluster.assertTalk("after", List.of("m0", "m1", "m2", "later"));
        for (String name : others) {
            assertThat(cluster.members.get(name).told())
                    .filteredOn(told -> told.what().equals("DIED"))
                    .allMatch(told -> told.about().equals("earlier"));
            assertThat(cluster.members.get(name).viewed()).containsExactly("later", "m0", "m1", "m2");
        }
        assertThat(later.told()).noneMatch(told -> told.what().equals("DIED"));
    }

    @Test
    void aProcessThatIsKilledAndRestartedAtOnceAtItsPortReplacesItselfAndNobodyElseDies() throws Exception {
        List<String> addresses = ProcessCluster.freeAddresses(3);
        for (int i = 0; i < 3; i++) {
            cluster.launch(
                    "m" + i,
                    addresses.get(i),
                    ProcessCluster.rotated(addresses, i),
                    Map.of(MemberMain.ID, "10" + i),
                    List.of());
        }
        cluster.awaitComplete();
        for (String id : List.of("102", "999")) {
            long killed = cluster.kill("m2");
            MemberProcess again =
                    cluster.launch("m2", addresses.get(2), addresses, Map.of(MemberMain.ID, id), List.of());
            Told joined = again.await("JOINED", told -> told.about().equals("m2"));
            for (MemberProcess observer : cluster.members.values()) {
                Told seen = observer.awaitLife("m2", joined.epoch());
                System.out.println("Killed and started again with id " + id + " at once: " + observer.name + " told "
                        + seen.what() + " " + (seen.millis() - killed) + " ms after the kill");
            }
            cluster.awaitAgreed(SETTLED);
            cluster.assertTalk("as " + id, cluster.members.keySet());
        }
        assertThat(cluster.members.values()).allSatisfy(member -> assertThat(member.told())
                .filteredOn(told -> told.what().equals("DIED"))
                .allMatch(told -> told.about().equals("m2")));
    }
}
