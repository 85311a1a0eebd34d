package dev.grapevine.protocol.membership;

import static dev.grapevine.protocol.membership.SwimScript.alive;
import static dev.grapevine.protocol.membership.SwimScript.member;
import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.MembershipFrame.Gossip;
import dev.grapevine.protocol.frame.Rumor;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effect.Send;
import dev.grapevine.protocol.step.Pace;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Gossip at the pace that it is given. */
class GossipBudgetTest {

    private static final MembershipSettings QUIET =
            MembershipSettings.DEFAULT.withProbeInterval(Duration.ofHours(1)).withSyncInterval(Duration.ofHours(1));
    private static final int BYTES_PER_SECOND = 2_000;
    private static final int NEWCOMERS = 100;

    private static SwimScript meshOfThirty() {
        SwimScript script = new SwimScript(QUIET);
        script.join();
        for (int i = 2; i <= 30; i++) {
            script.linkUp(member(i));
        }
        script.run(20_000);
        return script;
    }

    private static List<Gossip> gossip(List<Effect> effects) {
        return effects.stream()
                .filter(Send.class::isInstance)
                .map(effect -> ((Send) effect).frame())
                .filter(Gossip.class::isInstance)
                .map(Gossip.class::cast)
                .toList();
    }

    @Test
    void newsOfManyKeepToTheBudgetAndAllAreTold() {
        SwimScript script = meshOfThirty();
        script.core.pace(new Pace(3, Duration.ofMillis(200), 1400, BYTES_PER_SECOND, Set.of()));
        Set<Origin> untold = new HashSet<>();
        for (int i = 0; i < NEWCOMERS; i++) {
            script.gossip(member(2), alive(member(1_000 + i), 0));
            untold.add(member(1_000 + i).origin());
        }
        long bytes = 0;
        int seconds = 0;
        while (seconds < 600 && (!untold.isEmpty() || seconds < 20)) {
            for (Gossip frame : gossip(script.run(1_000))) {
                bytes += frame.size();
                assertThat(frame.size()).isLessThanOrEqualTo(1_450);
                frame.rumors().stream().map(Rumor::subject).forEach(untold::remove);
            }
            seconds++;
            assertThat(bytes)
                    .as("after %d s", seconds)
                    .isLessThanOrEqualTo((seconds + 1L) * BYTES_PER_SECOND + 3 * 1_450);
        }
        assertThat(untold).isEmpty();
        assertThat(bytes).as("the budget is used").isGreaterThan(20L * BYTES_PER_SECOND / 2);
    }

    @Test
    void fanoutAndIntervalAreThoseOfThePace() {
        SwimScript script = meshOfThirty();
        script.core.pace(new Pace(7, Duration.ofSeconds(1), 1400, 0, Set.of()));
        script.run(1_000);
        script.gossip(member(2), alive(member(1_000), 0));
        assertThat(gossip(script.run(1_100))).hasSize(7);
        assertThat(gossip(script.run(1_000)))
                .as("one of ten travels with a comparison of tables")
                .hasSize(2);
    }
}
