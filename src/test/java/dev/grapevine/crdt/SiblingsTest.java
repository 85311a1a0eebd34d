package dev.grapevine.crdt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.clock.Dot;
import dev.grapevine.clock.HybridTimestamp;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SiblingsTest {

    @Test
    void addedOneByOneInAnyOrderTheyAreAsIfGivenTogether() {
        for (long seed = 0; seed < 300; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            List<Sibling> given = new ArrayList<>();
            for (int i = 0; i <= random.nextInt(20); i++) {
                Origin origin = new Origin(new MemberId(0, random.nextInt(4)), 1);
                HybridTimestamp stamp = new HybridTimestamp(random.nextInt(3), 0);
                given.add(random.nextInt(given.size() + 1), new Sibling(new Dot(origin, i + 1), stamp, Bytes.EMPTY));
            }
            Siblings together = Objects.requireNonNull(Siblings.of(given));
            Siblings oneByOne = Objects.requireNonNull(Siblings.of(given.subList(0, 1)));
            for (Sibling sibling : given.subList(1, given.size())) {
                oneByOne = oneByOne.with(sibling);
            }
            assertThat(oneByOne.all()).as("seed %d", seed).isEqualTo(together.all());
            assertThat(oneByOne.winner()).as("seed %d", seed).isEqualTo(together.winner());
            Dot from = given.get(0).dot();
            assertThat(oneByOne.from(from))
                    .as("seed %d", seed)
                    .allMatch(sibling -> sibling.dot().compareTo(from) >= 0);
            assertThat(oneByOne.from(from)).as("seed %d", seed).contains(given.get(0));
            assertThat(oneByOne.from(null)).as("seed %d", seed).isEqualTo(together.all());
        }
    }
}
