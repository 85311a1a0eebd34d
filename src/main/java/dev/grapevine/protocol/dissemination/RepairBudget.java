package dev.grapevine.protocol.dissemination;

import dev.grapevine.protocol.step.Effects;
import java.util.ArrayDeque;

/**
 * What messages that are sent again may take, over all peers: a token bucket that is filled at a rate up to what may be sent at
 * once, and passed by one frame. Who finds it empty waits in a queue, so that one peer that asks for much does not keep the
 * others from what they ask for.
 */
final class RepairBudget {

    private final ArrayDeque<PeerView> waiting = new ArrayDeque<>();
    private long bytesPerSecond;
    private long mostAtOnce;
    private long left;
    private long filledAt;

    /** So much from now on; 0 for any number. */
    void limit(long perSecond, long atOnce) {
        left = bytesPerSecond == 0 ? atOnce : Math.min(left, atOnce);
        bytesPerSecond = perSecond;
        mostAtOnce = atOnce;
    }

    /** Whether something may be sent, and nobody waits for that. */
    boolean isOpen() {
        return bytesPerSecond == 0 || (left > 0 && waiting.isEmpty());
    }

    boolean isEmpty() {
        return bytesPerSecond > 0 && left <= 0;
    }

    void take(int bytes) {
        left -= bytesPerSecond == 0 ? 0 : bytes;
    }

    /** A peer has its turn as soon as something may be sent again. */
    void await(PeerView peer) {
        if (!peer.awaitsBudget) {
            peer.awaitsBudget = true;
            waiting.addLast(peer);
        }
    }

    /** Time has passed: those who wait have their turn. */
    void tick(long now, Effects out) {
        double filled = bytesPerSecond * ((now - filledAt) / 1e9);
        filledAt = now;
        left = Math.min(mostAtOnce, left + (long) filled);
        for (int turns = waiting.size(); turns > 0 && !isEmpty(); turns--) {
            PeerView peer = waiting.removeFirst();
            peer.awaitsBudget = false;
            peer.serveInTurn(out);
        }
    }
}
