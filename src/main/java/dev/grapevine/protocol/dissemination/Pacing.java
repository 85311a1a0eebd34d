package dev.grapevine.protocol.dissemination;

import dev.grapevine.protocol.step.TopicPace;
import java.util.random.RandomGenerator;

/**
 * When streams are told of and what is missing is asked for again: as set, until what was measured or a budget makes another
 * {@link TopicPace}. A round of digests that sent more than it may puts the next one off until that is paid for.
 */
final class Pacing {

    private final RandomGenerator random;
    private final long setInterval;
    private final long idleInterval;
    private final long setRetry;
    private final RepairBudget repairs = new RepairBudget();
    private TopicPace pace;
    private long interval;
    private long retry;
    private boolean owes;
    private long paidAt;

    /**
     * All as set.
     *
     * @param settings the intervals
     * @param random for their jitter
     */
    Pacing(DisseminationSettings settings, RandomGenerator random) {
        this.random = random;
        this.setInterval = settings.digestInterval().toNanos();
        this.idleInterval = settings.idleDigestInterval().toNanos();
        this.setRetry = settings.pullRetry().toNanos();
        this.pace = DisseminationCore.setPace(settings);
        this.interval = setInterval;
        this.retry = setRetry;
    }

    void pace(TopicPace changed) {
        if (!changed.equals(pace)) {
            pace = changed;
            interval = changed.digestInterval().toNanos();
            retry = changed.pullRetry().toNanos();
            repairs.limit(changed.repairBytesPerSecond(), changed.repairBytesAtOnce());
        }
    }

    /** What messages that are sent again may take. */
    RepairBudget repairs() {
        return repairs;
    }

    /** How long an answer may take until the same is asked for again. */
    long retryNanos() {
        return retry;
    }

    /** As much, but not less than was set: how long to wait until somebody else is tried, or all are asked anew. */
    long patienceNanos() {
        return Math.max(retry, setRetry);
    }

    /** How long a stream has gone on no more when it rests; so soon it is told of. */
    long digestInterval() {
        return interval;
    }

    /** How often a publication is told of: for as long as was set, however short the intervals are. */
    int digestRepeats() {
        return (int) Math.ceil(Limits.DIGEST_REPEATS * Math.max(1, (double) setInterval / interval));
    }

    /** How many bytes of digests a round may send, unless a single stream takes more. */
    long digestBytes() {
        double bytes = pace.digestBytesPerSecond() * (interval / 1e9);
        return pace.digestBytesPerSecond() == 0 ? Long.MAX_VALUE : Math.max(1, (long) bytes);
    }

    /** A round of digests sent so many bytes. */
    void sent(long bytes, long now) {
        double pays = 0;
        if (pace.digestBytesPerSecond() > 0) {
            pays = bytes * 1e9 / pace.digestBytesPerSecond();
        } else if (interval < setInterval) {
            pays = Math.min((double) setInterval, bytes * 1e9 / Limits.QUICK_DIGEST_BYTES_PER_SECOND);
        }
        owes = pays > 0;
        paidAt = now + (long) pays;
    }

    /** When the next round of digests is due, if there is anything to tell. */
    long nextDigests(long now) {
        return notBeforePaid(now + jittered(interval));
    }

    /** When all streams are told of that were not told of for long. */
    long nextIdle(long now) {
        return now + jittered(idleInterval);
    }

    /** A time, or when the last round of digests is paid for if that is later. */
    long notBeforePaid(long time) {
        return owes && paidAt - time > 0 ? paidAt : time;
    }

    /** Within a tenth, so that members that started together do not stay in step. */
    private long jittered(long nanos) {
        return (long) (nanos * (0.9 + 0.2 * random.nextDouble()));
    }
}
