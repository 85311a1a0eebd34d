package dev.grapevine.protocol.rumor;

import static dev.grapevine.protocol.rumor.RumorScript.ANN;
import static dev.grapevine.protocol.rumor.RumorScript.BEN;
import static dev.grapevine.protocol.rumor.RumorScript.CAT;
import static dev.grapevine.protocol.rumor.RumorScript.answer;
import static dev.grapevine.protocol.rumor.RumorScript.answered;
import static dev.grapevine.protocol.rumor.RumorScript.ask;
import static dev.grapevine.protocol.rumor.RumorScript.judgedPush;
import static dev.grapevine.protocol.rumor.RumorScript.knew;
import static dev.grapevine.protocol.rumor.RumorScript.learnt;
import static dev.grapevine.protocol.rumor.RumorScript.push;
import static dev.grapevine.protocol.rumor.RumorScript.told;
import static dev.grapevine.protocol.rumor.RumorScript.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.protocol.frame.EpidemicFrame;
import dev.grapevine.protocol.frame.EpidemicFrame.Answer;
import dev.grapevine.protocol.frame.EpidemicFrame.Offer;
import dev.grapevine.protocol.rumor.RumorHearer.Reception;
import dev.grapevine.protocol.rumor.RumorScript.Heard;
import dev.grapevine.protocol.rumor.RumorScript.Sent;
import dev.grapevine.protocol.rumor.StopRule.Age;
import dev.grapevine.protocol.rumor.StopRule.Coin;
import dev.grapevine.protocol.rumor.StopRule.Counter;
import dev.grapevine.protocol.rumor.Strategy.Judgement;
import java.util.List;
import org.junit.jupiter.api.Test;

class RumorCoreTest {

    private static final Strategy MINIMISED =
            Strategy.rumorMongering(Direction.PUSH_PULL, new Counter(2), Judgement.FEEDBACK, true);

    private static Strategy counter(Direction direction, int k, Judgement judgement) {
        return Strategy.rumorMongering(direction, new Counter(k), judgement, false);
    }

    private static RumorScript judged(Direction direction, int k) {
        return new RumorScript(counter(direction, k, Judgement.FEEDBACK));
    }

    @Test
    void whoPushesTellsThoseItCallsAndAsksForNothing() {
        RumorScript script = new RumorScript(Strategy.PUSH, RumorSettings.DEFAULT.withFanout(2));
        script.begin("a");
        assertThat(script.round(ANN, BEN, CAT))
                .containsExactly(new Sent(ANN, push("a", 1)), new Sent(BEN, push("a", 1)));
        assertThat(script.round(CAT)).containsExactly(new Sent(CAT, push("a", 2)));
    }

    @Test
    void whoPushesAndHasNothingToTellIsSilentAndNeedsNoTick() {
        RumorScript script = new RumorScript(Strategy.PUSH);
        assertThat(script.round(ANN)).isEmpty();
        assertThat(script.core.untilTick(script.time())).isEqualTo(Long.MAX_VALUE);
        script.begin("a");
        assertThat(script.core.untilTick(script.time())).isZero();
        script.round(ANN);
        script.pass(-30);
        assertThat(script.core.untilTick(script.time())).isEqualTo(30);
    }

    @Test
    void whoPullsAsksEvenIfItHasNothingAndTellsOnlyWhoAsks() {
        RumorScript script = new RumorScript(Strategy.PULL);
        assertThat(script.round(ANN)).containsExactly(new Sent(ANN, ask(false)));
        assertThat(script.core.untilTick(script.time())).isEqualTo(400_000_000);
        for (int i = 0; i < 4; i++) {
            assertThat(script.round(ANN)).as("at rest").isEmpty();
        }
        assertThat(script.round(ANN)).containsExactly(new Sent(ANN, ask(false)));
        script.begin("a");
        assertThat(script.core.untilTick(script.time())).isZero();
        assertThat(script.round(ANN)).containsExactly(new Sent(ANN, ask(false)));
        assertThat(script.round(ANN)).containsExactly(new Sent(ANN, ask(false)));
        assertThat(script.receive(BEN, ask(false))).containsExactly(new Sent(BEN, answer(false, "a", 2)));
    }

    @Test
    void whoHasNothingForOneThatAsksSaysNothing() {
        assertThat(new RumorScript(Strategy.PULL).receive(ANN, ask(true))).isEmpty();
    }

    @Test
    void inAContactBothWaysEachTellsAndNoRumorIsToldBack() {
        RumorScript script = new RumorScript(MINIMISED);
        script.begin("a");
        assertThat(script.round(ANN)).containsExactly(new Sent(ANN, new Offer(List.of(told("a", 0)), true, true)));
        assertThat(script.receive(BEN, new Offer(List.of(told("a", 0), told("b", 0)), true, true)))
                .containsExactly(
                        new Heard("b"),
                        new Sent(
                                BEN,
                                new Answer(List.of(), List.of(verdict("a", false, 0), verdict("b", true, 0)), true)));
        assertThat(script.receive(CAT, ask(true))).containsExactly(new Sent(CAT, answer(true, "a", 0)));
    }

