package dev.grapevine.protocol;

import dev.grapevine.protocol.antientropy.AntiEntropySettings;
import dev.grapevine.protocol.dissemination.DisseminationSettings;
import dev.grapevine.protocol.membership.MembershipSettings;
import dev.grapevine.protocol.overlay.OverlaySettings;
import java.time.Duration;

/**
 * The settings of every core of a node.
 *
 * @param tickInterval how often the core is told that time has passed: how late a deadline can be seen; default 50 ms
 * @param membership settings of membership
 * @param overlay settings of links
 * @param dissemination settings of topics
 * @param antiEntropy settings of replicated stores
 */
public record NodeSettings(
        Duration tickInterval,
        MembershipSettings membership,
        OverlaySettings overlay,
        DisseminationSettings dissemination,
        AntiEntropySettings antiEntropy) {

    /** The defaults. */
    public static final NodeSettings DEFAULT = new NodeSettings(
            Duration.ofMillis(50),
            MembershipSettings.DEFAULT,
            OverlaySettings.DEFAULT,
            DisseminationSettings.DEFAULT,
            AntiEntropySettings.DEFAULT);
}
