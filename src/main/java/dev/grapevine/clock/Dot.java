package dev.grapevine.clock;

import dev.grapevine.membership.Origin;
import java.util.Comparator;

/**
 * The name of one write: the n-th event of an origin. (Preguiça et al., "Dotted version vectors", 2010.)
 *
 * @param origin who wrote
 * @param counter from 1, without holes at the origin
 */
public record Dot(Origin origin, long counter) implements Comparable<Dot> {

    private static final Comparator<Dot> ORDER =
            Comparator.comparing(Dot::origin).thenComparingLong(Dot::counter);

    @Override
    public int compareTo(Dot other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return origin + "#" + counter;
    }
}
