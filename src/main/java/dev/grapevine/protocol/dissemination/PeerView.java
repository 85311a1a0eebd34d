package dev.grapevine.protocol.dissemination;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.frame.DisseminationFrame.Unavailable;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.ProtocolEvent;
import java.util.ArrayDeque;

/**
 * What this member remembers of a peer as a reader of its streams: where they begin for it, and the repairs that it
 * asked for and has not been sent. Repairs are served in the order of the requests, up to a number of bytes between two
 * ticks; so a request costs what is sent, whatever range it names.
 */
final class PeerView {

    private final Origin origin;
    private final long[] starts;
    private final ArrayDeque<Repair> pending = new ArrayDeque<>();
    private long allowance = Limits.REPAIR_BYTES_PER_TICK;

    /**
     * A peer met just now.
     *
     * @param origin who
     * @param starts the next sequence of each stream that exists now, by its index; later streams begin at 1
     */
    PeerView(Origin origin, long[] starts) {
        this.origin = origin;
        this.starts = starts;
    }

    Origin origin() {
        return origin;
    }

    long start(LocalStream stream) {
        return stream.index() < starts.length ? starts[stream.index()] : 1;
    }

    /** Takes bytes from what this peer may be served before the next tick; false if nothing is left. */
    boolean charge(int bytes) {
        if (allowance <= 0) {
            return false;
        }
        allowance -= bytes;
        return true;
    }

    /** Serves a range, now or on later ticks; false if too many wait already. */
    boolean pull(KnownStream stream, long from, long to, Effects out) {
        for (Repair repair : pending) {
            if (repair.covers(stream, from, to)) {
                return true;
            }
        }
        if (pending.size() >= Limits.PENDING_REPAIRS) {
            return false;
        }
        pending.addLast(new Repair(stream, from, to));
        serve(out);
        return true;
    }

    /** Serves what waits, within what may be sent before the next tick. */
    void tick(long repairBytes, Effects out) {
        allowance = repairBytes;
        if (!pending.isEmpty()) {
            serve(out);
        }
    }

    /** Whether something that it asked for is still to be served. */
    boolean isWaiting() {
        return !pending.isEmpty();
    }

    void linkDown() {
        pending.clear();
    }

    private void serve(Effects out) {
        long served = 0;
        while (!pending.isEmpty() && allowance > 0) {
            Repair repair = pending.getFirst();
            long available = repair.stream.runs().firstFrom(repair.from);
            if (repair.from > repair.to) {
                pending.removeFirst();
            } else if (repair.from < available) {
                sayUnavailable(repair, available, out);
            } else {
                served += sendAgain(repair, out);
            }
        }
        if (served > 0) {
            out.add(new Effect.Noted(ProtocolEvent.REPAIR_SERVED, served));
        }
    }

    private void sayUnavailable(Repair repair, long available, Effects out) {
        long end = Math.min(repair.to, available - 1);
        Unavailable frame = new Unavailable(repair.stream.origin(), repair.stream.topic(), repair.from, end);
        out.add(new Effect.Send(origin, repair.stream.repairLane(), frame));
        allowance -= frame.size();
        repair.from = end + 1;
    }

    private int sendAgain(Repair repair, Effects out) {
        KnownStream stream = repair.stream;
        Publications frame = stream.runs()
                .repair(repair.from, repair.to)
                .withHops(stream.edges().hops());
        out.add(new Effect.Send(origin, repair.stream.repairLane(), frame));
        allowance -= frame.size();
        repair.from = frame.last() + 1;
        return frame.payloads().size();
    }

    /** What is left to be sent of a range that was asked for. */
    private static final class Repair {
        private final KnownStream stream;
        private final long to;
        private long from;

        Repair(KnownStream stream, long from, long to) {
            this.stream = stream;
            this.from = from;
            this.to = to;
        }

        boolean covers(KnownStream other, long first, long last) {
            return stream == other && from <= first && last <= to;
        }
    }
}
