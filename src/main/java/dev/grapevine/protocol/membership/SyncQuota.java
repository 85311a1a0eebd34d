package dev.grapevine.protocol.membership;

import dev.grapevine.membership.Origin;
import java.util.TreeMap;

/**
 * How many records each peer is given in answer to hashes: a few bytes can ask for the whole table. Whoever compares lacks
 * no more than that, and when both sides begin at once it is asked twice. Holds linked peers only.
 */
final class SyncQuota {

    private static final class Account {
        long until;
        long given;
    }

    private final TreeMap<Origin, Account> accounts = new TreeMap<>();

    /** Whether a peer may be given so many more, out of a table of this size; if so, they count. */
    boolean grant(Origin peer, int records, int tableSize, long now) {
        Account account = accounts.get(peer);
        if (account == null || now - account.until >= 0) {
            account = new Account();
            account.until = now + WholeTransfers.PATIENCE;
            accounts.put(peer, account);
        }
        if (account.given + records > 2L * Math.max(tableSize, TableSync.SMALL_VIEW)) {
            return false;
        }
        account.given += records;
        return true;
    }

    void forget(Origin peer) {
        accounts.remove(peer);
    }
}
