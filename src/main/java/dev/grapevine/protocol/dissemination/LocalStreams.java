package dev.grapevine.protocol.dissemination;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.frame.DisseminationFrame.Pull;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamDigest;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamQuery;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamState;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.RejectReason;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The publishing half: this member's own streams, and its peers as their readers. */
final class LocalStreams {

    private final Origin self;
    private final int maxStreams;
    private final RetainedWindow window;
    private final DigestSchedule schedule;
    private final Map<String, LocalStream> streams = new LinkedHashMap<>();
    private final Map<Origin, PeerView> linked = new LinkedHashMap<>();
    private final Map<Origin, PeerView> unlinked = new LinkedHashMap<>();
    private long bytesSinceTick;

    /** Every peer may be served as much as it ever may, and none waits for anything: most of the time. */
    private boolean isIdle;

    LocalStreams(Origin self, DisseminationSettings settings, RandomGenerator random) {
        this.self = self;
        this.maxStreams = settings.maxStreams();
        this.window = new RetainedWindow(settings.retainedBytes());
        this.schedule = new DigestSchedule(settings, random);
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
            send(stream, new Publications(self, stream.topic(), stream.last() + 1, part), out);
            from = to;
        }
        schedule.published(stream, now);
        out.add(new Effect.Deliver(stream.topic(), self, first, all));
    }

    private @Nullable LocalStream streamOf(String topic) {
        LocalStream stream = streams.get(topic);
        if (stream == null && streams.size() < maxStreams) {
            stream = new LocalStream(self, topic, streams.size());
            streams.put(topic, stream);
        }
        return stream;
    }

    private static int endOfRun(List<Bytes> payloads, int from) {
        int end = from + 1;
        int most = Math.min(payloads.size(), from + DisseminationFrame.MAX_PAYLOADS);
        long bytes = payloads.get(from).length();
        while (end < most && (bytes += payloads.get(end).length()) <= Limits.RUN_BYTES) {
            end++;
        }
        return end;
    }

    private void send(LocalStream stream, Publications run, Effects out) {
        window.add(stream, run);
        bytesSinceTick += run.size();
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
            view = new PeerView(peer, nextSequences());
        }
        linked.put(peer, view);
        tell(view, streams.values(), out);
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
        isIdle = false;
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
        isIdle = false;
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

    /** Whether nothing was published lately, and nobody waits for repair. */
    boolean isIdle() {
        return bytesSinceTick == 0
                && schedule.isIdle()
                && linked.values().stream().noneMatch(PeerView::isWaiting);
    }

    void tick(long now, Effects out) {
        Collection<LocalStream> due = schedule.due(streams.values(), now);
        if (isIdle && bytesSinceTick == 0 && due.isEmpty()) {
            return;
        }
        isIdle = bytesSinceTick == 0;
        long repairBytes =
                Math.min(Limits.MAX_REPAIR_BYTES_PER_TICK, Limits.REPAIR_BYTES_PER_TICK + 2 * bytesSinceTick);
        bytesSinceTick = 0;
        for (PeerView peer : linked.values()) {
            if (!due.isEmpty()) {
                tell(peer, due, out);
            }
            peer.tick(repairBytes, out);
            isIdle &= !peer.isWaiting();
        }
    }

    /** Digests travel behind the publications that they tell of: seen sooner, these would be taken for lost. */
    private void tell(PeerView peer, Collection<LocalStream> told, Effects out) {
        tell(peer, told, Lane.CRITICAL, out);
        tell(peer, told, Lane.DATA, out);
    }

    private void tell(PeerView peer, Collection<LocalStream> told, Lane lane, Effects out) {
        List<StreamState> states = new ArrayList<>();
        int bytes = 0;
        for (LocalStream stream : told) {
            if (stream.lane() != lane) {
                continue;
            }
            if (states.size() == DisseminationFrame.MAX_STREAMS || bytes > Limits.RUN_BYTES) {
                out.add(new Effect.Send(peer.origin(), lane, new StreamDigest(List.copyOf(states))));
                states.clear();
                bytes = 0;
            }
            states.add(new StreamState(self, stream.topic(), peer.start(stream), stream.retained(), stream.last()));
            bytes += 64 + stream.topic().length();
        }
        if (!states.isEmpty()) {
            out.add(new Effect.Send(peer.origin(), lane, new StreamDigest(List.copyOf(states))));
        }
    }
}
