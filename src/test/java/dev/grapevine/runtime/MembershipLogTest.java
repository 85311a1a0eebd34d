package dev.grapevine.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.MembershipEvent;
import dev.grapevine.membership.MembershipEvent.Type;
import dev.grapevine.membership.Origin;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MembershipLogTest {

    private static MembershipEvent event(Type type, int id) {
        Origin origin = new Origin(new MemberId(0, id), 1);
        return new MembershipEvent(type, new Member(origin, "m" + id, new Address("h", 1), "", Map.of()));
    }

    @Test
    void whoLeftIsToldApartFromWhoDied() {
        assertThat(MembershipLog.inWords(
                        List.of(event(Type.DIED, 1), event(Type.JOINED, 2), event(Type.LEFT, 3), event(Type.DIED, 4))))
                .isEqualTo("joined m2; left m3; died m1, m4");
    }

    @Test
    void ofManySomeAreNamed() {
        List<MembershipEvent> many =
                IntStream.range(0, 200).mapToObj(id -> event(Type.JOINED, id)).toList();
        assertThat(MembershipLog.inWords(many)).isEqualTo("joined m0, m1, m2, m3, m4, m5, m6, m7 and 192 more");
    }
}
