package dev.grapevine.membership;

/** How a member stands in the view of the member that tells. */
public enum MemberStatus {
    /** Believed to be working. */
    ALIVE,
    /** Did not answer probes; still in the view, and it will be removed unless it is heard of again in time. */
    SUSPECT,
    /** Announced that it goes: out of the view. It may still serve what it has begun until its links close. */
    LEFT,
    /** Declared dead: out of the view. It may come back by refuting, or with a higher epoch. */
    DEAD;

    /**
     * Whether a member of this status belongs to the view.
     *
     * @return true for {@link #ALIVE} and {@link #SUSPECT}
     */
    public boolean isPresent() {
        return this == ALIVE || this == SUSPECT;
    }
}
