package dev.grapevine.protocol.dissemination;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.RejectReason;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DisseminationPropertyTest {

    private static final int SEEDS = Integer.getInteger("grapevine.seeds", 600);

    /** The longest pause between digests, the longest between requests, and some for the round trips. */
    private static final long CONVERGENCE_MILLIS = 11_000 + 2 * 8_000 + 3_000;

    /** Beyond a mesh, besides: as long as all may wait for each other for what nobody has, one after the other. */
    private static final long WAITING_MILLIS = 2 * 16_000;

    private final Map<ProtocolEvent, Long> events = new EnumMap<>(ProtocolEvent.class);
    private final Map<RejectReason, Long> rejections = new EnumMap<>(RejectReason.class);

    @Test
    void whateverTheNetworkDoesEveryReaderIsGivenEveryMessageOnceInOrderOrToldOfItsLoss() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            try {
                tryOut(new LossyMesh(seed, 3 + (int) (seed % 3)), CONVERGENCE_MILLIS);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("Seed " + seed + ": " + e.getMessage(), e);
            }
        }
        // The runs were worth running only if all this happened in them.
        assertThat(events)
                .containsKeys(
                        ProtocolEvent.DUPLICATE_MESSAGE,
                        ProtocolEvent.REPAIR_REQUESTED,
                        ProtocolEvent.REPAIR_SERVED,
                        ProtocolEvent.GAP_ANNOUNCED,
                        ProtocolEvent.STREAM_OPENED);
        assertThat(rejections).containsOnlyKeys(RejectReason.REORDER_OVERFLOW);
    }

    @Test
    void whereLinksAreFewEveryMemberIsGivenWhatIsRetainedOnceInOrderAndToldOfTheRest() {
        for (long seed = 1; seed <= SEEDS / 2; seed++) {
            try {
                tryOut(
                        LossyMesh.sparse(seed, 6 + (int) (seed % 7), 3, seed % 2 == 0),
                        CONVERGENCE_MILLIS + WAITING_MILLIS);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("Seed " + seed + ": " + e.getMessage(), e);
            }
        }
        assertThat(events)
                .containsKeys(
                        ProtocolEvent.DUPLICATE_MESSAGE,
                        ProtocolEvent.REPAIR_REQUESTED,
                        ProtocolEvent.REPAIR_SERVED,
                        ProtocolEvent.GAP_ANNOUNCED,
                        ProtocolEvent.STREAM_OPENED);
        assertThat(rejections.keySet()).isSubsetOf(RejectReason.REORDER_OVERFLOW);
    }

    private void tryOut(LossyMesh mesh, long patience) {
        mesh.chaos(2_500);
        mesh.heal();
        for (long waited = 0; waited < patience && !mesh.record().unsettled().isEmpty(); waited += 500) {
            mesh.runMillis(500);
        }
        assertThat(mesh.record().unsettled()).isEmpty();

        mesh.runMillis(500);
        long requests = mesh.requests();
        mesh.runMillis(12_000);
        assertThat(mesh.requests()).as("requests when nothing is missing").isEqualTo(requests);
        mesh.record().events().forEach((event, count) -> events.merge(event, count, Long::sum));
        mesh.record().rejections().forEach((reason, count) -> rejections.merge(reason, count, Long::sum));
    }
}
