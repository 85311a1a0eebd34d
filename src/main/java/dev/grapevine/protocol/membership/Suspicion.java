package dev.grapevine.protocol.membership;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.Rumor.Evidence;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Why a member is suspected, by whom, and for how long: Lifeguard's suspicion (section IV-B), in which each independent
 * accuser shortens the time that is left to refute.
 */
final class Suspicion {

    /** Independent confirmations that shorten a suspicion to its least time (Lifeguard's K). */
    static final int ENOUGH_CONFIRMATIONS = 3;

    /** Most accusers remembered beside the observer itself; further ones change nothing. */
    static final int MAX_ACCUSERS = 16;

    private final Map<Origin, Evidence> accusers = new LinkedHashMap<>();
    private long since;
    private long notBefore;
    private long lastNews;
    private long nextTry;

    Suspicion(long now) {
        since = now;
        notBefore = now;
        lastNews = now;
        nextTry = now;
    }

    /** Adds an accuser, or better evidence of one; whether that is news. For the observer's own there is always room. */
    boolean accuse(Origin accuser, Evidence evidence, boolean own, long now) {
        Evidence known = accusers.get(accuser);
        boolean noNews = known == Evidence.REFUSED || known == evidence;
        boolean noRoom = known == null && !own && accusers.size() >= MAX_ACCUSERS;
        if (noNews || noRoom) {
            return false;
        }
        accusers.put(accuser, evidence);
        lastNews = now;
        return true;
    }

    boolean isAccusedBy(Origin accuser) {
        return accusers.containsKey(accuser);
    }

    boolean isRefusedTo(Origin accuser) {
        return accusers.get(accuser) == Evidence.REFUSED;
    }

    int accuserCount() {
        return accusers.size();
    }

    /** When an accuser or better evidence was last added. */
    long lastNews() {
        return lastNews;
    }

    int refusals() {
        return (int)
                accusers.values().stream().filter(e -> e == Evidence.REFUSED).count();
    }

    Map<Origin, Evidence> accusers() {
        return Collections.unmodifiableMap(accusers);
    }

    /** The address answered after all: what was refused is not evidence any more, the silence still is. */
    void forgetRefusals() {
        accusers.replaceAll((accuser, evidence) -> Evidence.SILENCE);
    }

    /** Whether the time to refute is over, in a cluster of n present members. */
    boolean isOver(long now, int n, MembershipSettings settings) {
        return now - notBefore >= 0 && now - since >= timeout(settings, n, accusers.size() - 1);
    }

    /** Whether what it waits for beside confirmations has passed. */
    boolean mayEnd(long now) {
        return now - notBefore >= 0;
    }

    /** Nobody confirmed in time: whether it is time for the next probe of its subject. */
    boolean isToBeTried(long now, long interval) {
        if (now - nextTry < 0) {
            return false;
        }
        nextTry = now + interval;
        return true;
    }

    /** No verdict before so much time has passed. */
    void extend(long now, long nanos) {
        notBefore = now + nanos;
    }

    /** The observer itself stood still for so long: that time does not count, and there is no verdict before this. */
    void shift(long gap, long earliest) {
        since += gap;
        notBefore = Math.max(notBefore + gap, earliest);
        lastNews += gap;
    }

    /** Lifeguard's Min: alpha x log10(n) x interval, where a cluster of less than a hundred counts as one of a hundred. */
    static long leastTimeout(MembershipSettings settings, int n) {
        double scale = Math.max(2, StrictMath.log10(n));
        return (long) (settings.suspicionMultiplier()
                * scale
                * settings.probeInterval().toNanos());
    }

    /**
     * Max - (Max - Min) x log(C + 1) / log(K + 1), at least Min. K is no more than there are members who could confirm,
     * so that in a cluster of two or three nobody waits for confirmations that cannot come.
     */
    static long timeout(MembershipSettings settings, int n, int confirmations) {
        long min = leastTimeout(settings, n);
        int k = Math.min(ENOUGH_CONFIRMATIONS, n - 2);
        if (k < 1 || confirmations >= k) {
            return min;
        }
        long max = min * settings.suspicionMaxMultiplier();
        double share = StrictMath.log(confirmations + 1.0) / StrictMath.log(k + 1.0);
        return Math.max(min, (long) (max - (max - min) * share));
    }
}
