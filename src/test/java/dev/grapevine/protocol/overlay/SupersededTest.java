package dev.grapevine.protocol.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.step.DialFailure;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.JoinState;
import dev.grapevine.protocol.step.Time;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A process that is told in the handshake that another has its place. */
class SupersededTest {

    private static final Address SEED = new Address("seed", 1);
    private static final Address OTHER_SEED = new Address("seed", 2);

    private final Member other = member(2);
    private final OverlayCore core = new OverlayCore(member(5), OverlaySettings.DEFAULT, new SplittableRandom(3));
    private final List<Effect> effects = new ArrayList<>();
    private long millis;

    private static Member member(int number) {
        return new Member(
                new Origin(new MemberId(0, number), 1), "m" + number, new Address("host", number), "", Map.of());
    }

    private Time now() {
        return new Time(millis * 1_000_000, millis);
    }

    private List<JoinState> states() {
        List<JoinState> states = new ArrayList<>();
        for (Effect effect : effects) {
            if (effect instanceof Effect.JoinChanged changed) {
                states.add(changed.state());
            }
        }
        effects.clear();
        return states;
    }

    private List<JoinState> join(Address... seeds) {
        core.join(List.of(seeds), false, now(), effects::add);
        return states();
    }

    private List<JoinState> failed(Address address, DialFailure cause) {
        core.dialFailed(address, cause, now(), effects::add);
        return states();
    }

    private List<JoinState> changed(MemberStatus status) {
        core.memberChanged(other, status, now());
        core.settle(now(), effects::add);
        return states();
    }

    private int dials(long forMillis, DialFailure answer) {
        int dials = 0;
        for (long until = millis + forMillis; millis < until; millis += 50) {
            core.tick(now(), effects::add);
            boolean dialled = effects.removeIf(effect -> effect.equals(new Effect.Dial(SEED)));
            if (dialled) {
                dials++;
                core.dialFailed(SEED, answer, now(), effects::add);
            }
        }
        return dials;
    }

    @Test
    void itIsToldOnceAndTheSeedIsTriedSlowlyFromThenOn() {
        join(SEED);
        assertThat(failed(SEED, DialFailure.SUPERSEDED)).containsExactly(JoinState.SUPERSEDED);
        assertThat(dials(600_000, DialFailure.SUPERSEDED)).isBetween(60, 120);
        assertThat(states()).isEmpty();
    }

    @Test
    void whoSeesOthersIsJoinedWhateverASeedSays() {
        join(SEED);
        changed(MemberStatus.ALIVE);
        assertThat(failed(SEED, DialFailure.SUPERSEDED)).isEmpty();
        assertThat(changed(MemberStatus.DEAD))
                .as("nobody is left but who says so")
                .containsExactly(JoinState.SUPERSEDED);
        assertThat(changed(MemberStatus.ALIVE)).containsExactly(JoinState.JOINED);
    }

    @Test
    void itIsOverWhenTheAddressAnswersOtherwise() {
        join(SEED);
        failed(SEED, DialFailure.SUPERSEDED);
        assertThat(failed(SEED, DialFailure.CONNECTION_REFUSED)).containsExactly(JoinState.SEEKING);
        failed(SEED, DialFailure.SUPERSEDED);
        core.linkUp(new Member(other.origin(), "x", SEED, "", Map.of()), SEED, now(), effects::add);
        assertThat(states())
                .as("a link counts as reached; the member is not in the view yet")
                .doesNotContain(JoinState.SUPERSEDED);
    }

    @Test
    void oneOfSeveralSeedsThatSaysSoIsEnough() {
        join(SEED, OTHER_SEED);
        assertThat(failed(OTHER_SEED, DialFailure.CONNECTION_REFUSED)).containsExactly(JoinState.SEEKING);
        assertThat(failed(SEED, DialFailure.SUPERSEDED)).containsExactly(JoinState.SUPERSEDED);
        assertThat(failed(OTHER_SEED, DialFailure.TIMEOUT)).isEmpty();
    }

    @Test
    void thatAnEarlierLifeWasMetIsNoReasonToSaySo() {
        join(SEED);
        assertThat(failed(SEED, DialFailure.PREDECESSOR)).containsExactly(JoinState.SEEKING);
    }
}
