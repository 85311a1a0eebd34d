package dev.grapevine.protocol.dissemination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DisseminationSettingsTest {

    @Test
    void aBoundThatCannotBeIsRefusedByItsName() {
        assertThatThrownBy(() -> Fixture.bounds(-1, 1, 1, 1)).hasMessage("retainedBytes is at least 0, not -1");
        assertThatThrownBy(() -> Fixture.bounds(0, 0, 1, 1)).hasMessageContaining("reorderMessages");
        assertThatThrownBy(() -> Fixture.bounds(0, 1, 0, 1)).hasMessageContaining("reorderBytes");
        assertThatThrownBy(() -> Fixture.bounds(0, 1, 1, 0)).hasMessageContaining("maxStreams");
        assertThatThrownBy(() -> intervals(-1, 1, 1, 1)).hasMessageContaining("pullDelay");
        assertThatThrownBy(() -> intervals(0, 0, 1, 1)).hasMessageContaining("pullRetry");
        assertThatThrownBy(() -> intervals(0, 1, 0, 1)).hasMessageContaining("digestInterval");
        assertThatThrownBy(() -> intervals(0, 1, 1, 0)).hasMessageContaining("idleDigestInterval");
    }

    @Test
    void whatOthersPublishedIsRetainedForSomeTime() {
        assertThatThrownBy(() -> DisseminationSettings.DEFAULT.withRetainedAge(Duration.ZERO))
                .hasMessageContaining("retainedAge");
    }

    @Test
    void retainingNothingAndAskingAtOnceAreAllowed() {
        assertThat(Fixture.bounds(0, 1, 1, 1).retainedBytes()).isZero();
        assertThat(intervals(0, 1, 1, 1).pullDelay()).isZero();
    }

    private static DisseminationSettings intervals(long delay, long retry, long digest, long idle) {
        return new DisseminationSettings(
                1,
                0,
                Duration.ofMillis(1),
                1,
                1,
                Duration.ofMillis(delay),
                Duration.ofMillis(retry),
                Duration.ofMillis(digest),
                Duration.ofMillis(idle),
                1);
    }
}
