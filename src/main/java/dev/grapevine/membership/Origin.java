package dev.grapevine.membership;

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

    @Override
    public String toString() {
        return id.toString().substring(0, 8) + "@" + epoch;
    }
}
