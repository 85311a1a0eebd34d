package dev.grapevine.runtime;

import dev.grapevine.membership.Origin;
import dev.grapevine.topic.Gap;
import dev.grapevine.topic.Overflow;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What waits for one subscriber of a topic: at most so many messages, of these at most {@link #MAX_LARGE_BYTES} of large ones,
 * and the gaps between them in their place. A gap takes no room among the messages; there is never more than one between two
 * messages of a publisher, so their number is bounded by that of the messages and publishers.
 *
 * <p>Filled on the node's thread and emptied on the subscriber's, under the buffer's lock, a run at a time.
 */
final class DeliveryBuffer {

    /** Most bytes of large messages: twice the longest that can be, so that when half is free any other has room. */
    static final long MAX_LARGE_BYTES = 128L << 20;

    private final int capacity;
    private final Overflow overflow;
    private final ArrayDeque<Run> runs = new ArrayDeque<>();
    /** Oldest messages that gave way, by publisher: to be told before anything else of that publisher. */
    private final Map<Origin, Run> droppedBefore = new TreeMap<>();
    /** What is missing behind the last message that waits, by publisher: to be told before the next one. */
    private final Map<Origin, Run> untold = new TreeMap<>();

    private int messages;
    private long largeBytes;
    private long takenSinceGaps;
    private volatile boolean overflown;

    DeliveryBuffer(int capacity, Overflow overflow) {
        this.capacity = capacity;
        this.overflow = overflow;
    }

    /**
     * Adds a run.
     *
     * @return how many messages the subscriber will not get because of it
     */
    synchronized long offer(Run run) {
        if (overflown) {
            return 0;
        }
        if (run.isGap()) {
            // Between two messages of a publisher there is one gap at most, so gaps cannot pile up without messages.
            untold.merge(run.origin(), run, DeliveryBuffer::cover);
            return 0;
        }
        int room = room(run);
        if (room == run.messages()) {
            accept(run);
            return 0;
        }
        switch (overflow) {
            case ERROR -> {
                overflown = true;
                acceptHead(run, room);
            }
            case DROP_NEWEST -> {
                acceptHead(run, room);
                remember(untold, run.tail(room));
            }
            case DROP_OLDEST -> {
                return dropOldest(run);
            }
        }
        return (long) run.messages() - room;
    }

    /** How many messages of a run, from its first on, have room. */
    private int room(Run run) {
        return within(run, Math.min(run.messages(), capacity - messages), MAX_LARGE_BYTES - largeBytes);
    }

    /** How many of the first messages of a run there are before the large ones among them pass a number of bytes. */
    private static int within(Run run, int most, long bytes) {
        long left = bytes;
        for (int i = 0; run.mayBeLarge() && i < most; i++) {
            left -= run.largeBytes(i);
            if (left < 0) {
                return i;
            }
        }
        return most;
    }

    private void acceptHead(Run run, int room) {
        if (room > 0) {
            accept(run.head(room));
        }
    }

    private void accept(Run run) {
        Run refused = untold.remove(run.origin());
        if (refused != null) {
            runs.add(refused);
        }
        runs.add(run);
        messages += run.messages();
        largeBytes += run.largeBytes();
    }

    private void taken(Run run) {
        messages -= run.messages();
        largeBytes -= run.largeBytes();
    }

    private long dropOldest(Run run) {
        long dropped = 0;
        while (room(run) < run.messages() && !runs.isEmpty()) {
            Run oldest = runs.remove();
            if (oldest.isGap()) {
                remember(droppedBefore, oldest);
                continue;
            }
            int excess = Math.max(1, messages + run.messages() - capacity);
            Run first = oldest.head(Math.min(excess, oldest.messages()));
            remember(droppedBefore, first);
            if (first.messages() < oldest.messages()) {
                runs.addFirst(oldest.tail(first.messages()));
            }
            taken(first);
            dropped += first.messages();
        }
        int skipped = tooMany(run);
        if (skipped > 0) {
            Run missing = untold.remove(run.origin());
            if (missing != null) {
                remember(droppedBefore, missing);
            }
            remember(droppedBefore, run.head(skipped));
        }
        accept(run.tail(skipped));
        return dropped + skipped;
    }

    /** How many messages of a run, from its first on, the empty buffer would have no room for beside those behind them. */
    private int tooMany(Run run) {
        int tooMany = Math.max(0, run.messages() - capacity);
        long left = MAX_LARGE_BYTES;
        for (int i = run.messages() - 1; run.mayBeLarge() && i >= tooMany; i--) {
            left -= run.largeBytes(i);
            if (left < 0) {
                return i + 1;
            }
        }
        return tooMany;
    }

    private static void remember(Map<Origin, Run> dropped, Run run) {
        dropped.merge(
                run.origin(),
                Run.gap(run.origin(), run.first(), run.last(), Gap.Reason.OVERFLOW),
                (a, b) -> cover(a, b));
    }

    private static Run cover(Run earlier, Run later) {
        Gap.Reason reason = earlier.gap() == Gap.Reason.LOST && later.gap() == Gap.Reason.LOST
                ? Gap.Reason.LOST
                : Gap.Reason.OVERFLOW;
        return Run.gap(earlier.origin(), earlier.first(), later.last(), reason);
    }

    /**
     * Takes what comes next.
     *
     * @param most how many messages at most
     * @param mostLargeBytes how many bytes of large ones at most
     * @return messages, one gap, or null if nothing waits that may be taken
     */
    synchronized @Nullable Run poll(int most, long mostLargeBytes) {
        Run next = runs.peek();
        if (next == null) {
            Run before = takeAny(droppedBefore);
            return before != null ? before : takeAny(untold);
        }
        Run before = takenSinceGaps >= capacity ? overdue() : droppedBefore.remove(next.origin());
        if (before != null) {
            return before;
        }
        if (next.isGap()) {
            return runs.remove();
        }
        int taken = within(next, Math.min(most, next.messages()), mostLargeBytes);
        if (taken == 0) {
            return null;
        }
        runs.remove();
        if (taken < next.messages()) {
            runs.addFirst(next.tail(taken));
            next = next.head(taken);
        }
        taken(next);
        takenSinceGaps += taken;
        return next;
    }

    /**
     * A gap of a publisher of whom nothing waits, as there may always be something of others: looked for once in so many
     * messages as may wait. Null if there is none.
     */
    private @Nullable Run overdue() {
        Run before = takeAny(droppedBefore);
        if (before != null) {
            return before;
        }
        Set<Origin> waiting = new HashSet<>();
        runs.forEach(run -> waiting.add(run.origin()));
        for (Origin origin : untold.keySet()) {
            if (!waiting.contains(origin)) {
                return untold.remove(origin);
            }
        }
        takenSinceGaps = 0;
        return null;
    }

    private static @Nullable Run takeAny(Map<Origin, Run> dropped) {
        Iterator<Run> all = dropped.values().iterator();
        if (!all.hasNext()) {
            return null;
        }
        Run first = all.next();
        all.remove();
        return first;
    }

    /** How many more messages it takes, but one if that is large, until it is half full, or holds one; none if it is. */
    synchronized int roomToHalf() {
        return largeBytes > MAX_LARGE_BYTES / 2 ? 0 : Math.max(0, (capacity + 1) / 2 - messages);
    }

    synchronized boolean isEmpty() {
        return runs.isEmpty() && droppedBefore.isEmpty() && untold.isEmpty();
    }

    /** Whether the buffer has overflown and its strategy ends the subscription once what waits is delivered. */
    boolean isOverflown() {
        return overflown;
    }

    synchronized void clear() {
        runs.clear();
        droppedBefore.clear();
        untold.clear();
        messages = 0;
        largeBytes = 0;
    }
}
