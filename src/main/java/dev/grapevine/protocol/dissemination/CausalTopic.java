package dev.grapevine.protocol.dissemination;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.dissemination.CausalEnvelope.Cause;
import dev.grapevine.protocol.dissemination.CausalStream.Part;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.ProtocolEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The streams of one causal topic, and what this member's next message to it depends on. */
final class CausalTopic {

    /** What is known of publishers of whom nothing was given here. */
    interface Publishers {

        /** Whether a publisher has been gone for so long that nobody waits any more for what it said. */
        boolean isOver(Origin publisher, long now);

        /**
         * Up to where a publisher's messages need not be waited for, nothing of it being held back: they were before this
         * member's time, or nobody has them.
         *
         * @param publisher who
         * @param waited for how long it was waited for already, in nanoseconds
         */
        long comesTo(Origin publisher, long waited);

        /** Whether a publisher's message is known to exist, and what there is to come before it and of it goes on coming. */
        boolean isComing(Origin publisher, long sequence, long now);
    }

    private static final int MANY = 16;
    private static final float LOAD = 0.75f;

    private final String name;
    private final CausalRoom room;
    private final Publishers publishers;
    private final Map<Origin, CausalStream> streams = new LinkedHashMap<>();

    /** Who waits for something of a publisher. */
    private final Map<Origin, Set<CausalStream>> waiting = new HashMap<>();

    private final Set<CausalStream> blocked = new LinkedHashSet<>();

    /** What was given here since this member's last message, and what had no room in that; what is newest last. */
    private Map<Origin, Long> sinceLast = newestLast();

    private final ArrayDeque<CausalStream> mayGoOn = new ArrayDeque<>();
    private int untilWhole;

    /**
     * A topic to which nothing was published.
     *
     * @param name the stream's name
     * @param room for what waits
     * @param publishers what is known of them
     */
    CausalTopic(String name, CausalRoom room, Publishers publishers) {
        this.name = name;
        this.room = room;
        this.publishers = publishers;
    }

    private static Map<Origin, Long> newestLast() {
        return new LinkedHashMap<>(MANY, LOAD, true);
    }

    /**
     * What the next message of this member depends on, what is new at any rate; every now and then all of it, but for what
     * nobody waits for. At most so many: what was given last is most likely to be under way elsewhere, so that comes first.
     */
    List<Cause> causes(int most, long now) {
        if (untilWhole-- == 0) {
            untilWhole = Limits.WHOLE_CAUSES_EVERY - 1;
            Map<Origin, Long> all = newestLast();
            streams.values().stream()
                    .filter(stream -> stream.given() > 0 && !publishers.isOver(stream.origin(), now))
                    .forEach(stream -> all.put(stream.origin(), stream.given()));
            all.putAll(sinceLast);
            sinceLast = all;
        }
        List<Cause> causes = new ArrayList<>();
        Iterator<Map.Entry<Origin, Long>> entries = sinceLast.entrySet().iterator();
        for (int left = sinceLast.size(); left > 0; left--) {
            Map.Entry<Origin, Long> entry = entries.next();
            if (left <= most) {
                causes.add(new Cause(entry.getKey(), entry.getValue()));
                entries.remove();
            }
        }
        return causes;
    }

    /** The next message names all that it depends on: somebody begins with it. */
    void wholeNext() {
        untilWhole = 0;
    }

    CausalStream stream(Origin origin, long first) {
        return streams.computeIfAbsent(origin, key -> new CausalStream(this, key, first - 1));
    }

    /** Gives a part of a stream that came, in its order, unless it has to wait. */
    boolean isGiven(CausalStream stream, Part part, long now, Effects out) {
        if (!stream.isEmpty() || unmet(stream, part, now) != null) {
            return false;
        }
        give(stream, part, out);
        goOn(now, out);
        return true;
    }

    /** A part for which there was room waits, should it still have to. */
    void hold(CausalStream stream, Part part, long now, Effects out) {
        stream.add(part);
        if (stream.waitsFor() == null) {
            mayGoOn.add(stream);
            goOn(now, out);
        }
    }

    /** A part for which there never is room does not wait, nor does what is before it. */
    void force(CausalStream stream, Part part, long now, Effects out) {
        giveAll(stream, now, out);
        giveUp(stream, part, now);
        give(stream, part, out);
        goOn(now, out);
    }

    /** There is no room: nothing of this stream waits any more. */
    void giveAll(CausalStream stream, long now, Effects out) {
        unblock(stream);
        for (Part part = stream.peek(); part != null; part = stream.peek()) {
            giveUp(stream, part, now);
            giveFirst(stream, out);
        }
        goOn(now, out);
    }

    private void goOn(long now, Effects out) {
        for (CausalStream stream = mayGoOn.poll(); stream != null; stream = mayGoOn.poll()) {
            for (Part part = stream.peek(); part != null; part = stream.peek()) {
                Cause unmet = unmet(stream, part, now);
                while (unmet != null && !isWaitedFor(unmet, now - part.since(), now)) {
                    doubt(stream, unmet);
                    unmet = unmet(stream, part, now);
                }
                if (unmet != null) {
                    block(stream, unmet.origin());
                    break;
                }
                giveFirst(stream, out);
            }
        }
    }

