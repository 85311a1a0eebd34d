package dev.grapevine.crdt;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.clock.Dot;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A map as a delta-state CRDT: the writes that nothing has superseded, and one causal context for all keys. (Almeida,
 * Shoker, Baquero, "Delta state replicated data types", 2018; Preguiça et al., "Dotted version vectors", 2010.)
 *
 * <p>Each write and each removal is an operation with a dot of its own and the dots of the same key that it supersedes.
 * The state is a function of the set of operations applied, whatever their order: a key holds the writes of the set that
 * no operation of the set supersedes. A removal leaves nothing but its dot in the context, so there are no tombstones,
 * and a write that was removed cannot come back since its dot is in the context too.
 *
 * <p><b>The one rule:</b> an operation is applied only when every dot that it supersedes has been ({@link
 * #firstMissing}). Counting superseded dots as applied instead would be wrong: let <i>b</i> supersede <i>a</i>, and
 * <i>c</i> supersede <i>b</i>; who holds <i>a</i>, hears <i>c</i> and takes <i>b</i> for known never learns that <i>b</i>
 * had superseded <i>a</i>. With the rule the context is closed under supersession, equal contexts mean equal content, and
 * a join of two replicas needs only their entries and contexts. Not thread-safe.
 */
public final class DotMap {

    private final DotSet context = new DotSet();
    private SortedTree<Siblings> entries = SortedTree.empty();

    /** A map to which nothing has been applied. */
    public DotMap() {}

    /**
     * The state of one moment.
     *
     * @param context every operation applied
     * @param entries every write that none of them superseded
     */
    public record Snapshot(CausalContext context, SortedTree<Siblings> entries) {}

    /**
     * The operations applied so far.
     *
     * @return the live set; only to be read
     */
    public DotSet context() {
        return context;
    }

    /**
     * What the keys hold now.
     *
     * @return a version that does not change
     */
    public SortedTree<Siblings> entries() {
        return entries;
    }

    /**
     * The state now, without a copy of the entries.
     *
     * @return a snapshot
     */
    public Snapshot snapshot() {
        return new Snapshot(context.toContext(), entries);
    }

    /**
     * The first of some dots that has not been applied.
     *
     * @param dots the dots
     * @return one of them, or null if all have been applied
     */
    public @Nullable Dot firstMissing(List<Dot> dots) {
        for (Dot dot : dots) {
            if (!context.contains(dot)) {
                return dot;
            }
        }
        return null;
    }

    /**
     * Applies an operation that has not been applied before and supersedes nothing but what has been.
     *
     * @param key its key
     * @param dot its dot
     * @param written what it writes, under the same dot, or null for a removal
     * @param superseded the dots of the same key that it replaces
     * @return the change of the visible value, or null if the same write is shown as before
     * @throws IllegalStateException if it was applied before, or supersedes something that was not
     */
    public @Nullable KeyChange apply(Bytes key, Dot dot, @Nullable Sibling written, List<Dot> superseded) {
        if (firstMissing(superseded) != null || !context.add(dot)) {
            throw new IllegalStateException(dot + " must be applied once, and after what it supersedes");
        }
        Siblings before = entries.get(key);
        if (before != null && superseded.isEmpty()) {
            return written == null ? null : replace(key, before, before.with(written));
        }
        Set<Dot> gone = new HashSet<>(superseded);
        List<Sibling> after =
                before == null ? new ArrayList<>(1) : before.filter(sibling -> !gone.contains(sibling.dot()));
        if (written != null) {
            after.add(written);
        }
        return replace(key, before, Siblings.of(after));
    }

    /**
     * Takes in another replica's state: what either has applied has then been applied here.
     *
     * @param other the other state
     * @return the changes of visible values: keys held before, then new ones, each in their order
     */
    public List<KeyChange> join(Snapshot other) {
        DotSet theirs = DotSet.of(other.context());
        SortedTree<Siblings> mine = entries;
        List<KeyChange> changes = new ArrayList<>();
        Iterator<Map.Entry<Bytes, Siblings>> here = mine.iterator(null);
        while (here.hasNext()) {
            Map.Entry<Bytes, Siblings> entry = here.next();
            join(entry.getKey(), entry.getValue(), other.entries().get(entry.getKey()), theirs, changes);
        }
        Iterator<Map.Entry<Bytes, Siblings>> there = other.entries().iterator(null);
        while (there.hasNext()) {
            Map.Entry<Bytes, Siblings> entry = there.next();
            if (mine.get(entry.getKey()) == null) {
                join(entry.getKey(), null, entry.getValue(), theirs, changes);
            }
        }
        context.addAll(theirs);
        return changes;
    }

    /** One key: kept is what the other holds too or never heard of, added is what was never heard of here. */
    private void join(
            Bytes key, @Nullable Siblings mine, @Nullable Siblings yours, DotSet theirs, List<KeyChange> changes) {
        List<Sibling> joined = mine == null
                ? new ArrayList<>()
                : mine.filter(
                        sibling -> (yours != null && yours.contains(sibling.dot())) || !theirs.contains(sibling.dot()));
        if (yours != null) {
            joined.addAll(yours.filter(sibling -> !context.contains(sibling.dot())));
        }
        KeyChange change = replace(key, mine, Siblings.of(joined));
        if (change != null) {
            changes.add(change);
        }
    }

    private @Nullable KeyChange replace(Bytes key, @Nullable Siblings before, @Nullable Siblings after) {
        if (before != null && after != null && before.sameDots(after)) {
            return null;
        }
        entries = entries.with(key, after);
        @Nullable Dot dotBefore = before == null ? null : before.winner().dot();
        @Nullable Sibling shown = after == null ? null : after.winner();
        @Nullable Dot dot = shown == null ? null : shown.dot();
        return Objects.equals(dotBefore, dot) ? null : new KeyChange(key, shown);
    }
}
