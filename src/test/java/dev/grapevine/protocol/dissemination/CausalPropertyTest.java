package dev.grapevine.protocol.dissemination;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.protocol.frame.StreamName;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;

class CausalPropertyTest {

    private static final int SEEDS = Integer.getInteger("grapevine.simulation.seeds", 100);
    private static final long FIRST = Long.getLong("grapevine.simulation.seed", 1);
    private static final String CHAT = StreamName.causal("chat");

    /** As for plain topics, and as long as a cause is waited for. */
    private static final long MESH_MILLIS = 30_000 + 30_000;

    /** Where links are few, and messages large, likewise. */
    private static final long SPARSE_MILLIS = MESH_MILLIS + 2 * 16_000;

    /** Where the links of those who lack a message form a line, one gives it up after the other. */
    private static final long GIVEN_UP_MILLIS = MESH_MILLIS + 12 * 16_000;

    private static final long LARGE_MILLIS = SPARSE_MILLIS + 2 * 6 * 8_000;

    private long checked;
    private long excused;

    @Test
    void whateverTheNetworkLosesNobodyIsGivenAnEffectBeforeItsCauseAndEverybodyIsGivenAllOfIt() {
        forEachSeed(seed -> LossyMesh.of(seed, size(seed), CHAT, true, true), MESH_MILLIS);
        assertThat(excused).isZero();
    }

    @Test
    void whereMessagesAreGivenUpWhatDependsOnThemIsNotHeldBackForEver() {
        forEachSeed(seed -> LossyMesh.of(seed, size(seed), CHAT, false, true), MESH_MILLIS);
    }

    @Test
    void whereThereIsLittleRoomWhatIsGivenWithoutItsCauseSaysSo() {
        forEachSeed(seed -> LossyMesh.of(seed, size(seed), CHAT, true, false), MESH_MILLIS);
        assertThat(excused).isPositive();
    }

    @Test
    void whereLinksAreFewNobodyIsGivenAnEffectBeforeItsCauseAndEverybodyIsGivenAllOfIt() {
        forEachSeed(seed -> LossyMesh.sparse(seed, many(seed), 3, CHAT, true, false, true), SPARSE_MILLIS);
        assertThat(excused).isZero();
    }

    @Test
    void whereLinksAreFewAndMessagesAreGivenUpWhatDependsOnThemIsNotHeldBackForEver() {
        forEachSeed(seed -> LossyMesh.sparse(seed, many(seed), 3, CHAT, false, false, seed % 2 == 0), GIVEN_UP_MILLIS);
    }

    @Test
    void whereMembersComeAndGoWhatTheyPublishComesBeforeWhatDependsOnIt() {
        forEachSeed(
                seed -> {
                    LossyMesh mesh = LossyMesh.sparse(seed, many(seed), 3, CHAT, true, false, true);
                    mesh.chaos(500);
                    mesh.join();
                    mesh.chaos(700);
                    mesh.leave();
                    mesh.chaos(300);
                    mesh.join();
                    return mesh;
                },
                SPARSE_MILLIS);
    }

    @Test
    void largeMessagesComeAfterTheirCausesAndBeforeTheirEffects() {
        forEachSeed(
                Math.max(1, SEEDS / 5),
                seed -> LossyMesh.sparse(seed, 5 + (int) (seed % 5), 3, CHAT, true, true, true),
                LARGE_MILLIS);
    }

    @Test
    void theSameNetworksGiveEffectsBeforeTheirCausesOnATopicThatIsNotCausal() {
        List<String> violations = new ArrayList<>();
        for (long seed = 1; seed <= 20; seed++) {
            LossyMesh mesh = seed % 2 == 0
                    ? LossyMesh.of(seed, size(seed), "chat", true, true)
                    : LossyMesh.sparse(seed, many(seed), 3, "chat", true, false, true);
            run(seed, mesh, SPARSE_MILLIS);
            violations.addAll(mesh.causes().violations());
        }
        assertThat(violations).hasSizeGreaterThan(100);
    }

    private static int size(long seed) {
        return 3 + (int) (seed % 4);
    }

    private static int many(long seed) {
        return 6 + (int) (seed % 7);
    }

    private void forEachSeed(LongFunction<LossyMesh> network, long patience) {
        forEachSeed(SEEDS, network, patience);
    }

    private void forEachSeed(int seeds, LongFunction<LossyMesh> network, long patience) {
        for (long seed = FIRST; seed < FIRST + seeds; seed++) {
            try {
                LossyMesh mesh = network.apply(seed);
                run(seed, mesh, patience);
                assertThat(mesh.causes().violations()).isEmpty();
                checked += mesh.causes().checked();
                excused += mesh.causes().excused();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("Seed " + seed + ": " + e.getMessage(), e);
            }
        }
        assertThat(checked).isGreaterThan(100L * seeds);
    }

    private static void run(long seed, LossyMesh mesh, long patience) {
        mesh.chaos(2_500);
        mesh.heal();
        for (long waited = 0; waited < patience && !mesh.record().unsettled().isEmpty(); waited += 500) {
            mesh.runMillis(500);
        }
        assertThat(mesh.record().unsettled()).as("seed %d", seed).isEmpty();
    }
}
