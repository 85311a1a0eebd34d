package dev.grapevine.protocol.dissemination;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.dissemination.CausalEnvelope.Cause;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one publisher of a causal topic published: how far its subscribers here have been given it, and what waits. */
final class CausalStream {

    /**
     * Messages that wait together, since only the first of them depends on something else; or a gap in their place.
     *
     * @param first first sequence
     * @param last last sequence, inclusive
     * @param causes what the first one depends on
     * @param payloads the messages, none for a gap
     * @param since when they came
     */
    record Part(long first, long last, List<Cause> causes, List<Bytes> payloads, long since) {

        boolean isGap() {
            return payloads.isEmpty();
        }

        long cost() {
            long cost = Limits.RUN_OVERHEAD + (long) Limits.CAUSE_OVERHEAD * causes.size();
            for (Bytes payload : payloads) {
                cost += Limits.cost(payload);
            }
            return cost;
        }

        /** The same, to be held back: it pins no more than is counted. */
        Part apart() {
            return new Part(
                    first, last, causes, payloads.stream().map(Part::apart).toList(), since);
        }

        /** Messages are views of the frame that they came in, which may be far larger. */
        private static Bytes apart(Bytes payload) {
            return payload.read((array, offset, length) ->
                    array.length <= length + length / 4 ? payload : Bytes.wrap(payload.toArray()));
        }
    }

    private final CausalTopic topic;
    private final Origin origin;
    private final ArrayDeque<Part> waiting = new ArrayDeque<>();

    /** Publishers that are not waited for, each as long as nothing of it is given beyond what had been then. */
    private final Map<Origin, Long> doubted = new LinkedHashMap<>();

    private long given;
    private int met;
    private @Nullable Origin waitsFor;

    /**
     * A stream of which nothing was given yet.
     *
     * @param topic to which it is published
     * @param origin who publishes it
     * @param given the sequence before the first one that is to be given here
     */
    CausalStream(CausalTopic topic, Origin origin, long given) {
        this.topic = topic;
        this.origin = origin;
        this.given = given;
    }

    CausalTopic topic() {
        return topic;
    }

    Origin origin() {
        return origin;
    }

    /** Up to which sequence it was given, or told to be lost. */
    long given() {
        return given;
    }

    void given(long last) {
        given = last;
        met = 0;
    }

    void add(Part part) {
        waiting.addLast(part);
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    @Nullable Part peek() {
        return waiting.peekFirst();
    }

    Part take() {
        return waiting.removeFirst();
    }

    /** The first cause, of what is first, that is not known to be met; null if all are. */
    @Nullable Cause next(Part first) {
        return met < first.causes().size() ? first.causes().get(met) : null;
    }

    /** That one is met, and is not looked at again. */
    void met() {
        met++;
    }

    /** Of which publisher what is first lacks something; null if it is not known to lack anything. */
    @Nullable Origin waitsFor() {
        return waitsFor;
    }

    void waitsFor(@Nullable Origin publisher) {
        waitsFor = publisher;
    }

    /** A publisher, of whom so much was given here, was waited for in vain. */
    void doubt(Origin publisher, long givenOfIt) {
        doubted.remove(publisher);
        doubted.put(publisher, givenOfIt);
        if (doubted.size() > Limits.DOUBTED_PUBLISHERS) {
            Iterator<Origin> eldest = doubted.keySet().iterator();
            eldest.next();
            eldest.remove();
        }
    }

    /** Whether a publisher was waited for in vain and nothing of it came since. */
    boolean doubts(Origin publisher, long givenOfIt) {
        Long then = doubted.get(publisher);
        return then != null && then == givenOfIt;
    }
}
