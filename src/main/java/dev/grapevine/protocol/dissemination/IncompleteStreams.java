package dev.grapevine.protocol.dissemination;

import dev.grapevine.protocol.step.Effects;
import java.util.ArrayDeque;

/**
 * The streams that lack something: each in its turn asks for it, in a full mesh its publisher and beyond it a neighbour, as far
 * as requests may go out between two ticks.
 */
final class IncompleteStreams {

    private final Neighbours neighbours;
    private final TreeDigests digests;
    private final NeighbourRepair repair;
    private final RequestAllowance allowance;
    private final ArrayDeque<InboundStream> streams = new ArrayDeque<>();
    private boolean isPartial;

    IncompleteStreams(Neighbours neighbours, TreeDigests digests, NeighbourRepair repair, RequestAllowance allowance) {
        this.neighbours = neighbours;
        this.digests = digests;
        this.repair = repair;
        this.allowance = allowance;
    }

    /** There are too many for a full mesh, or few enough again. */
    void partial(boolean partial) {
        isPartial = partial;
    }

    boolean isEmpty() {
        return streams.isEmpty();
    }

    /** After each step of a stream: goes on asking, takes care that the ticks do, and tells neighbours how far it came. */
    void follow(InboundStream stream, long now, Effects out) {
        if (stream.isIncomplete()) {
            if (!stream.isQueued) {
                stream.isQueued = true;
                streams.addLast(stream);
            }
            if (isPartial) {
                repair.ask(stream, now, out);
            } else if (neighbours.contains(stream.origin())) {
                stream.requests().ask(stream.origin(), now, allowance, out);
            }
        }
        if (isPartial && stream.last() > stream.announced) {
            digests.changed(stream, -1, now);
        }
    }

    /** A link is gone. */
    void linkDown(Neighbour neighbour, long now) {
        streams.forEach(stream -> repair.linkDown(stream, neighbour, now));
    }

    /** Each in turn; those for which there was no turn left come first the next time. */
    void tick(long now, Effects out) {
        for (int left = streams.size(); left > 0 && !allowance.isEmpty(); left--) {
            InboundStream stream = streams.removeFirst();
            if (!stream.isIncomplete()) {
                stream.isQueued = false;
                continue;
            }
            streams.addLast(stream);
            if (!isPartial && neighbours.contains(stream.origin())) {
                stream.requests().tick(now, allowance, out);
            } else if (isPartial && !neighbours.isEmpty()) {
                repair.tick(stream, now, out);
                follow(stream, now, out);
            }
        }
    }
}
