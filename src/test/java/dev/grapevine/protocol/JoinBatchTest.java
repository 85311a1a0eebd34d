package dev.grapevine.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.JoinState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Times in milliseconds; the quiet time is 100. */
class JoinBatchTest {

    private final JoinBatch batch = new JoinBatch(Duration.ofMillis(100));
    private final TreeSet<Origin> present = new TreeSet<>();
    private final List<Effect> effects = new ArrayList<>();

    private static Member member(int id, String... label) {
        Map<String, String> labels = label.length == 0 ? Map.of() : Map.of("label", label[0]);
        return new Member(new Origin(new MemberId(0, id), 1), "m" + id, new Address("host", id), "", labels);
    }

    private static Effect shown(Member member, MemberStatus status) {
        return new Effect.MemberChanged(member, status);
    }

    private static Effect shown(int id) {
        return shown(member(id), MemberStatus.ALIVE);
    }

    private static long nanos(long millis) {
        return millis * 1_000_000;
    }

    private List<Effect> told() {
        List<Effect> told = List.copyOf(effects);
        effects.clear();
        return told;
    }

    /** One step in which a member stands so. */
    private List<Effect> stands(Member member, MemberStatus status, long at) {
        stepOf(member, status, at);
        batch.settle();
        return told();
    }

    private void stepOf(Member member, MemberStatus status, long at) {
        boolean known = present.contains(member.origin());
        if (status.isPresent()) {
            present.add(member.origin());
        } else {
            present.remove(member.origin());
        }
        batch.changed(new Effect.MemberChanged(member, status), known, nanos(at), effects::add);
    }

    private List<Effect> joins(int id, long at) {
        return stands(member(id), MemberStatus.ALIVE, at);
    }

    private List<Effect> tick(long at) {
        batch.tick(nanos(at), effects::add);
        return told();
    }

    @Test
    void whoJoinsAloneIsShownAtOnce() {
        assertThat(joins(1, 0)).containsExactly(shown(1));
        assertThat(joins(2, 100)).containsExactly(shown(2));
        assertThat(joins(3, 10_000)).containsExactly(shown(3));
    }

    @Test
    void theOthersOfABurstAreShownTogetherWhenItIsQuiet() {
        assertThat(joins(1, 0)).containsExactly(shown(1));
        assertThat(joins(4, 50)).isEmpty();
        assertThat(joins(2, 90)).isEmpty();
        assertThat(tick(289)).isEmpty();
        assertThat(tick(290)).as("twice the quiet time after the last of three").containsExactly(shown(2), shown(4));
        assertThat(tick(1_000)).isEmpty();
    }

    @Test
    void theMoreHaveJoinedTheLongerItWaitsForStragglersAndAfterwardsItForgets() {
        for (int i = 0; i < 200; i++) {
            joins(i, i);
        }
        assertThat(tick(199 + 799)).isEmpty();
        assertThat(tick(199 + 800)).as("eight bits").hasSize(199);
        assertThat(joins(300, 999)).containsExactly(shown(300));
        assertThat(joins(301, 1_000)).isEmpty();
        assertThat(tick(1_200)).containsExactly(shown(301));
    }

    @Test
    void aStragglerBelongsToTheBurstAlthoughTheOthersAreShown() {
        for (int i = 0; i < 200; i++) {
            joins(i, 0);
        }
        batch.show(effects::add);
        assertThat(told()).hasSize(199);
        assertThat(joins(300, 700)).isEmpty();
        assertThat(tick(1_500)).containsExactly(shown(300));
    }

    @Test
    void aBurstThatNeverEndsIsShownInBatches() {
        List<Integer> sizes = new ArrayList<>();
        for (int at = 0; at < 10_000; at += 50) {
            joins(at, at);
            List<Effect> shown = tick(at);
            if (!shown.isEmpty()) {
                sizes.add(shown.size());
            }
        }
        assertThat(sizes).containsExactly(65, 65, 65); // 32 quiet times after the first that is held
    }

    @Test
    void whomAMemberFindsWhenItJoinsIsOneBatch() {
        batch.begin(nanos(0));
        assertThat(joins(1, 5)).isEmpty();
        assertThat(joins(2, 6)).isEmpty();
        assertThat(tick(206)).containsExactly(shown(1), shown(2));
    }

