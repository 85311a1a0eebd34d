package dev.grapevine.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.grapevine.protocol.frame.Lane;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LaneSchedulerTest {

    private static final int BATCH = 64 << 10;
    private static final long MILLI = 1_000_000;

    private final LaneScheduler scheduler = new LaneScheduler(LinkLimits.DEFAULT);
    private final ArrayDeque<long[]> wire = new ArrayDeque<>();
    private long free;
    private long now;

    private void open() {
        for (Lane lane : Lane.values()) {
            scheduler.opened(lane, 1_000_000);
        }
    }

    /** Sends batches of those that have something until the link is full, and has each taken after a while. */
    private Map<Lane, Long> share(Set<Lane> busy, int batches, SplittableRandom random) {
        Map<Lane, Long> bytes = new EnumMap<>(Lane.class);
        for (int i = 0; i < batches; i++) {
            Lane lane = scheduler.next(busy::contains, now);
            assertThat(lane).isNotNull();
            int size = 1 + random.nextInt(BATCH);
            scheduler.sent(lane, size, now);
            now += MILLI;
            scheduler.taken(lane, 1, now);
            bytes.merge(lane, (long) size, Long::sum);
        }
        return bytes;
    }

    @Test
    void nothingIsSentOnALaneThatThePeerHasNotOpened() {
        assertThat(scheduler.next(lane -> true, now)).isNull();
        scheduler.opened(Lane.BULK, 1);
        assertThat(scheduler.next(lane -> true, now)).isEqualTo(Lane.BULK);
        scheduler.sent(Lane.BULK, 10, now);
        assertThat(scheduler.next(lane -> true, now)).isNull();
        scheduler.taken(Lane.BULK, 1, now);
        assertThat(scheduler.next(lane -> true, now)).isEqualTo(Lane.BULK);
    }

    @Test
    void busyLanesShareTheBytesByWeightWhateverTheirBatches() {
        for (long seed = 1; seed <= 20; seed++) {
            open();
            Map<Lane, Long> bytes = share(EnumSet.allOf(Lane.class), 20_000, new SplittableRandom(seed));
            double sum = bytes.values().stream().mapToLong(Long::longValue).sum();
            for (Lane lane : Lane.values()) {
                assertThat(bytes.get(lane) / sum)
                        .as("seed " + seed + " " + lane)
                        .isCloseTo(LaneWeights.DEFAULT.of(lane) / 11.0, within(0.01));
            }
        }
    }

    @Test
    void onALinkThatIsFullTheBytesAreSharedByWeightTooHoweverShortTheBatches() {
        for (int longest : new int[] {500, 4000, BATCH}) {
            Map<Lane, Long> bytes = new LaneSchedulerTest().shareOfOneMegabyteASecond(longest);
            double sum = bytes.values().stream().mapToLong(Long::longValue).sum();
            for (Lane lane : Lane.values()) {
                double fair = LaneWeights.DEFAULT.of(lane) / 11.0;
                assertThat(bytes.getOrDefault(lane, 0L) / sum)
                        .as("batches up to " + longest + ", " + lane)
                        .isBetween(0.8 * fair, 1.25 * fair);
            }
        }
    }

    /** All lanes always have something, and the peer tells of each batch as it has taken it. */
    private Map<Lane, Long> shareOfOneMegabyteASecond(int longest) {
        record OnItsWay(Lane lane, int bytes, long arrives) {}
        open();
        SplittableRandom random = new SplittableRandom(1);
        ArrayDeque<OnItsWay> link = new ArrayDeque<>();
        Map<Lane, Long> bytes = new EnumMap<>(Lane.class);
        for (int i = 0; i < 40_000; i++) {
            for (Lane next = scheduler.next(lane -> true, now);
                    next != null;
                    next = scheduler.next(lane -> true, now)) {
                int size = 1 + random.nextInt(longest);
                scheduler.sent(next, size, now);
                free = Math.max(free, now) + size * 1000L;
                link.add(new OnItsWay(next, size, free + MILLI));
            }
            OnItsWay first = link.remove();
            now = first.arrives;
            scheduler.taken(first.lane, 1, now);
            if (i > 10_000) {
                bytes.merge(first.lane, (long) first.bytes, Long::sum);
            }
        }
        return bytes;
    }

    @Test
    void aLaneThatHasNothingToSendLeavesItsPartToTheOthers() {
        open();
        Map<Lane, Long> bytes = share(EnumSet.of(Lane.DATA, Lane.BULK), 20_000, new SplittableRandom(1));
        assertThat(bytes.get(Lane.DATA) / (double) bytes.get(Lane.BULK)).isCloseTo(2, within(0.05));
    }

    @Test
    void nobodySavesForLater() {
        open();
        share(EnumSet.of(Lane.BULK), 10_000, new SplittableRandom(1));
        Map<Lane, Long> bytes = share(EnumSet.of(Lane.DATA, Lane.BULK), 30, new SplittableRandom(2));
        assertThat(bytes.get(Lane.BULK)).isGreaterThan(3 * BATCH);
    }

    @Test
    void whenTheLinkIsFullOnlyControlAndCriticalMaySendAndOnlyAPart() {
        open();
        fill(Lane.DATA);
        long full = scheduler.inFlight();
        assertThat(scheduler.next(lane -> lane == Lane.BULK, now)).isNull();
        fill(Lane.CRITICAL);
        fill(Lane.CONTROL);
        assertThat(scheduler.inFlight()).isBetween(full + full / 4, full + full / 2 + 4 * BATCH);
        assertThat(scheduler.next(lane -> true, now)).isNull();
    }

    private void fill(Lane lane) {
        for (Lane next = scheduler.next(lane::equals, now); next != null; next = scheduler.next(lane::equals, now)) {
            scheduler.sent(next, BATCH, now);
        }
    }

    @Test
    void aCriticalBatchGoesNextHoweverMuchBulkWaits() {
        open();
        share(EnumSet.of(Lane.DATA, Lane.BULK), 1000, new SplittableRandom(1));
        assertThat(scheduler.next(lane -> lane != Lane.CONTROL, now)).isEqualTo(Lane.CRITICAL);
    }

    /** A link of a bandwidth with a first-in first-out queue, always busy, as the peer tells of what it has taken. */
    private List<Long> delays(double bytesPerNano, long trip, int batches) {
        open();
        List<Long> delays = new ArrayList<>();
        while (delays.size() < batches) {
            for (Lane next = scheduler.next(Lane.BULK::equals, now);
                    next != null;
                    next = scheduler.next(Lane.BULK::equals, now)) {
                scheduler.sent(next, BATCH, now);
                free = Math.max(free, now) + (long) (BATCH / bytesPerNano);
                wire.add(new long[] {now, free + trip});
            }
            long[] first = wire.remove();
            now = first[1];
            delays.add(now - first[0]);
            scheduler.taken(Lane.BULK, 1, now);
        }
        return delays;
    }

    @Test
    void onASlowLinkTheQueueIsKeptAtSixtyMilliseconds() {
        List<Long> delays = delays(0.01, MILLI, 2000); // 10 MB/s
        assertThat(delays.subList(200, 2000)).allMatch(delay -> delay < 80 * MILLI);
        assertThat(delays.subList(200, 2000)).allMatch(delay -> delay > 40 * MILLI);
        assertThat(scheduler.inFlight()).isLessThan(800 << 10);
    }

    @Test
    void onAFastLinkOfLongTripsAsMuchIsInFlightAsMayBe() {
        delays(0.1, 50 * MILLI, 2000); // 100 MB/s: 5 MB in a round trip
        assertThat(scheduler.inFlight()).isBetween((2L << 20) - BATCH, 2L << 20);
    }

    @Test
    void aWayThatHasBecomeLongerIsNotTakenForAQueueForEver() {
        delays(0.1, MILLI, 2000);
        delays(0.1, 300 * MILLI, 4000); // as if it were a queue
        assertThat(scheduler.inFlight()).isLessThan(192L << 10);
        now += 2 * InFlightLimit.PERIOD_NANOS;
        delays(0.1, 300 * MILLI, 2000);
        assertThat(scheduler.inFlight()).isGreaterThan(1L << 20);
    }

    @Test
    void aSlowPeerLeavesTheLeastAndNeverNothing() {
        delays(0.0001, MILLI, 300); // 100 KB/s
        assertThat(scheduler.inFlight()).isBetween(64L << 10, 192L << 10);
    }

    @Test
    void aPeerThatTellsOfMoreThanWasSentIsGivenNoMoreThanItAskedFor() {
        scheduler.opened(Lane.DATA, 2);
        scheduler.sent(Lane.DATA, BATCH, now);
        scheduler.taken(Lane.DATA, Long.MAX_VALUE, now);
        assertThat(scheduler.inFlight()).isZero();
        assertThat(scheduler.next(lane -> true, now)).isEqualTo(Lane.DATA);
    }

    @Test
    void weightsHaveLimits() {
        assertThatThrownBy(() -> new LaneWeights(0, 1, 1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new LaneWeights(1, 1, 1, 65)).isInstanceOf(IllegalArgumentException.class);
    }
}
