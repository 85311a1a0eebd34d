package dev.grapevine.protocol.overlay;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The neighbours that a member holds (HyParView, DSN 2007, section 4.1), and those that it has asked to become one and whose
 * answer is not there yet. Whom it holds, and only that, is told as neighbours that come and go.
 */
final class ActiveView {

    /** A request on its way: the peer is being dialled, or has been asked since then. */
    static final class Request {
        boolean sent;
        long since;

        /** Whether somebody gives way to it if there is no room any more when it is accepted. */
        final boolean makesRoom;

        Request(boolean makesRoom, long now) {
            this.makesRoom = makesRoom;
            this.since = now;
        }
    }

    private final TreeSet<Origin> held = new TreeSet<>();
    private final TreeMap<Origin, Request> requests = new TreeMap<>();
    private final RandomGenerator random;

    ActiveView(RandomGenerator random) {
        this.random = random;
    }

    boolean holds(Origin peer) {
        return held.contains(peer);
    }

    /** How many are held. */
    int size() {
        return held.size();
    }

    /** All that are held, in their order. */
    List<Origin> all() {
        return new ArrayList<>(held);
    }

    /** From now on a neighbour. */
    void hold(Origin peer, Effects out) {
        requests.remove(peer);
        if (held.add(peer)) {
            out.add(new Effect.NeighbourUp(peer));
        }
    }

    /** No longer a neighbour; false if it was none. */
    boolean drop(Origin peer, Effects out) {
        boolean dropped = held.remove(peer);
        if (dropped) {
            out.add(new Effect.NeighbourDown(peer));
        }
        return dropped;
    }

    /** Any neighbour that is not among these, each as likely. */
    @Nullable Origin randomBut(List<Origin> these) {
        return Draws.one(held, peer -> !these.contains(peer), random);
    }

    /** Up to so many neighbours, without one. */
    List<Origin> sample(int count, Origin except) {
        List<Origin> others = all();
        others.remove(except);
        return Draws.some(others, count, random);
    }

    @Nullable Request request(Origin peer) {
        return requests.get(peer);
    }

    void addRequest(Origin peer, Request request) {
        requests.put(peer, request);
    }

    boolean removeRequest(Origin peer) {
        return requests.remove(peer) != null;
    }

    int requests() {
        return requests.size();
    }

    /** Those whose answer has been awaited, or who have been dialled, for longer than they may be. */
    List<Origin> overdue(long answerNanos, long dialNanos, long now) {
        List<Origin> overdue = new ArrayList<>();
        requests.forEach((peer, request) -> {
            if (now - request.since >= (request.sent ? answerNanos : dialNanos)) {
                overdue.add(peer);
            }
        });
        return overdue;
    }

    void clearRequests() {
        requests.clear();
    }
}
