package dev.grapevine.protocol.dissemination;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.protocol.frame.StreamName;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CausalPropertyTest {

    private static final int SEEDS = Integer.getInteger("grapevine.simulation.seeds", 100);
    private static final long FIRST = Long.getLong("grapevine.simulation.seed", 1);

    /** As for plain topics, and as long as a cause is waited for. */
    private static final long CONVERGENCE_MILLIS = 30_000 + 30_000;

    @Test
    void whateverTheNetworkLosesNobodyIsGivenAnEffectBeforeItsCauseAndEverybodyIsGivenAllOfIt() {
        long checked = 0;
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
            LossyMesh mesh = run(seed, StreamName.causal("chat"), true);
            assertThat(mesh.causes().violations()).as("seed %d", seed).isEmpty();
            checked += mesh.causes().checked();
        }
        assertThat(checked).isGreaterThan(100L * SEEDS);
    }

    @Test
    void whereMessagesAreGivenUpWhatDependsOnThemIsNotHeldBackForEver() {
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
            LossyMesh mesh = run(seed, StreamName.causal("chat"), false);
            assertThat(mesh.causes().violations()).as("seed %d", seed).isEmpty();
        }
    }

    @Test
    void theSameNetworksGiveEffectsBeforeTheirCausesOnATopicThatIsNotCausal() {
        List<String> violations = new ArrayList<>();
        for (long seed = 1; seed <= 20; seed++) {
            violations.addAll(run(seed, "chat", true).causes().violations());
        }
        assertThat(violations).hasSizeGreaterThan(100);
    }

    private static LossyMesh run(long seed, String topic, boolean retainsAll) {
        LossyMesh mesh = LossyMesh.roomy(seed, 3 + (int) (seed % 4), topic, retainsAll);
        mesh.chaos(2_500);
        mesh.heal();
        for (long waited = 0;
                waited < CONVERGENCE_MILLIS && !mesh.record().unsettled().isEmpty();
                waited += 500) {
            mesh.runMillis(500);
        }
        assertThat(mesh.record().unsettled()).as("seed %d", seed).isEmpty();
        return mesh;
    }
}
