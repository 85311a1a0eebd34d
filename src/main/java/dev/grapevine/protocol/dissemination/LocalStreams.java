package dev.grapevine.protocol.dissemination;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.frame.DisseminationFrame.Announcement;
import dev.grapevine.protocol.frame.DisseminationFrame.ChunkRequest;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.frame.DisseminationFrame.Pull;
import dev.grapevine.protocol.frame.DisseminationFrame.Pushed;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamQuery;
import dev.grapevine.protocol.frame.Way;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.RejectReason;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The publishing half: this member's own streams, and its peers as their readers. */
final class LocalStreams {

    private final Origin self;
    private final int maxStreams;
    private final RetainedWindow window;
    private final long mostUnfetched;
    private final RepairBudget repairs;
    private final DigestSchedule schedule;
    private final BroadcastTree tree;
    private final TreeDigests digests;
    private final TreeEdges edges = new TreeEdges();
    private final Map<String, LocalStream> streams = new LinkedHashMap<>();
    private final Map<Origin, PeerView> linked = new LinkedHashMap<>();
    private final Map<Origin, PeerView> unlinked = new LinkedHashMap<>();
    private long bytesSinceTick;
    private boolean isJudging;
    private long judgedAt;

    /** Every peer may be served as much as it ever may, and none waits for anything: most of the time. */
    private boolean isIdle;

    /** A peer has asked for something since the last tick, so that it may be served less until the next. */
    private boolean isAsked;

    /** Whether not everybody is linked to everybody. */
    private boolean isPartial;

    LocalStreams(Origin self, DisseminationSettings settings, Pacing pacing, BroadcastTree tree, TreeDigests digests) {
        this.self = self;
        this.maxStreams = settings.maxStreams();
        this.window = new RetainedWindow(settings.retainedBytes());
        this.mostUnfetched =
                Math.min(Limits.UNFETCHED_BYTES, Math.max(0, settings.retainedBytes() - settings.longestMessage()));
        this.schedule = new DigestSchedule(pacing);
        this.repairs = pacing.repairs();
        this.tree = tree;
        this.digests = digests;
    }

    Collection<LocalStream> streams() {
        return streams.values();
    }

    /** This member's links in the tree of all that it publishes. */
    TreeEdges edges() {
        return edges;
    }

    /** There are too many for a full mesh, or few enough again: how far the streams are is told in another way. */
    void partial(boolean partial, long now) {
        isPartial = partial;
        isIdle = false;
        edges.forgetAll();
        for (LocalStream stream : streams.values()) {
            if (partial) {
                digests.changed(stream, -1, now);
            } else {
                schedule.published(stream, now);
            }
        }
    }

    void publish(String topic, List<Bytes> payloads, long now, Effects out) {
        if (payloads.isEmpty()) {
            return;
        }
        LocalStream stream = streamOf(topic);
        if (stream == null) {
            out.add(new Effect.Rejected(
                    RejectReason.TOO_MANY_STREAMS, null, "Not published: topic " + topic + " is beyond " + maxStreams));
            return;
        }
        List<Bytes> all = List.copyOf(payloads);
        long first = stream.last() + 1;
        for (int from = 0; from < all.size(); ) {
            int to = endOfRun(all, from);
            // A part is copied, so that evicting the other parts really frees them.
            List<Bytes> part = to - from == all.size() ? all : List.copyOf(all.subList(from, to));
            Publications run = new Publications(self, stream.topic(), stream.last() + 1, part);
            window.add(stream.runs(), run, now);
            stream.published(run);
            if (Limits.isLarge(run)) {
                announce(stream, run, now, out);
            } else {
                bytesSinceTick += run.size();
                send(stream, run, out);
            }
            from = to;
        }
        if (isPartial) {
            digests.changed(stream, -1, now);
        } else {
            schedule.published(stream, now);
        }
        out.add(new Effect.Deliver(stream.topic(), self, first, all));
    }

    /** Whether a stream has begun, or there is room for one more. */
    boolean mayPublish(String topic) {
        return streams.containsKey(topic) || streams.size() < maxStreams;
    }

    @Nullable LocalStream find(String topic) {
        return streams.get(topic);
    }

