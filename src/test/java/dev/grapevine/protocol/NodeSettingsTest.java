package dev.grapevine.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.grapevine.protocol.membership.MembershipSettings;
import dev.grapevine.protocol.overlay.OverlaySettings;
import dev.grapevine.protocol.overlay.ViewSettings;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Values with which a member would not do what it is for are refused, by name. */
class NodeSettingsTest {

    private static final Duration NONE = Duration.ZERO;

    private static void assertRefused(ThrowingCallable settings, String message) {
        assertThatIllegalArgumentException().isThrownBy(settings).withMessage(message);
    }

    private static NodeSettings probing(long interval, long timeout) {
        return NodeSettings.DEFAULT.withMembership(swim ->
                swim.withProbeInterval(Duration.ofMillis(interval)).withProbeTimeout(Duration.ofMillis(timeout)));
    }

    @Test
    void ticksThatWouldLookLikePausesOfThisMemberAreRefused() {
        assertRefused(() -> probing(80, 40), "tickInterval is at most a quarter of probeInterval PT0.08S, not PT0.05S");
        assertRefused(
                () -> NodeSettings.DEFAULT.withTickInterval(Duration.ofMillis(251)),
                "tickInterval is at most a quarter of probeInterval PT1S, not PT0.251S");
        assertThat(NodeSettings.DEFAULT.withTickInterval(Duration.ofMillis(250)).tickInterval())
                .isEqualTo(Duration.ofMillis(250));
        assertThat(probing(200, 199).membership().probeInterval()).isEqualTo(Duration.ofMillis(200));
    }

    @Test
    void valuesThatDoNotFitTogetherAreRefused() {
        NodeSettings defaults = NodeSettings.DEFAULT;
        assertRefused(() -> probing(500, 500), "probeTimeout is shorter than probeInterval PT0.5S, not PT0.5S");
        assertRefused(
                () -> defaults.withOverlay(overlay -> overlay.withRetryMin(Duration.ofSeconds(11))),
                "retryMax is at least retryMin PT11S, not PT10S");
        assertRefused(() -> defaults.withTickInterval(NONE), "tickInterval is positive, not PT0S");
        assertRefused(
                () -> defaults.withJoinQuiet(Duration.ofNanos(-1)), "joinQuiet is at least 0, not PT-0.000000001S");
    }

    @Test
    void timesAndCountsOfMembershipThatAreNotPositiveAreRefused() {
        MembershipSettings swim = MembershipSettings.DEFAULT;
        assertRefused(() -> swim.withProbeInterval(NONE), "probeInterval is at least 1, not 0");
        assertRefused(() -> swim.withProbeTimeout(NONE), "probeTimeout is at least 1, not 0");
        assertRefused(() -> swim.withIndirectProbes(-1), "indirectProbes is at least 0, not -1");
        assertRefused(() -> swim.withSuspicionMultiplier(0), "suspicionMultiplier is at least 1, not 0");
        assertRefused(() -> swim.withSuspicionMaxMultiplier(0), "suspicionMaxMultiplier is at least 1, not 0");
        assertRefused(() -> swim.withRetransmitMultiplier(0), "retransmitMultiplier is at least 1, not 0");
        assertRefused(() -> swim.withGossipInterval(NONE), "gossipInterval is at least 1, not 0");
        assertRefused(() -> swim.withGossipFanout(0), "gossipFanout is at least 1, not 0");
        assertRefused(() -> swim.withSyncInterval(NONE), "syncInterval is at least 1, not 0");
        assertRefused(() -> swim.withDeadRetention(NONE), "deadRetention is at least 1, not 0");
        assertRefused(() -> swim.withLeaveTimeout(NONE), "leaveTimeout is at least 1, not 0");
        assertRefused(() -> swim.withMaxMembers(0), "maxMembers is at least 1, not 0");
        assertThat(swim.withIndirectProbes(0).indirectProbes()).isZero();
    }

    @Test
    void timesAndCountsOfLinksThatAreNotPositiveAreRefused() {
        OverlaySettings overlay = OverlaySettings.DEFAULT;
        assertRefused(() -> overlay.withRetryMin(NONE), "retryMin is at least 1, not 0");
        assertRefused(() -> overlay.withRetryMax(NONE), "retryMax is at least 1, not 0");
        assertRefused(() -> overlay.withMaxDials(0), "maxDials is at least 1, not 0");
        assertRefused(() -> overlay.withMaxPeers(0), "maxPeers is at least 1, not 0");
        assertRefused(() -> overlay.withLostRetention(NONE), "lostRetention is at least 1, not 0");
        assertRefused(() -> overlay.withLinkIdle(NONE), "linkIdle is at least 1, not 0");
    }

    @Test
    void viewsAndWalksBeyondTheirBoundsAreRefused() {
        ViewSettings views = ViewSettings.DEFAULT;
        assertRefused(() -> views.withViews(0, 30), "activeView is at least 1, not 0");
        assertRefused(() -> views.withViews(5, 0), "passiveView is at least 1, not 0");
        assertRefused(() -> views.withWalks(16, 3), "activeWalk is at most 15, not 16");
        assertRefused(() -> views.withWalks(6, 7), "passiveWalk is at most 6, not 7");
        assertRefused(() -> views.withShuffle(64, 0), "shuffleActive is at most 63, not 64");
        assertRefused(() -> views.withShuffle(60, 4), "shufflePassive is at most 3, not 4");
        assertRefused(() -> views.withShuffleInterval(NONE), "shuffleInterval is at least 1, not 0");
        assertRefused(() -> views.withRenewInterval(NONE), "renewInterval is at least 1, not 0");
    }
}
