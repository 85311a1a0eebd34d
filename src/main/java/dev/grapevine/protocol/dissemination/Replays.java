package dev.grapevine.protocol.dissemination;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame.Announcement;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamDigest;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamState;
import dev.grapevine.protocol.frame.DisseminationFrame.Unavailable;
import dev.grapevine.protocol.frame.StreamName;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The subscriptions that began at the retained window. What they are given is what everybody is, and before that of each
 * stream what is retained here or by others: of every stream that is known when the subscription begins, and of each
 * that is met later and did not begin then.
 *
 * <p>Nothing that was fetched is kept here: no more is asked for than the subscription has room for. A range is asked for
 * with the frames of repair, and so served within the same bounds.
 */
final class Replays {

    private final ReplaySources sources;
    private final Map<Long, Replay> replays = new LinkedHashMap<>();
    private final Map<String, List<Replay>> byTopic = new LinkedHashMap<>();

    Replays(ReplaySources sources) {
        this.sources = sources;
    }

    void partial(boolean partial) {
        sources.partial(partial);
    }

    void begin(long subscription, String topic) {
        Replay replay = new Replay(subscription, topic, sources);
        replays.put(subscription, replay);
        byTopic.computeIfAbsent(topic, key -> new ArrayList<>()).add(replay);
        for (String name : List.of(StreamName.critical(topic), topic)) {
            for (KnownStream stream : sources.begun(name)) {
                replay.begin(stream.origin(), name, stream.last() + 1);
            }
        }
    }

    void room(long subscription, int messages) {
        Replay replay = replays.get(subscription);
        if (replay != null) {
            replay.room(messages);
        }
    }

    void end(long subscription) {
        Replay replay = replays.remove(subscription);
        if (replay != null) {
            replay.end();
            List<Replay> others = of(replay.topic());
            others.remove(replay);
            if (others.isEmpty()) {
                byTopic.remove(replay.topic());
            }
        }
    }

    private List<Replay> of(String topic) {
        return byTopic.getOrDefault(topic, List.of());
    }

    /** Where a step's effects go, so that replays see what everybody is given. */
    Effects watch(Effects out) {
        return replays.isEmpty() ? out : effect -> passOn(effect, out);
    }

    private void passOn(Effect effect, Effects out) {
        out.add(effect);
        if (effect instanceof Effect.Deliver messages) {
            of(StreamName.topic(messages.topic())).forEach(replay -> replay.delivered(messages, out));
        } else if (effect instanceof Effect.Gap gap) {
            of(StreamName.topic(gap.topic())).forEach(replay -> replay.lost(gap, out));
        }
    }

    /**
     * Messages came. Whatever a replay asked for and everybody was given before is for replays alone.
     *
     * @return whether nobody else needs them
     */
    boolean answered(Origin from, Publications run, long now, Effects out) {
        Neighbour by = replays.isEmpty() ? null : sources.neighbours().get(from);
        if (by == null || !Limits.isRun(run)) {
            return false;
        }
        boolean isAnswer = false;
        for (Replay replay : of(StreamName.topic(run.topic()))) {
            isAnswer |= replay.answered(by, run, now, out);
        }
        KnownStream stream = isAnswer ? sources.find(run.origin(), run.topic()) : null;
        return stream != null && run.last() <= stream.last();
    }

    /** A large message was announced; whether a replay asked for it and everybody was given it before. */
    boolean expects(Origin from, Announcement announcement, long now) {
        Neighbour by = replays.isEmpty() ? null : sources.neighbours().get(from);
        KnownStream stream = by == null ? null : sources.find(announcement.origin(), announcement.topic());
        if (by == null || stream == null || announcement.sequence() > stream.last()) {
            return false;
        }
        boolean isExpected = false;
        for (Replay replay : of(StreamName.topic(announcement.topic()))) {
            isExpected |= replay.announced(by, announcement, now);
        }
        return isExpected;
    }

    /** A part of a large message came that is fetched for replays, or the last one. */
    void fetched(Transfer transfer, long now, Effects out) {
        of(StreamName.topic(transfer.stream().topic())).forEach(replay -> replay.fetched(transfer, now, out));
    }

    void unavailable(Origin from, Unavailable answer, long now, Effects out) {
        Neighbour by = sources.neighbours().get(from);
        if (by != null) {
            of(StreamName.topic(answer.topic())).forEach(replay -> replay.unavailable(by, answer, now, out));
        }
    }

    /** A neighbour told how far streams are, and that has been learnt. */
    void told(Origin from, StreamDigest digest, long now) {
        Neighbour by = replays.isEmpty() ? null : sources.neighbours().get(from);
        if (by != null) {
            for (StreamState state : digest.streams()) {
                of(StreamName.topic(state.topic())).forEach(replay -> replay.told(by, state, now));
            }
        }
    }

    void linkDown(Neighbour neighbour) {
        replays.values().forEach(replay -> replay.linkDown(neighbour));
    }

    /** A member left; others that left before may have been forgotten over it. */
    void memberGone() {
        if (!replays.isEmpty()) {
            Set<Origin> known = sources.publishers();
            replays.values().forEach(replay -> replay.retainOnly(known));
        }
    }

    /** Whether nobody waits for an answer. */
    boolean isIdle() {
        return replays.isEmpty() || replays.values().stream().noneMatch(Replay::isWaiting);
    }

    void tick() {
        for (Replay replay : replays.values()) {
            if (!replay.hasCaughtUp()) {
                sources.ready(replay);
            }
        }
    }

    /** Goes on after a step. */
    void proceed(long now, Effects out) {
        for (Replay next = sources.nextReady(); next != null; next = sources.nextReady()) {
            next.proceed(now, out);
        }
    }
}
