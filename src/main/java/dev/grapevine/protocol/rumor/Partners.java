package dev.grapevine.protocol.rumor;

import dev.grapevine.membership.Origin;
import java.util.List;

/** Whom a member can call. */
public interface Partners {

    /**
     * How many members the rumors are for, this one included.
     *
     * @return the count, at least 1
     */
    int members();

    /**
     * Chooses by chance, each as likely as any other.
     *
     * @param count how many
     * @return so many distinct members other than this one, or all if there are fewer
     */
    List<Origin> draw(int count);
}
