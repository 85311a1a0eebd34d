package dev.grapevine.protocol.membership;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class RosterTest {

    private static final int SEEDS = 200;

    @Test
    void idsDrawnAtRandomAreFoundWhereTheyStand() {
        findsLikeAPlainList(random -> new MemberId(random.nextLong(), random.nextLong()));
    }

    @Test
    void idsThatDifferInTheirLastBitsOnlyAreFoundWhereTheyStand() {
        findsLikeAPlainList(random -> new MemberId(7, random.nextInt(500)));
    }

    @Test
    void idsAtBothEndsAreFoundWhereTheyStand() {
        findsLikeAPlainList(random -> new MemberId(random.nextInt(200) - 100, 0));
    }

    private static void findsLikeAPlainList(Function<SplittableRandom, MemberId> ids) {
        for (long seed = 0; seed < SEEDS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Roster roster = new Roster();
            List<Origin> model = new ArrayList<>();
            int steps = random.nextInt(1, 400);
            for (int step = 0; step < steps; step++) {
                Origin origin = new Origin(ids.apply(random), 1 + random.nextInt(3));
                int place = Collections.binarySearch(model, origin);
                assertThat(roster.find(origin))
                        .as("seed %d, step %d", seed, step)
                        .isEqualTo(place);
                if (place < 0) {
                    model.add(-place - 1, origin);
                    roster.insert(-place - 1, new MemberRecord(origin, null, MemberStatus.ALIVE, 0));
                }
            }
            for (int place = 0; place < model.size(); place++) {
                assertThat(roster.find(model.get(place))).as("seed %d", seed).isEqualTo(place);
            }
        }
    }
}
