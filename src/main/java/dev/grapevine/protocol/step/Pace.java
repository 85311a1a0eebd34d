package dev.grapevine.protocol.step;

import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * How one kind of gossip goes: in each round so many peers are told so much.
 *
 * @param fanout how many peers are told in a round; at least 1
 * @param interval from one round to the next at the least
 * @param batchBytes most bytes that one peer is told in a round, unless a single piece is longer; at least 1
 * @param bytesPerSecond what it may send in all: a round that sent more than its part puts the next one off, by 5 s at most,
 *     and what is then still owed the ones after it; 0 for any number
 * @param reasons what made it differ from what was set; empty if nothing did
 */
public record Pace(int fanout, Duration interval, int batchBytes, long bytesPerSecond, Set<Reason> reasons) {

    /** However much was sent, a round is put off no longer: who is silent for longer is no part of the epidemic. */
    private static final long LONGEST_NANOS = 5_000_000_000L;

    /** What makes a pace differ from what was set. */
    public enum Reason {
        /** Among so many members news has to go to more peers. */
        SIZE,
        /** Of what is sent a part is lost, so it is sent to more. */
        LOSS,
        /** A round waits until what was sent in the one before can have been answered, and says as much more. */
        ROUND_TRIP,
        /** It has to fit into the byte budget. */
        BUDGET
    }

    /**
     * Copies the reasons.
     *
     * @throws IllegalArgumentException if a number is below its least
     */
    public Pace {
        if (fanout < 1 || interval.isNegative() || interval.isZero() || batchBytes < 1 || bytesPerSecond < 0) {
            throw new IllegalArgumentException("No pace: " + fanout + " peers every " + interval + ", " + batchBytes
                    + " bytes, " + bytesPerSecond + " bytes a second");
        }
        Set<Reason> ordered = EnumSet.noneOf(Reason.class);
        ordered.addAll(reasons);
        reasons = Collections.unmodifiableSet(ordered);
    }

    /**
     * What was set, unchanged.
     *
     * @param fanout peers a round
     * @param interval length of a round
     * @param batchBytes most bytes to a peer and round
     * @return a pace without a budget
     */
    public static Pace of(int fanout, Duration interval, int batchBytes) {
        return new Pace(fanout, interval, batchBytes, 0, Set.of());
    }

    /**
     * When the next round is due.
     *
     * @param now the time of this round in nanoseconds
     * @param sent how many bytes were sent and are not paid for
     * @return time in nanoseconds
     */
    public long next(long now, long sent) {
        double pays = bytesPerSecond == 0 ? 0 : sent * 1e9 / bytesPerSecond;
        return now + Math.max(interval.toNanos(), (long) Math.min(LONGEST_NANOS, pays));
    }

    /**
     * What the wait for the next round does not pay for.
     *
     * @param sent how many bytes were sent and are not paid for
     * @return how many of them count as sent after the next round
     */
    public long owed(long sent) {
        double paid = bytesPerSecond * (Math.max(interval.toNanos(), LONGEST_NANOS) / 1e9);
        return bytesPerSecond == 0 ? 0 : Math.max(0, sent - (long) paid);
    }

    @Override
    public String toString() {
        return fanout + (fanout == 1 ? " peer" : " peers") + " every " + interval.toMillis() + " ms, " + batchBytes
                + " bytes each"
                + (reasons.isEmpty() ? ", as set" : ", for " + reasons);
    }
}
