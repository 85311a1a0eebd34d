package dev.grapevine.protocol.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.OverlayFrame;
import dev.grapevine.protocol.step.DialFailure;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.JoinState;
import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.protocol.step.Time;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class OverlayCoreTest {

    private static final Address SEED = new Address("seed", 1);
    private static final Address OTHER_SEED = new Address("seed", 2);

    private final Member self = member(5);
    private final Member smaller = member(2);
    private final Member larger = member(8);
    private final List<Effect> effects = new ArrayList<>();
    private final OverlayCore core = new OverlayCore(self, OverlaySettings.DEFAULT, new SplittableRandom(3));
    private long millis;

    private static Member member(int number) {
        return new Member(
                new Origin(new MemberId(0, number), 1), "m" + number, new Address("host", number), "", Map.of());
    }

    private static Effect dial(Address address) {
        return new Effect.Dial(address);
    }

    private static Effect state(JoinState state) {
        return new Effect.JoinChanged(state);
    }

    private Time now() {
        return new Time(millis * 1_000_000, millis);
    }

    private List<Effect> taken() {
        List<Effect> taken = List.copyOf(effects);
        effects.clear();
        return taken;
    }

    private List<Effect> join(Address... seeds) {
        core.join(List.of(seeds), false, now(), effects::add);
        return taken();
    }

    private List<Effect> changed(Member member, MemberStatus status) {
        core.memberChanged(member, status, now());
        core.settle(now(), effects::add);
        return taken();
    }

    private List<Effect> linkUp(Member member) {
        core.linkUp(member, null, now(), effects::add);
        return taken();
    }

    private List<Effect> linkUpThrough(Address dialled, Member member) {
        core.memberChanged(member, MemberStatus.ALIVE, now());
        core.settle(now(), effects::add);
        effects.removeIf(effect -> effect instanceof Effect.Dial);
        core.linkUp(member, dialled, now(), effects::add);
        return taken();
    }

    /** Waits in milliseconds between dials of a seed that each time shows to be another name of a linked member. */
    private List<Long> waitsOfDetours(Address seed, int count) {
        List<Long> waits = new ArrayList<>();
        for (long since = millis; waits.size() < count; ) {
            if (run(50).contains(dial(seed))) {
                waits.add(millis - since);
                since = millis;
                failed(seed, DialFailure.DUPLICATE);
            }
        }
        return waits;
    }

    /** As the node does it: the handshake admits, and the link is up. */
    private List<Effect> meet(Member member) {
        core.memberChanged(member, MemberStatus.ALIVE, now());
        core.settle(now(), effects::add);
        effects.removeIf(effect -> effect instanceof Effect.Dial);
        core.linkUp(member, null, now(), effects::add);
        return taken();
    }

    private List<Effect> linkDown(Member member, LinkLoss cause) {
        core.linkDown(member.origin(), cause, now(), effects::add);
        return taken();
    }

    private List<Effect> failed(Address address, DialFailure cause) {
        core.dialFailed(address, cause, now(), effects::add);
        return taken();
    }

    private List<Effect> run(long forMillis) {
        for (long until = millis + forMillis; millis < until; ) {
            millis += 50;
            core.tick(now(), effects::add);
        }
        return taken();
    }

    /** Milliseconds at which an address that always fails in this way is dialled. */
    private List<Long> dialsWhileFailing(Address address, DialFailure cause, long forMillis) {
        List<Long> dials = new ArrayList<>();
        for (long until = millis + forMillis; millis < until; ) {
            for (Effect effect : run(50)) {
                if (effect.equals(dial(address))) {
                    dials.add(millis);
                    failed(address, cause);
                }
            }
        }
        return dials;
    }

    @Test
    void nobodyIsDialledBeforeJoining() {
        assertThat(changed(smaller, MemberStatus.ALIVE)).isEmpty();
        core.seeds(List.of(SEED), now(), effects::add);
        assertThat(run(1_000)).isEmpty();
        assertThat(join()).contains(dial(smaller.address()), state(JoinState.JOINED));
    }

    @Test
    void seedsAreDialledAtOnceButNeverTheOwnAddress() {
        assertThat(join(SEED, OTHER_SEED, SEED, self.address()))
                .containsExactly(dial(SEED), dial(OTHER_SEED), state(JoinState.JOINING));
    }

    @Test
    void withoutSeedsAMemberIsAlone() {
        assertThat(join()).containsExactly(state(JoinState.ALONE));
        assertThat(run(60_000)).isEmpty();
    }

    @Test
    void aSeedThatIsThisMemberItselfIsNotDialledAgain() {
        join(SEED);
        assertThat(failed(SEED, DialFailure.SELF)).containsExactly(state(JoinState.ALONE));
        core.seeds(List.of(SEED), now(), effects::add);
        assertThat(run(600_000)).isEmpty();
    }

    @Test
    void seedsAreTriedForEverWithWaitsThatDoubleUpToTheLongest() {
        join(SEED);
        failed(SEED, DialFailure.CONNECTION_REFUSED);
        List<Long> dials =
                dialsWhileFailing(SEED, DialFailure.TIMEOUT, Duration.ofHours(1).toMillis());
        assertThat(dials.get(0)).isBetween(100L, 250L);
        for (int i = 1; i < dials.size(); i++) {
            long longest = Math.min(10_000, 200L << Math.min(i, 10));
            assertThat(dials.get(i) - dials.get(i - 1)).as("wait %d", i).isBetween(longest / 2, longest + 50);
        }
        assertThat(dials.size()).isBetween(360, 720);
    }

    @Test
    void aSeedThatSpeaksForAnotherClusterIsTriedSlowlyFromTheStart() {
        join(SEED);
        failed(SEED, DialFailure.FOREIGN_CLUSTER);
        assertThat(run(4_950)).isEmpty();
        assertThat(run(5_100)).containsExactly(dial(SEED));
    }

    @Test
    void newSeedsAreDialledAtOnceAndThoseThatAreGoneNoLonger() {
        join(SEED);
        failed(SEED, DialFailure.TIMEOUT);
        core.seeds(List.of(OTHER_SEED), now(), effects::add);
        assertThat(taken()).containsExactly(dial(OTHER_SEED));
        assertThat(dialsWhileFailing(SEED, DialFailure.TIMEOUT, 60_000)).isEmpty();
    }

    @Test
    void moreSeedsThanTheBoundAreNotTried() {
        List<Address> many = new ArrayList<>();
        for (int i = 1; i <= 5_000; i++) {
            many.add(new Address("many", i));
        }
        core.join(many, false, now(), effects::add);
        int dials = 0;
        Deque<Effect> pending = new ArrayDeque<>(taken());
        while (!pending.isEmpty()) {
            if (pending.remove() instanceof Effect.Dial dial) {
                dials++;
                pending.addAll(failed(dial.address(), DialFailure.FOREIGN_CLUSTER));
            }
        }
        assertThat(dials).isEqualTo(OverlayCore.MAX_SEEDS);
    }

    @Test
    void dialsUnderWayAreBounded() {
        List<Address> many = new ArrayList<>();
        for (int i = 1; i <= 100; i++) {
            many.add(new Address("many", i));
        }
        core.join(many, false, now(), effects::add);
        assertThat(taken()).filteredOn(effect -> effect instanceof Effect.Dial).hasSize(32);
        assertThat(failed(new Address("many", 1), DialFailure.TIMEOUT))
                .as("one ends, the next begins")
                .containsExactly(dial(new Address("many", 33)), state(JoinState.SEEKING));
    }

    @Test
    void ofTwoThatHearOfEachOtherTheSmallerIdDialsFirst() {
        join();
        assertThat(changed(larger, MemberStatus.ALIVE))
                .containsExactly(dial(larger.address()), state(JoinState.JOINED));
        assertThat(changed(smaller, MemberStatus.ALIVE)).isEmpty();
        assertThat(run(150)).isEmpty();
        assertThat(run(200)).as("but it is not left to the other for ever").containsExactly(dial(smaller.address()));
    }

    @Test
    void aSeedIsNotLeftToTheOtherSide() {
        join(smaller.address());
        failed(smaller.address(), DialFailure.NOT_READY);
        changed(smaller, MemberStatus.ALIVE);
        assertThat(dialsWhileFailing(smaller.address(), DialFailure.NOT_READY, 250))
                .isNotEmpty();
    }

    @Test
    void aMemberWithALinkIsNotDialledAndASeedAtItsAddressCountsAsReached() {
        join(smaller.address());
        assertThat(meet(smaller)).containsExactly(state(JoinState.JOINED));
        assertThat(changed(smaller, MemberStatus.SUSPECT)).isEmpty();
        assertThat(run(600_000)).isEmpty();
    }

    @Test
    void aPresentMemberWhoseLinkIsLostIsDialledAtOnce() {
        join();
        meet(smaller);
        millis += 20_000;
        assertThat(linkDown(smaller, LinkLoss.LOST)).containsExactly(dial(smaller.address()));
    }

    @Test
    void linksThatNeverLastAreOpenedWithGrowingWaits() {
        join();
        meet(smaller);
        millis += 100;
        assertThat(linkDown(smaller, LinkLoss.LOST)).containsExactly(dial(smaller.address()));
        linkUp(smaller);
        millis += 100;
        assertThat(linkDown(smaller, LinkLoss.LOST)).isEmpty();
        assertThat(run(450)).containsExactly(dial(smaller.address()));
    }

    @Test
    void aLinkThatThisSideClosedIsNotOpenedAgainAtOnce() {
        join();
        meet(smaller);
        millis += 20_000;
        assertThat(linkDown(smaller, LinkLoss.LOCAL)).isEmpty();
        assertThat(run(250)).containsExactly(dial(smaller.address()));
    }

    @Test
    void aDuplicateMeansToWaitForTheLinkOfTheOtherSide() {
        join();
        changed(larger, MemberStatus.ALIVE);
        assertThat(failed(larger.address(), DialFailure.DUPLICATE)).isEmpty();
        assertThat(linkUp(larger)).isEmpty();
        assertThat(run(60_000)).isEmpty();
    }

    @Test
    void unreachedSeedsAreTriedSlowlyWhileSomebodyIsLinkedAndAtOnceWhenNobodyIs() {
        join(SEED);
        meet(smaller);
        failed(SEED, DialFailure.TIMEOUT);
        List<Long> dials = dialsWhileFailing(SEED, DialFailure.TIMEOUT, 60_000);
        assertThat(dials.size()).isBetween(6, 12);
        assertThat(linkDown(smaller, LinkLoss.LOST)).containsExactly(dial(smaller.address()), dial(SEED));
    }

    @Test
    void aSeedThatIsAnotherNameOfALinkedMemberIsDialledEverMoreSeldomButNeverForgotten() {
        join(SEED);
        assertThat(linkUpThrough(SEED, smaller)).containsExactly(state(JoinState.JOINED));
        List<Long> waits = waitsOfDetours(SEED, 20);
        assertThat(waits.get(0)).isBetween(5_000L, 10_050L);
        assertThat(waits.get(1)).isBetween(10_000L, 20_050L);
        assertThat(waits.get(2)).isBetween(20_000L, 40_050L);
        assertThat(waits.subList(3, 20)).allSatisfy(wait -> assertThat(wait).isBetween(40_000L, 80_050L));
    }

    @Test
    void aSeedThatIsAnotherNameOfAMemberThatDialledFirstIsDialledEverMoreSeldomToo() {
        join(SEED);
        meet(smaller);
        failed(SEED, DialFailure.DUPLICATE);
        List<Long> waits = waitsOfDetours(SEED, 4);
        assertThat(waits.get(0)).isBetween(5_000L, 10_050L);
        assertThat(waits.get(3)).isBetween(40_000L, 80_050L);
    }

    @Test
    void aNameThatLedToOneMemberAndThenToAnotherStartsWithAShortWaitOnceALinkIsLost() {
        join(SEED);
        linkUpThrough(SEED, smaller);
        meet(larger);
        waitsOfDetours(SEED, 8);
        assertThat(linkDown(smaller, LinkLoss.LOST)).containsExactly(dial(smaller.address()));
        assertThat(waitsOfDetours(SEED, 1).get(0)).isBetween(5_000L, 10_050L);
    }

    @Test
    void linksThatComeAndGoDoNotPutOffASeedThatIsAnotherName() {
        join(SEED);
        linkUpThrough(SEED, smaller);
        meet(larger);
        waitsOfDetours(SEED, 8);
        List<Effect> seen = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            seen.addAll(linkDown(larger, LinkLoss.LOST));
            seen.addAll(linkUp(larger));
            seen.addAll(run(1_100));
        }
        assertThat(seen).contains(dial(SEED));
    }

    @Test
    void aSeedThatIsAnotherNameIsDialledAtOnceWhenTheLastLinkIsLost() {
        join(SEED);
        linkUpThrough(SEED, smaller);
        waitsOfDetours(SEED, 8);
        assertThat(linkDown(smaller, LinkLoss.LOST)).containsExactly(dial(smaller.address()), dial(SEED));
    }

    @Test
    void aDuplicateWithoutAnyLinkIsWaitedForNoLongerEachTime() {
        join(SEED);
        failed(SEED, DialFailure.DUPLICATE);
        assertThat(waitsOfDetours(SEED, 6)).allSatisfy(wait -> assertThat(wait).isBetween(5_000L, 10_050L));
    }

    @Test
    void theDeadAreTriedSlowlyForAWhileAndThoseWhoLeftNever() {
        join();
        meet(larger);
        meet(smaller);
        linkDown(smaller, LinkLoss.LOST);
        failed(smaller.address(), DialFailure.CONNECTION_REFUSED);
        changed(smaller, MemberStatus.DEAD);
        List<Long> dials = dialsWhileFailing(smaller.address(), DialFailure.CONNECTION_REFUSED, 60_000);
        assertThat(dials.size()).isBetween(6, 12);
        dialsWhileFailing(
                smaller.address(), DialFailure.TIMEOUT, Duration.ofHours(24).toMillis());
        assertThat(run(60_000)).as("after the retention").isEmpty();

        changed(larger, MemberStatus.LEFT);
        linkDown(larger, LinkLoss.LOST);
        assertThat(run(60_000)).isEmpty();
    }

    @Test
    void whoLeftIsNotDialledWhetherItReleasedItsLinkOrNot() {
        for (boolean released : new boolean[] {false, true}) {
            join();
            meet(larger);
            changed(larger, MemberStatus.LEFT);
            if (released) {
                core.receive(larger.origin(), new OverlayFrame.Release(), now(), effects::add);
            }
            linkDown(larger, LinkLoss.LOST);
            assertThat(dialsWhileFailing(larger.address(), DialFailure.TIMEOUT, 600_000))
                    .as("released: %s", released)
                    .isEmpty();
        }
    }

    @Test
    void theLostAreBounded() {
        join();
        for (int i = 100; i < 100 + OverlayCore.MAX_LOST + 1; i++) {
            changed(member(i), MemberStatus.DEAD);
        }
        assertThat(dialsWhileFailing(member(100).address(), DialFailure.TIMEOUT, 60_000))
                .as("the longest lost is forgotten")
                .isEmpty();
    }

    @Test
    void theJoinStateIsToldWhenItChangesOnly() {
        assertThat(join(SEED)).contains(state(JoinState.JOINING));
        assertThat(failed(SEED, DialFailure.TIMEOUT)).contains(state(JoinState.SEEKING));
        assertThat(failed(SEED, DialFailure.TIMEOUT)).doesNotContain(state(JoinState.SEEKING));
        assertThat(meet(smaller)).containsExactly(state(JoinState.JOINED));
        assertThat(meet(larger)).isEmpty();
        changed(larger, MemberStatus.LEFT);
        assertThat(changed(smaller, MemberStatus.DEAD)).contains(state(JoinState.ISOLATED));
        assertThat(changed(smaller, MemberStatus.ALIVE)).contains(state(JoinState.JOINED));
        core.leave(effects::add);
        assertThat(taken()).containsExactly(state(JoinState.LEFT));
    }

    @Test
    void whoLeavesDialsNobody() {
        join(SEED);
        meet(smaller);
        core.leave(effects::add);
        taken();
        assertThat(linkDown(smaller, LinkLoss.LOST)).isEmpty();
        assertThat(failed(SEED, DialFailure.TIMEOUT)).isEmpty();
        assertThat(changed(larger, MemberStatus.ALIVE)).isEmpty();
        assertThat(run(60_000)).isEmpty();
    }

    @Test
    void itsOwnChangesConcernNobody() {
        join();
        assertThat(changed(self, MemberStatus.ALIVE)).isEmpty();
        assertThat(run(10_000)).isEmpty();
    }
}
