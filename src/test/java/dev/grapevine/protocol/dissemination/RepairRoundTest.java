package dev.grapevine.protocol.dissemination;

import static dev.grapevine.protocol.dissemination.Fixture.ANN;
import static dev.grapevine.protocol.dissemination.Fixture.BEN;
import static dev.grapevine.protocol.dissemination.Fixture.CLE;
import static dev.grapevine.protocol.dissemination.Fixture.NEWS;
import static dev.grapevine.protocol.dissemination.Fixture.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame.Pull;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamDigest;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamState;
import dev.grapevine.protocol.frame.Way;
import dev.grapevine.protocol.step.Effect;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How often Ben and Cle are asked for what is missing first, and lack it too, before it is given up. */
class RepairRoundTest {

    private static final int ONE_ROUND = 2;
    private static final int ALL_ROUNDS = Limits.REPAIR_ROUNDS * ONE_ROUND;

    private final Fixture node = Fixture.partial(DisseminationSettings.DEFAULT, BEN, CLE);

    /** How many requests for what was missing first went out, by its sequence. */
    private final Map<Long, Integer> requests = new TreeMap<>();

    /** Beyond this no request is answered. */
    private long answersTo = Long.MAX_VALUE;

    private long next = 3;

    @BeforeEach
    void theThirdIsMissing() {
        receive(1, 2);
        receive(4, 4);
    }

    private void receive(long first, long last) {
        node.receive(BEN, run(ANN, NEWS, first, last).withWay(new Way(2, 0)));
    }

    private List<Effect> tell(Origin from, long last) {
        return node.receive(from, new StreamDigest(List.of(new StreamState(ANN, NEWS, 1, 1, last, 1, new Way(4, 0)))));
    }

    private void untilGivenUp(long sequence) {
        for (int tick = 0; tick < 2000 && next <= sequence; tick++) {
            Deque<Effect> effects = new ArrayDeque<>(node.after(Duration.ofMillis(50)));
            while (!effects.isEmpty()) {
                effects.addAll(follow(effects.removeFirst()));
            }
        }
    }

    /** What follows from an effect; whoever is asked for what is missing first says that it lacks it. */
    private List<Effect> follow(Effect effect) {
        if (effect instanceof Effect.Gap gap) {
            next = gap.to() + 1;
        } else if (effect instanceof Effect.Deliver delivered) {
            next = delivered.first() + delivered.payloads().size();
        } else if (effect instanceof Effect.Send send && send.frame() instanceof Pull pull && pull.from() == next) {
            requests.merge(next, 1, Integer::sum);
            return next <= answersTo ? tell(send.to(), next - 1) : List.of();
        }
        return List.of();
    }

    @Test
    void whatWasMissingAsLongIsGivenUpAfterOneRoundMore() {
        receive(6, 6);
        untilGivenUp(5);

        assertThat(requests).isEqualTo(Map.of(3L, ALL_ROUNDS, 5L, ONE_ROUND));
    }

    @Test
    void soIsTheLastThatSomebodyHadToldOfThen() {
        tell(CLE, 5);
        untilGivenUp(5);

        assertThat(requests).isEqualTo(Map.of(3L, ALL_ROUNDS, 5L, ONE_ROUND));
    }

    @Test
    void whatIsMissingOnlySinceThenIsWaitedForAnew() {
        untilGivenUp(3);
        receive(6, 6);
        untilGivenUp(5);

        assertThat(requests).isEqualTo(Map.of(3L, ALL_ROUNDS, 5L, ALL_ROUNDS));
    }

    @Test
    void soIsWhatWasMissingAsLongWhileNobodyAnswers() {
        receive(6, 6);
        answersTo = 3;
        untilGivenUp(5);

        assertThat(requests).isEqualTo(Map.of(3L, ALL_ROUNDS, 5L, 2 * ALL_ROUNDS));
    }
}
