package dev.grapevine.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.MembershipEvent;
import dev.grapevine.membership.MembershipEvent.Type;
import dev.grapevine.membership.Origin;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MembershipNewsTest {

    private long nanos;
    private final List<String> lines = new ArrayList<>();
    private final Set<Member> present = new HashSet<>();
    private final MembershipNews news = new MembershipNews(() -> nanos, () -> present.size() + 1, lines::add);

    private static Member member(int number) {
        return new Member(
                new Origin(new MemberId(7, number), 1),
                "node-" + number,
                new Address("10.0.0." + number, 7946),
                "",
                Map.of());
    }

    private void happened(Type type, Member member) {
        if (type == Type.JOINED) {
            present.add(member);
        } else if (type != Type.SUSPECTED && type != Type.RECOVERED) {
            present.remove(member);
        }
        news.happened(new MembershipEvent(type, member));
    }

    private void aSecondPasses() {
        nanos += MembershipNews.GATHER.toNanos();
        news.tick();
    }

    @Test
    void whoJoinedLeftAndDiedWithinASecondIsOneLineWithNamesAndAddresses() {
        happened(Type.JOINED, member(1));
        happened(Type.JOINED, member(2));
        aSecondPasses();
        happened(Type.JOINED, member(3));
        happened(Type.DIED, member(1));
        happened(Type.LEFT, member(2));
        news.tick();
        aSecondPasses();
        aSecondPasses();
        assertThat(lines)
                .containsExactly(
                        "joined: node-1 (10.0.0.1:7946), node-2 (10.0.0.2:7946); members now: 3",
                        "joined: node-3 (10.0.0.3:7946); left: node-2 (10.0.0.2:7946); died: node-1 (10.0.0.1:7946);"
                                + " members now: 2");
    }

    @Test
    void twoHundredThatJoinAtOnceAreOneLineThatNamesAFew() {
        for (int i = 1; i <= 199; i++) {
            happened(Type.JOINED, member(i));
        }
        aSecondPasses();
        assertThat(lines).singleElement().asString().endsWith("node-8 (10.0.0.8:7946) and 191 more; members now: 200");
    }

    @Test
    void beingSuspectedAndRecoveringIsNoNews() {
        happened(Type.JOINED, member(1));
        aSecondPasses();
        happened(Type.SUSPECTED, member(1));
        happened(Type.RECOVERED, member(1));
        aSecondPasses();
        assertThat(lines).hasSize(1);
    }
}
