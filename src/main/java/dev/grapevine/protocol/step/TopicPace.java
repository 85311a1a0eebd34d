package dev.grapevine.protocol.step;

import dev.grapevine.protocol.step.Pace.Reason;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * How topics find and repair what was lost: how often peers are told how far the streams are, how long an answer may take, and
 * what both may cost. Messages themselves have no pace: they go out as fast as the links take them.
 *
 * @param digestInterval how soon a publication is told of, and how often while the stream goes on
 * @param pullRetry how long the answer to a request for messages may take before they are asked for again
 * @param digestBytesPerSecond what digests may take; 0 for any number
 * @param repairBytesPerSecond what messages that are sent again may take, to all peers together; 0 for any number
 * @param repairBytesAtOnce how much of that may be saved up and sent at once; 0 if there is no limit to it
 * @param reasons what made it differ from what was set; empty if nothing did
 */
public record TopicPace(
        Duration digestInterval,
        Duration pullRetry,
        long digestBytesPerSecond,
        long repairBytesPerSecond,
        long repairBytesAtOnce,
        Set<Reason> reasons) {

    /**
     * Copies the reasons.
     *
     * @throws IllegalArgumentException if an interval is not positive, a number is negative, or there is a limit to repairs in
     *     a second or at once and not the other
     */
    public TopicPace {
        boolean isPositive = digestInterval.compareTo(Duration.ZERO) > 0 && pullRetry.compareTo(Duration.ZERO) > 0;
        boolean isNatural = digestBytesPerSecond >= 0 && repairBytesPerSecond >= 0 && repairBytesAtOnce >= 0;
        if (!isPositive || !isNatural || (repairBytesPerSecond == 0) != (repairBytesAtOnce == 0)) {
            throw new IllegalArgumentException("No pace of topics: " + digestInterval + ", " + pullRetry + ", "
                    + digestBytesPerSecond + ", " + repairBytesPerSecond + ", " + repairBytesAtOnce);
        }
        Set<Reason> ordered = EnumSet.noneOf(Reason.class);
        ordered.addAll(reasons);
        reasons = Collections.unmodifiableSet(ordered);
    }

    /**
     * What was set, unchanged.
     *
     * @param digestInterval how soon a publication is told of
     * @param pullRetry how long an answer may take
     * @return a pace without a budget
     */
    public static TopicPace of(Duration digestInterval, Duration pullRetry) {
        return new TopicPace(digestInterval, pullRetry, 0, 0, 0, Set.of());
    }

    @Override
    public String toString() {
        String limits = repairBytesPerSecond == 0
                ? ""
                : ", " + digestBytesPerSecond + " bytes a second of digests and " + repairBytesPerSecond
                        + " of repairs, " + repairBytesAtOnce + " at once";
        return "digests every " + digestInterval.toMillis() + " ms, asked again after " + pullRetry.toMillis() + " ms"
                + limits
                + (reasons.isEmpty() ? ", as set" : ", for " + reasons);
    }
}
