package dev.grapevine.protocol.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.protocol.overlay.SimulatedOverlay.Node;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What holds of the views at any time, and what holds once everything is quiet, whatever went wrong before. */
class HyParViewPropertyTest {

    private static final ViewSettings SMALL =
            ViewSettings.DEFAULT.withViews(3, 6).withWalks(4, 2).withShuffle(2, 2);

    /** Neighbours by what the cores told, which has to be what they say when asked. */
    private static final class Told implements SimulatedOverlay.Listener {
        final List<TreeSet<Integer>> neighbours = new ArrayList<>();

        TreeSet<Integer> of(int member) {
            while (neighbours.size() <= member) {
                neighbours.add(new TreeSet<>());
            }
            return neighbours.get(member);
        }

        @Override
        public void neighbourUp(int member, int peer) {
            assertThat(of(member).add(peer)).isTrue();
        }

        @Override
        public void neighbourDown(int member, int peer) {
            assertThat(of(member).remove(peer)).isTrue();
        }
    }

    private static void assertBounded(SimulatedOverlay overlay, Told told, long seed) {
        for (int member : overlay.alive()) {
            Node node = overlay.nodes.get(member);
            assertThat(node.views.active().size()).as("seed %d", seed).isLessThanOrEqualTo(3);
            assertThat(node.views.passive().size()).as("seed %d", seed).isLessThanOrEqualTo(6);
            assertThat(node.views.active())
                    .as("seed %d", seed)
                    .doesNotContain(node.origin)
                    .noneMatch(node.views.passive()::contains);
            assertThat(node.views.passive())
                    .as("seed %d", seed)
                    .doesNotContain(node.origin)
                    .doesNotHaveDuplicates();
            assertThat(overlay.neighbours(member)).as("seed %d", seed).containsExactlyElementsOf(told.of(member));
            assertThat(node.links.keySet()).as("seed %d", seed).containsAll(told.of(member));
        }
    }

    private static void disturb(SimulatedOverlay overlay, SplittableRandom random) {
        List<Integer> alive = overlay.alive();
        int any = alive.get(random.nextInt(alive.size()));
        switch (random.nextInt(5)) {
            case 0 -> overlay.join();
            case 1 -> overlay.fail(alive.size() > 10 ? overlay.drawAlive(0.4) : List.of());
            case 2 -> overlay.neighbours(any).forEach(peer -> overlay.breakLink(any, peer));
            case 3 -> overlay.cycle();
            default -> overlay.run(Duration.ofMillis(random.nextInt(3_000)));
        }
    }

    @Test
    void theViewsKeepTheirBoundsAndAgreeOnceAllIsQuiet() {
        for (long seed = 1; seed <= 150; seed++) {
            Told told = new Told();
            SimulatedOverlay overlay = new SimulatedOverlay(seed, SMALL, seed % 2 == 0, told);
            SplittableRandom random = new SplittableRandom(seed);
            for (int i = 0; i < 25; i++) {
                overlay.join();
                overlay.run(Duration.ofMillis(random.nextInt(50)));
            }
            overlay.lose(seed % 3 == 0 ? 0 : 0.2);
            for (int i = 0; i < 20; i++) {
                disturb(overlay, random);
                assertBounded(overlay, told, seed);
            }
            overlay.lose(0);
            for (int i = 0; i < 4; i++) {
                overlay.cycle();
            }
            assertBounded(overlay, told, seed);
            OverlayShape shape = new OverlayShape(overlay);
            assertThat(shape.oneSided()).as("seed %d", seed).isZero();
            assertThat(shape.toTheDead()).as("seed %d", seed).isZero();
            if (seed % 2 == 0) {
                assertThat(shape.degrees().firstKey()).as("seed %d", seed).isPositive();
            }
        }
    }
}
