package dev.grapevine.protocol.membership;

import dev.grapevine.membership.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Whom to probe next (SWIM, section 4.3): round robin over a shuffled list, shuffled again after each round, so that
 * every failure is found within 2n - 1 periods. A new member gets in at a random place.
 */
final class ProbeRing {

    private final RandomGenerator random;
    private final List<Origin> ring = new ArrayList<>();
    private int next;

    ProbeRing(RandomGenerator random) {
        this.random = random;
    }

    void add(Origin member) {
        int place = random.nextInt(ring.size() + 1);
        ring.add(place, member);
        if (place < next) {
            next++;
        }
    }

    void remove(Origin member) {
        int place = ring.indexOf(member);
        if (place >= 0) {
            ring.remove(place);
            if (place < next) {
                next--;
            }
        }
    }

    @Nullable Origin next() {
        if (ring.isEmpty()) {
            return null;
        }
        if (next >= ring.size()) {
            Chance.shuffle(ring, random);
            next = 0;
        }
        return ring.get(next++);
    }
}
