package dev.grapevine.protocol.antientropy;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.clock.Dot;
import dev.grapevine.crdt.DotMap;
import dev.grapevine.crdt.Sibling;
import dev.grapevine.crdt.Siblings;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.AntiEntropyFrame;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Cursor;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Entry;
import dev.grapevine.protocol.frame.AntiEntropyFrame.StateChunk;
import dev.grapevine.protocol.frame.AntiEntropyFrame.StateRequest;
import dev.grapevine.protocol.step.Time;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The states that a store is handing over, at most one to each linked peer. All chunks of a session are cut from the one
 * version of the state at its beginning, however long the peer takes and whatever is written meanwhile; a peer that is
 * silent for too long loses its session, and with it the memory that the old version holds.
 */
final class OutgoingTransfers {

    private final Map<Origin, Session> sessions = new TreeMap<>();
    private final int chunkBytes;

    OutgoingTransfers(int chunkBytes) {
        this.chunkBytes = chunkBytes;
    }

    private static final class Session {
        private final long id;
        private final DotMap.Snapshot state;
        private long usedAt;

        Session(long id, DotMap.Snapshot state) {
            this.id = id;
            this.state = state;
        }
    }

    /**
     * The chunk that was asked for. If the session is not known any more, it is cut from the state of now: the receiver
     * sees by the context whether that fits with what it has.
     */
    StateChunk chunk(Origin peer, StateRequest request, DotMap map, Time now) {
        Session session = sessions.get(peer);
        if (session == null || session.id != request.session()) {
            session = new Session(request.session(), map.snapshot());
            sessions.put(peer, session);
        }
        session.usedAt = now.nanos();
        return cut(request, session.state);
    }

    /** Values up to the size of a chunk, but at least one. */
    private StateChunk cut(StateRequest request, DotMap.Snapshot state) {
        Cursor from = request.cursor();
        Iterator<Map.Entry<Bytes, Siblings>> keys = state.entries().iterator(from == null ? null : from.key());
        List<Entry> entries = new ArrayList<>();
        Cursor to = null;
        long bytes = 0;
        while (keys.hasNext() && to == null) {
            Map.Entry<Bytes, Siblings> next = keys.next();
            Dot first = from != null && next.getKey().equals(from.key()) ? from.dot() : null;
            for (Sibling sibling : next.getValue().from(first)) {
                Entry entry = new Entry(next.getKey(), sibling.dot(), sibling.stamp(), sibling.value());
                boolean full = bytes + entry.size() > chunkBytes || entries.size() == AntiEntropyFrame.MAX_ENTRIES;
                if (full && !entries.isEmpty()) {
                    to = new Cursor(entry.key(), entry.dot());
                    break;
                }
                entries.add(entry);
                bytes += entry.size();
            }
        }
        return new StateChunk(request.store(), request.session(), from, to, List.copyOf(entries), state.context());
    }

    void end(Origin peer) {
        sessions.remove(peer);
    }

    void expire(Time now, long nanos) {
        sessions.values().removeIf(session -> now.nanos() - session.usedAt >= nanos);
    }
}
