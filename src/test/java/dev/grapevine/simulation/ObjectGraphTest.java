package dev.grapevine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

@SuppressWarnings("UnusedVariable") // the fields are read by reflection
class ObjectGraphTest {

    private static class Base {
        final List<String> inherited = new ArrayList<>(List.of("a", "b"));
    }

    private static final class Leaf {
        final long[] numbers = new long[3];
        Leaf next;
    }

    private static final class Tree extends Base {
        final Map<String, List<Leaf>> leaves = new TreeMap<>();
        final ArrayDeque<Leaf> queue = new ArrayDeque<>();
        final Leaf[] slots = new Leaf[8];
        final Runnable hidden;
        final Tree itself = this;

        Tree(List<Integer> captured) {
            hidden = () -> captured.add(1);
        }
    }

    @Test
    void everyCollectionIsFoundHoweverDeepAndEveryObjectIsCountedOnce() {
        Tree tree = new Tree(new ArrayList<>(List.of(1, 2, 3, 4)));
        Leaf chained = new Leaf();
        chained.next = new Leaf();
        tree.leaves.put("one", new ArrayList<>(List.of(chained, new Leaf())));
        tree.leaves.put("two", new ArrayList<>(List.of(chained)));
        tree.queue.add(chained);
        tree.slots[5] = new Leaf();
        assertThat(ObjectGraph.sizes(tree))
                .containsEntry("ObjectGraphTest$Base.inherited", 2L)
                .containsEntry("ObjectGraphTest$Tree.leaves", 2L)
                .containsEntry("ObjectGraphTest$Tree.leaves[]", 3L)
                .containsEntry("ObjectGraphTest$Tree.queue", 1L)
                .containsEntry("ObjectGraphTest$Tree.slots", 1L)
                .containsEntry("new ObjectGraphTest$Leaf", 4L)
                .containsEntry("new ObjectGraphTest$Tree", 1L)
                .containsValue(4L);
        assertThat(ObjectGraph.sizes(tree, Leaf.class)).doesNotContainKey("new ObjectGraphTest$Leaf");
    }

    @Test
    void whatFillsUpAtFirstDoesNotGrowAndWhatGrowsSlowlyDoes() {
        GrowthSeries series = new GrowthSeries();
        IntStream.range(0, 24)
                .forEach(i -> series.add(
                        Map.of("fills up", Math.min(800L, 100L * i), "leaks", 400L + 15 * i, "wavers", 100L + i % 3)));
        assertThat(series.growing(20)).containsOnlyKeys("leaks");
    }
}
