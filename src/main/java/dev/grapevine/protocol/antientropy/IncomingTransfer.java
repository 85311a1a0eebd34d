package dev.grapevine.protocol.antientropy;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.crdt.CausalContext;
import dev.grapevine.crdt.DotMap;
import dev.grapevine.crdt.Sibling;
import dev.grapevine.crdt.Siblings;
import dev.grapevine.crdt.SortedTree;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Cursor;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Entry;
import dev.grapevine.protocol.frame.AntiEntropyFrame.StateChunk;
import dev.grapevine.protocol.frame.AntiEntropyFrame.StateRequest;
import dev.grapevine.protocol.step.Time;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A state that is being fetched, chunk by chunk, each asked for when the one before has come.
 *
 * <p>Nothing of it shows before all of it has come. Chunks applied one by one would show effects of operations that the
 * context may not name yet; if the sender then died and these operations with it, this member would differ from all
 * others for ever, with equal contexts. Values that are held here already are not kept twice.
 */
final class IncomingTransfer {

    /** What a chunk did. */
    enum Progress {
        /** It had come before. */
        REPEATED,
        /** It belongs to another state than the chunks before: begin again. */
        BROKEN,
        /** More is to come. */
        MORE,
        /** All has come. */
        COMPLETE
    }

    private final Origin peer;
    private final long session;
    private SortedTree<Siblings> staged = SortedTree.empty();
    private @Nullable CausalContext context;
    private @Nullable Cursor cursor;
    private long progressAt;
    private long askedAt;

    IncomingTransfer(Origin peer, long session, Time now) {
        this.peer = peer;
        this.session = session;
        this.progressAt = now.nanos();
        this.askedAt = now.nanos();
    }

    Origin peer() {
        return peer;
    }

    boolean isOf(Origin from, StateChunk chunk) {
        return peer.equals(from) && session == chunk.session();
    }

    Progress accept(StateChunk chunk, SortedTree<Siblings> held, Time now) {
        if (!Objects.equals(chunk.from(), cursor)) {
            return Progress.REPEATED;
        }
        if (context != null && !context.equals(chunk.context())) {
            return Progress.BROKEN;
        }
        context = chunk.context();
        stage(chunk.entries(), held);
        cursor = chunk.to();
        progressAt = now.nanos();
        return cursor == null ? Progress.COMPLETE : Progress.MORE;
    }

    private void stage(List<Entry> entries, SortedTree<Siblings> held) {
        List<Sibling> siblings = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            siblings.add(new Sibling(entry.dot(), entry.stamp(), entry.value()));
            boolean last = i == entries.size() - 1 || !entries.get(i + 1).key().equals(entry.key());
            if (last) {
                stage(entry.key(), siblings, held.get(entry.key()));
                siblings = new ArrayList<>();
            }
        }
    }

    /** The chunk before may have ended inside the key. */
    private void stage(Bytes key, List<Sibling> siblings, @Nullable Siblings held) {
        Siblings before = staged.get(key);
        if (before != null) {
            siblings.addAll(before.all());
        }
        Siblings come = Siblings.of(siblings);
        staged = staged.with(key, come != null && held != null && held.sameDots(come) ? held : come);
    }

    /** The request for the next chunk. */
    StateRequest ask(String store, Time now) {
        askedAt = now.nanos();
        return new StateRequest(store, session, cursor);
    }

    boolean isStale(Time now, long nanos) {
        return now.nanos() - progressAt >= nanos;
    }

    boolean isUnanswered(Time now, long nanos) {
        return now.nanos() - askedAt >= nanos;
    }

    /** The whole state, once complete. */
    DotMap.Snapshot state() {
        return new DotMap.Snapshot(context == null ? CausalContext.EMPTY : context, staged);
    }
}
