package dev.grapevine.protocol.membership;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ProbeRingTest {

    private static Origin origin(int number) {
        return new Origin(new MemberId(0, number), 1);
    }

    @Test
    void nobodyWaitsLongerThanTwoRoundsLessOne() {
        for (long seed = 0; seed < 50; seed++) {
            int n = 2 + (int) seed % 9;
            ProbeRing ring = new ProbeRing(new SplittableRandom(seed));
            for (int i = 0; i < n; i++) {
                ring.add(origin(i));
            }
            Map<Origin, Integer> last = new HashMap<>();
            for (int turn = 0; turn < 20 * n; turn++) {
                Origin target = ring.next();
                int since = turn - last.getOrDefault(target, -1);
                assertThat(since).as("seed %d", seed).isLessThanOrEqualTo(2 * n - 1);
                last.put(target, turn);
            }
            assertThat(last).hasSize(n);
        }
    }

    @Test
    void comingAndGoingDisturbsNobodyElsesTurn() {
        for (long seed = 0; seed < 50; seed++) {
            ProbeRing ring = new ProbeRing(new SplittableRandom(seed));
            for (int i = 0; i < 6; i++) {
                ring.add(origin(i));
            }
            ring.next(); // shuffles nothing: the first round is in the order of insertion at random places
            List<Origin> seen = new ArrayList<>();
            ring.add(origin(7));
            ring.remove(origin(3));
            for (int i = 0; i < 4; i++) {
                seen.add(ring.next());
            }
            assertThat(seen).as("seed %d", seed).doesNotHaveDuplicates().doesNotContain(origin(3));
        }
    }

    @Test
    void anEmptyRingHasNobody() {
        ProbeRing ring = new ProbeRing(new SplittableRandom(1));
        assertThat(ring.next()).isNull();
        ring.add(origin(1));
        ring.remove(origin(1));
        ring.remove(origin(2));
        assertThat(ring.next()).isNull();
    }

    @Test
    void whoStaysIsHadOnceARoundWhoeverElseComesAndGoes() {
        for (long seed = 0; seed < 200; seed++) {
            SplittableRandom chance = new SplittableRandom(seed);
            ProbeRing ring = new ProbeRing(new SplittableRandom(seed));
            TreeSet<Origin> present = new TreeSet<>();
            for (int i = 0; i < 8; i++) {
                ring.add(origin(i));
                present.add(origin(i));
            }
            Map<Origin, Integer> last = new HashMap<>();
            for (int turn = 1; turn < 400; turn++) {
                Origin other = origin(8 + chance.nextInt(6));
                if (present.remove(other)) {
                    ring.remove(other);
                } else {
                    ring.add(other);
                    present.add(other);
                }
                Origin target = ring.next();
                assertThat(present).as("seed %d", seed).contains(target);
                last.put(target, turn);
                for (int i = 0; i < 8; i++) {
                    int since = turn - last.getOrDefault(origin(i), 0);
                    assertThat(since).as("seed %d, member %d", seed, i).isLessThanOrEqualTo(2 * 14 - 1);
                }
            }
        }
    }

    @Test
    void aRingFromWhichNobodyIsDrawnForgetsThoseWhoWentAllTheSame() {
        ProbeRing ring = new ProbeRing(new SplittableRandom(1));
        ring.add(origin(0));
        for (int i = 1; i <= 1000; i++) {
            ring.add(origin(i));
            ring.remove(origin(i));
        }
        assertThat(ring.places()).isLessThanOrEqualTo(2);
        assertThat(ring.next()).isEqualTo(origin(0));
    }

    @Test
    void whoeverIsSaidToGoWithoutHavingBeenThereTakesNobodysTurn() {
        for (long seed = 0; seed < 50; seed++) {
            ProbeRing ring = new ProbeRing(new SplittableRandom(seed));
            for (int i = 0; i < 6; i++) {
                ring.add(origin(i));
            }
            TreeSet<Origin> seen = new TreeSet<>();
            for (int turn = 0; turn < 30; turn++) {
                ring.remove(origin(100 + 2 * turn));
                ring.remove(origin(101 + 2 * turn));
                seen.add(ring.next());
            }
            assertThat(seen).as("seed %d", seed).hasSize(6);
        }
    }
}
