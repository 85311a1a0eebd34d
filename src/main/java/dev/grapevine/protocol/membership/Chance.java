package dev.grapevine.protocol.membership;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.random.RandomGenerator;

/** Draws from a seeded generator. */
final class Chance {

    private Chance() {}

    /** Up to {@code count} distinct elements, each as likely as any other, in random order. */
    static <T> List<T> sample(Collection<T> from, int count, RandomGenerator random) {
        List<T> pool = new ArrayList<>(from);
        int taken = Math.min(count, pool.size());
        for (int i = 0; i < taken; i++) {
            swap(pool, i, i + random.nextInt(pool.size() - i));
        }
        return new ArrayList<>(pool.subList(0, taken));
    }

    static <T> void shuffle(List<T> list, RandomGenerator random) {
        for (int i = list.size() - 1; i > 0; i--) {
            swap(list, i, random.nextInt(i + 1));
        }
    }

    private static <T> void swap(List<T> list, int a, int b) {
        T held = list.get(a);
        list.set(a, list.get(b));
        list.set(b, held);
    }
}
