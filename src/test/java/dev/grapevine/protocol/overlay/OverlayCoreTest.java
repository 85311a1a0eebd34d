package dev.grapevine.protocol.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.protocol.step.DialFailure;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.JoinState;
import dev.grapevine.protocol.step.LinkLoss;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who is dialled in a full mesh, and what is told of it. */
class OverlayCoreTest extends OverlayScript {

    @Test
    void nobodyIsDialledBeforeJoining() {
        assertThat(changed(smaller, MemberStatus.ALIVE)).isEmpty();
        core.seeds(List.of(SEED), now(), effects::add);
        assertThat(run(1_000)).isEmpty();
        assertThat(join()).contains(dial(smaller.address()), state(JoinState.JOINED));
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
    void aMemberWithALinkIsNotDialledAndASeedAtItsAddressCountsAsReached() {
        join(smaller.address());
        assertThat(meet(smaller)).containsExactly(state(JoinState.JOINED));
        assertThat(changed(smaller, MemberStatus.SUSPECT)).isEmpty();
        assertThat(run(600_000)).isEmpty();
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
