package dev.grapevine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.protocol.NodeSettings;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.JoinState;
import dev.grapevine.transport.LinkLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Two processes with one id that started in the same millisecond: nothing tells them apart but their addresses. */
class TwinTest {

    private static final Duration A_WHILE = Duration.ofMinutes(2);

    private final List<CoreNode> others = new ArrayList<>();
    private final Map<CoreNode, JoinState> states = new HashMap<>();
    private final List<Address> seeds = new ArrayList<>();
    private int changes;

    private CoreNode node(SimulationContext context, String name) {
        return new CoreNode(context, context.addHost(), name, NodeSettings.DEFAULT, (node, effect) -> {
            if (effect instanceof Effect.JoinChanged changed) {
                states.put(node, changed.state());
            }
            changes += effect instanceof Effect.MemberChanged ? 1 : 0;
        });
    }

    @Test
    void theOneWithTheLowerAddressIsAMemberTheOtherIsToldThatItsPlaceIsTakenAndNothingOscillates() {
        for (long seed = 1; seed <= 20; seed++) {
            others.clear();
            seeds.clear();
            SimulationContext context = new SimulationContext(
                    seed, "mvn -Dtest=TwinTest test", LinkLimits.DEFAULT, FrameCarrier.BY_REFERENCE);
            for (int i = 0; i < 3; i++) {
                CoreNode other = node(context, "node " + i);
                others.add(other);
                seeds.add(other.host().address());
            }
            CoreNode lower = node(context, "twin");
            CoreNode higher = node(context, "twin");
            others.forEach(other -> other.start(seeds));
            context.runUntil(() -> false, Duration.ofSeconds(seed % 3));
            lower.start(seeds);
            higher.start(seeds);
            assertThat(lower.origin()).isEqualTo(higher.origin());
            context.runUntil(() -> false, A_WHILE);
            int before = changes;
            context.runUntil(() -> false, A_WHILE);
            assertThat(changes).as("seed %d: nothing changes any more", seed).isEqualTo(before);
            assertThat(states)
                    .as("seed %d", seed)
                    .containsEntry(lower, JoinState.JOINED)
                    .containsEntry(higher, JoinState.SUPERSEDED);
            assertThat(higher.core().present()).as("seed %d", seed).hasSize(1);
            for (CoreNode other : others) {
                Member member = other.core().present().get(lower.origin());
                assertThat(member).as("seed %d", seed).isNotNull();
                assertThat(member.address())
                        .as("seed %d", seed)
                        .isEqualTo(lower.host().address());
                assertThat(other.core().present()).as("seed %d", seed).hasSize(4);
            }
        }
    }
}
