package dev.grapevine.protocol.dissemination;

import static dev.grapevine.protocol.dissemination.Fixture.ANN;
import static dev.grapevine.protocol.dissemination.Fixture.NEWS;
import static dev.grapevine.protocol.dissemination.Fixture.control;
import static dev.grapevine.protocol.dissemination.Fixture.deliver;
import static dev.grapevine.protocol.dissemination.Fixture.digest;
import static dev.grapevine.protocol.dissemination.Fixture.gap;
import static dev.grapevine.protocol.dissemination.Fixture.noted;
import static dev.grapevine.protocol.dissemination.Fixture.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.frame.DisseminationFrame.Pull;
import dev.grapevine.protocol.frame.DisseminationFrame.Unavailable;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.ProtocolEvent;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RepairTest {

    private static final Effect GAP_NOTED = noted(ProtocolEvent.GAP_ANNOUNCED, 1);

    private final Fixture node = new Fixture();

    @BeforeEach
    void linked() {
        node.linkUp(ANN);
        node.receive(1, 2);
    }

    private static Duration millis(long millis) {
        return Duration.ofMillis(millis);
    }

    private static Effect[] pull(long from, long to) {
        return new Effect[] {
            control(ANN, new Pull(ANN, NEWS, from, to)), noted(ProtocolEvent.REPAIR_REQUESTED, to - from + 1)
        };
    }

    @Test
    void aHoleIsAskedForAfterTheDelayForMessagesThatAreMerelyLate() {
        node.receive(5, 5);

        assertThat(node.after(millis(19))).isEmpty();
        assertThat(node.after(millis(1))).containsExactly(pull(3, 4));
    }

    @Test
    void aTailThatADigestToldOfIsAskedFor() {
        assertThat(node.receive(ANN, digest(ANN, NEWS, 1, 1, 4))).isEmpty();

        assertThat(node.after(millis(20))).containsExactly(pull(3, 4));
    }

    @Test
    void aRequestWithoutAnswerIsRepeatedAtDoublingIntervalsUpToEightSeconds() {
        node.receive(5, 5);
        node.after(millis(20));

        for (long pause : List.of(500, 1000, 2000, 4000, 8000, 8000, 8000)) {
            assertThat(node.after(millis(pause - 1))).isEmpty();
            assertThat(node.after(millis(1))).containsExactly(pull(3, 4));
        }
    }

    @Test
    void aPartOfTheAnswerGivesTheRestItsTimeAnew() {
        node.receive(ANN, digest(ANN, NEWS, 1, 1, 10));
        node.after(millis(20));
        node.after(millis(400));

        assertThat(node.receive(3, 5)).containsExactly(deliver(ANN, 3, 5));
        assertThat(node.after(millis(499))).isEmpty();
        assertThat(node.after(millis(1))).containsExactly(pull(6, 10));
    }

    @Test
    void aRepairIsDeliveredWithWhatWaitedBehindItAndEndsTheAsking() {
        node.receive(5, 6);
        node.after(millis(20));

        assertThat(node.receive(3, 4)).containsExactly(deliver(ANN, 3, 4), deliver(ANN, 5, 6));
        assertThat(node.after(Duration.ofSeconds(20))).isEmpty();
    }

    @Test
    void aLongHoleIsAskedForInPartsAndTheNextPartAsTheAnswersCome() {
        int most = Limits.PULL_MESSAGES;
        int half = most / 2;
        node.receive(ANN, digest(ANN, NEWS, 1, 1, 3 * most));

        assertThat(node.after(millis(20))).containsExactly(pull(3, 2 + most));
        answer(3, 1 + half);
        Effect[] next = pull(3 + most, 2 + most + half);
        assertThat(node.receive(2 + half, 2 + half))
                .containsExactly(deliver(ANN, 2 + half, 2 + half), next[0], next[1]);
        assertThat(node.receive(3 + half, 3 + half)).hasSize(1);
    }

    /** Repairs of at most as many as one frame holds. */
    private void answer(long first, long last) {
        for (long from = first; from <= last; from += DisseminationFrame.MAX_PAYLOADS) {
            node.receive(from, Math.min(last, from + DisseminationFrame.MAX_PAYLOADS - 1));
        }
    }

    @Test
    void aFewHolesAreAskedForEachTheLowestFirst() {
        for (long sequence = 4; sequence <= 2 + 2 * Limits.PULL_RANGES; sequence += 2) {
            node.receive(sequence, sequence);
        }

        List<Effect> asked = node.after(millis(20));

        assertThat(asked).hasSize(2 * Limits.PULL_RANGES).startsWith(pull(3, 3)).endsWith(pull(33, 33));
    }

    @Test
    void manyHolesNearToEachOtherAreAskedForTogetherAndSoAgain() {
        for (long sequence = 4; sequence <= 4000; sequence += 2) {
            node.receive(sequence, sequence);
        }
        node.receive(4010, 4010);

        assertThat(node.after(millis(20))).containsExactly(pull(3, 4009));
        assertThat(node.after(millis(500))).containsExactly(pull(3, 4009));
        assertThat(node.receive(3, 4009))
                .endsWith(deliver(ANN, 4010, 4010), noted(ProtocolEvent.DUPLICATE_MESSAGE, 1999));
        assertThat(node.after(Duration.ofSeconds(20))).isEmpty();
    }

    @Test
    void manyHolesFarFromEachOtherAreAskedForAFewAtATime() {
        int step = Limits.PULL_OVERLAP + 2;
        for (long first = 4; first < 4 + 100 * step; first += step) {
            node.receive(first, first + step - 2);
        }

        assertThat(node.after(millis(20))).hasSize(2 * Limits.PULL_RANGES).startsWith(pull(3, 3));
        long next = 3 + (long) Limits.PULL_RANGES * step;
        assertThat(node.receive(3, 3)).endsWith(pull(next, next));
    }

    @Test
    void theRequestsOfATickAreLimitedAndTheOtherStreamsComeFirstNextTime() {
        int streams = Limits.REQUESTS_PER_TICK + 10;
        for (int topic = 0; topic < streams; topic++) {
            node.receive(ANN, run(ANN, "topic-" + topic, 1, 1));
            node.receive(ANN, run(ANN, "topic-" + topic, 3, 3));
        }

        assertThat(node.after(millis(20))).hasSize(2 * Limits.REQUESTS_PER_TICK);
        assertThat(node.after(millis(50)))
                .hasSize(2 * 10)
                .startsWith(control(ANN, new Pull(ANN, "topic-" + Limits.REQUESTS_PER_TICK, 2, 2)));
    }

    @Test
    void whatIsUnavailableBecomesAGapOfExactlyTheMissingMessages() {
        node.receive(5, 6);
        node.receive(9, 9);
        node.after(millis(20));

        assertThat(node.receive(ANN, new Unavailable(ANN, NEWS, 3, 8)))
                .containsExactly(
                        gap(ANN, 3, 4), GAP_NOTED, deliver(ANN, 5, 6), gap(ANN, 7, 8), GAP_NOTED, deliver(ANN, 9, 9));
        assertThat(node.receive(10, 10)).containsExactly(deliver(ANN, 10, 10));
    }

    @Test
    void aMessageThatComesAfterItsGapIsADuplicate() {
        node.receive(5, 5);
        node.receive(ANN, new Unavailable(ANN, NEWS, 3, 4));

        assertThat(node.receive(3, 4)).containsExactly(noted(ProtocolEvent.DUPLICATE_MESSAGE, 2));
    }

    @Test
    void aDigestThatRetainsLessThanIsMissingTellsOfTheGapWithoutAsking() {
        node.receive(5, 5);

        assertThat(node.receive(ANN, digest(ANN, NEWS, 1, 4, 7))).containsExactly(gap(ANN, 3, 3), GAP_NOTED);
        assertThat(node.after(millis(20))).containsExactly(pull(4, 4)[0], pull(4, 4)[1], pull(6, 7)[0], pull(6, 7)[1]);
    }

    @Test
    void aDigestDoesNotGiveUpWhatWasAskedForAndMayBeOnItsWay() {
        node.receive(5, 5);
        node.after(millis(20));

        assertThat(node.receive(ANN, digest(ANN, NEWS, 1, 6, 5))).isEmpty();
        assertThat(node.receive(3, 4)).containsExactly(deliver(ANN, 3, 4), deliver(ANN, 5, 5));
    }

    @Test
    void withoutALinkNothingIsAskedForAndANewLinkAsksForAllOfIt() {
        node.receive(5, 5);
        node.after(millis(20));
        node.linkDown(ANN);
        assertThat(node.after(Duration.ofSeconds(30))).isEmpty();

        node.linkUp(ANN);

        assertThat(node.after(millis(19))).isEmpty();
        assertThat(node.after(millis(1))).containsExactly(pull(3, 4));
        assertThat(node.after(millis(500))).containsExactly(pull(3, 4));
    }

    @Test
    void aDigestOnANewLinkGivesUpWhatTheLostRequestsWereFor() {
        node.receive(5, 5);
        node.after(millis(20));
        node.linkDown(ANN);
        node.linkUp(ANN);

        assertThat(node.receive(ANN, digest(ANN, NEWS, 1, 6, 5)))
                .containsExactly(gap(ANN, 3, 4), GAP_NOTED, deliver(ANN, 5, 5));
    }

    @Test
    void anOldDigestTellsNothingNew() {
        node.receive(3, 6);

        assertThat(node.receive(ANN, digest(ANN, NEWS, 1, 1, 4))).isEmpty();
        assertThat(node.after(Duration.ofSeconds(1))).isEmpty();
    }
}