    @Test
    void whatHappensToAMemberThatIsHeldIsPartOfItsJoin() {
        joins(1, 0);
        joins(2, 1);
        assertThat(stands(member(2), MemberStatus.SUSPECT, 2)).isEmpty();
        assertThat(stands(member(2), MemberStatus.ALIVE, 3)).isEmpty();
        assertThat(stands(member(2, "new"), MemberStatus.ALIVE, 4)).isEmpty();
        assertThat(tick(1_000)).containsExactly(shown(member(2, "new"), MemberStatus.ALIVE));
    }

    @Test
    void whoJoinsAndGoesWithinABurstIsNeverShown() {
        joins(1, 0);
        joins(2, 1);
        joins(3, 1);
        assertThat(stands(member(2), MemberStatus.DEAD, 2)).isEmpty();
        assertThat(stands(member(3), MemberStatus.LEFT, 2)).isEmpty();
        assertThat(tick(1_000)).isEmpty();
    }

    @Test
    void whoWasNeverPresentIsNotSaidToBeGone() {
        assertThat(stands(member(9), MemberStatus.DEAD, 0)).isEmpty();
    }

    @Test
    void whatHappensToWhoIsShownIsToldAtOnceAlsoDuringABurst() {
        joins(1, 0);
        joins(2, 1);
        assertThat(stands(member(1), MemberStatus.SUSPECT, 2)).containsExactly(shown(member(1), MemberStatus.SUSPECT));
        assertThat(stands(member(1, "x"), MemberStatus.ALIVE, 3))
                .containsExactly(shown(member(1, "x"), MemberStatus.ALIVE));
        assertThat(stands(member(1), MemberStatus.LEFT, 4)).containsExactly(shown(member(1), MemberStatus.LEFT));
        assertThat(tick(1_000)).containsExactly(shown(2));
    }

    @Test
    void whoTakesThePlaceOfAnotherInTheSameStepIsShownAtOnceSoThatNoViewLacksBoth() {
        joins(1, 0);
        joins(2, 1);
        stepOf(member(1), MemberStatus.DEAD, 2);
        assertThat(joins(3, 2)).containsExactly(shown(member(1), MemberStatus.DEAD), shown(3));
        assertThat(joins(4, 3)).as("in the next step again").isEmpty();
    }

    @Test
    void whoseMessageIsDeliveredIsShownBeforeWithAllThatAreHeld() {
        joins(1, 0);
        joins(2, 1);
        joins(3, 1);
        batch.heard(member(1).origin(), effects::add);
        batch.heard(member(9).origin(), effects::add);
        assertThat(told()).isEmpty();
        batch.heard(member(3).origin(), effects::add);
        assertThat(told()).containsExactly(shown(2), shown(3));
    }

    @Test
    void thatOthersAreFoundIsToldWithThem() {
        batch.begin(nanos(0));
        batch.changed(new Effect.JoinChanged(JoinState.JOINING), effects::add);
        assertThat(told()).containsExactly(new Effect.JoinChanged(JoinState.JOINING));
        joins(1, 5);
        batch.changed(new Effect.JoinChanged(JoinState.JOINED), effects::add);
        assertThat(told()).isEmpty();
        assertThat(tick(500)).containsExactly(shown(1), new Effect.JoinChanged(JoinState.JOINED));
    }

    @Test
    void ifTheOthersAreGoneBeforeTheyAreShownOnlyThatIsTold() {
        batch.begin(nanos(0));
        joins(1, 5);
        batch.changed(new Effect.JoinChanged(JoinState.JOINED), effects::add);
        assertThat(stands(member(1), MemberStatus.DEAD, 6)).isEmpty();
        batch.changed(new Effect.JoinChanged(JoinState.ISOLATED), effects::add);
        assertThat(told()).containsExactly(new Effect.JoinChanged(JoinState.ISOLATED));
        assertThat(tick(500)).isEmpty();
    }

    @Test
    void withoutAQuietTimeEverybodyIsShownAtOnce() {
        JoinBatch none = new JoinBatch(Duration.ZERO);
        none.begin(0);
        for (int i = 1; i <= 3; i++) {
            none.changed(new Effect.MemberChanged(member(i), MemberStatus.ALIVE), false, 0, effects::add);
        }
        assertThat(told()).containsExactly(shown(1), shown(2), shown(3));
        assertThatThrownBy(() -> NodeSettings.DEFAULT.withJoinQuiet(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
