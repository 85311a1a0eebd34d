package dev.grapevine.protocol.overlay;

import dev.grapevine.membership.Origin;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Draws out of a few members. */
final class Draws {

    private Draws() {}

    /** Any that fits, each as likely. */
    static @Nullable Origin one(Collection<Origin> members, Predicate<Origin> wanted, RandomGenerator random) {
        List<Origin> fitting = new ArrayList<>();
        for (Origin member : members) {
            if (wanted.test(member)) {
                fitting.add(member);
            }
        }
        return fitting.isEmpty() ? null : fitting.get(random.nextInt(fitting.size()));
    }

    /** Up to so many, in random order. */
    static List<Origin> some(Collection<Origin> members, int count, RandomGenerator random) {
        List<Origin> left = new ArrayList<>(members);
        List<Origin> drawn = new ArrayList<>();
        while (drawn.size() < count && !left.isEmpty()) {
            int place = random.nextInt(left.size());
            drawn.add(left.get(place));
            left.set(place, left.get(left.size() - 1));
            left.remove(left.size() - 1);
        }
        return drawn;
    }
}
