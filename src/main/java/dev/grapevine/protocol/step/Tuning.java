package dev.grapevine.protocol.step;

import java.time.Duration;
import java.util.Locale;

/**
 * A decision on the pace of gossip and of what topics do about losses, with all that it was made of.
 *
 * @param members how many members are present, this one included
 * @param loss the share of what this member sends that is lost or comes too late, 0 to 1: of the members that answered a
 *     probe of late, those that did so only through others
 * @param roundTrip within what time an answer comes: the smoothed round trip and four times its deviation (RFC 6298,
 *     section 2); zero before the first
 * @param bytesPerSecond the budget of all gossip; 0 for none
 * @param membership the pace of news of members
 * @param writes the pace of rumors of writes, beyond a full mesh
 * @param topics how topics find and repair what was lost
 */
public record Tuning(
        int members,
        double loss,
        Duration roundTrip,
        long bytesPerSecond,
        Pace membership,
        Pace writes,
        TopicPace topics) {

    /**
     * Why it goes as it goes.
     *
     * @return a sentence for people
     */
    public String explanation() {
        return String.format(
                Locale.ROOT,
                "%d members, %.0f %% lost, answers within %.1f ms, %s: membership to %s; writes to %s; topics: %s",
                members,
                loss * 100,
                roundTrip.toNanos() / 1e6,
                bytesPerSecond == 0 ? "no byte budget" : bytesPerSecond + " bytes a second",
                membership,
                writes,
                topics);
    }
}
