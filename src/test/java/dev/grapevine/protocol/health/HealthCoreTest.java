package dev.grapevine.protocol.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.NodeHealth;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.JoinState;
import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.protocol.step.Time;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HealthCoreTest {

    private static final long SECOND = 1_000_000_000L;

    private final HealthCore core = new HealthCore();
    private final List<NodeHealth> told = new ArrayList<>();
    private final Member one = member(1, 1);
    private long seconds;
    private int score;
    private int others = 7;

    private static Member member(int id, long epoch) {
        return new Member(new Origin(new MemberId(0, id), epoch), "m" + id, new Address("host", 1 + id), "", Map.of());
    }

    private Time now() {
        return new Time(seconds * SECOND, seconds * 1000);
    }

    private void settle() {
        core.settle(score, others, now(), effect -> told.add(((Effect.HealthChanged) effect).health()));
    }

    private void stands(Member member, MemberStatus status) {
        core.memberChanged(member, status, now());
        settle();
    }

    /** Suspected and back, so many times, ten seconds apart. */
    private void flap(Member member, int times) {
        for (int i = 0; i < times; i++) {
            stands(member, MemberStatus.SUSPECT);
            stands(member, MemberStatus.ALIVE);
            seconds += 10;
        }
    }

    private void lose(Member member, LinkLoss cause, int times) {
        for (int i = 0; i < times; i++) {
            core.linkDown(member, cause, now());
            settle();
            seconds += 10;
        }
    }

    @Test
    void aMemberThatIsWellTellsNothing() {
        settle();
        stands(one, MemberStatus.ALIVE);
        assertThat(told).isEmpty();
    }

    @Test
    void aScoreThatChangesIsToldOnce() {
        score = 3;
        settle();
        settle();
        score = 0;
        settle();
        assertThat(told).containsExactly(new NodeHealth(3, false, List.of(), false), NodeHealth.GOOD);
    }

    @Test
    void whoExpectsOthersAndSeesNobodyIsIsolated() {
        for (JoinState state : List.of(JoinState.JOINING, JoinState.SEEKING, JoinState.JOINED)) {
            core.joinChanged(state);
            settle();
        }
        core.joinChanged(JoinState.ISOLATED);
        settle();
        core.joinChanged(JoinState.LEFT);
        settle();
        assertThat(told).extracting(NodeHealth::isolated).containsExactly(true, false, true, false);
    }

    @Test
    void whoIsAloneByIntentIsNotIsolated() {
        core.joinChanged(JoinState.ALONE);
        settle();
        assertThat(told).isEmpty();
    }

    @Test
    void fourTurnsAreBadLuckAndTheFifthIsFlapping() {
        flap(one, 4);
        assertThat(told).isEmpty();
        flap(one, 1);
        assertThat(told).containsExactly(new NodeHealth(0, false, List.of(one), false));
    }

    @Test
    void whoHasBeenCalmForLongEnoughFlapsNoMore() {
        flap(one, 5); // from 0 to 40 s
        seconds = 299;
        settle();
        assertThat(told).hasSize(1);
        seconds = 300;
        settle();
        assertThat(told).hasSize(2).last().isEqualTo(NodeHealth.GOOD);
    }

    @Test
    void turnsThatAreFarApartAreNotFlapping() {
        for (int i = 0; i < 50; i++) {
            flap(one, 1);
            seconds += 70;
        }
        assertThat(told).isEmpty();
    }

    @Test
    void aSuspectThatDiesHasTurnedOnce() {
        for (int i = 0; i < 4; i++) {
            stands(one, MemberStatus.SUSPECT);
            stands(one, MemberStatus.DEAD);
            stands(one, MemberStatus.ALIVE);
        }
        assertThat(told).isEmpty();
    }

    @Test
    void anInstanceThatCrashesOverAndOverFlapsAsItsLatestLife() {
        for (int life = 1; life <= 5; life++) {
            stands(member(1, life), MemberStatus.ALIVE);
            stands(member(1, life), MemberStatus.DEAD);
        }
        stands(member(1, 6), MemberStatus.ALIVE);
        assertThat(told).last().isEqualTo(new NodeHealth(0, false, List.of(member(1, 6)), false));
    }

    @Test
    void whoLeavesIsForgotten() {
        flap(one, 5);
        stands(one, MemberStatus.LEFT);
        assertThat(told).last().isEqualTo(NodeHealth.GOOD);
    }

    @Test
    void aLinkThatIsLostOverAndOverIsFlappingUnlessThisSideClosedIt() {
        lose(one, LinkLoss.LOCAL, 9);
        assertThat(told).isEmpty();
        lose(one, LinkLoss.LOST, 5);
        assertThat(told).containsExactly(new NodeHealth(0, false, List.of(one), false));
    }

    @Test
    void lostLinksToHalfOfTheOthersAreThisMembersOwn() {
        others = 4;
        lose(one, LinkLoss.SILENT, 5);
        assertThat(told).last().extracting(NodeHealth::linksFlapping).isEqualTo(false);
        lose(member(2, 1), LinkLoss.SILENT, 5);
        assertThat(told).last().isEqualTo(new NodeHealth(0, false, List.of(one, member(2, 1)), true));
    }

    @Test
    void membersOverTheBoundGiveWayTheCalmestFirst() {
        flap(one, 4);
        for (int i = 0; i < HealthCore.MAX_WATCHED; i++) {
            stands(member(100 + i, 1), MemberStatus.SUSPECT);
        }
        flap(one, 4);
        assertThat(told).isEmpty();
        flap(one, 1);
        assertThat(told).hasSize(1);
    }
}
