package dev.grapevine.protocol.overlay;

import java.time.Duration;
import java.util.function.UnaryOperator;

/**
 * How links are opened, kept and found again.
 *
 * @param retryMin first wait before a seed or a lost member is dialled again; default 200 ms, doubled each time
 * @param retryMax longest such wait; default 10 s; each wait is jittered by half
 * @param maxDials most dials under way at a time; default 32
 * @param maxPeers most other members among whom everybody is linked to everybody (full mesh); default 256. Beyond it each
 *     member keeps a partial view of the others, until there are an eighth fewer than this
 * @param lostRetention how long members that died are still dialled, so that a healed partition merges; default 24 h
 * @param linkIdle how long a link that neither side's views need stays open after it was last used; default 10 s
 * @param views the views of a member where there are too many for a mesh
 */
public record OverlaySettings(
        Duration retryMin,
        Duration retryMax,
        int maxDials,
        int maxPeers,
        Duration lostRetention,
        Duration linkIdle,
        ViewSettings views) {

    /** The defaults. */
    public static final OverlaySettings DEFAULT = new OverlaySettings(
            Duration.ofMillis(200),
            Duration.ofSeconds(10),
            32,
            256,
            Duration.ofHours(24),
            Duration.ofSeconds(10),
            ViewSettings.DEFAULT);

    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException if a time or count is not positive
     */
    public OverlaySettings {
        atLeast(1, retryMin.toNanos(), "retryMin");
        atLeast(1, retryMax.toNanos(), "retryMax");
        atLeast(1, maxDials, "maxDials");
        atLeast(1, maxPeers, "maxPeers");
        atLeast(1, lostRetention.toNanos(), "lostRetention");
        atLeast(1, linkIdle.toNanos(), "linkIdle");
    }

    private static void atLeast(long least, long value, String name) {
        if (value < least) {
            throw new IllegalArgumentException(name + " is at least " + least + ", not " + value);
        }
    }

    /**
     * The same settings with another {@link #retryMin()}.
     *
     * @param retryMin the value to use
     * @return a changed copy
     */
    public OverlaySettings withRetryMin(Duration retryMin) {
        return new OverlaySettings(retryMin, retryMax, maxDials, maxPeers, lostRetention, linkIdle, views);
    }

    /**
     * The same settings with another {@link #retryMax()}.
     *
     * @param retryMax the value to use
     * @return a changed copy
     */
    public OverlaySettings withRetryMax(Duration retryMax) {
        return new OverlaySettings(retryMin, retryMax, maxDials, maxPeers, lostRetention, linkIdle, views);
    }

    /**
     * The same settings with another {@link #maxDials()}.
     *
     * @param maxDials the value to use
     * @return a changed copy
     */
    public OverlaySettings withMaxDials(int maxDials) {
        return new OverlaySettings(retryMin, retryMax, maxDials, maxPeers, lostRetention, linkIdle, views);
    }

    /**
     * The same settings with another {@link #maxPeers()}.
     *
     * @param maxPeers the value to use
     * @return a changed copy
     */
    public OverlaySettings withMaxPeers(int maxPeers) {
        return new OverlaySettings(retryMin, retryMax, maxDials, maxPeers, lostRetention, linkIdle, views);
    }

    /**
     * The same settings with another {@link #lostRetention()}.
     *
     * @param lostRetention the value to use
     * @return a changed copy
     */
    public OverlaySettings withLostRetention(Duration lostRetention) {
        return new OverlaySettings(retryMin, retryMax, maxDials, maxPeers, lostRetention, linkIdle, views);
    }

    /**
     * The same settings with another {@link #linkIdle()}.
     *
     * @param linkIdle the value to use
     * @return a changed copy
     */
    public OverlaySettings withLinkIdle(Duration linkIdle) {
        return new OverlaySettings(retryMin, retryMax, maxDials, maxPeers, lostRetention, linkIdle, views);
    }

    /**
     * The same settings with other {@link #views()}.
     *
     * @param change is given the settings so far and returns those to use
     * @return a changed copy
     */
    public OverlaySettings withViews(UnaryOperator<ViewSettings> change) {
        return new OverlaySettings(
                retryMin, retryMax, maxDials, maxPeers, lostRetention, linkIdle, change.apply(views));
    }
}
