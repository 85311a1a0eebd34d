package dev.grapevine.protocol.dissemination;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The runs of one stream that are retained, in the order of their sequences; of another member's stream some may be
 * missing between two. They stand in a ring, so that a repair finds its place by bisection and the oldest leaves in O(1).
 */
final class RetainedRuns {

    private static final @Nullable Publications[] NONE = {};

    private @Nullable Publications[] ring = NONE;
    private int head;
    private int size;
    private long first;

    boolean isEmpty() {
        return size == 0;
    }

    /** Oldest sequence that is retained; {@link Long#MAX_VALUE} if none is. */
    long first() {
        return size == 0 ? Long.MAX_VALUE : first;
    }

    /** Lowest sequence that is retained, of those from a sequence on; {@link Long#MAX_VALUE} if none is. */
    long firstFrom(long sequence) {
        if (sequence <= first || size == 0) {
            return first();
        }
        int position = indexOf(sequence);
        if (sequence <= run(position).last()) {
            return sequence;
        }
        return position + 1 < size ? run(position + 1).first() : Long.MAX_VALUE;
    }

    /** Adds a run behind all others. */
    void append(Publications run) {
        if (size == ring.length) {
            grow();
        }
        if (size == 0) {
            first = run.first();
        }
        ring[(head + size) & (ring.length - 1)] = run;
        size++;
    }

    /** The large message with a sequence; null if it is not retained, or none. */
    @Nullable Bytes large(long sequence) {
        if (size == 0 || sequence < first) {
            return null;
        }
        Publications run = run(indexOf(sequence));
        return run.first() == sequence && Limits.isLarge(run) ? run.payloads().get(0) : null;
    }

    Bytes oldest() {
        Publications run = run(0);
        return run.payloads().get((int) (first - run.first()));
    }

    /** Gives up the oldest message; true if that was the last one of its run. */
    boolean evictOldest() {
        first++;
        if (first <= run(0).last()) {
            return false;
        }
        ring[head] = null;
        head = (head + 1) & (ring.length - 1);
        size--;
        first = size == 0 ? first : run(0).first();
        return true;
    }

    /**
     * Messages from a retained sequence on, up to a sequence or as many as are retained without a hole and go into one
     * frame: what was published one by one is repaired in runs, which is what makes catching up cheaper than keeping up.
     */
    Publications repair(long from, long to) {
        int position = indexOf(from);
        Publications run = run(position);
        if (from == run.first() && (to == run.last() || (to > run.last() && standsAlone(position)))) {
            return run;
        }
        List<Bytes> payloads = new ArrayList<>();
        long bytes = 0;
        boolean isAlone = false;
        for (long at = from; at <= to; at++) {
            if (at > run.last()) {
                if (++position == size || run(position).first() != at) {
                    break;
                }
                run = run(position);
            }
            Bytes payload = run.payloads().get((int) (at - run.first()));
            bytes += payload.length();
            boolean isFull = bytes > DisseminationFrame.RUN_BYTES || payloads.size() == DisseminationFrame.MAX_PAYLOADS;
            if (at > from && (isFull || isAlone || Limits.isLarge(payload.length()))) {
                break;
            }
            isAlone = Limits.isLarge(payload.length());
            payloads.add(payload);
        }
        return new Publications(run.origin(), run.topic(), from, List.copyOf(payloads), run.way());
    }

    /** Whether the run behind this one does not follow, or would not go into the same frame. */
    private boolean standsAlone(int position) {
        if (position + 1 == size) {
            return true;
        }
        Publications run = run(position);
        Publications next = run(position + 1);
        return next.first() != run.last() + 1
                || Limits.isLarge(run)
                || Limits.isLarge(next)
                || run.size() + next.size() > DisseminationFrame.RUN_BYTES
                || run.payloads().size() + next.payloads().size() > DisseminationFrame.MAX_PAYLOADS;
    }

    private int indexOf(long sequence) {
        int low = 0;
        int high = size - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (run(middle).first() <= sequence) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    private Publications run(int position) {
        return Objects.requireNonNull(ring[(head + position) & (ring.length - 1)]);
    }

    private void grow() {
        Publications[] larger = new Publications[Math.max(8, ring.length * 2)];
        for (int i = 0; i < size; i++) {
            larger[i] = run(i);
        }
        ring = larger;
        head = 0;
    }
}
