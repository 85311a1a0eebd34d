package dev.grapevine.protocol;

import dev.grapevine.protocol.antientropy.AntiEntropySettings;
import dev.grapevine.protocol.dissemination.DisseminationSettings;
import dev.grapevine.protocol.membership.MembershipSettings;
import dev.grapevine.protocol.overlay.OverlaySettings;
import dev.grapevine.protocol.rumor.RumorSettings;
import dev.grapevine.protocol.tuning.TuningSettings;
import java.time.Duration;
import java.util.function.UnaryOperator;

/**
 * The settings of every core of a node.
 *
 * @param tickInterval how often the core is told that time has passed: how late a deadline can be seen; default 50 ms. A
 *     member that has nothing under way, or in a full mesh does nothing but publish, is told once a second or when a deadline is due
 * @param joinQuiet members that join in a burst are shown together, when nobody has joined for so long times the bits of
 *     their number, at the latest after 32 times as long; zero shows each by itself; default 100 ms
 * @param membership settings of membership
 * @param overlay settings of links
 * @param dissemination settings of topics
 * @param antiEntropy settings of replicated stores
 * @param rumors how writes to stores spread beyond the direct links, where not all members are linked to each other
 * @param tuning whether the pace of gossip and of what topics do about losses follows what is measured, and their byte budgets
 */
public record NodeSettings(
        Duration tickInterval,
        Duration joinQuiet,
        MembershipSettings membership,
        OverlaySettings overlay,
        DisseminationSettings dissemination,
        AntiEntropySettings antiEntropy,
        RumorSettings rumors,
        TuningSettings tuning) {

    /**
     * Checks what no core checks, and what fits together.
     *
     * @throws IllegalArgumentException if the tick interval is not positive or longer than a quarter of the probe interval
     *     (every tick would look like a pause of this member's own, which excuses all others); if a direct probe may take as
     *     long as the probe interval; if the quiet time is negative; or if the most of something is less than its least
     */
    public NodeSettings {
        Duration probeInterval = membership.probeInterval();
        check(tickInterval.compareTo(Duration.ZERO) > 0, "tickInterval is positive", tickInterval);
        check(!joinQuiet.isNegative(), "joinQuiet is at least 0", joinQuiet);
        check(
                tickInterval.multipliedBy(4).compareTo(probeInterval) <= 0,
                "tickInterval is at most a quarter of probeInterval " + probeInterval,
                tickInterval);
        check(
                membership.probeTimeout().compareTo(probeInterval) < 0,
                "probeTimeout is shorter than probeInterval " + probeInterval,
                membership.probeTimeout());
        check(
                overlay.retryMax().compareTo(overlay.retryMin()) >= 0,
                "retryMax is at least retryMin " + overlay.retryMin(),
                overlay.retryMax());
    }

    private static void check(boolean fits, String rule, Object value) {
        if (!fits) {
            throw new IllegalArgumentException(rule + ", not " + value);
        }
    }

    /** The defaults. */
    public static final NodeSettings DEFAULT = new NodeSettings(
            Duration.ofMillis(50),
            Duration.ofMillis(100),
            MembershipSettings.DEFAULT,
            OverlaySettings.DEFAULT,
            DisseminationSettings.DEFAULT,
            AntiEntropySettings.DEFAULT,
            RumorSettings.DEFAULT,
            TuningSettings.DEFAULT);

    /**
     * The same settings with another {@link #tickInterval()}.
     *
     * @param tickInterval the value to use
     * @return a changed copy
     */
    public NodeSettings withTickInterval(Duration tickInterval) {
        return new NodeSettings(
                tickInterval, joinQuiet, membership, overlay, dissemination, antiEntropy, rumors, tuning);
    }

    /**
     * The same settings with another {@link #joinQuiet()}.
     *
     * @param joinQuiet the value to use
     * @return a changed copy
     * @throws IllegalArgumentException if it is negative
     */
    public NodeSettings withJoinQuiet(Duration joinQuiet) {
        return new NodeSettings(
                tickInterval, joinQuiet, membership, overlay, dissemination, antiEntropy, rumors, tuning);
    }

    /**
     * The same settings with another {@link #membership()}.
     *
     * @param change is given the settings so far and returns those to use
     * @return a changed copy
     */
    public NodeSettings withMembership(UnaryOperator<MembershipSettings> change) {
        return new NodeSettings(
                tickInterval, joinQuiet, change.apply(membership), overlay, dissemination, antiEntropy, rumors, tuning);
    }

    /**
     * The same settings with another {@link #overlay()}.
     *
     * @param change is given the settings so far and returns those to use
     * @return a changed copy
     */
    public NodeSettings withOverlay(UnaryOperator<OverlaySettings> change) {
        return new NodeSettings(
                tickInterval, joinQuiet, membership, change.apply(overlay), dissemination, antiEntropy, rumors, tuning);
    }

    /**
     * The same settings with another {@link #dissemination()}.
     *
     * @param change is given the settings so far and returns those to use
     * @return a changed copy
     */
    public NodeSettings withDissemination(UnaryOperator<DisseminationSettings> change) {
        return new NodeSettings(
                tickInterval, joinQuiet, membership, overlay, change.apply(dissemination), antiEntropy, rumors, tuning);
    }

    /**
     * The same settings with another {@link #antiEntropy()}.
     *
     * @param change is given the settings so far and returns those to use
     * @return a changed copy
     */
    public NodeSettings withAntiEntropy(UnaryOperator<AntiEntropySettings> change) {
        return new NodeSettings(
                tickInterval, joinQuiet, membership, overlay, dissemination, change.apply(antiEntropy), rumors, tuning);
    }

    /**
     * The same settings with another {@link #rumors()}.
     *
     * @param change is given the settings so far and returns those to use
     * @return a changed copy
     */
    public NodeSettings withRumors(UnaryOperator<RumorSettings> change) {
        return new NodeSettings(
                tickInterval, joinQuiet, membership, overlay, dissemination, antiEntropy, change.apply(rumors), tuning);
    }

    /**
     * The same settings with another {@link #tuning()}.
     *
     * @param change is given the settings so far and returns those to use
     * @return a changed copy
     */
    public NodeSettings withTuning(UnaryOperator<TuningSettings> change) {
        return new NodeSettings(
                tickInterval, joinQuiet, membership, overlay, dissemination, antiEntropy, rumors, change.apply(tuning));
    }
}
