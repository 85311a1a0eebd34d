package dev.grapevine.protocol.overlay;

import dev.grapevine.membership.Origin;
import java.util.TreeMap;

/**
 * How much work of the overlay a peer may still cause: an allowance for each link that is used up by what it sends and comes
 * back with time, so that no peer makes this member send or dial without end.
 */
final class PeerAllowance {

    /** What a step of a walk costs. */
    static final int STEP = 1;

    /** What a request costs for which another neighbour may have to go. */
    static final int REQUEST = 8;

    private static final int MOST = 64;
    private static final long NANOS_EACH = 125_000_000L;

    private static final class Account {
        int left = MOST;
        long since;
    }

    private final TreeMap<Origin, Account> accounts = new TreeMap<>();

    /** Takes so much from what a peer has left; false if that is less. */
    boolean take(Origin peer, int cost, long now) {
        Account account = accounts.computeIfAbsent(peer, added -> {
            Account fresh = new Account();
            fresh.since = now;
            return fresh;
        });
        long earned = (now - account.since) / NANOS_EACH;
        account.since += earned * NANOS_EACH;
        account.left = (int) Math.min(MOST, account.left + earned);
        if (account.left < cost) {
            return false;
        }
        account.left -= cost;
        return true;
    }

    /** The link of a peer is gone, and whoever links anew starts anew: dialling costs it more. */
    void forget(Origin peer) {
        accounts.remove(peer);
    }
}
