package dev.grapevine.crdt;

import dev.grapevine.clock.Dot;
import dev.grapevine.clock.VersionVector;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The set of all operations ever applied: a run without holes for each origin, and a cloud of single dots beyond the runs.
 * An immutable snapshot. (Almeida, Shoker, Baquero, "Delta state replicated data types", 2018, section 7.)
 *
 * @param runs for each origin the counter up to which every dot is in the set
 * @param cloud dots beyond the runs, unmodifiable, in their order
 */
public record CausalContext(VersionVector runs, SortedSet<Dot> cloud) {

    /** The empty set. */
    public static final CausalContext EMPTY = new CausalContext(VersionVector.EMPTY, new TreeSet<>());

    /** Copies the cloud. */
    public CausalContext {
        cloud = Collections.unmodifiableSortedSet(new TreeSet<>(cloud));
    }

    /**
     * Whether a write is in the set.
     *
     * @param dot the write
     * @return true if it has been heard of
     */
    public boolean contains(Dot dot) {
        return dot.counter() <= runs.get(dot.origin()) || cloud.contains(dot);
    }
}