    @Test
    void whatIsHeardIsToldFromTheNextRoundOnAndUntilThenCountsAsNotKnown() {
        RumorScript script = judged(Direction.PUSH_PULL, 2);
        script.round(ANN);
        assertThat(script.receive(BEN, judgedPush("a", 0))).containsExactly(new Heard("a"), new Sent(BEN, learnt("a")));
        assertThat(script.receive(CAT, judgedPush("a", 0))).containsExactly(new Sent(CAT, learnt("a")));
        assertThat(script.receive(CAT, ask(true))).isEmpty();
        assertThat(script.round(ANN)).containsExactly(new Sent(ANN, new Offer(List.of(told("a", 0)), true, true)));
        assertThat(script.receive(CAT, judgedPush("a", 0))).containsExactly(new Sent(CAT, knew("a", 0)));
    }

    @Test
    void whoGaveUpARumorSaysThatItKnewAndHasCountedEnough() {
        RumorScript script = new RumorScript(counter(Direction.PUSH, 1, Judgement.BLIND));
        script.begin("a");
        script.round(ANN);
        assertThat(script.round(ANN)).isEmpty();
        assertThat(script.knows("a")).isTrue();
        assertThat(script.spreads("a")).isFalse();
        assertThat(script.receive(BEN, judgedPush("a", 0)))
                .containsExactly(new Sent(BEN, knew("a", EpidemicFrame.MAX_COUNT)));
        assertThat(script.begin("a")).isEmpty();
        assertThat(script.round(ANN)).isEmpty();
    }

    @Test
    void whatHadComeSomeOtherWayIsRememberedAndNotSpread() {
        RumorScript script = new RumorScript(Strategy.PUSH);
        script.reception = Reception.KNOWN;
        assertThat(script.receive(ANN, judgedPush("a", 0)))
                .containsExactly(new Heard("a"), new Sent(ANN, knew("a", EpidemicFrame.MAX_COUNT)));
        assertThat(script.round(BEN)).isEmpty();
        assertThat(script.receive(BEN, judgedPush("a", 0)))
                .containsExactly(new Sent(BEN, knew("a", EpidemicFrame.MAX_COUNT)));
    }

    @Test
    void whatCannotBeTakenInIsNeitherRememberedNorSpreadNorJudged() {
        RumorScript script = new RumorScript(Strategy.PUSH);
        script.reception = Reception.REFUSED;
        assertThat(script.receive(ANN, judgedPush("a", 0))).containsExactly(new Heard("a"));
        assertThat(script.round(BEN)).isEmpty();
        script.reception = Reception.NEW;
        assertThat(script.receive(BEN, judgedPush("a", 0))).containsExactly(new Heard("a"), new Sent(BEN, learnt("a")));
    }

    @Test
    void anAnswerIsHeardAndJudged() {
        RumorScript script = judged(Direction.PULL, 1);
        script.round(ANN);
        assertThat(script.receive(ANN, answer(true, "a", 0)))
                .containsExactly(new Heard("a"), new Sent(ANN, learnt("a")));
        script.round(ANN);
        assertThat(script.receive(ANN, answer(false, "a", 0))).isEmpty();
    }

    @Test
    void aJudgedCounterLosesInterestAfterSoManyRoundsInARowThatTaughtNobody() {
        RumorScript script = judged(Direction.PUSH, 2);
        script.begin("a");
        script.round(ANN);
        script.receive(ANN, knew("a", 0));
        script.round(BEN);
        script.receive(BEN, learnt("a"));
        script.round(CAT);
        script.receive(CAT, knew("a", 0));
        assertThat(script.round(CAT)).hasSize(1);
        assertThat(script.round(ANN)).as("nobody judged the last round").hasSize(1);
        script.receive(ANN, knew("a", 0));
        assertThat(script.round(BEN)).isEmpty();
    }

    @Test
    void ofSeveralThatAskInARoundOneThatDidNotKnowIsEnoughToBeginAnew() {
        RumorScript script = judged(Direction.PULL, 1);
        script.begin("a");
        script.round(CAT);
        script.receive(ANN, ask(true));
        script.receive(BEN, ask(true));
        script.receive(ANN, knew("a", 0));
        script.receive(BEN, learnt("a"));
        script.round(CAT);
        assertThat(script.spreads("a")).isTrue();
        script.receive(ANN, ask(true));
        script.receive(BEN, ask(true));
        script.receive(ANN, knew("a", 0));
        script.receive(BEN, knew("a", 0));
        script.round(CAT);
        assertThat(script.spreads("a")).isFalse();
    }

