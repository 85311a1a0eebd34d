package dev.grapevine.runtime;

import dev.grapevine.membership.Origin;
import dev.grapevine.topic.Gap;
import dev.grapevine.topic.Overflow;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What waits for one subscriber of a topic: at most so many messages, and the gaps between them in their place. A gap
 * takes no room among the messages; there is never more than one between two messages of a publisher, so their number is
 * bounded by that of the messages and publishers.
 *
 * <p>Filled on the node's thread and emptied on the subscriber's, under the buffer's lock, a run at a time.
 */
final class DeliveryBuffer {

    private final int capacity;
    private final Overflow overflow;
    private final ArrayDeque<Run> runs = new ArrayDeque<>();
    /** Oldest messages that gave way, by publisher: to be told before anything else of that publisher. */
    private final Map<Origin, Run> droppedBefore = new TreeMap<>();
    /** What is missing behind the last message that waits, by publisher: to be told before the next one. */
    private final Map<Origin, Run> untold = new TreeMap<>();

    private int messages;
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
        int room = capacity - messages;
        if (run.messages() <= room) {
            accept(run);
            return 0;
        }
        int excess = run.messages() - room;
        switch (overflow) {
            case ERROR -> {
                overflown = true;
                acceptHead(run, room);
            }
            case DROP_NEWEST -> {
                acceptHead(run, room);
                remember(untold, run.tail(room));
            }
            case DROP_OLDEST -> dropOldest(run, excess);
        }
        return excess;
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
    }

    private void dropOldest(Run run, int excess) {
        int left = excess;
        while (left > 0 && !runs.isEmpty()) {
            Run oldest = runs.poll();
            if (oldest.isGap()) {
                remember(droppedBefore, oldest);
                continue;
            }
            int dropped = Math.min(left, oldest.messages());
            remember(droppedBefore, oldest.head(dropped));
            if (dropped < oldest.messages()) {
                runs.addFirst(oldest.tail(dropped));
            }
            messages -= dropped;
            left -= dropped;
        }
        if (left > 0) {
            Run missing = untold.remove(run.origin());
            if (missing != null) {
                remember(droppedBefore, missing);
            }
            remember(droppedBefore, run.head(left));
        }
        accept(left > 0 ? run.tail(left) : run);
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
     * @return messages, one gap, or null if nothing waits
     */
    synchronized @Nullable Run poll(int most) {
        Run next = runs.peek();
        if (next == null) {
            Run before = takeAny(droppedBefore);
            return before != null ? before : takeAny(untold);
        }
        Run before = droppedBefore.remove(next.origin());
        if (before != null) {
            return before;
        }
        runs.remove();
        if (next.isGap()) {
            return next;
        }
        int taken = Math.min(most, next.messages());
        if (taken < next.messages()) {
            runs.addFirst(next.tail(taken));
            next = next.head(taken);
        }
        messages -= taken;
        return next;
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

    /** How many more messages it takes until it is half full, or holds one; none if it is. */
    synchronized int roomToHalf() {
        return Math.max(0, (capacity + 1) / 2 - messages);
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
    }
}
