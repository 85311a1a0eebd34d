package dev.grapevine.protocol.dissemination;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame.ChunkRequest;
import dev.grapevine.protocol.frame.DisseminationFrame.Pull;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamDigest;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamQuery;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamState;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.RejectReason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What peers ask for: of this member's own streams, and beyond a full mesh of all that it retains or is being given. */
final class Serving {

    private final Origin self;
    private final LocalStreams local;
    private final InboundStreams inbound;
    private final Neighbours neighbours;
    private boolean isPartial;

    Serving(Origin self, LocalStreams local, InboundStreams inbound, Neighbours neighbours) {
        this.self = self;
        this.local = local;
        this.inbound = inbound;
        this.neighbours = neighbours;
    }

    void partial(boolean partial) {
        isPartial = partial;
    }

    void chunkRequest(Origin from, ChunkRequest request, long now, Effects out) {
        PeerView view = local.view(from);
        if (!isPartial || view == null || request.origin().equals(self)) {
            local.chunkRequest(from, request, now, out);
            return;
        }
        InboundStream stream = inbound.find(request.origin(), request.topic());
        boolean isKnown =
                stream != null && (request.sequence() <= stream.last() || stream.largeLength(request.sequence()) > 0);
        if (!Limits.isPart(request, stream == null ? 0 : stream.largeLength(request.sequence()))) {
            reject(RejectReason.INVALID_RANGE, from, "Request of " + request.length() + " bytes", out);
        } else if (stream == null || !isKnown) {
            nothingYet(from, view, request.origin(), request.topic(), stream, request.size(), out);
        } else {
            view.chunk(stream, request, now, out);
        }
    }

    void pull(Origin from, Pull pull, long now, Effects out) {
        PeerView view = local.view(from);
        if (!isPartial || view == null) {
            local.pull(from, pull, out);
            return;
        }
        // Of its own too it may be asked for more than there is: somebody may have told of it.
        KnownStream stream =
                pull.origin().equals(self) ? local.find(pull.topic()) : inbound.find(pull.origin(), pull.topic());
        long last = stream == null ? 0 : stream.last();
        if (!Limits.isRange(pull.from(), pull.to())) {
            reject(RejectReason.INVALID_RANGE, from, "Pull of " + pull.from() + " to " + pull.to(), out);
        } else if (stream != null && pull.from() > last && view.announce(stream, pull.from(), pull.to(), now, out)) {
            return; // what is on its way here; the rest will be asked for again
        } else if (stream != null && pull.from() <= last) {
            if (!view.pull(stream, pull.from(), Math.min(pull.to(), last), out)) {
                reject(RejectReason.TOO_MANY_REQUESTS, from, "Pull while too many wait to be served", out);
            }
        } else {
            nothingYet(from, view, pull.origin(), pull.topic(), stream, pull.size(), out);
        }
    }

    /** Says that what is asked for has not come here; that is charged as if it had. */
    private void nothingYet(
            Origin from,
            PeerView view,
            Origin origin,
            String topic,
            @Nullable KnownStream stream,
            int size,
            Effects out) {
        if (!view.charge(size)) {
            reject(RejectReason.TOO_MANY_REQUESTS, from, "Request while repairs take all there is", out);
            return;
        }
        long last = stream == null ? 0 : stream.last();
        StreamState nothingYet = stream instanceof LocalStream own
                ? own.state(view.start(own))
                : new StreamState(origin, topic, 1, last + 1, last);
        out.add(new Effect.Send(from, KnownStream.repairLane(topic), new StreamDigest(List.of(nothingYet))));
    }

    void query(Origin from, StreamQuery query, Effects out) {
        PeerView view = local.view(from);
        if (!isPartial || view == null || query.origin().equals(self)) {
            local.query(from, query, out);
            return;
        }
        InboundStream stream = inbound.find(query.origin(), query.topic());
        Neighbour neighbour = neighbours.get(from);
        if (!view.charge(query.size())) {
            reject(RejectReason.TOO_MANY_REQUESTS, from, "Query while repairs take all there is", out);
        } else if (stream != null && stream.isOpen() && neighbour != null) { // else another neighbour may know
            StreamState state = stream.state(neighbour.start(stream));
            out.add(new Effect.Send(from, stream.lane(), new StreamDigest(List.of(state))));
        }
    }

    private static void reject(RejectReason reason, Origin peer, String detail, Effects out) {
        out.add(new Effect.Rejected(reason, peer, detail));
    }
}
