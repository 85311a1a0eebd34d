package dev.grapevine.crdt;

import dev.grapevine.membership.Origin;

/**
 * Consecutive dots of one origin.
 *
 * @param origin the origin
 * @param from first counter
 * @param to last counter, inclusive, not before the first
 */
public record DotRange(Origin origin, long from, long to) {

    /**
     * Number of dots.
     *
     * @return at least 1
     */
    public long size() {
        return to - from + 1;
    }
}
