package dev.grapevine.crdt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.clock.Dot;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class DotSetTest {

    private static final Origin A = new Origin(new MemberId(0, 1), 1);
    private static final Origin B = new Origin(new MemberId(0, 2), 1);

    @Test
    void dotsAheadOfTheRunAreACloudUntilTheHoleIsFilled() {
        DotSet set = new DotSet();
        set.add(new Dot(A, 1));
        set.add(new Dot(A, 3));
        set.add(new Dot(A, 4));
        assertThat(set.run(A)).isEqualTo(1);
        assertThat(set.ahead()).isEqualTo(2);
        assertThat(set.toContext().cloud()).containsExactly(new DotRange(A, 3, 4));

        set.add(new Dot(A, 2));

        assertThat(set.run(A)).isEqualTo(4);
        assertThat(set.ahead()).isZero();
        assertThat(set.toContext().cloud()).isEmpty();
    }

    @Test
    void overRandomContentItBehavesAsASetOfDots() {
        for (long seed = 0; seed < 300; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            DotSet one = new DotSet();
            DotSet other = new DotSet();
            TreeSet<Dot> oneModel = fill(one, random);
            TreeSet<Dot> otherModel = fill(other, random);

            TreeSet<Dot> rest = new TreeSet<>();
            for (DotRange range : one.minus(other)) {
                assertThat(range.from()).isLessThanOrEqualTo(range.to());
                for (long counter = range.from(); counter <= range.to(); counter++) {
                    rest.add(new Dot(range.origin(), counter));
                }
            }
            TreeSet<Dot> expected = new TreeSet<>(oneModel);
            expected.removeAll(otherModel);
            assertThat(rest).as("seed %d", seed).isEqualTo(expected);
            assertThat(other.containsAll(one)).as("seed %d", seed).isEqualTo(expected.isEmpty());

            DotSet copy = DotSet.of(one.toContext());
            assertThat(copy.minus(one)).isEmpty();
            assertThat(one.minus(copy)).isEmpty();
            assertThat(copy.ahead()).as("seed %d", seed).isEqualTo(one.ahead());

            one.addAll(other);
            assertThat(one.containsAll(other)).isTrue();
            assertThat(one.containsAll(copy)).isTrue();
            TreeSet<Dot> union = new TreeSet<>(oneModel);
            union.addAll(otherModel);
            union.forEach(dot -> assertThat(one.contains(dot)).isTrue());
            assertThat(one.run(A) + one.run(B) + one.ahead())
                    .as("seed %d", seed)
                    .isEqualTo(union.size());
        }
    }

    private static TreeSet<Dot> fill(DotSet set, SplittableRandom random) {
        TreeSet<Dot> model = new TreeSet<>();
        int dots = random.nextInt(60);
        for (int i = 0; i < dots; i++) {
            Dot dot = new Dot(random.nextBoolean() ? A : B, 1 + random.nextInt(30));
            assertThat(set.add(dot)).isEqualTo(model.add(dot));
        }
        return model;
    }
}
