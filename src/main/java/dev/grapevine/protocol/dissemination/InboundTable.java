package dev.grapevine.protocol.dissemination;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.step.Effects;
import java.util.BitSet;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The streams of the others, at most {@code maxStreams} at a time, and of one publisher at most
 * {@link Limits#STREAMS_SHARE} times what is left (dynamic thresholds: Choudhury, Hahne, "Dynamic queue length thresholds for
 * shared-memory packet switches", 1998), so that whoever publishes to ever more topics leaves room to others. The streams of members that left count too and are
 * remembered for their return, for at most {@link Limits#GONE_SOURCES} members; the one that left first is forgotten first,
 * and when there is no room for a new stream otherwise. Should a forgotten one come back in the same life after all, its
 * streams begin anew where it says they begin, which may be before what was delivered.
 */
final class InboundTable {

    private final DisseminationSettings settings;
    private final Pacing pacing;
    private final HeldBudget budget;
    private final Map<Origin, InboundSource> sources = new LinkedHashMap<>();
    private final Set<InboundSource> gone = new LinkedHashSet<>();
    private final BitSet indexes = new BitSet();
    private @Nullable InboundSource latest;
    private int streamCount;
    private long everKnown;
    private long everForgotten;

    InboundTable(DisseminationSettings settings, Pacing pacing, HeldBudget budget) {
        this.settings = settings;
        this.pacing = pacing;
        this.budget = budget;
    }

    @Nullable InboundSource source(Origin origin) {
        InboundSource source = latest;
        if (source == null || !source.origin().equals(origin)) {
            source = sources.get(origin);
            latest = source;
        }
        return source;
    }

    Collection<InboundSource> sources() {
        return sources.values();
    }

    /** A stream that was heard of for the first time; null if there is no room for it. */
    @Nullable InboundStream begin(Origin origin, String topic, long now, Effects out) {
        while (!isRoomFor(origin) && !gone.isEmpty()) {
            forgetEldest(now, out);
        }
        if (!isRoomFor(origin)) {
            return null;
        }
        InboundSource source = sources.computeIfAbsent(origin, InboundSource::new);
        int index = indexes.nextClearBit(0);
        indexes.set(index);
        StreamPlace place = new StreamPlace(origin, topic, index, everKnown);
        InboundStream stream = new InboundStream(place, source.edges(), settings, pacing, budget, now);
        source.add(topic, stream);
        streamCount++;
        everKnown++;
        return stream;
    }

    private boolean isRoomFor(Origin origin) {
        int left = settings.maxStreams() - streamCount;
        InboundSource source = sources.get(origin);
        return left > 0 && (source == null || source.streams().size() < (long) Limits.STREAMS_SHARE * left);
    }

    /** Where all streams are, by their index; for {@link Neighbour#startsAre}. */
    long[] lastByIndex() {
        long[] last = new long[indexes.length()];
        forEach(stream -> last[stream.index()] = stream.last());
        return last;
    }

    /** How many streams were known so far, ever. */
    long everKnown() {
        return everKnown;
    }

    /** How many streams were forgotten so far, ever. */
    long everForgotten() {
        return everForgotten;
    }

    void forEach(Consumer<InboundStream> visitor) {
        for (InboundSource source : sources.values()) {
            source.streams().forEach(visitor);
        }
    }

    /** The member is back. */
    void returned(InboundSource source) {
        source.returned();
        gone.remove(source);
    }

    /** The member left: what is known of its streams is remembered for its return. */
    void left(InboundSource source, long now, Effects out) {
        if (source.streams().isEmpty()) {
            sources.remove(source.origin());
            latest = null;
        } else {
            source.left(now);
            gone.add(source);
        }
        if (gone.size() > Limits.GONE_SOURCES) {
            forgetEldest(now, out);
        }
    }

    /** Ends all streams of a source, and forgets those of which nothing is known that would be worth remembering. */
    void end(InboundSource source, long now, Effects out) {
        source.streams().removeIf(stream -> {
            boolean isOver = !stream.end(now, out);
            if (isOver) {
                forget(stream);
            }
            return isOver;
        });
        source.forgetLatest();
    }

    /** Ends all streams of those who left. */
    void endGone(long now, Effects out) {
        gone.forEach(source -> end(source, now, out));
        gone.stream().filter(source -> source.streams().isEmpty()).forEach(source -> sources.remove(source.origin()));
        gone.removeIf(source -> source.streams().isEmpty());
        latest = null;
    }

    private void forget(InboundStream stream) {
        indexes.clear(stream.index());
        streamCount--;
        everForgotten++;
    }

    private void forgetEldest(long now, Effects out) {
        Iterator<InboundSource> eldest = gone.iterator();
        InboundSource source = eldest.next();
        eldest.remove();
        sources.remove(source.origin());
        latest = null;
        end(source, now, out);
        source.streams().forEach(this::forget);
    }
}
