package dev.grapevine.clock;

import dev.grapevine.membership.Origin;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * For each origin, how many of its events have been seen without a hole: an immutable snapshot. An absent origin is 0.
 * (Parker et al., "Detection of mutual inconsistency in distributed systems", 1983.)
 *
 * @param counters the counters, positive, unmodifiable, in the order of the origins
 */
public record VersionVector(SortedMap<Origin, Long> counters) {

    /** The vector that has seen nothing. */
    public static final VersionVector EMPTY = new VersionVector(new TreeMap<>());

    /** Copies the counters. */
    public VersionVector {
        counters = Collections.unmodifiableSortedMap(new TreeMap<>(counters));
    }

    /**
     * A vector of the given counters.
     *
     * @param counters the counters, positive
     * @return the vector
     */
    public static VersionVector of(Map<Origin, Long> counters) {
        return counters.isEmpty() ? EMPTY : new VersionVector(new TreeMap<>(counters));
    }

    /**
     * How much has been seen of one origin.
     *
     * @param origin the origin
     * @return the counter, 0 if nothing was seen
     */
    public long get(Origin origin) {
        return counters.getOrDefault(origin, 0L);
    }

    /**
     * Whether everything that the other vector has seen was seen here too.
     *
     * @param other the other vector
     * @return true if this is at least the other at each origin
     */
    public boolean dominates(VersionVector other) {
        return other.counters.entrySet().stream().allMatch(entry -> get(entry.getKey()) >= entry.getValue());
    }
}