    @Test
    void withMinimisationOnlyTheSideThatHasCountedLessCountsAndBothIfTheyAreLevel() {
        RumorScript script = new RumorScript(MINIMISED);
        script.begin("a");
        script.round(ANN);
        script.receive(ANN, answered(verdict("a", false, 0)));
        assertThat(script.round(BEN)).as("level: 1").containsExactly(offer(1));
        script.receive(BEN, answered(verdict("a", false, 0)));
        assertThat(script.round(BEN)).as("the other counts alone: still 1").containsExactly(offer(1));
        script.receive(CAT, new Offer(List.of(told("a", 0)), true, true));
        assertThat(script.round(BEN))
                .as("called by one that counts alone: still 1")
                .containsExactly(offer(1));
        script.receive(CAT, new Offer(List.of(told("a", 1)), true, true));
        script.round(BEN);
        assertThat(script.spreads("a")).as("called by one that is level").isFalse();
    }

    private static Sent offer(int count) {
        return new Sent(BEN, new Offer(List.of(told("a", count)), true, true));
    }

    @Test
    void withoutMinimisationBothSidesCount() {
        RumorScript script = judged(Direction.PUSH_PULL, 1);
        script.begin("a");
        script.round(ANN);
        script.receive(CAT, new Offer(List.of(told("a", 0)), true, true));
        script.round(ANN);
        assertThat(script.spreads("a")).isFalse();
    }

    @Test
    void whoIsOnlyPushedToCountsNothing() {
        RumorScript script = judged(Direction.PUSH, 1);
        script.begin("a");
        script.round(ANN);
        script.receive(CAT, judgedPush("a", 0));
        script.round(ANN);
        assertThat(script.spreads("a")).isTrue();
    }

    @Test
    void aBlindCounterCountsContactsAndNotRounds() {
        RumorScript script =
                new RumorScript(counter(Direction.PUSH, 4, Judgement.BLIND), RumorSettings.DEFAULT.withFanout(2));
        script.begin("a");
        assertThat(script.round(ANN, BEN)).hasSize(2);
        assertThat(script.round(ANN, BEN)).hasSize(2);
        assertThat(script.round(ANN, BEN)).isEmpty();
    }

    @Test
    void aCoinThatAlwaysFallsEndsARumorWithItsFirstContact() {
        RumorScript blind =
                new RumorScript(Strategy.rumorMongering(Direction.PUSH, new Coin(1), Judgement.BLIND, false));
        blind.begin("a");
        assertThat(blind.round(ANN)).hasSize(1);
        assertThat(blind.round(ANN)).isEmpty();
        RumorScript judged =
                new RumorScript(Strategy.rumorMongering(Direction.PUSH, new Coin(1), Judgement.FEEDBACK, false));
        judged.begin("a");
        judged.round(ANN);
        judged.receive(ANN, learnt("a"));
        assertThat(judged.round(ANN))
                .as("only a contact that taught nobody tosses")
                .hasSize(1);
        judged.receive(ANN, knew("a", 0));
        assertThat(judged.round(ANN)).isEmpty();
    }

    @Test
    void bySimpleEpidemicAllStopInTheSameRoundSinceTheAgeTravels() {
        RumorScript script = new RumorScript(new Strategy(Direction.PUSH, new Age(0), Judgement.BLIND, false));
        script.members(1_000); // 18 rounds
        script.receive(BEN, push("young", 1));
        script.receive(CAT, push("old", 16));
        assertThat(script.round(ANN))
                .containsExactly(new Sent(ANN, new Offer(List.of(told("young", 2), told("old", 17)), false, false)));
        script.receive(CAT, push("young", 16));
        assertThat(script.round(ANN))
                .containsExactly(new Sent(ANN, new Offer(List.of(told("young", 17), told("old", 18)), false, false)));
        assertThat(script.round(ANN)).containsExactly(new Sent(ANN, push("young", 18)));
        assertThat(script.round(ANN)).isEmpty();
    }

    @Test
    void aRumorThatNobodyAsksForIsGivenUpInTheEnd() {
        RumorScript script = judged(Direction.PULL, 3);
        script.begin("a");
        for (int i = 0; i < StopRule.MOST_ROUNDS; i++) {
            script.round();
            assertThat(script.spreads("a")).isTrue();
        }
        script.round();
        assertThat(script.spreads("a")).isFalse();
    }

    @Test
    void membersWithDifferentStrategiesUnderstandEachOther() {
        RumorScript blind = new RumorScript(Strategy.PUSH);
        blind.begin("a");
        blind.round();
        assertThat(blind.receive(ANN, new Offer(List.of(told("b", 0)), true, true)))
                .containsExactly(
                        new Heard("b"),
                        new Sent(ANN, new Answer(List.of(told("a", 1)), List.of(verdict("b", true, 0)), false)));
    }

    @Test
    void aRoundLastsItsTimeAndThoseThatWereMissedAreNotMadeUpFor() {
        RumorScript script = new RumorScript(Strategy.PUSH);
        script.begin("a");
        script.round(ANN);
        script.pass(-1);
        assertThat(script.round(ANN)).as("too early").isEmpty();
        script.pass(1_000_000_000);
        assertThat(script.round(ANN)).hasSize(1);
        script.pass(-1);
        assertThat(script.round(ANN)).isEmpty();
    }
}
