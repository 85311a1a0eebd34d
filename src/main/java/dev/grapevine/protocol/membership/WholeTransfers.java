package dev.grapevine.protocol.membership;

import dev.grapevine.membership.Origin;
import java.time.Duration;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Transfers of whole tables under way: a newcomer that is told by all its new peers at once how much they know takes it
 * from one of them only, and compares with the others afterwards. Holds linked peers only.
 */
final class WholeTransfers {

    /** How long a newcomer waits for more, and how soon a peer is sent everything again. */
    static final long PATIENCE = Duration.ofSeconds(2).toNanos();

    /** How long a transfer may take, whatever it brings meanwhile: others may know what its source does not tell. */
    static final long LONGEST = Duration.ofSeconds(30).toNanos();

    private final TreeMap<Origin, Long> served = new TreeMap<>();
    private @Nullable Origin source;
    private long until;
    private long latest;

    /** Whether to ask this peer for everything. */
    boolean begin(Origin peer, long now) {
        if (source != null) {
            return false;
        }
        source = peer;
        until = now + PATIENCE;
        latest = now + LONGEST;
        return true;
    }

    boolean isFrom(Origin peer) {
        return peer.equals(source);
    }

    /** The transfer brought something that was not known: it may go on. */
    void progress(long now) {
        until = now + PATIENCE;
    }

    boolean isUnderWay() {
        return source != null;
    }

    boolean isStuck(long now) {
        return source != null && (now - until >= 0 || now - latest >= 0);
    }

    /** Ends the transfer under way; from whom it was. */
    @Nullable Origin end() {
        Origin ended = source;
        source = null;
        return ended;
    }

    /** A link was lost; whether a transfer came over it. */
    boolean forget(Origin peer) {
        served.remove(peer);
        return isFrom(peer);
    }

    /** Whether a peer that asks may be sent everything now. */
    boolean mayServe(Origin peer, long now) {
        Long last = served.get(peer);
        if (last != null && now - last < PATIENCE) {
            return false;
        }
        served.put(peer, now);
        return true;
    }
}
