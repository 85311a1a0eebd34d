package dev.grapevine.crdt;

import dev.grapevine.clock.VersionVector;
import java.util.List;

/**
 * The set of all operations ever applied: a run without holes for each origin, and a cloud of dots beyond the runs. An
 * immutable snapshot of a {@link DotSet}. (Almeida, Shoker, Baquero, "Delta state replicated data types", 2018, section
 * 7; here the cloud is kept as ranges, so that it is as long as the holes are many, however much lies behind them.)
 *
 * @param runs for each origin the counter up to which every dot is in the set
 * @param cloud dots beyond the runs, unmodifiable, by origin and counter, none touching the next or its origin's run
 */
public record CausalContext(VersionVector runs, List<DotRange> cloud) {

    /** The empty set. */
    public static final CausalContext EMPTY = new CausalContext(VersionVector.EMPTY, List.of());

    /** Copies the cloud. */
    public CausalContext {
        cloud = List.copyOf(cloud);
    }
}
