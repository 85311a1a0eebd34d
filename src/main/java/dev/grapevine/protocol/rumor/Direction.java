package dev.grapevine.protocol.rumor;

/** Which way rumors go in a contact (Demers et al. 1987, sections 1.3 and 1.4). */
public enum Direction {
    /** Who calls tells what it spreads. Best while few know: what is quiet costs nothing. */
    PUSH(true, false),
    /** Who calls asks, and is told what the other spreads. Best while few are left that do not know; asks for ever. */
    PULL(false, true),
    /** Both in one contact. */
    PUSH_PULL(true, true);

    private final boolean pushes;
    private final boolean pulls;

    Direction(boolean pushes, boolean pulls) {
        this.pushes = pushes;
        this.pulls = pulls;
    }

    /**
     * Whether the caller tells.
     *
     * @return true for {@link #PUSH} and {@link #PUSH_PULL}
     */
    public boolean pushes() {
        return pushes;
    }

    /**
     * Whether the caller asks.
     *
     * @return true for {@link #PULL} and {@link #PUSH_PULL}
     */
    public boolean pulls() {
        return pulls;
    }
}