    private @Nullable LocalStream streamOf(String topic) {
        LocalStream stream = streams.get(topic);
        if (stream == null && streams.size() < maxStreams) {
            stream = new LocalStream(self, topic, edges, streams.size());
            streams.put(topic, stream);
        }
        return stream;
    }

    private static int endOfRun(List<Bytes> payloads, int from) {
        int end = from + 1;
        int most = Math.min(payloads.size(), from + DisseminationFrame.MAX_PAYLOADS);
        long bytes = payloads.get(from).length();
        if (Limits.isLarge((int) bytes)) {
            return end;
        }
        while (end < most
                && (bytes += payloads.get(end).length()) <= DisseminationFrame.RUN_BYTES
                && !Limits.isLarge(payloads.get(end).length())) {
            end++;
        }
        return end;
    }

    /** A large message is not pushed: whoever lacks it fetches it. */
    private void announce(LocalStream stream, Publications run, long now, Effects out) {
        if (!isJudging) {
            isJudging = true;
            judgedAt = now;
        }
        int length = run.payloads().get(0).length();
        send(stream, new Announcement(self, stream.topic(), run.first(), length, Way.NONE), out);
        for (PeerView peer : linked.values()) {
            if (!isPartial || tree.isPushed(stream, peer.origin())) {
                peer.unfetched().announced(stream, run.first(), length, now);
            }
        }
        moved(length, now, out);
    }

    /** So many bytes of large messages were published, or came: whoever asks for them is served them at that pace. */
    void moved(int length, long now, Effects out) {
        bytesSinceTick += length;
        for (PeerView peer : linked.values()) {
            peer.moved(length, now, out);
        }
    }

    /** A peer has what somebody publishes from others; only large messages of this member's own are waited for. */
    void pruned(Origin peer, Origin publisher) {
        PeerView view = linked.get(peer);
        if (view != null && publisher.equals(self)) {
            view.unfetched().clear();
        }
    }

    /** Whether no peer has yet to fetch so much that another large message could push out what it has not. */
    boolean hasRoomForLarge(long now) {
        return unfetched(now) <= mostUnfetched;
    }

    /** The most bytes of large messages that a peer was told of and has yet to fetch; those that lag do not count. */
    long unfetched(long now) {
        long most = 0;
        for (PeerView peer : linked.values()) {
            most = Math.max(most, peer.unfetched().bytes(now));
        }
        return most;
    }

    private void send(LocalStream stream, Pushed run, Effects out) {
        if (isPartial) {
            tree.push(stream, run, -1, out);
            return;
        }
        for (Origin peer : linked.keySet()) {
            out.add(new Effect.Send(peer, stream.lane(), run));
        }
    }

    void linkUp(Origin peer, Effects out) {
        isIdle = false;
        PeerView view = unlinked.remove(peer);
        if (view == null) {
            view = linked.get(peer);
        }
        if (view == null) {
            view = new PeerView(peer, nextSequences(), repairs);
        }
        linked.put(peer, view);
        tell(view, streams.values(), out);
    }

    /** What is remembered of a peer to which there is a link, and which asks for something. */
    @Nullable PeerView view(Origin peer) {
        asked();
        return linked.get(peer);
    }

    /** Where a stream begins for a peer to which there is a link. */
    long start(LocalStream stream, Origin peer) {
        PeerView view = linked.get(peer);
        return view == null ? stream.last() + 1 : view.start(stream);
    }

    private long[] nextSequences() {
        return streams.values().stream().mapToLong(stream -> stream.last() + 1).toArray();
    }

    void linkDown(Origin peer) {
        PeerView view = linked.remove(peer);
        if (view == null) {
            return;
        }
        view.linkDown();
        unlinked.put(peer, view);
        if (unlinked.size() > Limits.UNLINKED_PEERS) {
            Iterator<PeerView> eldest = unlinked.values().iterator();
            eldest.next();
            eldest.remove();
        }
    }

    void memberGone(Origin member) {
        linked.remove(member);
        unlinked.remove(member);
    }

    void pull(Origin from, Pull pull, Effects out) {
        asked();
        LocalStream stream = own(from, pull.origin(), pull.topic(), out);
        PeerView view = linked.get(from);
        if (stream == null || view == null) {
            return;
        }
        if (!Limits.isRange(pull.from(), pull.to()) || pull.to() > stream.last()) {
            reject(RejectReason.INVALID_RANGE, from, "Pull of " + pull.from() + " to " + pull.to(), out);
        } else if (!view.pull(stream, pull.from(), pull.to(), out)) {
            reject(RejectReason.TOO_MANY_REQUESTS, from, "Pull while too many wait to be served", out);
        }
    }

