package dev.grapevine.protocol.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.MemberId;
import org.junit.jupiter.api.Test;

class LinkChoiceTest {

    private static final MemberId SMALL = new MemberId(0, 1);
    private static final MemberId LARGE = new MemberId(0, 2);

    @Test
    void ofConnectionsThatEitherSideDialledBothKeepTheOneOfTheSmallerId() {
        assertThat(LinkChoice.replaces(false, true, SMALL, LARGE)).isTrue();
        assertThat(LinkChoice.replaces(true, false, LARGE, SMALL)).isTrue();
        assertThat(LinkChoice.replaces(true, false, SMALL, LARGE)).isFalse();
        assertThat(LinkChoice.replaces(false, true, LARGE, SMALL)).isFalse();
    }

    @Test
    void aPeerThatDialsAgainHasLostItsLink() {
        assertThat(LinkChoice.replaces(false, false, SMALL, LARGE)).isTrue();
        assertThat(LinkChoice.replaces(false, false, LARGE, SMALL)).isTrue();
    }

    @Test
    void whoReachesTheSamePeerByAnotherNameKeepsTheLinkThatItDialled() {
        assertThat(LinkChoice.replaces(true, true, SMALL, LARGE)).isFalse();
        assertThat(LinkChoice.replaces(true, true, LARGE, SMALL)).isFalse();
    }
}
