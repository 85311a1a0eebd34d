package dev.grapevine.protocol.dissemination;

import static dev.grapevine.protocol.dissemination.Fixture.ANN;
import static dev.grapevine.protocol.dissemination.Fixture.BEN;
import static dev.grapevine.protocol.dissemination.Fixture.CLE;
import static dev.grapevine.protocol.dissemination.Fixture.DAN;
import static dev.grapevine.protocol.dissemination.Fixture.NEWS;
import static dev.grapevine.protocol.dissemination.Fixture.control;
import static dev.grapevine.protocol.dissemination.Fixture.deliver;
import static dev.grapevine.protocol.dissemination.Fixture.gap;
import static dev.grapevine.protocol.dissemination.Fixture.noted;
import static dev.grapevine.protocol.dissemination.Fixture.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame.Announcement;
import dev.grapevine.protocol.frame.DisseminationFrame.Pull;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamDigest;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamState;
import dev.grapevine.protocol.frame.DisseminationFrame.Unavailable;
import dev.grapevine.protocol.frame.Way;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.ProtocolEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Neither neighbour has the third message of Ann, nobody asks for a while, and then one of them says that it has it. */
class RepairPauseTest {

    private static final Duration TICK = Duration.ofMillis(50);
    private static final Duration RETRY = DisseminationSettings.DEFAULT.pullRetry();

    private Fixture node = Fixture.partial(DisseminationSettings.DEFAULT, BEN, CLE);

    @BeforeEach
    void nobodyHasIt() {
        node.receive(BEN, run(ANN, NEWS, 1, 2).withWay(new Way(2, 0)));
        node.receive(BEN, run(ANN, NEWS, 4, 5).withWay(new Way(2, 0)));
        assertThat(node.after(Duration.ofMillis(20))).contains(pull(BEN));
        assertThat(tell(BEN, 1, 2)).contains(pull(CLE));
        assertThat(tell(CLE, 1, 2)).isEmpty();
        assertThat(pulls(TICK)).isEmpty();
    }

    private List<Effect> tell(Origin from, long retained, long last) {
        StreamState state = new StreamState(ANN, NEWS, 1, retained, last, 1, new Way(4, 0));
        return node.receive(from, new StreamDigest(List.of(state)));
    }

    private static Effect pull(Origin from) {
        return control(from, new Pull(ANN, NEWS, 3, 3));
    }

    private static boolean isPull(Effect effect) {
        return effect instanceof Effect.Send send && send.frame() instanceof Pull;
    }

    private List<Effect> pulls(Duration duration) {
        List<Effect> pulls = new ArrayList<>();
        for (long ticks = duration.dividedBy(TICK); ticks > 0; ticks--) {
            node.after(TICK).stream().filter(RepairPauseTest::isPull).forEach(pulls::add);
        }
        return pulls;
    }

    @Test
    void whoHasItByNowIsAskedAtOnce() {
        assertThat(tell(CLE, 1, 5)).containsExactly(pull(CLE), noted(ProtocolEvent.REPAIR_REQUESTED, 1));
        assertThat(node.receive(CLE, run(ANN, NEWS, 3, 3).withWay(new Way(3, 0))))
                .startsWith(deliver(ANN, 3, 3), deliver(ANN, 4, 5));
    }

    @Test
    void whoHasMoreThanWasKnownIsAskedForWhatIsMissingAtOnceAndForTheRestLater() {
        assertThat(tell(CLE, 1, 9)).containsExactly(pull(CLE), noted(ProtocolEvent.REPAIR_REQUESTED, 1));
    }

    @Test
    void whoDoesNotRetainItAnyMoreIsNotAsked() {
        assertThat(tell(CLE, 4, 5)).isEmpty();
    }

    @Test
    void whoSaysSoWhileAnotherIsAskedIsAskedWhenThatOneHasNothing() {
        tell(CLE, 1, 5);

        assertThat(tell(BEN, 1, 5)).isEmpty();
        assertThat(node.receive(CLE, new Unavailable(ANN, NEWS, 3, 3)))
                .containsExactly(pull(BEN), noted(ProtocolEvent.REPAIR_REQUESTED, 1));
    }

    @Test
    void whoSaysSoOverALinkThatReplacedTheOneItWasAskedOverIsAskedAgain() {
        tell(CLE, 1, 5);
        node.linkUp(CLE);

        assertThat(tell(CLE, 1, 5)).contains(pull(CLE));
    }

    @Test
    void nobodyIsBelievedTwiceInAPause() {
        tell(CLE, 1, 5);
        tell(CLE, 1, 2);

        assertThat(tell(CLE, 1, 5)).isEmpty();
    }

    @Test
    void theNextMayBeAskedInThePauseWhenTheLinkToTheFirstIsGone() {
        tell(CLE, 1, 5);
        node.linkDown(CLE);

        assertThat(pulls(TICK)).containsExactly(pull(BEN));
    }

