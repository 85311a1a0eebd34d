package dev.grapevine.protocol.membership;

import dev.grapevine.membership.MemberStatus;
import dev.grapevine.protocol.frame.Rumor;

/**
 * Which claim overrides which: SWIM's order of preference (section 4.2) as total functions. {@code i} is the incarnation
 * that is held and {@code j} the one that the claim names.
 *
 * <table>
 * <caption>When a claim with incarnation j overrides what is held with incarnation i</caption>
 * <tr><th>claim</th><th>ALIVE</th><th>SUSPECT</th><th>DEAD</th><th>LEFT</th></tr>
 * <tr><td>Alive</td><td>j &gt; i</td><td>j &gt; i</td><td>j &gt; i</td><td>j &gt; i</td></tr>
 * <tr><td>Suspect</td><td>j &ge; i</td><td>j &gt; i</td><td>never</td><td>never</td></tr>
 * <tr><td>Dead</td><td>j &ge; i</td><td>j &ge; i</td><td>j &gt; i</td><td>never</td></tr>
 * <tr><td>Left</td><td>j &ge; i</td><td>j &ge; i</td><td>j &ge; i</td><td>never</td></tr>
 * </table>
 *
 * <p>It differs from the paper in one row: there a confirmed death overrides everything and is final. Here the dead may
 * refute with a higher incarnation, so that a partition heals; therefore a claim of death about an incarnation that has
 * been refuted already has no force. A claim that somebody left can be refuted in the same way, so that nobody can remove
 * a member by saying so in its name; who did leave never raises its incarnation again.
 */
final class Claims {

    /** Greatest incarnation that is believed. */
    static final long MAX_INCARNATION = 1L << 62;

    /**
     * How far above the incarnation that is held a claim may reach, unless the subject itself makes it: as much as a
     * member gets to that refutes five times a second for a month. So it takes 2^38 forged claims to drive a member to
     * the end of its incarnations, where it could refute no more.
     */
    static final long MAX_LEAP = 1L << 24;

    private Claims() {}

    /** Whether the claim changes a member that is held with this status and incarnation. */
    static boolean overrides(Rumor claim, MemberStatus held, long i) {
        long j = claim.incarnation();
        if (claim instanceof Rumor.Alive) {
            return j > i;
        }
        if (held == MemberStatus.LEFT) {
            return false;
        }
        if (claim instanceof Rumor.Left) {
            return j >= i;
        }
        if (claim instanceof Rumor.Dead) {
            return held == MemberStatus.DEAD ? j > i : j >= i;
        }
        return held == MemberStatus.ALIVE ? j >= i : held == MemberStatus.SUSPECT && j > i;
    }

    /** Of two claims about the same member the one that overrides the other; the first if neither does. */
    static Rumor stronger(Rumor one, Rumor other) {
        return overrides(other, status(one), one.incarnation()) ? other : one;
    }

    /** The status that a claim gives its subject. */
    static MemberStatus status(Rumor claim) {
        if (claim instanceof Rumor.Alive) {
            return MemberStatus.ALIVE;
        }
        if (claim instanceof Rumor.Suspect) {
            return MemberStatus.SUSPECT;
        }
        return claim instanceof Rumor.Dead ? MemberStatus.DEAD : MemberStatus.LEFT;
    }

    /** Whether the claim is further ahead of the incarnation that is held than any honest one can be. */
    static boolean isLeap(Rumor claim, long i) {
        return claim.incarnation() - i > MAX_LEAP;
    }

    /** Whether no honest member can make this claim. */
    static boolean isAbsurd(Rumor claim) {
        boolean outOfRange = claim.incarnation() < 0
                || claim.incarnation() > MAX_INCARNATION
                || claim.subject().epoch() <= 0;
        boolean ofItself =
                claim instanceof Rumor.Suspect suspect && suspect.accuser().equals(suspect.subject());
        boolean laterLabels = claim instanceof Rumor.Alive alive
                && (alive.metadata().version() < 0 || alive.metadata().version() > alive.incarnation());
        return outOfRange || ofItself || laterLabels;
    }
}
