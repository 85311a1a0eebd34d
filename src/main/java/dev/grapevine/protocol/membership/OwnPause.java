package dev.grapevine.protocol.membership;

/**
 * For how long this member itself was not there to hear anybody: what it could not hear is no evidence against others.
 * Either its process stood still, which a late timer shows; or its timers ran but nothing came in, which shows when even
 * those who were asked to probe for it did not answer.
 */
final class OwnPause {

    private static final long NEVER = Long.MIN_VALUE;

    private final long threshold;
    private long lastTick;
    private long restingUntil;
    private long lastHeard;
    private long deafSince = NEVER;

    OwnPause(MembershipSettings settings, long now) {
        threshold = settings.probeInterval().toNanos() / 2;
        lastTick = now;
        restingUntil = now;
        lastHeard = now;
    }

    /** The clock is looked at, whatever for: how long the process has stood still, or 0. */
    long awake(long now) {
        long gap = gap(now);
        if (gap <= threshold) {
            return 0;
        }
        lastTick = now;
        return gap;
    }

    private long gap(long now) {
        return now - (restingUntil - lastTick > 0 ? restingUntil : lastTick);
    }

    /** The timer went off. */
    void ticked(long now) {
        lastTick = now;
    }

    /** No timer is set for before then. What comes first after a pause may ask for one: the pause shows all the same. */
    void resting(long now, long until) {
        if (gap(now) <= threshold) {
            restingUntil = until;
        }
    }

    /** A frame came in, from whomever: for how long none did although some were due, or 0. */
    long heard(long now) {
        long gap = isDeaf() ? now - deafSince : 0;
        lastHeard = now;
        deafSince = NEVER;
        return gap;
    }

    /** Whether nobody at all was heard since then. */
    boolean heardNobodySince(long then) {
        return then - lastHeard > 0;
    }

    /** Answers that were due since then did not come, nor did anything else. */
    void deaf(long since) {
        if (!isDeaf()) {
            deafSince = since;
        }
    }

    /** Nobody is left who could be heard: silence says nothing about this member any more. */
    void alone() {
        deafSince = NEVER;
    }

    boolean isDeaf() {
        return deafSince != NEVER;
    }
}
