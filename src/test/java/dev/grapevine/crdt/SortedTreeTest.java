package dev.grapevine.crdt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.bytes.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SortedTreeTest {

    @Test
    void everyVersionBehavesAsASortedMapAndStaysAsItWas() {
        for (long seed = 0; seed < 100; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            SortedTree<Integer> tree = SortedTree.empty();
            TreeMap<Bytes, Integer> model = new TreeMap<>();
            List<SortedTree<Integer>> versions = new ArrayList<>();
            List<TreeMap<Bytes, Integer>> models = new ArrayList<>();
            for (int step = 0; step < 400; step++) {
                Bytes key = key(random.nextInt(60));
                if (random.nextInt(3) == 0) {
                    tree = tree.with(key, null);
                    model.remove(key);
                } else {
                    tree = tree.with(key, step);
                    model.put(key, step);
                }
                versions.add(tree);
                models.add(new TreeMap<>(model));
            }
            for (int i = 0; i < versions.size(); i++) {
                assertThat(asMap(versions.get(i), null)).as("seed %d", seed).isEqualTo(models.get(i));
                assertThat(versions.get(i).size()).isEqualTo(models.get(i).size());
            }
            Bytes from = key(random.nextInt(60));
            assertThat(asMap(tree, from)).as("seed %d", seed).isEqualTo(new TreeMap<>(model.tailMap(from)));
            assertThat(tree.get(from)).isEqualTo(model.get(from));
        }
    }

    @Test
    void keysInOrderMakeATreeOfLogarithmicHeight() {
        SortedTree<Integer> tree = SortedTree.empty();
        for (int i = 0; i < 10_000; i++) {
            tree = tree.with(key(i), i);
        }
        assertThat(tree.height()).isLessThanOrEqualTo(19);
        for (int i = 0; i < 9_900; i++) {
            tree = tree.with(key(i), null);
        }
        assertThat(tree.size()).isEqualTo(100);
        assertThat(tree.height()).isLessThanOrEqualTo(9);
    }

    private static TreeMap<Bytes, Integer> asMap(SortedTree<Integer> tree, Bytes from) {
        TreeMap<Bytes, Integer> map = new TreeMap<>();
        tree.iterator(from).forEachRemaining(entry -> {
            assertThat(map.isEmpty() || map.lastKey().compareTo(entry.getKey()) < 0)
                    .isTrue();
            map.put(entry.getKey(), entry.getValue());
        });
        return map;
    }

    private static Bytes key(int number) {
        return Bytes.utf8(String.format("%05d", number));
    }
}