    void query(Origin from, StreamQuery query, Effects out) {
        asked();
        LocalStream stream = own(from, query.origin(), query.topic(), out);
        PeerView view = linked.get(from);
        if (stream == null || view == null) {
            return;
        }
        if (!view.charge(query.size())) {
            reject(RejectReason.TOO_MANY_REQUESTS, from, "Query while repairs take all there is", out);
            return;
        }
        tell(view, List.of(stream), out);
    }

    void chunkRequest(Origin from, ChunkRequest request, long now, Effects out) {
        asked();
        LocalStream stream = own(from, request.origin(), request.topic(), out);
        PeerView view = linked.get(from);
        if (stream == null || view == null) {
            return;
        }
        int length = stream.largeLength(request.sequence());
        if (!Limits.isPart(request, length) || request.sequence() > stream.last()) {
            String detail = "Request of " + request.length() + " bytes of " + request.sequence();
            reject(RejectReason.INVALID_RANGE, from, detail, out);
        } else {
            view.chunk(stream, request, now, out);
        }
    }

    /** The stream that a request is about, or a rejection: of another member's streams we keep nothing to answer with. */
    private @Nullable LocalStream own(Origin from, Origin origin, String topic, Effects out) {
        if (!linked.containsKey(from)) {
            reject(RejectReason.NOT_READY, from, "Request without a link", out);
            return null;
        }
        if (!origin.equals(self)) {
            reject(RejectReason.FORGED_ORIGIN, from, "Request for a stream of " + origin, out);
            return null;
        }
        LocalStream stream = streams.get(topic);
        if (stream == null) {
            reject(RejectReason.INVALID_RANGE, from, "Request for a stream that does not exist", out);
        }
        return stream;
    }

    private static void reject(RejectReason reason, Origin peer, String detail, Effects out) {
        out.add(new Effect.Rejected(reason, peer, detail));
    }

    private void asked() {
        isAsked = true;
        isIdle = false;
    }

    /** How long the next tick may take to come: it is wanted soon while a peer is served or fetches, and when a digest is due. */
    long untilTick(long now) {
        if (isAsked || linked.values().stream().anyMatch(PeerView::isWaiting)) {
            return 0;
        }
        return isPartial ? Long.MAX_VALUE : schedule.untilDue(now);
    }

    void tick(long now, Effects out) {
        Collection<LocalStream> due = isPartial ? List.of() : schedule.due(streams.values(), linked.size(), now);
        if (isIdle && bytesSinceTick == 0 && due.isEmpty()) {
            return;
        }
        isIdle = bytesSinceTick == 0;
        judge(now);
        long repairBytes =
                Math.min(Limits.MAX_REPAIR_BYTES_PER_TICK, Limits.REPAIR_BYTES_PER_TICK + 2 * bytesSinceTick);
        bytesSinceTick = 0;
        repairs.tick(now, out);
        long told = 0;
        for (PeerView peer : linked.values()) {
            told += due.isEmpty() ? 0 : tell(peer, due, out);
            peer.tick(repairBytes, now, out);
            isIdle &= !peer.isWaiting();
        }
        isAsked = false;
        if (!due.isEmpty()) {
            schedule.told(told, now);
        }
    }

    /** Who of those that fetch large messages is too slow to be waited for. */
    private void judge(long now) {
        if (!isJudging || now - judgedAt < Limits.UNFETCHED_NANOS) {
            return;
        }
        boolean hasAnyHadAll =
                linked.values().stream().anyMatch(peer -> peer.unfetched().hadAll());
        for (PeerView peer : linked.values()) {
            peer.unfetched().judge(judgedAt, hasAnyHadAll, now);
        }
        judgedAt = now;
    }

    private static long tell(PeerView peer, Collection<LocalStream> told, Effects out) {
        DigestBatch batch = new DigestBatch(peer.origin(), out);
        told.forEach(stream -> batch.add(stream.lane(), stream.state(peer.start(stream))));
        return batch.end();
    }
}
