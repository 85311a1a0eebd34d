package dev.grapevine.protocol.membership;

import dev.grapevine.membership.Origin;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Whom to probe next (SWIM, section 4.3): round robin over a shuffled list, shuffled again after each round, so that
 * every failure is found within 2n - 1 periods. A new member gets in at a random place.
 */
final class ProbeRing {

    private final RandomGenerator random;
    private final List<Origin> ring = new ArrayList<>();

    /** Still in the list and skipped: to search for them one by one is slow when many go at once. */
    private final TreeSet<Origin> gone = new TreeSet<>();

    private int next;

    ProbeRing(RandomGenerator random) {
        this.random = random;
    }

    void add(Origin member) {
        if (gone.remove(member)) {
            return; // its place is still there
        }
        int place = random.nextInt(ring.size() + 1);
        ring.add(place, member);
        if (place < next) {
            next++;
        }
    }

    /** Takes out a member that was added. */
    void remove(Origin member) {
        gone.add(member);
        if (2 * gone.size() > ring.size()) {
            sweep(); // a ring may be kept up for long without anybody being drawn from it
        }
    }

    /** Places in the list, those of members that are gone included. */
    int places() {
        return ring.size();
    }

    private void sweep() {
        int had = (int) ring.subList(0, next).stream().filter(gone::contains).count();
        ring.removeAll(gone);
        gone.clear();
        next -= had;
    }

    @Nullable Origin next() {
        while (ring.size() > gone.size()) {
            if (next >= ring.size()) {
                sweep();
                shuffle();
                next = 0;
            }
            Origin member = ring.get(next++);
            if (!gone.contains(member)) {
                return member;
            }
        }
        return null;
    }

    private void shuffle() {
        for (int i = ring.size() - 1; i > 0; i--) {
            Collections.swap(ring, i, random.nextInt(i + 1));
        }
    }
}
