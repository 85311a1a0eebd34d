package dev.grapevine.runtime;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/**
 * How far a publish call asks its source ahead of what the core has taken. Nobody knows how long the payloads are that
 * were asked for and have not come, so there are few of those; what has come is bounded by its bytes, and asked for again
 * as it comes, on the source's thread, so that a fast source need not pause.
 *
 * <p>Arrivals are told on the source's thread, everything else on the node's, or both.
 */
final class SourceWindow {

    /** Most payloads asked for that have not come: so many times the longest payload may come at once. */
    static final int MAX_AHEAD = 64;

    /** Payloads asked for before any has come and said how long they are. */
    static final int FIRST_AHEAD = 8;

    /** Most payloads that have come, or may yet come, and were not taken. */
    static final int MAX_PAYLOADS = 8192;

    /** How many bytes that were not taken may have come, or may come by the size of late, before no more is asked for. */
    static final long MAX_BYTES = 1 << 20;

    private static final AtomicLongFieldUpdater<SourceWindow> ARRIVED =
            AtomicLongFieldUpdater.newUpdater(SourceWindow.class, "arrived");
    private static final AtomicLongFieldUpdater<SourceWindow> ARRIVED_BYTES =
            AtomicLongFieldUpdater.newUpdater(SourceWindow.class, "arrivedBytes");

    private final BooleanSupplier crowded;
    private final IntConsumer request;
    private final AtomicInteger asking = new AtomicInteger();
    private volatile long asked;
    private volatile long arrived; // these two without a fence, see arrived(int)
    private volatile long arrivedBytes;
    private volatile long taken;
    private volatile long takenBytes;
    private volatile int typicalBytes = 1;

    /**
     * A window of which nothing is asked yet.
     *
     * @param crowded whether all calls of the node together hold so much that each may hold one payload only
     * @param request asks the source
     */
    SourceWindow(BooleanSupplier crowded, IntConsumer request) {
        this.crowded = crowded;
        this.request = request;
    }

    /**
     * A payload has come; on the source's thread, one at a time. Other threads may see it late, until the caller's next
     * fence or {@link #ask()}.
     */
    void arrived(int length) {
        // Falls slowly and rises at once: the window is sized for the larger payloads of late.
        int typical = Math.max(length, typicalBytes - (typicalBytes >> 6));
        if (typical != typicalBytes) {
            typicalBytes = typical;
        }
        ARRIVED_BYTES.lazySet(this, arrivedBytes + length);
        ARRIVED.lazySet(this, arrived + 1);
    }

    /** Whether so much has come of what was asked for that {@link #ask()} may find something to do; on the source's thread. */
    boolean isLow() {
        return asked - arrived <= MAX_AHEAD / 2;
    }

    /** The core has taken payloads; on the node's thread. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // written by one thread
    void taken(int payloads, long bytes) {
        takenBytes += bytes;
        taken += payloads;
    }

    /** Bytes that have come and were not taken. */
    long heldBytes() {
        return arrivedBytes - takenBytes;
    }

    /** Whether {@link #ask()} would find something to do, unless it is at it already. From any thread. */
    boolean wantsMore() {
        return more() > 0;
    }

    /** Asks for more if there is room. From any thread; calls that meet are made one after the other. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // written by one thread at a time
    void ask() {
        if (asking.getAndIncrement() != 0) {
            return;
        }
        int missed = 1;
        while (missed != 0) {
            int more = more();
            if (more > 0) {
                asked += more;
                request.accept(more);
            }
            missed = asking.addAndGet(-missed);
        }
    }

    private int more() {
        long ahead = asked - arrived;
        long waiting = asked - taken;
        if (waiting <= 0) {
            return crowded.getAsBoolean() ? 1 : first();
        }
        if (ahead > MAX_AHEAD / 2 || crowded.getAsBoolean()) {
            return 0;
        }
        long roomByBytes = (MAX_BYTES - heldBytes()) / typicalBytes - ahead;
        return (int) Math.max(0, Math.min(Math.min(MAX_AHEAD - ahead, MAX_PAYLOADS - waiting), roomByBytes));
    }

    /** Nothing is under way: one payload may be asked for however long it is. */
    private int first() {
        int most = arrived == 0 ? FIRST_AHEAD : MAX_AHEAD;
        return (int) Math.max(1, Math.min(most, MAX_BYTES / typicalBytes));
    }
}
