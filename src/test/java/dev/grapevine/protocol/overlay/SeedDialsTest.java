package dev.grapevine.protocol.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.protocol.step.DialFailure;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.JoinState;
import dev.grapevine.protocol.step.LinkLoss;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How seeds are dialled: for ever, at a pace that fits who is linked. */
class SeedDialsTest extends OverlayScript {

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
    void aSeedIsNotLeftToTheOtherSide() {
        join(smaller.address());
        failed(smaller.address(), DialFailure.NOT_READY);
        changed(smaller, MemberStatus.ALIVE);
        assertThat(dialsWhileFailing(smaller.address(), DialFailure.NOT_READY, 250))
                .isNotEmpty();
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
}
