package dev.grapevine.protocol.dissemination;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.RejectReason;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;

class DisseminationPropertyTest {

    /** The longest pause between digests, the longest between requests, and some for the round trips. */
    private static final long CONVERGENCE_MILLIS = 11_000 + 2 * 8_000 + 3_000;

    /** Beyond a mesh, besides: as long as all may wait for each other for what nobody has, one after the other. */
    private static final long WAITING_MILLIS = 2 * 16_000;

    /** For large messages, and the last ones of a stream, twice as many rounds, the further ones 8 s apart. */
    private static final long FURTHER_WAITING_MILLIS = 2 * 6 * 8_000;

    private final Map<ProtocolEvent, Long> events = new EnumMap<>(ProtocolEvent.class);
    private final Map<RejectReason, Long> rejections = new EnumMap<>(RejectReason.class);

    /** Until nothing is asked for any more. */
    private static final long QUIET_MILLIS = 500;

    /**
     * Likewise where links are few: a subscription that began at the retained window and was given nothing yet may be one for
     * which nothing is retained, and counts as settled; it may still be looking, with pauses of up to 8 s.
     */
    private static final long SEEKING_MILLIS = 2 * 8_000;

    private long replayed;

    @Test
    void whateverTheNetworkDoesEveryReaderIsGivenEveryMessageOnceInOrderOrToldOfItsLoss() {
        forEachSeed(600, seed -> tryOut(new LossyMesh(seed, 3 + (int) (seed % 3)), CONVERGENCE_MILLIS, QUIET_MILLIS));

        assertThat(rejections.keySet()).isSubsetOf(RejectReason.REORDER_OVERFLOW);
    }

    @Test
    void whereLinksAreFewEveryMemberIsGivenWhatIsRetainedOnceInOrderAndToldOfTheRest() {
        forEachSeed(
                300,
                seed -> tryOut(
                        LossyMesh.sparse(seed, 6 + (int) (seed % 7), 3, seed % 2 == 0, false),
                        CONVERGENCE_MILLIS + WAITING_MILLIS + FURTHER_WAITING_MILLIS,
                        SEEKING_MILLIS));

        assertThat(rejections.keySet()).isSubsetOf(RejectReason.REORDER_OVERFLOW);
    }

    @Test
    void largeMessagesAreGivenWholeOnceInOrderAmongTheOthers() {
        forEachSeed(
                100,
                seed -> tryOut(
                        seed % 2 == 0
                                ? LossyMesh.sparse(seed, 5 + (int) (seed % 5), 3, seed % 4 == 0, true)
                                : LossyMesh.withLarge(seed, 3 + (int) (seed % 3)),
                        CONVERGENCE_MILLIS + WAITING_MILLIS + FURTHER_WAITING_MILLIS,
                        SEEKING_MILLIS));

        assertThat(rejections.keySet())
                .isSubsetOf(
                        RejectReason.REORDER_OVERFLOW, RejectReason.UNREQUESTED_CHUNK, RejectReason.TOO_MANY_REQUESTS);
        assertThat(events).containsKeys(ProtocolEvent.TRANSFER_COMPLETED, ProtocolEvent.TRANSFER_INTERRUPTED);
    }

    /** So many seeds, or as many as {@code -Dgrapevine.simulation.seeds} says, or that of {@code -Dgrapevine.simulation.seed}. */
    private void forEachSeed(int count, LongConsumer run) {
        Long only = Long.getLong("grapevine.simulation.seed");
        long first = only == null ? 1 : only;
        long last = only == null ? Integer.getInteger("grapevine.simulation.seeds", count) : only;
        for (long seed = first; seed <= last; seed++) {
            try {
                run.accept(seed);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("Seed " + seed + ": " + e.getMessage(), e);
            }
        }
        if (only == null) {
            assertThat(events)
                    .as("what has to happen for the runs to be worth running")
                    .containsKeys(
                            ProtocolEvent.DUPLICATE_MESSAGE,
                            ProtocolEvent.REPAIR_REQUESTED,
                            ProtocolEvent.REPAIR_SERVED,
                            ProtocolEvent.GAP_ANNOUNCED,
                            ProtocolEvent.STREAM_OPENED);
            assertThat(rejections).containsKey(RejectReason.REORDER_OVERFLOW);
            assertThat(replayed)
                    .as("messages that only those were given that asked for them")
                    .isPositive();
        }
    }

    private static boolean isSettled(LossyMesh mesh) {
        return mesh.record().unsettled().isEmpty() && mesh.replays().unsettled().isEmpty();
    }

    private void tryOut(LossyMesh mesh, long patience, long quiet) {
        mesh.chaos(2_500);
        mesh.heal();
        for (long waited = 0; waited < patience && !isSettled(mesh); waited += 500) {
            mesh.runMillis(500);
        }
        assertThat(mesh.record().unsettled()).isEmpty();
        assertThat(mesh.replays().unsettled()).isEmpty();
        replayed += mesh.replays().replayed();

        mesh.runMillis(quiet);
        long requests = mesh.requests();
        mesh.runMillis(12_000);
        assertThat(mesh.requests()).as("requests when nothing is missing").isEqualTo(requests);
        mesh.record().events().forEach((event, count) -> events.merge(event, count, Long::sum));
        mesh.record().rejections().forEach((reason, count) -> rejections.merge(reason, count, Long::sum));
    }
}
