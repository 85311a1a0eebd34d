package dev.grapevine.protocol.membership;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.Rumor;
import dev.grapevine.protocol.frame.Rumor.Evidence;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RumorQueueTest {

    private static Origin origin(int number) {
        return new Origin(new MemberId(0, number), 1);
    }

    private static Rumor dead(int number) {
        return new Rumor.Dead(origin(number), 0, origin(99));
    }

    private static Rumor suspect(int number, long incarnation, int accuser) {
        return new Rumor.Suspect(origin(number), incarnation, origin(accuser), Evidence.SILENCE);
    }

    @Test
    void aRumorTravelsALimitedNumberOfTimes() {
        RumorQueue queue = new RumorQueue(10);
        queue.add(dead(1));
        for (int i = 0; i < 3; i++) {
            assertThat(queue.take(3, 32, 1400)).containsExactly(dead(1));
        }
        assertThat(queue.take(3, 32, 1400)).isEmpty();
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void thoseSentLeastComeFirstAndAmongTheseTheLatest() {
        RumorQueue queue = new RumorQueue(10);
        queue.add(dead(1));
        assertThat(queue.take(9, 1, 1400)).containsExactly(dead(1));
        queue.add(dead(2));
        queue.add(dead(3));
        assertThat(queue.take(9, 2, 1400)).containsExactly(dead(3), dead(2));
        assertThat(queue.take(9, 9, 1400)).containsExactly(dead(3), dead(2), dead(1));
    }

    @Test
    void aFrameHasABudgetOfBytesButTheFirstRumorAlwaysFits() {
        Member wordy = new Member(origin(7), "seven", new Address("host", 1), "", Map.of("k", "v".repeat(3000)));
        RumorQueue queue = new RumorQueue(10);
        queue.add(dead(1));
        queue.add(dead(2));
        queue.add(new Rumor.Alive(wordy, 0));
        assertThat(queue.take(9, 32, 128)).containsExactly(new Rumor.Alive(wordy, 0));
        assertThat(queue.take(9, 32, 128)).containsExactly(dead(2), dead(1));
        assertThat(queue.take(9, 32, 127)).hasSize(1);
    }

    @Test
    void aVerdictDisplacesTheAccusationsAndAHigherIncarnationTheOlderOnes() {
        RumorQueue queue = new RumorQueue(10);
        queue.add(suspect(1, 0, 5));
        queue.add(suspect(1, 0, 6));
        queue.add(suspect(1, 0, 5));
        assertThat(queue.size()).as("one of each accuser").isEqualTo(2);
        queue.add(suspect(1, 1, 6));
        assertThat(queue.take(9, 32, 1400)).containsExactly(suspect(1, 1, 6));
        queue.add(dead(1));
        assertThat(queue.take(9, 32, 1400)).containsExactly(dead(1));
    }

    @Test
    void atTheBoundTheRumorThatWasSentMostGivesWay() {
        RumorQueue queue = new RumorQueue(2);
        queue.add(dead(1));
        queue.take(9, 32, 1400);
        queue.add(dead(2));
        queue.add(dead(3));
        assertThat(queue.take(9, 32, 1400)).isEqualTo(List.of(dead(3), dead(2)));
        assertThat(queue.size()).isEqualTo(2);
    }
}
