package dev.grapevine.protocol.overlay;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.frame.OverlayFrame;
import dev.grapevine.protocol.frame.OverlayFrame.Disconnect;
import dev.grapevine.protocol.frame.OverlayFrame.Join;
import dev.grapevine.protocol.frame.OverlayFrame.Neighbour;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Whom a member asks to become its neighbour (HyParView, DSN 2007, section 4.3): for each that is missing somebody of the
 * passive view, several at a time. The first that are asked after a loss are asked at once; while none accepts, the next wait
 * longer and longer. Who cannot be reached leaves the passive view; who refuses is not asked again before the next shuffle.
 * When nobody is left to ask, the free places of the passive view are drawn from all who are present.
 */
final class Requests {

    /** Most requests under way; only newcomers in great numbers come near it. */
    static final int MAX_REQUESTS = 16;

    /** How long an answer is awaited, which only gets lost where frames are dropped. */
    private static final long ANSWER_NANOS = 2_000_000_000L;

    /** How long a dial may take, waiting for others included. */
    private static final long DIAL_NANOS = 15_000_000_000L;

    /** How long the walks of a join are given until the newcomer asks by itself. */
    private static final long JOIN_NANOS = 1_000_000_000L;

    private final ViewSettings settings;
    private final Waits waits;
    private final Surroundings surroundings;
    private final ActiveView active;
    private final PassiveView passive;

    /** Who was asked in vain since the last shuffle. */
    private final TreeSet<Origin> refused = new TreeSet<>();

    private boolean seeking;

    /** Nobody has taken this member since it entered. */
    private boolean joining;

    /** Requests in a row that came to nothing. */
    private int setbacks;

    private long nextRequest;

    Requests(ViewSettings settings, Waits waits, Surroundings surroundings, ActiveView active, PassiveView passive) {
        this.settings = settings;
        this.waits = waits;
        this.surroundings = surroundings;
        this.active = active;
        this.passive = passive;
    }

    /** From now on missing neighbours are sought; who has none enters through the first that it asks. */
    void begin(long now) {
        seeking = true;
        joining = active.size() == 0;
        seekAtOnce(now);
    }

    void end() {
        seeking = false;
        joining = false;
        refused.clear();
        active.clearRequests();
    }

    /** A neighbour was lost: the next that are asked do not wait. */
    void seekAtOnce(long now) {
        setbacks = 0;
        nextRequest = now;
    }

    /** Somebody is a neighbour now. */
    void succeeded(Origin peer, long now) {
        refused.remove(peer);
        setbacks = 0;
        if (joining) {
            joining = false;
            nextRequest = now + JOIN_NANOS;
        }
    }

    /** A member was asked in vain, or let this one go. */
    void refusedBy(Origin peer) {
        refused.add(peer);
    }

    void forgetRefusals() {
        refused.clear();
    }

    /** A request came to nothing. */
    void setBack(long now) {
        setbacks++;
        int beyond = setbacks - settings.activeView();
        nextRequest = beyond > 0 ? now + waits.backoff(beyond) : now;
    }

    /** Whoever was asked too long ago will not answer any more. */
    void endOverdue(long now, Effects out) {
        for (Origin peer : active.overdue(ANSWER_NANOS, DIAL_NANOS, now)) {
            ActiveView.Request request = active.request(peer);
            if (request != null && request.sent) {
                tell(peer, new Disconnect(), out);
            }
            active.removeRequest(peer);
            refused.add(peer);
            setBack(now);
        }
    }

    /** Asks for the neighbours that are missing, if it is time. */
    void fill(long now, Effects out) {
        if (!seeking || now - nextRequest < 0) {
            return;
        }
        int wanted = joining ? 1 : settings.activeView() - active.size();
        // Whom it cannot dial just now has refused nothing: when a cluster outgrows its mesh all are being dialled
        // already.
        Set<Origin> notNow = new TreeSet<>();
        while (active.requests() < wanted) {
            Origin candidate = candidate(notNow);
            if (candidate == null) {
                nextRequest = now + (notNow.isEmpty() ? waits.slow() : waits.backoff(1));
                return;
            }
            Address address = surroundings.addressOf(candidate);
            if (address == null) {
                passive.remove(candidate);
            } else if (!ask(candidate, address, false, now, out)) {
                notNow.add(candidate);
            }
        }
    }

    /** Asks anybody who is present, though nobody may be missing: another gives way on either side. */
    void renew(long now, Effects out) {
        Origin drawn = surroundings.drawPresent();
        if (drawn == null || active.requests() > 0 || active.holds(drawn)) {
            return;
        }
        Address address = surroundings.addressOf(drawn);
        if (address != null) {
            ask(drawn, address, true, now, out);
        }
    }

    private @Nullable Origin candidate(Set<Origin> notNow) {
        Predicate<Origin> suits = member -> isCandidate(member) && !notNow.contains(member);
        Origin candidate = passive.random(suits);
        if (candidate == null && !passive.isFull()) {
            drawPassive();
            candidate = passive.random(suits);
        }
        return candidate;
    }

    private boolean isCandidate(Origin member) {
        return !refused.contains(member) && active.request(member) == null;
    }

    /** Nobody is left to ask: membership knows all others. */
    private void drawPassive() {
        for (int draw = 0; draw < 2 * settings.passiveView() && !passive.isFull(); draw++) {
            Origin drawn = surroundings.drawPresent();
            if (drawn == null) {
                return;
            }
            passive.add(drawn);
        }
    }

    /** Asks a member, for whom somebody gives way if it accepts too late; false if it cannot be reached now. */
    boolean ask(Origin peer, Address address, boolean makesRoom, long now, Effects out) {
        ActiveView.Request request = new ActiveView.Request(makesRoom, now);
        if (surroundings.isOpen(peer)) {
            active.addRequest(peer, request);
            send(peer, request, now, out);
            return true;
        }
        boolean dialled = surroundings.dial(peer, address, now);
        if (dialled) {
            active.addRequest(peer, request);
        }
        return dialled;
    }

    /** There is a link over which to ask. */
    void send(Origin peer, ActiveView.Request request, long now, Effects out) {
        request.sent = true;
        request.since = now;
        boolean enters = joining && !request.makesRoom;
        tell(peer, enters ? new Join() : new Neighbour(request.makesRoom || active.size() == 0), out);
    }

    private static void tell(Origin peer, OverlayFrame frame, Effects out) {
        out.add(new Effect.Send(peer, Lane.CONTROL, frame));
    }
}
