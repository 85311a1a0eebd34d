package dev.grapevine.protocol.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.step.DialFailure;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Time;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Who died is looked for, as long as it can be found and no harder than serves. */
class LostMembersTest {

    private final OverlayCore core = new OverlayCore(member(5, 1, 5), OverlaySettings.DEFAULT, new SplittableRandom(3));
    private final List<Effect> effects = new ArrayList<>();
    private long millis;

    private static Member member(int id, long epoch, int port) {
        Origin origin = new Origin(new MemberId(0, id), epoch);
        return new Member(origin, "m" + id, new Address("host", port), "", Map.of());
    }

    private Time now() {
        return new Time(millis * 1_000_000, millis);
    }

    private void changed(Member member, MemberStatus status) {
        core.memberChanged(member, status, now());
        core.settle(now(), effects::add);
    }

    private void lose(Member member) {
        changed(member, MemberStatus.ALIVE);
        changed(member, MemberStatus.DEAD);
    }

    /** How often each address is dialled while every dial is refused. */
    private Map<Address, Integer> dials(long forMillis) {
        Map<Address, Integer> dials = new TreeMap<>();
        for (long until = millis + forMillis; millis < until; millis += 50) {
            core.tick(now(), effects::add);
            List<Effect> taken = List.copyOf(effects);
            effects.clear();
            for (Effect effect : taken) {
                if (effect instanceof Effect.Dial dial) {
                    dials.merge(dial.address(), 1, Integer::sum);
                    core.dialFailed(dial.address(), DialFailure.CONNECTION_REFUSED, now(), effects::add);
                }
            }
        }
        return dials;
    }

    @Test
    void aFewThatWereLostAreDialledEveryTenSecondsAndAThousandTogetherNoMoreOftenThanThese() {
        core.join(List.of(), false, now(), effects::add);
        for (int i = 100; i < 116; i++) {
            lose(member(i, 1, i));
        }
        dials(20_000);
        assertThat(dials(600_000).values()).hasSize(16).allSatisfy(count -> assertThat(count)
                .isBetween(60, 120));
        for (int i = 116; i < 1100; i++) {
            lose(member(i, 1, i));
        }
        dials(20_000);
        Map<Address, Integer> all = dials(1_000_000);
        assertThat(all).as("each still has its turn").hasSize(1000);
        assertThat(all.values().stream().mapToInt(count -> count).sum())
                .as("dials in 1000 s")
                .isBetween(1000, 16 * 200);
    }

    @Test
    void aSeedIsDialledAtTheSamePaceHoweverManyWereLost() {
        Address seed = new Address("seed", 1);
        core.join(List.of(seed), false, now(), effects::add);
        changed(member(7, 1, 7), MemberStatus.ALIVE);
        core.linkUp(member(7, 1, 7), null, now(), effects::add);
        for (int i = 100; i < 1100; i++) {
            lose(member(i, 1, i));
        }
        assertThat(dials(600_000).get(seed)).isBetween(60, 120);
    }

    @Test
    void aLaterLifeOfTheSameMemberEndsTheSearchForTheEarlierOne() {
        core.join(List.of(), false, now(), effects::add);
        Member earlier = member(7, 1, 7);
        lose(earlier);
        Member later = member(7, 2, 70);
        changed(later, MemberStatus.ALIVE);
        core.linkUp(later, null, now(), effects::add);
        effects.clear();
        assertThat(dials(60_000)).isEmpty();
    }

    @Test
    void whoeverTookTheAddressEndsTheSearchForWhoHadItBefore() {
        core.join(List.of(), false, now(), effects::add);
        lose(member(7, 1, 7));
        Member next = member(8, 2, 7);
        changed(next, MemberStatus.ALIVE);
        changed(next, MemberStatus.LEFT);
        effects.clear();
        assertThat(dials(60_000)).isEmpty();
    }
}
