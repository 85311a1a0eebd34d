package dev.grapevine.protocol.health;

import dev.grapevine.membership.Member;

/** The latest turns for the worse of one member, of one kind each: how it stands, and its link. */
final class Turns {

    /** So many within the window are bad luck; one more is flapping. */
    static final int MOST = 4;

    /** For how long a turn counts: five minutes. */
    static final long WINDOW_NANOS = 300_000_000_000L;

    /** The member as it was last described. */
    Member member;

    /** Whether it is suspected or dead: what makes it worse from there is no new turn. */
    boolean down;

    private final long[] fell = new long[MOST + 1];
    private final long[] lost = new long[MOST + 1];
    private int falls;
    private int losses;

    Turns(Member member) {
        this.member = member;
    }

    /** It was alive and is not. */
    void fall(long now) {
        fell[falls++ % fell.length] = now;
    }

    /** Its link was lost. */
    void lose(long now) {
        lost[losses++ % lost.length] = now;
    }

    boolean isFlapping(long now) {
        return isTooMany(falls, fell, now) || hasFlappingLink(now);
    }

    boolean hasFlappingLink(long now) {
        return isTooMany(losses, lost, now);
    }

    /** Whether nothing of it counts any more. */
    boolean isOver(long now) {
        return isOld(falls, fell, now) && isOld(losses, lost, now);
    }

    /** When the next turn ceases to count that makes a difference: the latest of a kind, or the oldest that is kept. */
    long nextChange(long now) {
        return Math.min(nextEnd(falls, fell, now), nextEnd(losses, lost, now));
    }

    private static long nextEnd(int count, long[] times, long now) {
        long end = now + WINDOW_NANOS;
        if (count > 0 && !isOld(count, times, now)) {
            end = Math.min(end, times[(count - 1) % times.length] + WINDOW_NANOS);
        }
        if (isTooMany(count, times, now)) {
            end = Math.min(end, times[count % times.length] + WINDOW_NANOS);
        }
        return end;
    }

    /** The oldest turn that is kept is the one that the next would replace. */
    private static boolean isTooMany(int count, long[] times, long now) {
        return count > MOST && now - times[count % times.length] < WINDOW_NANOS;
    }

    private static boolean isOld(int count, long[] times, long now) {
        return count == 0 || now - times[(count - 1) % times.length] >= WINDOW_NANOS;
    }
}
