package dev.grapevine.protocol.dissemination;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.frame.StreamName;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What this member published to one topic: how far it is, and the runs that are still retained, in the order of their
 * sequences. Runs stand in a ring, so that a repair finds its place by bisection and the oldest leaves in O(1).
 */
final class LocalStream {

    private final Origin origin;
    private final String topic;
    private final int index;
    private @Nullable Publications[] ring = new Publications[8];
    private int head;
    private int size;
    private long last;
    private long retained = 1;
    private int digestsLeft;

    LocalStream(Origin origin, String topic, int index) {
        this.origin = origin;
        this.topic = topic;
        this.index = index;
    }

    Origin origin() {
        return origin;
    }

    /** Where publications and digests travel: together, so that no digest tells of a message that is still behind it. */
    Lane lane() {
        return StreamName.isCritical(topic) ? Lane.CRITICAL : Lane.DATA;
    }

    /** Where repairs travel, and the answer that there is none. */
    Lane repairLane() {
        return StreamName.isCritical(topic) ? Lane.CRITICAL : Lane.BULK;
    }

    String topic() {
        return topic;
    }

    /** Position among this member's streams, in the order in which they began. */
    int index() {
        return index;
    }

    /** Newest sequence published, 0 if none. */
    long last() {
        return last;
    }

    /** Oldest sequence that can be repaired; {@code last + 1} if none. */
    long retained() {
        return retained;
    }

    void append(Publications run) {
        if (size == ring.length) {
            grow();
        }
        ring[(head + size) & (ring.length - 1)] = run;
        size++;
        last = run.last();
    }

    Bytes oldest() {
        Publications run = run(0);
        return run.payloads().get((int) (retained - run.first()));
    }

    /** Gives up the oldest message; true if that was the last one of its run. */
    boolean evictOldest() {
        retained++;
        if (retained <= run(0).last()) {
            return false;
        }
        ring[head] = null;
        head = (head + 1) & (ring.length - 1);
        size--;
        return true;
    }

    /**
     * Messages from a retained sequence on, up to a sequence or as many as go into one frame: what was published one by
     * one is repaired in runs, which is what makes catching up cheaper than keeping up.
     */
    Publications repair(long from, long to) {
        int position = indexOf(from);
        Publications run = run(position);
        if (from == run.first() && (to == run.last() || (to > run.last() && fillsFrame(position)))) {
            return run;
        }
        List<Bytes> payloads = new ArrayList<>();
        long bytes = 0;
        for (long at = from; at <= to; at++) {
            if (at > run.last()) {
                run = run(++position);
            }
            Bytes payload = run.payloads().get((int) (at - run.first()));
            bytes += payload.length();
            if (at > from && (bytes > Limits.RUN_BYTES || payloads.size() == DisseminationFrame.MAX_PAYLOADS)) {
                break;
            }
            payloads.add(payload);
        }
        return new Publications(origin, topic, from, List.copyOf(payloads));
    }

    /** Whether the run behind this one would not go into the same frame. */
    private boolean fillsFrame(int position) {
        Publications run = run(position);
        return run.size() + run(position + 1).size() > Limits.RUN_BYTES
                || run.payloads().size() + run(position + 1).payloads().size() > DisseminationFrame.MAX_PAYLOADS;
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
        Publications[] larger = new Publications[ring.length * 2];
        for (int i = 0; i < size; i++) {
            larger[i] = run(i);
        }
        ring = larger;
        head = 0;
    }

    /** Digests that still have to tell of the newest publication. */
    int digestsLeft() {
        return digestsLeft;
    }

    void digestsLeft(int count) {
        digestsLeft = count;
    }
}
