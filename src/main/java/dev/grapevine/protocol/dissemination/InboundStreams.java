package dev.grapevine.protocol.dissemination;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamDigest;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamState;
import dev.grapevine.protocol.frame.DisseminationFrame.Unavailable;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.RejectReason;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The receiving half: the streams of the others, and the requests for what is missing.
 *
 * <p>At most {@code maxStreams} are known at a time. The streams of members that left count too and are remembered for
 * their return, for at most {@link Limits#GONE_SOURCES} members; the one that left first is forgotten first, and when
 * there is no room for a new stream otherwise. Should a forgotten one come back in the same life after all, its streams
 * begin anew where it says they begin, which may be before what was delivered.
 */
final class InboundStreams {

    private final DisseminationSettings settings;
    private final HeldBudget budget;
    private final RequestAllowance allowance = new RequestAllowance();
    // Looked up only; never iterated, so their salted order does not show.
    private final Map<Origin, InboundSource> sources = new HashMap<>();
    private final Set<Origin> linked = new HashSet<>();
    private final Set<InboundSource> gone = new LinkedHashSet<>();
    private final ArrayDeque<InboundStream> incomplete = new ArrayDeque<>();
    private @Nullable InboundSource latest;
    private int streamCount;

    InboundStreams(DisseminationSettings settings) {
        this.settings = settings;
        this.budget = new HeldBudget(settings.reorderBytes());
    }

    void publications(Origin from, Publications run, long now, Effects out) {
        if (!isOwn(from, run.origin(), out)) {
            return;
        }
        if (!Limits.isRun(run)) {
            reject(RejectReason.INVALID_RANGE, from, "Publications from " + run.first(), out);
            return;
        }
        InboundStream stream = streamOf(from, run.topic(), now, out);
        if (stream != null) {
            stream.accept(run, now, out);
            follow(stream, now, out);
        }
    }

    void digest(Origin from, StreamDigest digest, long now, Effects out) {
        if (digest.streams().size() > DisseminationFrame.MAX_STREAMS) {
            reject(
                    RejectReason.INVALID_RANGE,
                    from,
                    "Digest of " + digest.streams().size() + " streams",
                    out);
            return;
        }
        for (StreamState state : digest.streams()) {
            if (!isOwn(from, state.origin(), out)) {
                return;
            }
            if (!Limits.isState(state)) {
                reject(RejectReason.INVALID_RANGE, from, "State of a stream: " + state, out);
                return;
            }
            InboundStream stream = streamOf(from, state.topic(), now, out);
            if (stream == null) {
                return;
            }
            stream.learn(state, now, out);
            follow(stream, now, out);
        }
    }

    void unavailable(Origin from, Unavailable answer, long now, Effects out) {
        if (!isOwn(from, answer.origin(), out)) {
            return;
        }
        InboundStream stream = find(from, answer.topic());
        if (stream == null
                || !stream.isOpen()
                || !Limits.isRange(answer.from(), answer.to())
                || answer.to() > stream.knownLast()) {
            reject(RejectReason.INVALID_RANGE, from, "Nobody asked for " + answer.from() + " to " + answer.to(), out);
            return;
        }
        stream.abandon(answer.to(), now, out);
        follow(stream, now, out);
    }

    private static boolean isOwn(Origin from, Origin origin, Effects out) {
        if (from.equals(origin)) {
            return true;
        }
        reject(RejectReason.FORGED_ORIGIN, from, "Speaks for " + origin, out);
        return false;
    }

    private static void reject(RejectReason reason, Origin peer, String detail, Effects out) {
        out.add(new Effect.Rejected(reason, peer, detail));
    }

    private @Nullable InboundStream streamOf(Origin origin, String topic, long now, Effects out) {
        InboundStream stream = find(origin, topic);
        return stream != null ? stream : begin(origin, topic, now, out);
    }

    private @Nullable InboundStream find(Origin origin, String topic) {
        InboundSource source = latest;
        if (source == null || !source.origin().equals(origin)) {
            source = sources.get(origin);
            if (source == null) {
                return null;
            }
            latest = source;
            gone.remove(source);
        }
        return source.find(topic);
    }

    private @Nullable InboundStream begin(Origin origin, String topic, long now, Effects out) {
        if (!Limits.isName(topic)) {
            reject(RejectReason.INVALID_RANGE, origin, "A topic's name of " + topic.length() + " characters", out);
            return null;
        }
        while (streamCount >= settings.maxStreams() && !gone.isEmpty()) {
            forgetEldest();
        }
        if (streamCount >= settings.maxStreams()) {
            reject(RejectReason.TOO_MANY_STREAMS, origin, "Topic " + topic, out);
            return null;
        }
        InboundStream stream = new InboundStream(origin, topic, settings, budget, now);
        sources.computeIfAbsent(origin, InboundSource::new).add(topic, stream);
        streamCount++;
        return stream;
    }

    private void forgetEldest() {
        Iterator<InboundSource> eldest = gone.iterator();
        InboundSource source = eldest.next();
        eldest.remove();
        sources.remove(source.origin());
        streamCount -= source.streams().size();
        latest = null;
    }

    /** After each step of a stream: goes on asking, and takes care that the ticks do. */
    private void follow(InboundStream stream, long now, Effects out) {
        if (stream.isIncomplete()) {
            if (!stream.queued()) {
                stream.queued(true);
                incomplete.addLast(stream);
            }
            if (linked.contains(stream.origin())) {
                stream.ask(now, allowance, out);
            }
        }
    }

    void linkUp(Origin peer, long now) {
        linked.add(peer);
        InboundSource source = sources.get(peer);
        if (source != null) {
            gone.remove(source);
            source.streams().forEach(stream -> stream.linkUp(now));
        }
    }

    void linkDown(Origin peer) {
        linked.remove(peer);
    }

    void memberGone(Origin member, long now, Effects out) {
        linked.remove(member);
        InboundSource source = sources.get(member);
        if (source == null) {
            return;
        }
        int before = source.streams().size();
        source.streams().removeIf(stream -> !stream.end(now, out));
        source.forgetLatest();
        latest = null;
        streamCount -= before - source.streams().size();
        if (source.streams().isEmpty()) {
            sources.remove(member);
        } else {
            gone.add(source);
        }
        if (gone.size() > Limits.GONE_SOURCES) {
            forgetEldest();
        }
    }

    /** Whether no message is missing. */
    boolean isIdle() {
        return incomplete.isEmpty();
    }

    /** Each incomplete stream in turn; those for which there was no turn left come first the next time. */
    void tick(long now, Effects out) {
        allowance.renew();
        for (int left = incomplete.size(); left > 0 && !allowance.isEmpty(); left--) {
            InboundStream stream = incomplete.removeFirst();
            if (!stream.isIncomplete()) {
                stream.queued(false);
                continue;
            }
            if (linked.contains(stream.origin())) {
                stream.tick(now, allowance, out);
            }
            incomplete.addLast(stream);
        }
    }
}
