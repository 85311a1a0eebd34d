package dev.grapevine.protocol.dissemination;

import dev.grapevine.membership.Origin;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The bytes that all causal topics together may hold back, and who takes how many of them: where there is no room, it is the
 * publisher that takes most of it who gives way, and not whoever comes last.
 */
final class CausalRoom {

    private static final class Share {
        private final Set<CausalStream> streams = new LinkedHashSet<>();
        private long bytes;
    }

    private final long limit;
    private final HeldBudget budget;
    private final Map<Origin, Share> shares = new LinkedHashMap<>();

    CausalRoom(long limit) {
        this.limit = limit;
        this.budget = new HeldBudget(limit);
    }

    /** Whether there would be room for so much if nothing else were held back. */
    boolean fits(long bytes) {
        return bytes <= limit;
    }

    boolean take(CausalStream stream, long bytes) {
        if (!budget.take(bytes)) {
            return false;
        }
        Share share = shares.computeIfAbsent(stream.origin(), key -> new Share());
        share.streams.add(stream);
        share.bytes += bytes;
        return true;
    }

    /** Of a stream something is held back no more; that was already taken out of it. */
    void give(CausalStream stream, long bytes) {
        budget.give(bytes);
        Share share = shares.get(stream.origin());
        if (share != null) {
            share.bytes -= bytes;
            if (stream.isEmpty()) {
                share.streams.remove(stream);
            }
            if (share.streams.isEmpty()) {
                shares.remove(stream.origin());
            }
        }
    }

    boolean isEmpty() {
        return shares.isEmpty();
    }

    /** All streams with something held back of the publisher of whom most is; none if nothing is. */
    List<CausalStream> largest() {
        Share largest = new Share();
        for (Share share : shares.values()) {
            largest = share.bytes > largest.bytes ? share : largest;
        }
        return List.copyOf(largest.streams);
    }
}
