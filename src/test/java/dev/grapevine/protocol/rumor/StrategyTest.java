package dev.grapevine.protocol.rumor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.grapevine.protocol.rumor.StopRule.Age;
import dev.grapevine.protocol.rumor.StopRule.Coin;
import dev.grapevine.protocol.rumor.StopRule.Counter;
import dev.grapevine.protocol.rumor.Strategy.Judgement;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class StrategyTest {

    @Test
    void eachNameIsThatOfItsStrategy() {
        assertThat(Strategy.named("push")).isSameAs(Strategy.PUSH);
        assertThat(Strategy.named("pull")).isSameAs(Strategy.PULL);
        assertThat(Strategy.named("push-pull")).isSameAs(Strategy.PUSH_PULL);
        assertThat(Strategy.named("rumor-mongering")).isSameAs(Strategy.RUMOR_MONGERING);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Strategy.named("gossip"))
                .withMessage("A strategy is push, pull, push-pull or rumor-mongering, not 'gossip'");
    }

    @Test
    void partsThatDoNotGoTogetherAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Strategy(Direction.PUSH, new Age(1), Judgement.FEEDBACK, false));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Strategy.rumorMongering(Direction.PUSH, new Age(1), Judgement.BLIND, false));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Strategy.rumorMongering(Direction.PUSH, new Counter(1), Judgement.FEEDBACK, true));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Strategy.rumorMongering(Direction.PUSH_PULL, new Coin(1), Judgement.FEEDBACK, true));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Strategy.rumorMongering(Direction.PUSH_PULL, new Counter(1), Judgement.BLIND, true));
    }

    @Test
    void whatIsOutOfRangeIsRefusedByName() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Counter(0)).withMessage("k is 1 to 32, not 0");
        assertThatIllegalArgumentException().isThrownBy(() -> new Coin(33)).withMessage("k is 1 to 32, not 33");
        assertThatIllegalArgumentException().isThrownBy(() -> new Age(-1)).withMessage("margin is 0 to 128, not -1");
        RumorSettings defaults = RumorSettings.DEFAULT;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> defaults.withFanout(17))
                .withMessageContaining("fanout");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> defaults.withInterval(Duration.ZERO))
                .withMessageContaining("interval");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> defaults.withRestInterval(Duration.ofMillis(99)))
                .withMessageContaining("restInterval");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> defaults.withMaxRumors(0))
                .withMessageContaining("maxRumors");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> defaults.withMaxBytes(0))
                .withMessageContaining("maxBytes");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> defaults.withMaxKnown(0))
                .withMessageContaining("maxKnown");
    }

    @Test
    void aJudgedCounterCountsRoundsThatTaughtNobodyAndBeginsAnewAfterOneThatDid() {
        Counter counter = new Counter(3);
        assertThat(counter.afterFeedback(2, 0, 0)).isEqualTo(2);
        assertThat(counter.afterFeedback(2, 0, 1)).isEqualTo(3);
        assertThat(counter.afterFeedback(1, 0, 5)).isEqualTo(2);
        assertThat(counter.afterFeedback(2, 1, 5)).isZero();
        assertThat(counter.isOver(2)).isFalse();
        assertThat(counter.isOver(3)).isTrue();
    }

    @Test
    void aBlindCounterCountsEachContact() {
        assertThat(new Counter(3).afterBlind(1, 2)).isEqualTo(3);
        assertThat(new Counter(3).afterBlind(1, 0)).isEqualTo(1);
    }

    @Test
    void aCoinFallsOnceInSoManyContacts() {
        SplittableRandom random = new SplittableRandom(1);
        int fallen = 0;
        for (int i = 0; i < 40_000; i++) {
            fallen += new Coin(4).falls(1, random) ? 1 : 0;
        }
        assertThat(fallen).isBetween(9_700, 10_300); // 3.5 standard deviations
        assertThat(new Coin(4).falls(0, random)).isFalse();
        assertThat(new Coin(1).falls(1, random)).isTrue();
    }

    @Test
    void aRumorGetsAsOldAsItTakesToReachAllAndAFewRoundsMore() {
        // log2(1000) + ln(1000) + 1 = 17.9; log3(1000) + log2(ln(1000)) + 0.25 = 9.3
        assertThat(new Age(4).rounds(Direction.PUSH, 1, 1_000)).isEqualTo(22);
        assertThat(new Age(0).rounds(Direction.PUSH_PULL, 1, 1_000)).isEqualTo(10);
        for (int members : new int[] {-1, 0, 1, 2, Integer.MAX_VALUE}) {
            assertThat(new Age(0).rounds(Direction.PULL, 1, members)).isBetween(1, 40);
        }
    }
}
