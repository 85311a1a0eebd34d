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
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** The streams of one causal topic, and what this member's next message to it depends on. */
final class CausalTopic {

    private final String name;
    private final HeldBudget budget;
    private final ToLongFunction<Origin> comesTo;
    private final Map<Origin, CausalStream> streams = new LinkedHashMap<>();

    /** Who waits for something of a publisher. */
    private final Map<Origin, Set<CausalStream>> waiting = new HashMap<>();

    private final Set<CausalStream> blocked = new LinkedHashSet<>();

    /** What nobody waits for any more, by publisher. */
    private final Map<Origin, Long> givenUp = new HashMap<>();

    /** What was given here since this member's last message. */
    private final Map<Origin, Long> sinceLast = new LinkedHashMap<>();

    private final ArrayDeque<CausalStream> mayGoOn = new ArrayDeque<>();
    private int untilWhole;

    /**
     * A topic to which nothing was published.
     *
     * @param name the stream's name
     * @param budget for what waits
     * @param comesTo up to where a publisher's messages need not be waited for though none was given here: they were before
     *     this member's time, or nobody has them
     */
    CausalTopic(String name, HeldBudget budget, ToLongFunction<Origin> comesTo) {
        this.name = name;
        this.budget = budget;
        this.comesTo = comesTo;
    }

    /** What the next message of this member depends on; every now and then all of it, else what is new. At most so many. */
    List<Cause> causes(int most) {
        if (untilWhole-- == 0) {
            untilWhole = Limits.WHOLE_CAUSES_EVERY - 1;
            sinceLast.clear();
            streams.values().stream()
                    .filter(stream -> stream.given() > 0)
                    .forEach(stream -> sinceLast.put(stream.origin(), stream.given()));
        }
        List<Cause> causes = new ArrayList<>();
        Iterator<Map.Entry<Origin, Long>> entries = sinceLast.entrySet().iterator();
        while (entries.hasNext() && causes.size() < most) {
            Map.Entry<Origin, Long> entry = entries.next();
            entries.remove();
            causes.add(new Cause(entry.getKey(), entry.getValue()));
        }
        return causes;
    }

    /** The next message names all that it depends on: somebody begins with it. */
    void wholeNext() {
        untilWhole = 0;
    }

    /** A part of a stream came, in its order. */
    void came(Origin origin, Part part, long now, Effects out) {
        CausalStream stream = streams.computeIfAbsent(origin, key -> new CausalStream(key, part.first() - 1));
        if (stream.isEmpty() && unmet(part) == null) {
            give(stream, part, out);
        } else if (budget.take(part.cost())) {
            stream.add(part);
            mayGoOn.add(stream);
        } else {
            giveAll(stream, out);
            giveUp(part);
            give(stream, part, out);
        }
        goOn(now, out);
    }

    /** There is no room: nothing of this publisher waits any more. */
    private void giveAll(CausalStream stream, Effects out) {
        for (Part part = stream.peek(); part != null; part = stream.peek()) {
            giveUp(part);
            giveFirst(stream, out);
        }
    }

    private void goOn(long now, Effects out) {
        for (CausalStream stream = mayGoOn.poll(); stream != null; stream = mayGoOn.poll()) {
            blocked.remove(stream);
            for (Part part = stream.peek(); part != null; part = stream.peek()) {
                Cause unmet = unmet(part);
                if (unmet != null) {
                    waiting.computeIfAbsent(unmet.origin(), key -> new LinkedHashSet<>())
                            .add(stream);
                    stream.blocked(now);
                    blocked.add(stream);
                    break;
                }
                giveFirst(stream, out);
            }
        }
    }

    private @Nullable Cause unmet(Part part) {
        for (Cause cause : part.causes()) {
            if (!isMet(cause)) {
                return cause;
            }
        }
        return null;
    }

    private boolean isMet(Cause cause) {
        CausalStream stream = streams.get(cause.origin());
        boolean mayCome = stream != null && !stream.isEmpty();
        return (stream != null && stream.given() >= cause.sequence())
                || givenUp.getOrDefault(cause.origin(), 0L) >= cause.sequence()
                || (!mayCome && comesTo.applyAsLong(cause.origin()) >= cause.sequence());
    }

    /** Whether it was to come and is waited for no more. */
    private boolean isLacking(Cause cause) {
        CausalStream stream = streams.get(cause.origin());
        long given = stream == null ? comesTo.applyAsLong(cause.origin()) : stream.given();
        return given < cause.sequence();
    }

    private void giveFirst(CausalStream stream, Effects out) {
        Part part = stream.take();
        budget.give(part.cost());
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
        Set<CausalStream> waiters = waiting.remove(stream.origin());
        if (waiters != null) {
            mayGoOn.addAll(waiters);
        }
    }

    /** What a part depends on is waited for no more, by nobody. */
    private void giveUp(Part part) {
        for (Cause cause : part.causes()) {
            if (!isMet(cause)) {
                givenUp.merge(cause.origin(), cause.sequence(), Math::max);
                mayGoOn.addAll(waiting.getOrDefault(cause.origin(), Set.of()));
            }
        }
    }

    /** Whether nothing waits. */
    boolean isIdle() {
        return blocked.isEmpty();
    }

    /** Looks whether what waits still has something to wait for. */
    void tick(long now, Effects out) {
        for (CausalStream stream : List.copyOf(blocked)) {
            Part first = stream.peek();
            if (first != null && stream.hasWaited(now, Limits.CAUSE_NANOS)) {
                giveUp(first);
            }
            mayGoOn.add(stream);
        }
        goOn(now, out);
        if (blocked.isEmpty()) {
            waiting.clear();
        }
    }

    /** Forgets publishers that are remembered nowhere else, except what waits of theirs. */
    void retainOnly(Set<Origin> known) {
        streams.values().removeIf(stream -> stream.isEmpty() && !known.contains(stream.origin()));
        sinceLast.keySet().removeIf(origin -> !known.contains(origin));
        givenUp.keySet().removeIf(origin -> !known.contains(origin));
    }
}
