package dev.grapevine.membership;

import org.jspecify.annotations.Nullable;

/**
 * One life of a member: its id and the epoch of that start. Sequences, dots and links belong to an origin, so nothing
 * of an earlier life is ever mistaken for the present one.
 *
 * @param id the member
 * @param epoch rises at each start of the same member (by default the wall clock in milliseconds at the start);
 *     positive
 */
public record Origin(MemberId id, long epoch) implements Comparable<Origin> {

    @Override
    public int compareTo(Origin other) {
        int byId = id.compareTo(other.id);
        return byId != 0 ? byId : Long.compare(epoch, other.epoch);
    }

    /** Written out, since it is asked for every claim that is heard. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Origin origin
                && epoch == origin.epoch
                && id.low() == origin.id.low()
                && id.high() == origin.id.high();
    }

    @Override
    public int hashCode() {
        return 31 * id.hashCode() + Long.hashCode(epoch);
    }

    @Override
    public String toString() {
        return id.toString().substring(0, 8) + "@" + epoch;
    }
}
