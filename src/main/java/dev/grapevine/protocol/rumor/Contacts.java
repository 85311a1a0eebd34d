package dev.grapevine.protocol.rumor;

import dev.grapevine.membership.Origin;
import java.util.HashMap;
import java.util.Map;

/**
 * Who was spoken to in the present round and the one before: what others may say is bounded by what this member said to
 * them, so that nobody answers what was not asked, nor judges what it was not told.
 */
final class Contacts {

    /** Most contacts that one member may begin in a round: a round here may last longer than its own, and messages bunch. */
    static final int MOST_OF_ONE = 4;

    /** Most contacts that all others may begin in a round. */
    static final int MOST = 256;

    private static final class Account {
        int begun;
        int answers;
        int verdicts;
    }

    /** Of whom nothing is due: nothing is ever taken from it or added to it. */
    private static final Account NOBODY = new Account();

    /** Never iterated, so that the order of hashes shows nowhere. */
    private Map<Origin, Account> present = new HashMap<>();

    private Map<Origin, Account> before = new HashMap<>();
    private int begun;

    /** A round ends. */
    void turn() {
        before = present;
        present = new HashMap<>();
        begun = 0;
    }

    /** A peer begins a contact. */
    boolean begin(Origin peer) {
        if (begun >= MOST) {
            return false;
        }
        Account account = of(peer);
        if (account.begun >= MOST_OF_ONE) {
            return false;
        }
        account.begun++;
        begun++;
        return true;
    }

    /** A peer was asked. */
    void ask(Origin peer) {
        of(peer).answers++;
    }

    /** A peer was told so many rumors and asked for its verdicts. */
    void tell(Origin peer, int rumors) {
        if (rumors > 0) {
            of(peer).verdicts += rumors;
        }
    }

    /** A peer answers. */
    boolean answer(Origin peer) {
        Account old = before.getOrDefault(peer, NOBODY);
        Account account = old.answers > 0 ? old : present.getOrDefault(peer, NOBODY);
        if (account.answers == 0) {
            return false;
        }
        account.answers--;
        return true;
    }

    /** A peer judges so many rumors. */
    boolean judge(Origin peer, int rumors) {
        Account old = before.getOrDefault(peer, NOBODY);
        Account account = present.getOrDefault(peer, NOBODY);
        if (rumors > old.verdicts + account.verdicts) {
            return false;
        }
        int older = Math.min(rumors, old.verdicts);
        old.verdicts -= older;
        account.verdicts -= rumors - older;
        return true;
    }

    private Account of(Origin peer) {
        return present.computeIfAbsent(peer, any -> new Account());
    }
}
