package dev.grapevine.protocol.overlay;

import dev.grapevine.protocol.frame.OverlayFrame;
import java.time.Duration;

/**
 * The views of a member in a cluster too large for a full mesh. The defaults are those of HyParView (DSN 2007, section
 * 5.1) but for the size of the views: the paper sizes the active view as log10 n + 1, so 5 for 10,000 members, and the passive one
 * six times that. Here the active view carries the gossip and the failure detection of membership too, which are slower than
 * with neighbours drawn from all where each has fewer than about 10.
 *
 * @param activeView how many neighbours a member holds, each of whom holds it; default 10
 * @param passiveView how many others a member remembers to replace a neighbour with; default 60
 * @param activeWalk steps that the join of a newcomer walks until somebody takes it as a neighbour (ARWL), and that a
 *     shuffle walks; default 6
 * @param passiveWalk steps that are left when the join of a newcomer is noted in a passive view (PRWL); default 3
 * @param shuffleActive most neighbours that a shuffle names; default 3
 * @param shufflePassive most members of the passive view that a shuffle names; default 4. With the member itself that
 *     makes 8
 * @param shuffleInterval how often a member shuffles its passive view with another, and tells its neighbours that it holds
 *     them; default 30 s, jittered by half. The paper gives no time
 * @param renewInterval how often a member asks somebody drawn from all who are present to become its neighbour though
 *     nobody is missing, and another gives way; default 5 min, jittered by half. Not the paper's: it brings parts of the
 *     overlay together that hold only each other, such as the two sides of a split that healed
 */
public record ViewSettings(
        int activeView,
        int passiveView,
        int activeWalk,
        int passiveWalk,
        int shuffleActive,
        int shufflePassive,
        Duration shuffleInterval,
        Duration renewInterval) {

    /** The defaults. */
    public static final ViewSettings DEFAULT =
            new ViewSettings(10, 60, 6, 3, 3, 4, Duration.ofSeconds(30), Duration.ofMinutes(5));

    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException if a view holds nobody, a walk takes no step or more than
     *     {@link OverlayFrame#MAX_STEPS} less one, the passive walk is longer than the active one, a shuffle names more than
     *     {@link OverlayFrame#MAX_SAMPLE}, or an interval is not positive
     */
    public ViewSettings {
        between(1, activeView, Integer.MAX_VALUE, "activeView");
        between(1, passiveView, Integer.MAX_VALUE, "passiveView");
        between(1, activeWalk, OverlayFrame.MAX_STEPS - 1, "activeWalk");
        between(1, passiveWalk, activeWalk, "passiveWalk");
        between(0, shuffleActive, OverlayFrame.MAX_SAMPLE - 1, "shuffleActive");
        between(0, shufflePassive, OverlayFrame.MAX_SAMPLE - 1 - shuffleActive, "shufflePassive");
        between(1, shuffleInterval.toNanos(), Long.MAX_VALUE, "shuffleInterval");
        between(1, renewInterval.toNanos(), Long.MAX_VALUE, "renewInterval");
    }

    private static void between(long least, long value, long most, String name) {
        if (value < least || value > most) {
            String bound = value < least ? " is at least " + least : " is at most " + most;
            throw new IllegalArgumentException(name + bound + ", not " + value);
        }
    }

    /**
     * The same settings with views of other sizes.
     *
     * @param activeView the {@link #activeView()} to use
     * @param passiveView the {@link #passiveView()} to use
     * @return a changed copy
     */
    public ViewSettings withViews(int activeView, int passiveView) {
        return new ViewSettings(
                activeView,
                passiveView,
                activeWalk,
                passiveWalk,
                shuffleActive,
                shufflePassive,
                shuffleInterval,
                renewInterval);
    }

    /**
     * The same settings with walks of other lengths.
     *
     * @param activeWalk the {@link #activeWalk()} to use
     * @param passiveWalk the {@link #passiveWalk()} to use
     * @return a changed copy
     */
    public ViewSettings withWalks(int activeWalk, int passiveWalk) {
        return new ViewSettings(
                activeView,
                passiveView,
                activeWalk,
                passiveWalk,
                shuffleActive,
                shufflePassive,
                shuffleInterval,
                renewInterval);
    }

    /**
     * The same settings with shuffles of another size.
     *
     * @param shuffleActive the {@link #shuffleActive()} to use
     * @param shufflePassive the {@link #shufflePassive()} to use
     * @return a changed copy
     */
    public ViewSettings withShuffle(int shuffleActive, int shufflePassive) {
        return new ViewSettings(
                activeView,
                passiveView,
                activeWalk,
                passiveWalk,
                shuffleActive,
                shufflePassive,
                shuffleInterval,
                renewInterval);
    }

    /**
     * The same settings with another {@link #shuffleInterval()}.
     *
     * @param shuffleInterval the value to use
     * @return a changed copy
     */
    public ViewSettings withShuffleInterval(Duration shuffleInterval) {
        return new ViewSettings(
                activeView,
                passiveView,
                activeWalk,
                passiveWalk,
                shuffleActive,
                shufflePassive,
                shuffleInterval,
                renewInterval);
    }

    /**
     * The same settings with another {@link #renewInterval()}.
     *
     * @param renewInterval the value to use
     * @return a changed copy
     */
    public ViewSettings withRenewInterval(Duration renewInterval) {
        return new ViewSettings(
                activeView,
                passiveView,
                activeWalk,
                passiveWalk,
                shuffleActive,
                shufflePassive,
                shuffleInterval,
                renewInterval);
    }
}
