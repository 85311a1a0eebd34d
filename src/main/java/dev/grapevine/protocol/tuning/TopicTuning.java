package dev.grapevine.protocol.tuning;

import dev.grapevine.protocol.step.Pace.Reason;
import dev.grapevine.protocol.step.TopicPace;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/**
 * How topics find and repair what was lost, by loss, round trip, links and budget.
 *
 * <ul>
 *   <li>What is waited for because something may be lost is waited for shorter the more is lost. What waiting costs grows with
 *       loss times interval and what digests cost with one over the interval, so the sum is least where the interval goes with
 *       one over the square root of the loss: at the loss that changes nothing yet it is as set, at half of all about a third.
 *   <li>No wait is shorter than an answer takes: what is told or asked again before that is said twice for nothing. Up to 5 s.
 *   <li>Of a budget an eighth is for digests: a round that tells each linked peer of one stream has to fit. The rest is for
 *       repairs, and so much of it may be sent at once as it makes in a round trip, since a reader that is behind asks for more
 *       once in a round trip; at the least one frame, and at the most what fits into an outbox beside others.
 * </ul>
 */
final class TopicTuning {

    /** The part of the budget that digests take. */
    private static final int DIGEST_PART = 8;

    /** About what it takes to tell a peer of one stream. */
    private static final int STREAM_BYTES = 100;

    private static final long LEAST_AT_ONCE = 64 << 10;
    private static final long MOST_AT_ONCE = 4 << 20;

    /** Repairs go out on ticks, so what is saved up lasts for two of the usual length. */
    private static final long TICKS_NANOS = 100_000_000;

    private final TuningSettings settings;
    private final TopicPace set;

    TopicTuning(TuningSettings settings, TopicPace set) {
        this.settings = settings;
        this.set = set;
    }

    TopicPace pace(double loss, long roundTrip, int links) {
        Set<Reason> reasons = EnumSet.noneOf(Reason.class);
        long digests = set.digestInterval().toNanos();
        long retry = set.pullRetry().toNanos();
        if (settings.adaptive() && loss >= TuningCore.IGNORED_LOSS) {
            double part = Math.sqrt(TuningCore.IGNORED_LOSS / Math.min(loss, TuningCore.MOST_LOSS));
            digests = (long) Math.ceil(digests * part);
            retry = (long) Math.ceil(retry * part);
            reasons.add(Reason.LOSS);
        }
        long answer = settings.adaptive() ? Math.min(roundTrip, TuningCore.LONGEST_NANOS) : 0;
        if (answer > Math.min(digests, retry)) {
            digests = Math.max(digests, answer);
            retry = Math.max(retry, answer);
            reasons.add(Reason.ROUND_TRIP);
        }
        return withinBudget(digests, retry, answer, links, reasons);
    }

    private TopicPace withinBudget(long digests, long retry, long answer, int links, Set<Reason> reasons) {
        long all = settings.topicBytesPerSecond();
        if (all == 0) {
            return new TopicPace(Duration.ofNanos(digests), Duration.ofNanos(retry), 0, 0, 0, reasons);
        }
        reasons.add(Reason.BUDGET);
        long forDigests = all / DIGEST_PART;
        long forRepairs = all - forDigests;
        long round = (long) Math.min(TuningCore.LONGEST_NANOS, links * STREAM_BYTES * 1e9 / forDigests);
        double delay = Math.max(answer, TICKS_NANOS) / 1e9;
        long atOnce = (long) Math.max(LEAST_AT_ONCE, Math.min(MOST_AT_ONCE, forRepairs * delay));
        return new TopicPace(
                Duration.ofNanos(Math.max(digests, round)),
                Duration.ofNanos(retry),
                forDigests,
                forRepairs,
                atOnce,
                reasons);
    }
}