    private boolean isWaitedFor(Cause unmet, long waited, long now) {
        return waited < Limits.CAUSE_NANOS || (waited < Limits.CAUSE_MOST_NANOS && isComing(unmet, now));
    }

    /** Whether what is missing goes on coming: the cause itself, or if it waits here for others these. */
    private boolean isComing(Cause unmet, long now) {
        Cause cause = unmet;
        for (int links = 0; links < Limits.CAUSE_LINKS; links++) {
            Cause behind = firstCause(streams.get(cause.origin()));
            if (behind == null) {
                return publishers.isComing(cause.origin(), cause.sequence(), now);
            }
            cause = behind;
        }
        return false;
    }

    private void block(CausalStream stream, Origin publisher) {
        unblock(stream);
        stream.waitsFor(publisher);
        waiting.computeIfAbsent(publisher, key -> new LinkedHashSet<>()).add(stream);
        blocked.add(stream);
    }

    private void unblock(CausalStream stream) {
        Origin publisher = stream.waitsFor();
        if (publisher != null) {
            Set<CausalStream> waiters = waiting.getOrDefault(publisher, Set.of());
            waiters.remove(stream);
            if (waiters.isEmpty()) {
                waiting.remove(publisher);
            }
            blocked.remove(stream);
            stream.waitsFor(null);
        }
    }

    /** The first cause that is not met, of what is first of a stream. What was met once is not looked at again. */
    private @Nullable Cause unmet(CausalStream stream, Part part, long now) {
        Cause cause = stream.next(part);
        while (cause != null && isMet(stream, cause, now - part.since())) {
            stream.met();
            cause = stream.next(part);
        }
        return cause;
    }

    private boolean isMet(CausalStream by, Cause cause, long waited) {
        CausalStream stream = streams.get(cause.origin());
        long given = stream == null ? 0 : stream.given();
        boolean mayCome = stream != null && !stream.isEmpty();
        return given >= cause.sequence()
                || (!mayCome && publishers.comesTo(cause.origin(), waited) >= cause.sequence())
                || by.doubts(cause.origin(), given);
    }

    /** Whether it was to come and is waited for no more. */
    private boolean isLacking(Cause cause) {
        CausalStream stream = streams.get(cause.origin());
        long given = stream == null ? publishers.comesTo(cause.origin(), Limits.CAUSE_NANOS) : stream.given();
        return given < cause.sequence();
    }

    private void giveFirst(CausalStream stream, Effects out) {
        Part part = stream.take();
        room.give(stream, part.cost());
        give(stream, part, out);
    }

    private void give(CausalStream stream, Part part, Effects out) {
        if (part.causes().stream().anyMatch(this::isLacking)) {
            out.note(ProtocolEvent.CAUSE_GIVEN_UP);
        }
        if (part.isGap()) {
            out.add(new Effect.Gap(name, stream.origin(), part.first(), part.last()));
        } else {
            out.add(new Effect.Deliver(name, stream.origin(), part.first(), part.payloads()));
        }
        stream.given(part.last());
        sinceLast.put(stream.origin(), part.last());
        for (CausalStream waiter : List.copyOf(waiting.getOrDefault(stream.origin(), Set.of()))) {
            release(waiter);
        }
    }

    private void release(CausalStream stream) {
        unblock(stream);
        mayGoOn.add(stream);
    }

    /** What the first that waits of a stream depends on; null if nothing does, or on nothing. */
    private static @Nullable Cause firstCause(@Nullable CausalStream stream) {
        Part first = stream == null ? null : stream.peek();
        return stream == null || first == null ? null : stream.next(first);
    }

    /** What a part depends on is waited for no more, nor by what its publisher said behind it until something of it comes. */
    private void giveUp(CausalStream stream, Part part, long now) {
        for (Cause cause = unmet(stream, part, now); cause != null; cause = unmet(stream, part, now)) {
            doubt(stream, cause);
        }
    }

    private void doubt(CausalStream stream, Cause cause) {
        CausalStream lacking = streams.get(cause.origin());
        stream.doubt(cause.origin(), lacking == null ? 0 : lacking.given());
    }

    /** Looks whether what waits still has something to wait for. */
    void tick(long now, Effects out) {
        List.copyOf(blocked).forEach(this::release);
        goOn(now, out);
    }

    /**
     * Forgets publishers that are remembered nowhere else, except what waits of theirs.
     *
     * @return whether nothing is left to be remembered
     */
    boolean retainOnly(Predicate<Origin> isKnown) {
        streams.values().removeIf(stream -> stream.isEmpty() && !isKnown.test(stream.origin()));
        sinceLast.keySet().removeIf(origin -> !isKnown.test(origin));
        return streams.isEmpty();
    }
}
