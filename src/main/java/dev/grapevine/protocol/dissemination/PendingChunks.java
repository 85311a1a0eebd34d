package dev.grapevine.protocol.dissemination;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.frame.DisseminationFrame.Chunk;
import dev.grapevine.protocol.frame.DisseminationFrame.ChunkRequest;
import dev.grapevine.protocol.frame.DisseminationFrame.Unavailable;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The chunks that one peer asked for and has not been sent: because it has been sent enough for now, or because they have
 * not come here yet. Those that are here pass those that are not.
 */
final class PendingChunks {

    private final Origin peer;
    private final Unfetched unfetched;
    private final ArrayDeque<Pending> pending = new ArrayDeque<>();

    PendingChunks(Origin peer, Unfetched unfetched) {
        this.peer = peer;
        this.unfetched = unfetched;
    }

    boolean isEmpty() {
        return pending.isEmpty();
    }

    void clear() {
        pending.clear();
    }

    /** Takes note of a request; false if too many wait already. */
    boolean add(KnownStream stream, ChunkRequest request, long now) {
        for (Pending other : pending) {
            if (other.stream == stream && other.request.equals(request)) {
                return true;
            }
        }
        if (pending.size() >= Limits.PENDING_CHUNKS) {
            return false;
        }
        pending.add(new Pending(stream, request, now));
        return true;
    }

    /**
     * Sends what is here.
     *
     * @param allowance how many bytes may be sent; it may be passed by one chunk
     * @param now the time
     * @param out where effects go
     * @return how many bytes were
     */
    long serve(long allowance, long now, Effects out) {
        long cost = 0;
        for (int left = pending.size(); left > 0; left--) {
            Pending next = pending.remove();
            DisseminationFrame answer = cost < allowance ? next.answer() : null;
            if (answer == null) {
                if (now - next.since < Limits.MAX_PATIENCE_NANOS) {
                    pending.add(next);
                } // else whoever asked has long asked somebody else, or once more
                continue;
            }
            out.add(new Effect.Send(peer, next.stream.repairLane(), answer));
            cost += answer.size();
            if (answer instanceof Chunk chunk && next.stream instanceof LocalStream) {
                unfetched.fetched(next.stream, chunk.sequence(), chunk.bytes().length(), now);
            }
        }
        return cost;
    }

    private record Pending(KnownStream stream, ChunkRequest request, long since) {
        /** The chunk, or that there is none; null as long as it has not come. */
        private @Nullable DisseminationFrame answer() {
            long sequence = request.sequence();
            if (request.offset() + (long) request.length() > stream.largeLength(sequence)) {
                return new Unavailable(stream.origin(), stream.topic(), sequence, sequence);
            }
            Bytes part = stream.part(sequence, request.offset(), request.length());
            return part == null ? null : new Chunk(stream.origin(), stream.topic(), sequence, request.offset(), part);
        }
    }
}
