package dev.grapevine.protocol.overlay;

import java.time.Duration;

/**
 * How links are opened, kept and found again.
 *
 * @param retryMin first wait before a seed or a lost member is dialled again; default 200 ms, doubled each time
 * @param retryMax longest such wait; default 10 s; each wait is jittered by half
 * @param maxDials most dials under way at a time; default 32
 * @param maxPeers most other members among whom everybody is linked to everybody (full mesh); default 256. Beyond it each
 *     member keeps a random partial view, until there are an eighth fewer than this
 * @param lostRetention how long members that died are still dialled, so that a healed partition merges; default 24 h
 * @param neighbours how many others a member of a partial view chooses at random and dials; default 8. As many choose it,
 *     so that it has twice this many links on average
 * @param maxNeighbours most links that a member of a partial view keeps for those who chose or were chosen; default 32.
 *     Whoever chooses it beyond that is turned away politely and chooses somebody else
 * @param renewInterval how often a member of a partial view exchanges one of its neighbours, so that the links stay
 *     random while members come and go; default 60 s, jittered by half
 * @param linkIdle how long a link that neither side has chosen stays open after it was last needed; default 10 s
 */
public record OverlaySettings(
        Duration retryMin,
        Duration retryMax,
        int maxDials,
        int maxPeers,
        Duration lostRetention,
        int neighbours,
        int maxNeighbours,
        Duration renewInterval,
        Duration linkIdle) {

    /** The defaults. */
    public static final OverlaySettings DEFAULT = new OverlaySettings(
            Duration.ofMillis(200),
            Duration.ofSeconds(10),
            32,
            256,
            Duration.ofHours(24),
            8,
            32,
            Duration.ofSeconds(60),
            Duration.ofSeconds(10));

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
        atLeast(1, neighbours, "neighbours");
        atLeast(1, maxNeighbours, "maxNeighbours");
        atLeast(1, renewInterval.toNanos(), "renewInterval");
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
        return new OverlaySettings(
                retryMin,
                retryMax,
                maxDials,
                maxPeers,
                lostRetention,
                neighbours,
                maxNeighbours,
                renewInterval,
                linkIdle);
    }

    /**
     * The same settings with another {@link #retryMax()}.
     *
     * @param retryMax the value to use
     * @return a changed copy
     */
    public OverlaySettings withRetryMax(Duration retryMax) {
        return new OverlaySettings(
                retryMin,
                retryMax,
                maxDials,
                maxPeers,
                lostRetention,
                neighbours,
                maxNeighbours,
                renewInterval,
                linkIdle);
    }

    /**
     * The same settings with another {@link #maxDials()}.
     *
     * @param maxDials the value to use
     * @return a changed copy
     */
    public OverlaySettings withMaxDials(int maxDials) {
        return new OverlaySettings(
                retryMin,
                retryMax,
                maxDials,
                maxPeers,
                lostRetention,
                neighbours,
                maxNeighbours,
                renewInterval,
                linkIdle);
    }

    /**
     * The same settings with another {@link #maxPeers()}.
     *
     * @param maxPeers the value to use
     * @return a changed copy
     */
    public OverlaySettings withMaxPeers(int maxPeers) {
        return new OverlaySettings(
                retryMin,
                retryMax,
                maxDials,
                maxPeers,
                lostRetention,
                neighbours,
                maxNeighbours,
                renewInterval,
                linkIdle);
    }

    /**
     * The same settings with another {@link #lostRetention()}.
     *
     * @param lostRetention the value to use
     * @return a changed copy
     */
    public OverlaySettings withLostRetention(Duration lostRetention) {
        return new OverlaySettings(
                retryMin,
                retryMax,
                maxDials,
                maxPeers,
                lostRetention,
                neighbours,
                maxNeighbours,
                renewInterval,
                linkIdle);
    }

    /**
     * The same settings with another {@link #neighbours()}.
     *
     * @param neighbours the value to use
     * @return a changed copy
     */
    public OverlaySettings withNeighbours(int neighbours) {
        return new OverlaySettings(
                retryMin,
                retryMax,
                maxDials,
                maxPeers,
                lostRetention,
                neighbours,
                maxNeighbours,
                renewInterval,
                linkIdle);
    }

    /**
     * The same settings with another {@link #maxNeighbours()}.
     *
     * @param maxNeighbours the value to use
     * @return a changed copy
     */
    public OverlaySettings withMaxNeighbours(int maxNeighbours) {
        return new OverlaySettings(
                retryMin,
                retryMax,
                maxDials,
                maxPeers,
                lostRetention,
                neighbours,
                maxNeighbours,
                renewInterval,
                linkIdle);
    }

    /**
     * The same settings with another {@link #renewInterval()}.
     *
     * @param renewInterval the value to use
     * @return a changed copy
     */
    public OverlaySettings withRenewInterval(Duration renewInterval) {
        return new OverlaySettings(
                retryMin,
                retryMax,
                maxDials,
                maxPeers,
                lostRetention,
                neighbours,
                maxNeighbours,
                renewInterval,
                linkIdle);
    }

    /**
     * The same settings with another {@link #linkIdle()}.
     *
     * @param linkIdle the value to use
     * @return a changed copy
     */
    public OverlaySettings withLinkIdle(Duration linkIdle) {
        return new OverlaySettings(
                retryMin,
                retryMax,
                maxDials,
                maxPeers,
                lostRetention,
                neighbours,
                maxNeighbours,
                renewInterval,
                linkIdle);
    }
}
