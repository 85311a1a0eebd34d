package dev.grapevine.protocol.dissemination;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame.Announcement;
import dev.grapevine.protocol.frame.DisseminationFrame.ChunkRequest;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.frame.DisseminationFrame.Pushed;
import dev.grapevine.protocol.frame.DisseminationFrame.Unavailable;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.RejectReason;
import java.util.ArrayDeque;

/**
 * What this member remembers of a peer as a reader of its streams: where they begin for it, and the repairs that it
 * asked for and has not been sent. Repairs are served in the order of the requests, up to a number of bytes between two
 * ticks; so a request costs what is sent, whatever range it names.
 */
final class PeerView {

    /** Whether it waits in the queue of those whose repairs found no budget; kept here so that the queue needs no look-up. */
    boolean awaitsBudget;

    private final Origin origin;
    private final long[] starts;
    private final ArrayDeque<Repair> pending = new ArrayDeque<>();
    private final Unfetched unfetched = new Unfetched();
    private final PendingChunks chunks;
    private final RepairBudget repairs;
    private long allowance = Limits.REPAIR_BYTES_PER_TICK;

    /**
     * A peer met just now.
     *
     * @param origin who
     * @param starts the next sequence of each stream that exists now, by its index; later streams begin at 1
     * @param repairs what it may be sent again
     */
    PeerView(Origin origin, long[] starts, RepairBudget repairs) {
        this.origin = origin;
        this.starts = starts;
        this.repairs = repairs;
        this.chunks = new PendingChunks(origin, unfetched);
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

    /** Serves a part of a large message, now, on later ticks or when it has come here. */
    void chunk(KnownStream stream, ChunkRequest request, long now, Effects out) {
        if (!chunks.add(stream, request, now)) {
            String detail = "Request of a chunk while too many wait to be served";
            out.add(new Effect.Rejected(RejectReason.TOO_MANY_REQUESTS, origin, detail));
            return;
        }
        serveChunks(now, out);
    }

    /**
     * Tells of the large messages of a stream that are on their way here, from a sequence on as far as they follow each other.
     *
     * @return false if there is none
     */
    boolean announce(KnownStream stream, long from, long to, long now, Effects out) {
        long at = from;
        for (int length = stream.offered(at, now); length > 0 && at <= to; length = stream.offered(at, now)) {
            Announcement frame = announcement(stream, at, length);
            if (charge(frame.size())) {
                out.add(new Effect.Send(origin, stream.repairLane(), frame));
            }
            at++;
        }
        return at > from;
    }

    private static Announcement announcement(KnownStream stream, long sequence, int length) {
        return new Announcement(
                stream.origin(),
                stream.topic(),
                sequence,
                length,
                stream.edges().way());
    }

    /** What of this member's large messages it has not fetched. */
    Unfetched unfetched() {
        return unfetched;
    }

    /** So many bytes went their way besides what waits: as much more may be served at once. */
    void moved(long bytes, long now, Effects out) {
        allowance = Math.min(allowance + 2 * bytes, Limits.MAX_REPAIR_BYTES_PER_TICK);
        serveChunks(now, out);
    }

    /** Serves what waits, within what may be sent before the next tick. */
    void tick(long repairBytes, long now, Effects out) {
        allowance = repairBytes;
        if (!pending.isEmpty()) {
            serve(out);
        }
        serveChunks(now, out);
    }

    private void serveChunks(long now, Effects out) {
        if (!chunks.isEmpty()) {
            allowance -= chunks.serve(allowance - Limits.CHUNKS_LEAVE_BYTES, now, out);
        }
    }

    /** Whether something that it asked for is still to be served, or something is still to be asked for. */
    boolean isWaiting() {
        return !pending.isEmpty() || !chunks.isEmpty() || !unfetched.isEmpty();
    }

    void linkDown() {
        pending.clear();
        chunks.clear();
        unfetched.clear();
    }

    private void serve(Effects out) {
        if (repairs.isOpen()) {
            serveInTurn(out);
        } else if (!pending.isEmpty()) {
            repairs.await(this);
        }
    }

    /** Serves what waits, as far as it may. */
    void serveInTurn(Effects out) {
        long served = 0;
        while (!pending.isEmpty() && allowance > 0 && !repairs.isEmpty()) {
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
        if (!pending.isEmpty() && allowance > 0) {
            repairs.await(this);
        }
    }

    private void sayUnavailable(Repair repair, long available, Effects out) {
        long end = Math.min(repair.to, available - 1);
        Unavailable frame = new Unavailable(repair.stream.origin(), repair.stream.topic(), repair.from, end);
        out.add(new Effect.Send(origin, repair.stream.repairLane(), frame));
        sent(frame.size());
        repair.from = end + 1;
    }

    private int sendAgain(Repair repair, Effects out) {
        KnownStream stream = repair.stream;
        Publications run = stream.runs().repair(repair.from, repair.to);
        Pushed frame = Limits.isLarge(run)
                ? announcement(stream, run.first(), run.payloads().get(0).length())
                : run.withWay(stream.edges().way());
        out.add(new Effect.Send(origin, repair.stream.repairLane(), frame));
        sent(frame.size());
        repair.from = run.last() + 1;
        return run.payloads().size();
    }

    private void sent(int bytes) {
        allowance -= bytes;
        repairs.take(bytes);
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
