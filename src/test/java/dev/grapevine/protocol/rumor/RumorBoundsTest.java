package dev.grapevine.protocol.rumor;

import static dev.grapevine.protocol.rumor.RumorScript.ANN;
import static dev.grapevine.protocol.rumor.RumorScript.BEN;
import static dev.grapevine.protocol.rumor.RumorScript.answer;
import static dev.grapevine.protocol.rumor.RumorScript.ask;
import static dev.grapevine.protocol.rumor.RumorScript.judgedPush;
import static dev.grapevine.protocol.rumor.RumorScript.knew;
import static dev.grapevine.protocol.rumor.RumorScript.learnt;
import static dev.grapevine.protocol.rumor.RumorScript.push;
import static dev.grapevine.protocol.rumor.RumorScript.told;
import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.EpidemicFrame;
import dev.grapevine.protocol.frame.EpidemicFrame.Offer;
import dev.grapevine.protocol.frame.EpidemicFrame.Told;
import dev.grapevine.protocol.rumor.RumorScript.Heard;
import dev.grapevine.protocol.rumor.RumorScript.Sent;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Pace;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.RejectReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is more than there is room for, and what no honest member says. */
class RumorBoundsTest {

    private static final RumorSettings SMALL =
            RumorSettings.DEFAULT.withMaxRumors(3).withMaxBytes(1_000).withMaxKnown(2);

    private static void assertRejected(List<Object> done, RejectReason reason) {
        assertThat(done).singleElement().isInstanceOfSatisfying(Effect.Rejected.class, rejected -> {
            assertThat(rejected.reason()).isEqualTo(reason);
            assertThat(rejected.peer()).isEqualTo(ANN);
        });
    }

    private static List<String> idsOf(Object sent) {
        Offer offer = (Offer) ((Sent) sent).frame();
        return offer.rumors().stream().map(Told::store).toList();
    }

    @Test
    void atTheBoundTheRumorToldLongestAgoGivesWayAndIsRemembered() {
        RumorScript script = new RumorScript(Strategy.PUSH, SMALL);
        script.begin("a");
        script.begin("b");
        script.begin("c");
        assertThat(script.begin("d")).containsExactly(new Effect.Noted(ProtocolEvent.RUMOR_DISPLACED, 1));
        assertThat(script.core.spread()).isEqualTo(3);
        assertThat(script.spreads("a")).isFalse();
        assertThat(script.knows("a")).isTrue();
        assertThat(script.receive(ANN, push("a", 1))).isEmpty();
    }

    @Test
    void asManyGiveWayAsTheBytesNeed() {
        RumorScript script = new RumorScript(Strategy.PUSH, SMALL);
        script.begin("a", 200);
        script.begin("b", 200);
        assertThat(script.begin("c", 1_000 - 128 - 64))
                .containsExactly(new Effect.Noted(ProtocolEvent.RUMOR_DISPLACED, 2));
        assertThat(script.spreads("c")).isTrue();
    }

    @Test
    void aRumorLongerThanAllThatMayBeSpreadIsRefused() {
        RumorScript script = new RumorScript(Strategy.PUSH, SMALL);
        Offer offer = new Offer(List.of(told("a", 0, 1_000), told("b", 0)), false, true);
        assertThat(script.receive(ANN, offer))
                .containsExactly(
                        new Effect.Rejected(RejectReason.OVERSIZED_FRAME, ANN, "A rumor of 1064 bytes"),
                        new Heard("b"),
                        new Sent(ANN, learnt("b")));
        assertThat(script.knows("a")).isFalse();
    }

    @Test
    void whatIsForgottenIsTakenForNew() {
        RumorScript script = new RumorScript(Strategy.PUSH, SMALL);
        for (String id : List.of("a", "b", "c", "d", "e", "f")) {
            script.begin(id);
        }
        assertThat(script.knows("a")).isFalse();
        assertThat(script.knows("b")).isTrue();
        assertThat(script.receive(ANN, push("a", 0))).contains(new Heard("a"));
    }

    @Test
    void whereMoreIsSpreadThanOneMessageTakesAllHaveTheirTurn() {
        RumorScript script = new RumorScript(Strategy.PUSH);
        for (int i = 0; i < 100; i++) {
            script.begin("r" + i);
        }
        List<String> told = new ArrayList<>(idsOf(script.round(ANN).get(0)));
        assertThat(told).hasSize(EpidemicFrame.MAX_RUMORS);
        told.addAll(idsOf(script.round(ANN).get(0)).subList(0, 36));
        assertThat(told).doesNotHaveDuplicates().hasSize(100);
    }

    @Test
    void aMessageHoldsNoMoreBytesThanItMayExceptForASingleRumor() {
        RumorScript script = new RumorScript(Strategy.PUSH);
        script.begin("long", 100_000);
        script.begin("a", 30_000);
        script.begin("b", 30_000);
        assertThat(idsOf(script.round(ANN).get(0))).containsExactly("long");
        assertThat(idsOf(script.round(ANN).get(0))).containsExactly("a");
        assertThat(idsOf(script.round(ANN).get(0))).containsExactly("b");
    }

    @Test
    void aFifthContactOfOnePeerInARoundIsRefused() {
        RumorScript script = new RumorScript(Strategy.PUSH);
        for (int i = 0; i < Contacts.MOST_OF_ONE; i++) {
            assertThat(script.receive(ANN, push("a", 0))).isEqualTo(i == 0 ? List.of(new Heard("a")) : List.of());
        }
        assertRejected(script.receive(ANN, push("c", 0)), RejectReason.TOO_MANY_REQUESTS);
        assertThat(script.receive(BEN, push("c", 0))).containsExactly(new Heard("c"));
        script.round();
        assertThat(script.receive(ANN, push("d", 0))).containsExactly(new Heard("d"));
    }

