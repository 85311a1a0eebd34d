package dev.grapevine.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.process.MemberProcess.Told;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Members as processes of their own at default settings: what only the operating system can do to them.
 *
 * <p>A killed process is known dead within a second: of several kills the median of all that any survivor needed is held
 * to that, from before the kill to the survivor's own word, so that one stall of a crowded machine does not decide. Each
 * single one is held to {@link #WITHOUT_EVIDENCE}, which is still less than any suspicion lasts that only time decides:
 * whoever is slower than that missed that the connection was lost and refused.
 */
@Timeout(180)
class KillAndStallProcessTest {

    private static final long PROMISED_MILLIS = 1_000;

    /** Below the least suspicion time at default settings. */
    private static final long WITHOUT_EVIDENCE = 3_000;

    /** The least suspicion time at default settings. */
    private static final long LEAST_SUSPICION = 4_000;

    private static final Duration RETURN = Duration.ofSeconds(15);

    private final ProcessCluster cluster = new ProcessCluster();

    @AfterEach
    void endAll() throws InterruptedException {
        cluster.close();
    }

    private static void assertPrompt(List<Long> needed) {
        long median = needed.stream().sorted().toList().get(needed.size() / 2);
        assertThat(median).as("median of %s ms", needed).isLessThan(PROMISED_MILLIS);
        assertThat(needed).allSatisfy(millis -> assertThat(millis).isLessThan(WITHOUT_EVIDENCE));
    }

    private static LongStream epochsOf(String name, MemberProcess observer) {
        return observer.told().stream()
                .filter(told -> told.about().equals(name) && told.what().equals("JOINED"))
                .mapToLong(Told::epoch);
    }

    @Test
    void ofThreeTheKilledIsKnownDeadAtOnceAndReturnsInANewLifeAtItsAddress() throws Exception {
        cluster.launchAtOnce(3);
        List<String> seeds =
                cluster.members.values().stream().map(m -> m.address).toList();
        List<Long> needed = new ArrayList<>();
        for (String name : List.of("m2", "m0", "m1")) {
            String address = cluster.members.get(name).address;
            MemberProcess observer = cluster.members.get(name.equals("m0") ? "m1" : "m0");
            long firstLife = epochsOf(name, observer).max().orElseThrow();
            needed.addAll(cluster.killed(name));
            MemberProcess again = cluster.launch(name, address, seeds);
            for (MemberProcess each : cluster.members.values()) {
                each.await("JOINED", told -> told.about().equals(name) && told.epoch() > firstLife);
            }
            cluster.awaitSeesAll(again);
        }
        assertPrompt(needed);
        cluster.assertOnlyTheseDied("m0", "m1", "m2");
    }

    @Test
    void fiveThatStartAtOnceFindEachOtherAndSurvivorsKnowOneAndThenTwoKilledTogetherDeadAtOnce() throws Exception {
        cluster.launchAtOnce(5);
        String address = cluster.members.get("m3").address;
        List<String> seeds =
                cluster.members.values().stream().map(m -> m.address).toList();
        List<Long> needed = new ArrayList<>(cluster.killed("m3"));
        cluster.launch("m3", address, seeds);
        cluster.awaitAgreed(RETURN);
        needed.addAll(cluster.killed("m0", "m4"));
        assertPrompt(needed);
        cluster.assertOnlyTheseDied("m0", "m3", "m4");
        cluster.awaitAgreed(RETURN);
    }

    @Test
    void aProcessThatStandsStillForThreeSecondsIsNotRemovedAndRemovesNobody() throws Exception {
        cluster.launchAtOnce(3);
        ProcessCluster.stopFor(Duration.ofSeconds(3), cluster.members.get("m1"));
        cluster.assertTalk("well", cluster.members.keySet());
        cluster.awaitAgreed(RETURN); // a suspicion may be under way still, which must not end in a death either
        cluster.assertOnlyTheseDied();
    }

    /**
     * Ten seconds are more than a suspicion lasts that others confirm (4 s), so among five the process may be declared
     * dead; what holds is that nobody else is, by anybody, and that it is back in the same life.
     */
    @Test
    void aProcessThatStandsStillForTenSecondsMayDieButRemovesNobodyAndIsBackInTheSameLife() throws Exception {
        cluster.launchAtOnce(5);
        MemberProcess stopped = cluster.members.get("m1");
        long stoppedAt = ProcessCluster.stopFor(Duration.ofSeconds(10), stopped);
        long wokenAt = System.currentTimeMillis();
        cluster.awaitAgreed(RETURN);
        long agreed = System.currentTimeMillis();
        List<Long> deaths = new ArrayList<>();
        for (MemberProcess observer : cluster.members.values()) {
            observer.told().stream()
                    .filter(told -> told.what().equals("DIED"))
                    .peek(told -> assertThat(told.about()).isEqualTo("m1"))
                    .forEach(told -> deaths.add(told.millis() - stoppedAt));
            assertThat(epochsOf("m1", observer).distinct().count())
                    .as("lives of m1 seen by %s", observer.name)
                    .isEqualTo(1);
        }
        System.out.println("A process that stood still for 10 s was declared dead by others after " + deaths
                + " ms, and all agreed again " + (agreed - wokenAt) + " ms after it went on");
        assertThat(deaths).allSatisfy(millis -> assertThat(millis).isGreaterThan(LEAST_SUSPICION));
        assertThat(stopped.told()).noneMatch(told -> told.what().equals("DIED"));
        cluster.assertTalk("back", cluster.members.keySet());
    }
}