    @Test
    void whoHasNothingAfterAllEndsNoPause() {
        tell(CLE, 1, 5);

        assertThat(tell(CLE, 1, 2)).isEmpty();
        assertThat(pulls(Duration.ofMillis(400))).isEmpty();
        assertThat(pulls(Duration.ofMillis(100))).hasSize(1);
    }

    @Test
    void whoAnnouncesALargeMessageOnceMoreAndSendsNothingOfItEndsNoPause() {
        Announcement announcement = new Announcement(ANN, NEWS, 3, 200_000, new Way(4, 0));
        node.receive(CLE, announcement); // the first one of it is as good as a part of it
        for (int round = 1; round <= 4; round++) {
            for (int ticks = 0; pulls(TICK).isEmpty(); ticks++) {
                assertThat(ticks).isLessThan(100);
            }
            tell(BEN, 1, 2);
            tell(CLE, 1, 2);
            tell(BEN, 1, 2);
        }
        tell(CLE, 1, 5); // in a pause of four seconds
        node.receive(CLE, announcement);

        assertThat(pulls(Duration.ofMillis(3900))).isEmpty();
        assertThat(pulls(Duration.ofMillis(100))).hasSize(1);
    }

    /** Two take turns: just before the one answers that it has nothing, the other says that it has it by now. */
    @Test
    void whoeverSaysSoInTheMidstOfARoundCannotKeepItFromEnding() {
        node.linkUp(DAN);
        List<Effect> effects = List.of();
        for (int i = 0; i < 10_000 && !effects.contains(gap(ANN, 3, 3)); i++) {
            if (effects.contains(pull(BEN))) {
                effects = tell(BEN, 1, 2);
            } else if (effects.contains(pull(CLE)) || effects.contains(pull(DAN))) {
                boolean isCle = effects.contains(pull(CLE));
                tell(isCle ? DAN : CLE, 1, 5);
                effects = tell(isCle ? CLE : DAN, 1, 2);
            } else {
                effects = node.after(TICK);
            }
        }
        assertThat(effects).contains(gap(ANN, 3, 3));
    }

    @Test
    void aLinkThatIsLostAgainAndAgainWhileItsPeerIsAskedInThePauseEndsNoSearch() {
        for (int i = 0; i < 40; i++) { // two seconds
            tell(CLE, 1, 5);
            List<Effect> effects = new ArrayList<>(node.linkDown(CLE));
            effects.addAll(node.after(TICK));
            effects.addAll(tell(BEN, 1, 2));
            effects.addAll(node.linkUp(CLE));
            assertThat(effects).doesNotContain(gap(ANN, 3, 3));
        }
    }

    @Test
    void whoAnnouncesALargeMessageAndTakesItBackAgainAndAgainEndsNoSearch() {
        for (int i = 0; i < 40; i++) {
            List<Effect> effects =
                    new ArrayList<>(node.receive(CLE, new Announcement(ANN, NEWS, 3, 200_000, new Way(4, 0))));
            effects.addAll(node.receive(CLE, new Unavailable(ANN, NEWS, 3, 3)));
            effects.addAll(tell(BEN, 1, 2));
            effects.addAll(tell(CLE, 1, 2));
            effects.addAll(node.after(TICK));
            assertThat(effects).doesNotContain(gap(ANN, 3, 3));
        }
    }

    /** Else whoever lies could make others give up within an instant what is merely late. */
    @Test
    void whoeverSaysAgainAndAgainThatItHasItNeitherHastensNorPutsOffTheEnd() {
        assertThat(untilGap(true, true)).isBetween(Duration.ofSeconds(14), Duration.ofSeconds(18));
    }

    @Test
    void whoeverSaysSoAndNeverAnswersDoesNotPutOffTheEndEither() {
        Duration silent = untilGap(false, false);
        node = Fixture.partial(DisseminationSettings.DEFAULT, BEN, CLE);
        nobodyHasIt();

        assertThat(untilGap(true, false))
                .isBetween(silent.minus(RETRY), silent.plus(RETRY.multipliedBy(2 * Limits.REPAIR_ROUNDS)));
    }

    /** How long it takes when Ben always answers that it has nothing, and Cle lies, or answers. */
    private Duration untilGap(boolean lies, boolean answers) {
        for (Duration waited = TICK; waited.compareTo(Duration.ofMinutes(5)) < 0; waited = waited.plus(TICK)) {
            List<Effect> effects = new ArrayList<>(node.after(TICK));
            if (lies) {
                effects.addAll(tell(CLE, 1, 5));
            }
            effects.addAll(tell(BEN, 1, 2));
            if (answers) {
                effects.addAll(tell(CLE, 1, 2));
            }
            if (effects.contains(gap(ANN, 3, 3))) {
                return waited;
            }
        }
        throw new AssertionError("What nobody has is never given up");
    }
}
