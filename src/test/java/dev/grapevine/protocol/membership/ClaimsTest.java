package dev.grapevine.protocol.membership;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.Rumor;
import dev.grapevine.protocol.frame.Rumor.Evidence;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClaimsTest {

    private static final Origin SUBJECT = new Origin(new MemberId(0, 1), 1);
    private static final Origin ACCUSER = new Origin(new MemberId(0, 2), 1);

    private static Rumor claim(MemberStatus status, long incarnation) {
        return switch (status) {
            case ALIVE ->
                new Rumor.Alive(new Member(SUBJECT, "one", new Address("host", 1), "", Map.of()), incarnation);
            case SUSPECT -> new Rumor.Suspect(SUBJECT, incarnation, ACCUSER, Evidence.SILENCE);
            case DEAD -> new Rumor.Dead(SUBJECT, incarnation, ACCUSER);
            case LEFT -> new Rumor.Left(SUBJECT, incarnation);
        };
    }

    @ParameterizedTest(name = "{0} claimed over {1}: older {2}, same {3}, newer {4}")
    @CsvSource({
        "ALIVE, ALIVE, false, false, true",
        "ALIVE, SUSPECT, false, false, true",
        "ALIVE, DEAD, false, false, true",
        "ALIVE, LEFT, false, false, true",
        "SUSPECT, ALIVE, false, true, true",
        "SUSPECT, SUSPECT, false, false, true",
        "SUSPECT, DEAD, false, false, false",
        "SUSPECT, LEFT, false, false, false",
        "DEAD, ALIVE, false, true, true",
        "DEAD, SUSPECT, false, true, true",
        "DEAD, DEAD, false, false, true",
        "DEAD, LEFT, false, false, false",
        "LEFT, ALIVE, false, true, true",
        "LEFT, SUSPECT, false, true, true",
        "LEFT, DEAD, false, true, true",
        "LEFT, LEFT, false, false, false",
    })
    void theOrderOfPreferenceIsTotal(
            MemberStatus claimed, MemberStatus held, boolean older, boolean same, boolean newer) {
        assertThat(Claims.overrides(claim(claimed, 4), held, 5)).isEqualTo(older);
        assertThat(Claims.overrides(claim(claimed, 5), held, 5)).isEqualTo(same);
        assertThat(Claims.overrides(claim(claimed, 6), held, 5)).isEqualTo(newer);
        assertThat(Claims.status(claim(claimed, 1))).isEqualTo(claimed);
    }

    @Test
    void whatNoHonestMemberCanClaimIsAbsurd() {
        assertThat(Claims.isAbsurd(claim(MemberStatus.DEAD, -1))).isTrue();
        assertThat(Claims.isAbsurd(claim(MemberStatus.DEAD, Claims.MAX_INCARNATION + 1)))
                .isTrue();
        assertThat(Claims.isAbsurd(new Rumor.Left(new Origin(new MemberId(0, 1), 0), 1)))
                .isTrue();
        assertThat(Claims.isAbsurd(new Rumor.Suspect(SUBJECT, 1, SUBJECT, Evidence.SILENCE)))
                .isTrue();
        for (MemberStatus status : MemberStatus.values()) {
            assertThat(Claims.isAbsurd(claim(status, 0))).isFalse();
            assertThat(Claims.isAbsurd(claim(status, Claims.MAX_INCARNATION))).isFalse();
        }
    }
}
