package dev.grapevine.crdt;

import dev.grapevine.clock.Dot;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The concurrent writes that a key holds, none of which superseded another. Immutable, never empty, in the order of the
 * dots.
 *
 * <p>The losers of last-writer-wins are kept too. Dropping them at a merge would make the state depend on the order of
 * arrival: a removal that saw only the winner would leave nothing where the loser had been dropped, and the loser where
 * it had not yet arrived.
 */
public final class Siblings {

    private final List<Sibling> all;
    private final Sibling winner;

    private Siblings(List<Sibling> all, Sibling winner) {
        this.all = all;
        this.winner = winner;
    }

    /**
     * The siblings given.
     *
     * @param siblings writes with dots of their own, in any order
     * @return the siblings, or null if there are none
     */
    public static @Nullable Siblings of(List<Sibling> siblings) {
        if (siblings.isEmpty()) {
            return null;
        }
        List<Sibling> sorted = new ArrayList<>(siblings);
        sorted.sort(Comparator.comparing(Sibling::dot));
        Sibling best = sorted.get(0);
        for (Sibling sibling : sorted) {
            best = sibling.beats(best) ? sibling : best;
        }
        return new Siblings(List.copyOf(sorted), best);
    }

    /** These and one more: a copy of the references, but no comparison with each. */
    Siblings with(Sibling added) {
        int index = indexOf(added.dot());
        List<Sibling> more = new ArrayList<>(all.size() + 1);
        more.addAll(all);
        more.add(index < 0 ? -index - 1 : index, added);
        return new Siblings(Collections.unmodifiableList(more), added.beats(winner) ? added : winner);
    }

    /** Where a dot is, or where it would have to be inserted, as {@link Collections#binarySearch} gives it. */
    private int indexOf(Dot dot) {
        int low = 0;
        int high = all.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = all.get(middle).dot().compareTo(dot);
            if (order == 0) {
                return middle;
            }
            low = order < 0 ? middle + 1 : low;
            high = order > 0 ? middle - 1 : high;
        }
        return -low - 1;
    }

    /**
     * All writes.
     *
     * @return unmodifiable, in the order of the dots
     */
    public List<Sibling> all() {
        return all;
    }

    /**
     * The writes from a dot on.
     *
     * @param first the first dot wanted, which need not be here, or null for all
     * @return unmodifiable, in the order of the dots
     */
    public List<Sibling> from(@Nullable Dot first) {
        int index = first == null ? 0 : indexOf(first);
        return all.subList(index < 0 ? -index - 1 : index, all.size());
    }

    /**
     * The write whose value is shown.
     *
     * @return the one with the latest stamp
     */
    public Sibling winner() {
        return winner;
    }

    /**
     * Whether a write is among these.
     *
     * @param dot its name
     * @return true if it is
     */
    public boolean contains(Dot dot) {
        return indexOf(dot) >= 0;
    }

    /**
     * Whether these are the same writes.
     *
     * @param other other siblings
     * @return true if the dots are equal
     */
    public boolean sameDots(Siblings other) {
        if (all.size() != other.all.size()) {
            return false;
        }
        for (int i = 0; i < all.size(); i++) {
            if (!all.get(i).dot().equals(other.all.get(i).dot())) {
                return false;
            }
        }
        return true;
    }

    /** The siblings that satisfy a condition, in a new list. */
    List<Sibling> filter(Predicate<Sibling> condition) {
        List<Sibling> kept = new ArrayList<>(all.size() + 1);
        for (Sibling sibling : all) {
            if (condition.test(sibling)) {
                kept.add(sibling);
            }
        }
        return kept;
    }
}