    @Test
    void allPeersTogetherBeginSoManyContactsInARound() {
        RumorScript script = new RumorScript(Strategy.PULL);
        for (int i = 0; i < Contacts.MOST; i++) {
            assertThat(script.receive(new Origin(new MemberId(1, i), 1), ask(false)))
                    .isEmpty();
        }
        assertRejected(script.receive(ANN, ask(false)), RejectReason.TOO_MANY_REQUESTS);
    }

    @Test
    void anAnswerThatNobodyAskedForIsRefused() {
        RumorScript script = new RumorScript(Strategy.PULL);
        assertRejected(script.receive(ANN, answer(false, "a", 0)), RejectReason.TOO_MANY_REQUESTS);
        script.round(ANN);
        script.round(BEN);
        assertThat(script.receive(ANN, answer(false, "a", 0))).as("late").containsExactly(new Heard("a"));
        assertRejected(script.receive(ANN, answer(false, "b", 0)), RejectReason.TOO_MANY_REQUESTS);
        script.round();
        script.round();
        script.receive(BEN, answer(false, "c", 0));
        assertThat(script.knows("c")).as("too late").isFalse();
    }

    @Test
    void aVerdictThatNobodyAskedForIsRefusedAndChangesNothing() {
        RumorScript script = new RumorScript(
                Strategy.rumorMongering(Direction.PUSH, new StopRule.Counter(1), Strategy.Judgement.FEEDBACK, false));
        script.begin("a");
        assertThat(script.round(BEN)).hasSize(1);
        assertRejected(script.receive(ANN, knew("a", 0)), RejectReason.TOO_MANY_REQUESTS);
        assertThat(script.round(ANN)).containsExactly(new Sent(ANN, judgedPush("a", 0)));
        script.receive(ANN, learnt("a"));
        assertRejected(script.receive(ANN, knew("a", 0)), RejectReason.TOO_MANY_REQUESTS);
    }

    @Test
    void aVerdictOnAnUnknownRumorOrWithAnAbsurdCountIsRefused() {
        RumorScript script = new RumorScript(Strategy.RUMOR_MONGERING);
        script.begin("a");
        script.round(ANN);
        assertRejected(script.receive(ANN, knew("x", 0)), RejectReason.INVALID_RANGE);
        script.round(ANN);
        assertRejected(script.receive(ANN, knew("a", -1)), RejectReason.INVALID_RANGE);
    }

    @Test
    void anAbsurdCountIsRefusedAndTheOthersAreHeard() {
        RumorScript script = new RumorScript(Strategy.PUSH);
        assertRejected(script.receive(ANN, push("a", -1)), RejectReason.INVALID_RANGE);
        assertRejected(script.receive(ANN, push("a", Integer.MAX_VALUE)), RejectReason.INVALID_RANGE);
        assertThat(script.receive(BEN, push("a", EpidemicFrame.MAX_COUNT))).containsExactly(new Heard("a"));
        assertThat(script.round(ANN)).as("too old to be told on").isEmpty();
    }

    @Test
    void aMessageOfMoreRumorsThanMayBeIsRefusedWhole() {
        RumorScript script = new RumorScript(Strategy.PULL);
        List<Told> many = Collections.nCopies(EpidemicFrame.MAX_RUMORS + 1, told("a", 0));
        assertRejected(script.receive(ANN, new Offer(many, true, true)), RejectReason.INVALID_RANGE);
        script.round(ANN);
        assertRejected(
                script.receive(ANN, new EpidemicFrame.Answer(many, List.of(), false)), RejectReason.INVALID_RANGE);
        assertThat(script.knows("a")).isFalse();
    }

    @Test
    void whoeverSaysAgainAndAgainThatItLearntSomethingKeepsNoRumorAlive() {
        RumorScript script = new RumorScript(
                Strategy.rumorMongering(Direction.PULL, new StopRule.Counter(1), Strategy.Judgement.FEEDBACK, false));
        script.begin("a");
        int rounds = 0;
        while (script.spreads("a")) {
            script.round();
            script.receive(ANN, ask(true));
            script.receive(ANN, learnt("a"));
            rounds++;
        }
        assertThat(rounds).isEqualTo(StopRule.MOST_ROUNDS + 1);
    }

    @Test
    void theNextRoundIsPutOffUntilWhatWasSentFitsIntoTheBudgetAnswersToo() {
        RumorScript script = new RumorScript(Strategy.PUSH_PULL);
        script.core.pace(new Pace(2, Duration.ofMillis(100), 1_400, 10_000, Set.of()));
        for (int i = 0; i < 50; i++) {
            script.begin("r" + i, 400);
        }
        long bytes = bytes(script.round(RumorScript.ANN, RumorScript.BEN));
        bytes += bytes(script.receive(RumorScript.CAT, RumorScript.ask(false)));
        assertThat(bytes).isBetween(2_800L, 4_400L);
        assertThat(script.round(RumorScript.ANN, RumorScript.BEN))
                .as("planned before the answer")
                .isNotEmpty();
        int silent = 0;
        while (script.round(RumorScript.ANN, RumorScript.BEN).isEmpty()) {
            silent++;
        }
        assertThat(silent).as("rounds of 100 ms for some 5,000 bytes").isBetween(2, 8);
    }

    private static long bytes(List<Object> sent) {
        return sent.stream()
                .filter(Sent.class::isInstance)
                .mapToLong(one -> ((Sent) one).frame().size())
                .sum();
    }
}
