package dev.grapevine.protocol.overlay;

import java.time.Duration;

/**
 * How links are opened and found again.
 *
 * @param retryMin first wait before a seed or a lost member is dialled again; default 200 ms, doubled each time
 * @param retryMax longest such wait; default 10 s; each wait is jittered by half
 * @param maxDials most dials under way at a time; default 32
 * @param maxPeers most present members that are linked (full mesh); default 256
 * @param lostRetention how long members that died are still dialled, so that a healed partition merges; default 24 h
 */
public record OverlaySettings(
        Duration retryMin, Duration retryMax, int maxDials, int maxPeers, Duration lostRetention) {

    /** The defaults. */
    public static final OverlaySettings DEFAULT =
            new OverlaySettings(Duration.ofMillis(200), Duration.ofSeconds(10), 32, 256, Duration.ofHours(24));

    /**
     * The same settings with another {@link #retryMin()}.
     *
     * @param retryMin the value to use
     * @return a changed copy
     */
    public OverlaySettings withRetryMin(Duration retryMin) {
        return new OverlaySettings(retryMin, retryMax, maxDials, maxPeers, lostRetention);
    }

    /**
     * The same settings with another {@link #retryMax()}.
     *
     * @param retryMax the value to use
     * @return a changed copy
     */
    public OverlaySettings withRetryMax(Duration retryMax) {
        return new OverlaySettings(retryMin, retryMax, maxDials, maxPeers, lostRetention);
    }

    /**
     * The same settings with another {@link #maxDials()}.
     *
     * @param maxDials the value to use
     * @return a changed copy
     */
    public OverlaySettings withMaxDials(int maxDials) {
        return new OverlaySettings(retryMin, retryMax, maxDials, maxPeers, lostRetention);
    }

    /**
     * The same settings with another {@link #maxPeers()}.
     *
     * @param maxPeers the value to use
     * @return a changed copy
     */
    public OverlaySettings withMaxPeers(int maxPeers) {
        return new OverlaySettings(retryMin, retryMax, maxDials, maxPeers, lostRetention);
    }

    /**
     * The same settings with another {@link #lostRetention()}.
     *
     * @param lostRetention the value to use
     * @return a changed copy
     */
    public OverlaySettings withLostRetention(Duration lostRetention) {
        return new OverlaySettings(retryMin, retryMax, maxDials, maxPeers, lostRetention);
    }
}
