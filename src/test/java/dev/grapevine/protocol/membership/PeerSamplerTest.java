package dev.grapevine.protocol.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PeerSamplerTest {

    private static final int SEEDS = 200;

    /** Chi-squared with 9 degrees of freedom exceeds this less than once in 10,000 tries of what is uniform. */
    private static final double CHI_SQUARED_9 = 37.0;

    private static Origin origin(int number) {
        return new Origin(new MemberId(0, number), 1);
    }

    private static int number(Origin origin) {
        return (int) origin.id().low();
    }

    /** Members 0 to n - 1, in zones in turn. */
    private static PeerSampler sampler(String own, long seed, int n, String... zones) {
        PeerSampler sampler = new PeerSampler(own, new SplittableRandom(seed));
        for (int i = 0; i < n; i++) {
            sampler.put(origin(i), zones[i % zones.length]);
        }
        return sampler;
    }

    private static double chiSquared(long[] seen) {
        double expected = Arrays.stream(seen).sum() / (double) seen.length;
        return Arrays.stream(seen)
                .mapToDouble(count -> (count - expected) * (count - expected) / expected)
                .sum();
    }

    @Test
    void withoutZonesEachCandidateIsDrawnAsOftenAtEachPlaceOfTheDraw() {
        for (long seed = 0; seed < SEEDS; seed++) {
            PeerSampler sampler = sampler("", seed, 11, "", "a", "b");
            long[][] seen = new long[3][10];
            for (int draw = 0; draw < 2_000; draw++) {
                List<Origin> drawn = sampler.draw(3, origin(10));
                for (int place = 0; place < 3; place++) {
                    seen[place][number(drawn.get(place))]++;
                }
            }
            for (long[] place : seen) {
                assertThat(chiSquared(place)).as("seed %d", seed).isLessThan(CHI_SQUARED_9);
            }
        }
    }

    @Test
    void withoutZonesEachPairIsDrawnAsOften() {
        PeerSampler sampler = sampler("", 7, 5, "");
        TreeMap<String, Long> pairs = new TreeMap<>();
        for (int draw = 0; draw < 20_000; draw++) {
            List<Integer> drawn = sampler.draw(2, null).stream()
                    .map(PeerSamplerTest::number)
                    .sorted()
                    .toList();
            pairs.merge(drawn.toString(), 1L, Long::sum);
        }
        assertThat(pairs).hasSize(10);
        assertThat(chiSquared(pairs.values().stream().mapToLong(Long::longValue).toArray()))
                .isLessThan(CHI_SQUARED_9);
    }

    @Test
    void whateverComesAndGoesADrawIsDistinctPresentAndAsLargeAsItCanBe() {
        for (long seed = 0; seed < SEEDS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            PeerSampler sampler = new PeerSampler("a", new SplittableRandom(seed));
            TreeMap<Origin, String> model = new TreeMap<>();
            for (int step = 0; step < 300; step++) {
                Origin peer = origin(random.nextInt(20));
                if (random.nextInt(3) == 0) {
                    sampler.remove(peer);
                    model.remove(peer);
                } else {
                    String zone = List.of("", "a", "b", "c").get(random.nextInt(4));
                    sampler.put(peer, zone);
                    model.put(peer, zone);
                }
                Origin except = origin(random.nextInt(20));
                int count = random.nextInt(6);
                int others = model.size() - (model.containsKey(except) ? 1 : 0);
                for (List<Origin> drawn :
                        List.of(sampler.draw(count, except), sampler.drawRelays(count, except, "b"))) {
                    assertThat(drawn)
                            .as("seed %d, step %d", seed, step)
                            .hasSize(Math.min(count, others))
                            .doesNotHaveDuplicates()
                            .doesNotContain(except)
                            .isSubsetOf(model.keySet());
                }
                assertThat(sampler.isEmpty()).isEqualTo(model.isEmpty());
            }
        }
    }

    @Test
    void aMemberOfTheOwnZoneIsDrawnEightTimesAsOftenAsAnother() {
        PeerSampler sampler = sampler("a", 3, 9, "a", "b", "c");
        long[] seen = new long[9];
        for (int draw = 0; draw < 60_000; draw++) {
            seen[number(sampler.draw(1, null).get(0))]++;
        }
        long own = seen[0] + seen[3] + seen[6];
        assertThat(own / (double) (60_000 - own)).isCloseTo(8 * 3 / 6.0, within(0.1));
        assertThat(chiSquared(new long[] {seen[0], seen[3], seen[6]})).isLessThan(CHI_SQUARED_9);
        assertThat(chiSquared(new long[] {seen[1], seen[2], seen[4], seen[5], seen[7], seen[8]}))
                .isLessThan(CHI_SQUARED_9);
    }

    @Test
    void aDrawOfTwoOrMoreCrossesZonesIfAnybodyIsInAnother() {
        for (long seed = 0; seed < SEEDS; seed++) {
            int far = (int) seed % 3;
            PeerSampler sampler = new PeerSampler("a", new SplittableRandom(seed));
            for (int i = 0; i < 30; i++) {
                sampler.put(origin(i), i < far ? (i == 0 ? "" : "b") : "a");
            }
            for (int count = 2; count < 5; count++) {
                List<Origin> drawn = sampler.draw(count, null);
                assertThat(drawn).hasSize(count);
                if (far > 0) {
                    assertThat(drawn).as("seed %d", seed).anyMatch(peer -> number(peer) < far);
                }
            }
        }
    }

    @Test
    void mostOfADrawStaysInTheOwnZone() {
        PeerSampler sampler = sampler("a", 5, 30, "a", "b", "c");
        long inside = 0;
        for (int draw = 0; draw < 10_000; draw++) {
            inside += sampler.draw(3, null).stream()
                    .filter(peer -> number(peer) % 3 == 0)
                    .count();
        }
        assertThat(inside / 30_000.0).isBetween(0.55, 0.66);
    }

    @Test
    void relaysStandInAThirdZoneThenInTheTargetsThenInTheOwn() {
        for (long seed = 0; seed < SEEDS; seed++) {
            PeerSampler sampler = sampler("a", seed, 12, "a", "b", "c", "d");
            List<Origin> relays = sampler.drawRelays(3, origin(1), "b");
            assertThat(number(relays.get(0)) % 4).as("seed %d", seed).isGreaterThanOrEqualTo(2);
            assertThat(relays.get(1)).as("seed %d", seed).isIn(origin(5), origin(9));
            assertThat(number(relays.get(2)) % 4).as("seed %d", seed).isZero();
        }
    }

    @Test
    void whoIsInTheOwnZoneIsAskedForInsideAndOutsideOfItInTurn() {
        PeerSampler sampler = sampler("b", 1, 12, "a", "b", "c");
        List<Origin> relays = sampler.drawRelays(4, origin(1), "b");
        assertThat(relays).extracting(peer -> number(peer) % 3 == 1).containsExactly(false, true, false, true);
    }

    @Test
    void relaysOfOneZoneDoWhereThereIsNoOther() {
        assertThat(sampler("a", 1, 5, "a").drawRelays(3, origin(0), "a")).hasSize(3);
        assertThat(sampler("a", 1, 5, "b").drawRelays(3, origin(0), "b")).hasSize(3);
    }

    @Test
    void whoIsDrawnDoesNotDependOnWhoCameFirst() {
        List<Integer> numbers = new ArrayList<>(List.of(0, 1, 2, 3, 4, 5, 6, 7));
        PeerSampler one = sampler("a", 9, 8, "a", "b");
        Collections.shuffle(numbers, new Random(1));
        PeerSampler other = new PeerSampler("a", new SplittableRandom(9));
        numbers.forEach(number -> other.put(origin(number), number % 2 == 0 ? "a" : "b"));
        for (int draw = 0; draw < 50; draw++) {
            assertThat(one.draw(3, null)).isEqualTo(other.draw(3, null));
            assertThat(one.drawRelays(3, origin(0), "a")).isEqualTo(other.drawRelays(3, origin(0), "a"));
        }
    }
}
