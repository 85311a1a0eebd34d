package dev.grapevine.protocol.membership;

import static dev.grapevine.protocol.membership.SwimScript.alive;
import static dev.grapevine.protocol.membership.SwimScript.dead;
import static dev.grapevine.protocol.membership.SwimScript.member;
import static dev.grapevine.protocol.membership.SwimScript.suspect;
import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.MembershipFrame;
import dev.grapevine.protocol.frame.MembershipFrame.Gossip;
import dev.grapevine.protocol.frame.Rumor;
import dev.grapevine.protocol.frame.Rumor.Evidence;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effect.Send;
import dev.grapevine.protocol.step.LinkLoss;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** To how many a member passes news on, how often, and within what time: by the logarithm of the size. */
class SpreadLimitsTest {

    /** Without probes and comparisons news has nothing but gossip to travel on. */
    private static final MembershipSettings QUIET =
            MembershipSettings.DEFAULT.withProbeInterval(Duration.ofHours(1)).withSyncInterval(Duration.ofHours(1));

    private static final long INTERVAL = QUIET.gossipInterval().toMillis();

    /** A member of a full mesh of so many, which has told all that it had to tell. */
    private static SwimScript meshOf(int size) {
        return meshOf(size, QUIET);
    }

    private static SwimScript meshOf(int size, MembershipSettings settings) {
        SwimScript script = new SwimScript(settings);
        script.join();
        for (int i = 2; i <= size; i++) {
            script.linkUp(member(i));
        }
        script.run(20_000);
        return script;
    }

    private static List<Send> tellingOf(Origin subject, List<Effect> effects) {
        return effects.stream()
                .filter(Send.class::isInstance)
                .map(Send.class::cast)
                .filter(send -> ((MembershipFrame) send.frame())
                        .rumors().stream().map(Rumor::subject).anyMatch(subject::equals))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "6, 3 3 2",
        "14, 4 4",
        "30, 5 5",
        "62, 6 6",
        "63, 6 6",
        "64, 7 7",
        "254, 8 8",
        "1022, 10 10",
    })
    void aJoinGoesInEachIntervalToCeilLog2OfTheSizeAndInAllToTwiceAsManyOrEight(int size, String byInterval) {
        SwimScript script = meshOf(size - 1); // with the newcomer it is of this size
        Member newcomer = member(60_000);
        script.gossip(member(2), alive(newcomer, 0));
        for (String expected : byInterval.split(" ")) {
            List<Send> told = tellingOf(newcomer.origin(), script.run(INTERVAL));
            assertThat(told).hasSize(Integer.parseInt(expected));
            assertThat(told.stream().map(Send::to)).doesNotHaveDuplicates();
        }
        assertThat(tellingOf(newcomer.origin(), script.run(50 * INTERVAL))).isEmpty();
    }

    @Test
    void theMultiplierAndTheFanoutOfTheSettingsCount() {
        SwimScript script = meshOf(61, QUIET.withRetransmitMultiplier(3).withGossipFanout(7));
        Member newcomer = member(60_000);
        script.gossip(member(2), alive(newcomer, 0));
        assertThat(tellingOf(newcomer.origin(), script.run(INTERVAL))).hasSize(7);
        assertThat(tellingOf(newcomer.origin(), script.run(50 * INTERVAL))).hasSize(3 * 6 - 7);
    }

    private static List<Send> whenADeathIsHeardOf(SwimScript script, Member doomed) {
        script.linkDown(doomed, LinkLoss.LOCAL);
        script.run(INTERVAL);
        return tellingOf(doomed.origin(), script.gossip(member(2), dead(doomed, 0, member(3))));
    }

    @Test
    void aDeathIsPassedOnInTheSameStepInAMeshInWhichItsSourceCouldNotTellAll() {
        Member doomed = member(5);
        SwimScript script = meshOf(40);
        List<Send> atOnce = whenADeathIsHeardOf(script, doomed);
        assertThat(atOnce).hasSize(6).allMatch(send -> send.frame() instanceof Gossip);
        assertThat(tellingOf(doomed.origin(), script.run(50 * INTERVAL)))
                .as("and not more often in all than any news")
                .hasSize(2 * 6 - 6);
    }

    @Test
    void inAMeshInWhichItsSourceToldAllItWaitsForTheInterval() {
        Member doomed = member(5);
        SwimScript script = meshOf(Speaker.URGENT_FANOUT + 1);
        assertThat(whenADeathIsHeardOf(script, doomed)).isEmpty();
        assertThat(tellingOf(doomed.origin(), script.run(INTERVAL))).hasSize(4);
    }

    @Test
    void whoDeclaresADeathTellsEightAtOnceHoweverManyAreLinked() {
        Member doomed = member(5);
        SwimScript script = meshOf(40);
        script.linkDown(doomed, LinkLoss.LOST);
        script.refused(doomed);
        List<Effect> effects = script.gossip(member(3), suspect(doomed, 0, member(3), Evidence.REFUSED));
        assertThat(effects).contains(new Effect.MemberChanged(doomed, MemberStatus.DEAD));
        assertThat(effects.stream()
                        .filter(Send.class::isInstance)
                        .map(Send.class::cast)
                        .filter(send -> ((MembershipFrame) send.frame())
                                .rumors().stream().anyMatch(Rumor.Dead.class::isInstance)))
                .hasSize(Speaker.URGENT_FANOUT);
    }

    @Test
    void ofThousandsOfNewsThatWaitThoseBeyondAThousandArePassedOnEightTimesOnly() {
        SwimScript script = meshOf(62);
        int newcomers = 3 * Speaker.BURST;
        for (int i = 0; i < newcomers; i++) {
            script.gossip(member(2), alive(member(60_000 + i), 0));
        }
        Map<Origin, Integer> told = new TreeMap<>();
        for (int i = 0; i < 200; i++) {
            script.run(INTERVAL).stream()
                    .filter(effect -> effect instanceof Send send && send.frame() instanceof Gossip)
                    .flatMap(effect -> ((Gossip) ((Send) effect).frame()).rumors().stream())
                    .forEach(rumor -> told.merge(rumor.subject(), 1, Integer::sum));
        }
        assertThat(told.size()).isEqualTo(newcomers);
        assertThat(told.values().stream()
                        .filter(times -> times < 7 || times > 24)
                        .count())
                .isZero();
        assertThat(told.values().stream().filter(times -> times > 9).count())
                .isBetween(Speaker.BURST * 3L / 4, Speaker.BURST + 50L);
    }
}
