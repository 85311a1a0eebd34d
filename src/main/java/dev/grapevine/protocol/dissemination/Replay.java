package dev.grapevine.protocol.dissemination;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame.Announcement;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamState;
import dev.grapevine.protocol.frame.DisseminationFrame.Unavailable;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One subscription that began at the retained window. It catches up with one stream after the other, and is given of the
 * retained only as much as it says it takes; what goes on in the streams with which it has caught up comes in between, as it
 * would to any subscription.
 */
final class Replay {

    private record Stream(Origin origin, String name) {}

    private final long subscription;
    private final String topic;
    private final ReplaySources sources;
    private final Set<Stream> live = new HashSet<>();

    /** In the order in which it is their turn; the first one is served. */
    private final Map<Stream, ReplayCursor> behind = new LinkedHashMap<>();

    private int room;
    private boolean waitsForRoom;

    Replay(long subscription, String topic, ReplaySources sources) {
        this.subscription = subscription;
        this.topic = topic;
        this.sources = sources;
    }

    String topic() {
        return topic;
    }

    /** A stream that has messages already, of which it is to be given what is retained; it would begin with one now. */
    void begin(Origin origin, String name, long startsNow) {
        behind.put(new Stream(origin, name), new ReplayCursor(this, origin, name, startsNow, sources));
        sources.ready(this);
    }

    /** Everybody is given messages. */
    void delivered(Effect.Deliver messages, Effects out) {
        Stream stream = new Stream(messages.origin(), messages.topic());
        if (isLive(stream, messages.first())) {
            out.add(new Effect.Replayed(subscription, messages));
            return;
        }
        ReplayCursor served = served(stream);
        if (served != null) {
            served.delivered(messages);
        }
    }

    /** Everybody is told of a gap. */
    void lost(Effect.Gap gap, Effects out) {
        if (isLive(new Stream(gap.origin(), gap.topic()), gap.from())) {
            out.add(new Effect.ReplayGap(subscription, gap));
        }
    }

    /** Whether it is given what everybody is. A stream that begins here with its first message has nothing before. */
    private boolean isLive(Stream stream, long first) {
        if (live.contains(stream)) {
            return true;
        }
        if (behind.containsKey(stream)) {
            return false;
        }
        if (isFull()) {
            return true;
        }
        if (first == 1) {
            live.add(stream);
            return true;
        }
        begin(stream.origin, stream.name, first);
        return false;
    }

    private boolean isFull() {
        return live.size() + behind.size() >= Limits.REPLAY_STREAMS;
    }

    private @Nullable ReplayCursor first() {
        return behind.isEmpty() ? null : behind.values().iterator().next();
    }

    /** Where it is in a stream if it is that stream's turn. */
    private @Nullable ReplayCursor served(Stream stream) {
        ReplayCursor cursor = behind.get(stream);
        return cursor == first() ? cursor : null;
    }

    /** How many messages it takes. */
    int room() {
        return room;
    }

    void room(int messages) {
        room = messages;
        waitsForRoom = false;
        sources.ready(this);
    }

    void waitForRoom(Effects out) {
        if (!waitsForRoom) {
            waitsForRoom = true;
            out.add(new Effect.ReplayWaits(subscription));
        }
    }

    void give(Effect.Deliver messages, Effects out) {
        // Room is told in messages, large ones take more of it than one: whoever takes them is asked after each.
        boolean isLarge = Limits.isLarge(messages.payloads().get(0).length());
        room = isLarge
                ? 0
                : Math.max(0, room - messages.payloads().size()); // behind a large one more may be on its way
        out.add(new Effect.Replayed(subscription, messages));
    }

    void giveUp(Effect.Gap gap, Effects out) {
        out.add(new Effect.ReplayGap(subscription, gap));
    }

    /** Goes on as far as it can. */
    void proceed(long now, Effects out) {
        ReplayCursor cursor = first();
        for (int others = behind.size() - 1; others > 0 && cursor != null && cursor.isStuck(now); others--) {
            cursor.rest(); // holds up no other for longer than that
            Stream stream = new Stream(cursor.origin(), cursor.name());
            behind.remove(stream);
            behind.put(stream, cursor);
            cursor = first();
        }
        while (cursor != null && cursor.hasCaughtUp(now, out)) {
            Stream stream = new Stream(cursor.origin(), cursor.name());
            cursor.rest();
            behind.remove(stream);
            live.add(stream);
            cursor = first();
        }
    }

    /** Whether it has caught up with every stream. */
    boolean hasCaughtUp() {
        return behind.isEmpty();
    }

    /** Whether something is to be done at some time though nothing comes. */
    boolean isWaiting() {
        ReplayCursor served = first();
        return served != null && served.isWaiting();
    }

    boolean answered(Neighbour by, Publications run, long now, Effects out) {
        ReplayCursor cursor = served(new Stream(run.origin(), run.topic()));
        boolean isAnswer = cursor != null && cursor.answered(by, run, now, out);
        if (isAnswer) {
            sources.ready(this);
        }
        return isAnswer;
    }

    /** A large message is announced; whether it is what was asked for. */
    boolean announced(Neighbour by, Announcement announcement, long now) {
        ReplayCursor cursor = served(new Stream(announcement.origin(), announcement.topic()));
        return cursor != null && cursor.announced(by, announcement, now);
    }

    /** A part of a large message came, or the last one. */
    void fetched(Transfer transfer, long now, Effects out) {
        ReplayCursor cursor =
                served(new Stream(transfer.stream().origin(), transfer.stream().topic()));
        if (cursor != null) {
            cursor.fetched(transfer, now, out);
            sources.ready(this);
        }
    }

    void unavailable(Neighbour by, Unavailable answer, long now, Effects out) {
        ReplayCursor cursor = served(new Stream(answer.origin(), answer.topic()));
        if (cursor != null) {
            cursor.unavailable(by, answer, now, out);
            sources.ready(this);
        }
    }

    void told(Neighbour by, StreamState state, long now) {
        Stream stream = new Stream(state.origin(), state.topic());
        ReplayCursor cursor = behind.get(stream);
        if (cursor != null) {
            cursor.told(by, state, now);
            sources.ready(this);
        } else if (!live.contains(stream) && !isFull()) {
            KnownStream known = sources.find(stream.origin, stream.name);
            if (known != null && known.begin() > 1) {
                begin(stream.origin, stream.name, known.last() + 1);
            }
        }
    }

    void linkDown(Neighbour neighbour) {
        behind.values().forEach(cursor -> cursor.linkDown(neighbour));
    }

    /** Forgets the streams of all publishers but some. */
    void retainOnly(Set<Origin> known) {
        live.removeIf(stream -> !known.contains(stream.origin));
    }

    /** The subscription is over. */
    void end() {
        behind.values().forEach(ReplayCursor::rest);
        behind.clear();
        sources.forget(this);
    }
}
