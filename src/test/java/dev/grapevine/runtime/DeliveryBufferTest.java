package dev.grapevine.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import dev.grapevine.topic.Gap;
import dev.grapevine.topic.Overflow;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DeliveryBufferTest {

    private static final Origin A = new Origin(new MemberId(1, 1), 1);
    private static final Origin B = new Origin(new MemberId(2, 2), 1);

    /** The longest message there can be; one array for all. */
    private static final Bytes LARGEST = Bytes.wrap(new byte[64 << 20]);

    private static Run messages(Origin origin, long first, int count) {
        return Run.messages(origin, first, Collections.nCopies(count, Bytes.EMPTY));
    }

    private static List<String> drain(DeliveryBuffer buffer, int most) {
        List<String> told = new ArrayList<>();
        for (Run run = buffer.poll(most, Long.MAX_VALUE); run != null; run = buffer.poll(most, Long.MAX_VALUE)) {
            told.add(tell(run));
        }
        return told;
    }

    private static String tell(Run run) {
        String range = (run.origin().equals(A) ? "A" : "B") + run.first() + ".." + run.last();
        return run.gap() == null ? range : range + " " + run.gap();
    }

    @Test
    void runsComeOutInOrderInSlicesOfWhatIsAskedFor() {
        DeliveryBuffer buffer = new DeliveryBuffer(10, Overflow.DROP_OLDEST);
        assertThat(buffer.offer(messages(A, 1, 5))).isZero();
        assertThat(buffer.offer(messages(B, 1, 2))).isZero();
        assertThat(drain(buffer, 3)).containsExactly("A1..3", "A4..5", "B1..2");
        assertThat(buffer.isEmpty()).isTrue();
    }

    @Test
    void aGapBehindTheLastMessageIsToldThoughThereIsAlwaysSomethingOfOthers() {
        DeliveryBuffer buffer = new DeliveryBuffer(8, Overflow.DROP_OLDEST);
        buffer.offer(messages(B, 1, 1));
        buffer.offer(Run.gap(B, 2, 9, Gap.Reason.LOST));
        buffer.offer(messages(A, 1, 3));
        List<String> told = new ArrayList<>();
        for (int i = 4; i < 30; i++) {
            buffer.offer(messages(A, i, 1));
            told.add(tell(buffer.poll(1, Long.MAX_VALUE)));
        }
        assertThat(told).startsWith("B1..1", "A1..1").containsOnlyOnce("B2..9 LOST");
        assertThat(told.indexOf("B2..9 LOST")).isLessThanOrEqualTo(8 + 1);
    }

    @Test
    void aGapIsNotToldBeforeTheMessagesInFrontOfIt() {
        DeliveryBuffer buffer = new DeliveryBuffer(3, Overflow.DROP_OLDEST);
        List<String> told = new ArrayList<>();
        for (int i = 1; i <= 7; i++) {
            buffer.offer(messages(A, i, 1));
            told.add(tell(buffer.poll(1, Long.MAX_VALUE)));
        }
        buffer.offer(messages(A, 8, 1));
        buffer.offer(messages(B, 1, 1));
        buffer.offer(Run.gap(B, 2, 9, Gap.Reason.LOST));
        told.addAll(drain(buffer, 1));
        assertThat(told).endsWith("A8..8", "B1..1", "B2..9 LOST");
    }

    @Test
    void droppingTheOldestTellsThemAsAGapBeforeWhatFollows() {
        DeliveryBuffer buffer = new DeliveryBuffer(4, Overflow.DROP_OLDEST);
        buffer.offer(messages(A, 1, 3));
        assertThat(buffer.offer(messages(B, 1, 1))).isZero();
        assertThat(buffer.offer(messages(A, 4, 2))).isEqualTo(2);
        assertThat(drain(buffer, 9)).containsExactly("A1..2 OVERFLOW", "A3..3", "B1..1", "A4..5");
    }

    @Test
    void aRunLongerThanTheWholeBufferKeepsItsNewestMessages() {
        DeliveryBuffer buffer = new DeliveryBuffer(3, Overflow.DROP_OLDEST);
        assertThat(buffer.offer(messages(A, 1, 10))).isEqualTo(7);
        assertThat(drain(buffer, 9)).containsExactly("A1..7 OVERFLOW", "A8..10");
    }

    @Test
    void droppingTheNewestTellsThemBeforeTheNextThatIsAccepted() {
        DeliveryBuffer buffer = new DeliveryBuffer(2, Overflow.DROP_NEWEST);
        assertThat(buffer.offer(messages(A, 1, 5))).isEqualTo(3);
        assertThat(tell(buffer.poll(2, Long.MAX_VALUE))).isEqualTo("A1..2");
        buffer.offer(messages(A, 6, 1));
        assertThat(drain(buffer, 9)).containsExactly("A3..5 OVERFLOW", "A6..6");
    }

    private static Run large(Origin origin, long first, int count) {
        return Run.messages(origin, first, Collections.nCopies(count, LARGEST));
    }

    @Test
    void largeMessagesCountInBytesToo() {
        DeliveryBuffer buffer = new DeliveryBuffer(1_000, Overflow.DROP_OLDEST);
        assertThat(buffer.offer(messages(A, 1, 3))).isZero();
        assertThat(buffer.offer(large(A, 4, 1))).isZero();
        assertThat(buffer.roomToHalf()).isEqualTo(496);
        assertThat(buffer.offer(large(A, 5, 1))).isZero();
        assertThat(buffer.roomToHalf()).isZero();
        assertThat(buffer.offer(messages(A, 6, 900))).isZero();
        assertThat(buffer.offer(large(B, 1, 1))).as("the oldest until it fits").isEqualTo(4);
        assertThat(drain(buffer, 999)).containsExactly("A1..4 OVERFLOW", "A5..5", "A6..905", "B1..1");
        assertThat(buffer.roomToHalf()).isEqualTo(500);
    }

    @Test
    void ofARunWithTooManyLargeMessagesTheStrategyKeepsTheNewestOrTheFirst() {
        DeliveryBuffer newest = new DeliveryBuffer(1_000, Overflow.DROP_OLDEST);
        newest.offer(messages(A, 1, 3));
        assertThat(newest.offer(large(A, 4, 5))).isEqualTo(6);
        assertThat(drain(newest, 9)).containsExactly("A1..6 OVERFLOW", "A7..8");

        DeliveryBuffer first = new DeliveryBuffer(1_000, Overflow.DROP_NEWEST);
        assertThat(first.offer(large(A, 1, 5))).isEqualTo(3);
        assertThat(first.offer(messages(A, 6, 1))).isZero();
        assertThat(drain(first, 9)).containsExactly("A1..2", "A3..5 OVERFLOW", "A6..6");
    }

    @Test
    void whatWasRefusedLastIsToldOnceNothingElseWaits() {
        DeliveryBuffer buffer = new DeliveryBuffer(2, Overflow.DROP_NEWEST);
        buffer.offer(messages(A, 1, 5));
        assertThat(drain(buffer, 9)).containsExactly("A1..2", "A3..5 OVERFLOW");
    }

    @Test
    void anErrorStrategyDeliversWhatWaitsAndTakesNothingMore() {
        DeliveryBuffer buffer = new DeliveryBuffer(2, Overflow.ERROR);
        buffer.offer(messages(A, 1, 3));
        assertThat(buffer.isOverflown()).isTrue();
        buffer.offer(messages(A, 4, 1));
        assertThat(drain(buffer, 9)).containsExactly("A1..2");
    }

    @Test
    void aLostRangeKeepsItsPlaceAndItsReason() {
        DeliveryBuffer buffer = new DeliveryBuffer(9, Overflow.DROP_OLDEST);
        buffer.offer(messages(A, 1, 1));
        buffer.offer(Run.gap(A, 2, 4, Gap.Reason.LOST));
        buffer.offer(messages(A, 5, 1));
        assertThat(drain(buffer, 9)).containsExactly("A1..1", "A2..4 LOST", "A5..5");
    }

    @Test
    void gapsOfAPublisherWithNothingBetweenThemAreOneHoweverManyPublishersTakeTurns() {
        DeliveryBuffer buffer = new DeliveryBuffer(9, Overflow.DROP_OLDEST);
        for (int i = 1; i <= 1000; i++) {
            buffer.offer(Run.gap(A, i, i, Gap.Reason.LOST));
            buffer.offer(Run.gap(B, i, i, Gap.Reason.LOST));
        }
        buffer.offer(messages(B, 1001, 1));
        assertThat(drain(buffer, 9)).containsExactly("B1..1000 LOST", "B1001..1001", "A1..1000 LOST");
    }

    @Test
    void aGapBeforeARunThatIsTooLongIsToldBeforeWhatTheRunLost() {
        DeliveryBuffer buffer = new DeliveryBuffer(2, Overflow.DROP_OLDEST);
        buffer.offer(Run.gap(A, 1, 4, Gap.Reason.LOST));
        buffer.offer(messages(A, 5, 6));
        assertThat(drain(buffer, 9)).containsExactly("A1..8 OVERFLOW", "A9..10");
    }

    @Test
    void everySequenceIsToldExactlyOnceAsAMessageOrInAGapWhateverTheStrategyAndSpeed() {
        for (int seed = 0; seed < 2000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Overflow overflow = random.nextBoolean() ? Overflow.DROP_OLDEST : Overflow.DROP_NEWEST;
            int capacity = 1 + random.nextInt(8);
            DeliveryBuffer buffer = new DeliveryBuffer(capacity, overflow);
            Map<Origin, Long> sent = new TreeMap<>(Map.of(A, 0L, B, 0L));
            Map<Origin, Long> told = new TreeMap<>(Map.of(A, 0L, B, 0L));
            int waiting = 0;
            for (int step = 0; step < 60; step++) {
                if (random.nextInt(3) > 0) {
                    Origin origin = random.nextBoolean() ? A : B;
                    int count = 1 + random.nextInt(5);
                    Run run = random.nextInt(6) == 0
                            ? Run.gap(origin, sent.get(origin) + 1, sent.get(origin) + count, Gap.Reason.LOST)
                            : messages(origin, sent.get(origin) + 1, count);
                    sent.merge(origin, (long) count, Long::sum);
                    long missed = buffer.offer(run);
                    waiting += run.messages() - (int) missed;
                    assertThat(waiting).as("seed %d", seed).isBetween(0, capacity);
                } else {
                    waiting -= take(buffer, 1 + random.nextInt(3), told, seed);
                }
            }
            while (!buffer.isEmpty()) {
                take(buffer, 3, told, seed);
            }
            assertThat(told).as("seed %d", seed).isEqualTo(sent);
        }
    }

    private static int take(DeliveryBuffer buffer, int most, Map<Origin, Long> told, int seed) {
        Run run = buffer.poll(most, Long.MAX_VALUE);
        if (run == null) {
            return 0;
        }
        assertThat(run.first()).as("seed %d: %s", seed, tell(run)).isEqualTo(told.get(run.origin()) + 1);
        told.put(run.origin(), run.last());
        return run.messages();
    }
}
