package dev.grapevine.protocol.overlay;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.frame.OverlayFrame;
import dev.grapevine.protocol.frame.OverlayFrame.Disconnect;
import dev.grapevine.protocol.frame.OverlayFrame.ForwardJoin;
import dev.grapevine.protocol.frame.OverlayFrame.Join;
import dev.grapevine.protocol.frame.OverlayFrame.Neighbour;
import dev.grapevine.protocol.frame.OverlayFrame.Shuffle;
import dev.grapevine.protocol.frame.OverlayFrame.ShuffleReply;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.RejectReason;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Who a member's neighbours are in a cluster too large for a full mesh: HyParView (Leitão, Pereira, Rodrigues, DSN 2007).
 * Each member holds a small <em>active view</em> of neighbours, who hold it as well, and remembers a larger <em>passive
 * view</em> to replace one that is lost.
 *
 * <p><em>Joining</em> (section 4.2). A newcomer says {@link Join} to a member, which takes it, and sends a walk through each
 * of its neighbours, at whose end somebody else takes the newcomer; on its way the walk is noted in a passive view. Where an
 * active view is full, any neighbour gives way and is told so by {@link Disconnect}.
 *
 * <p><em>Repair</em> (section 4.3). For each neighbour that is missing somebody of the passive view is asked, at once, and
 * then more and more slowly while nobody accepts. Who has no neighbour at all asks urgently and is not refused.
 *
 * <p><em>Symmetry.</em> A request and its acceptance are the same frame: each says "I hold you". Whoever is told so and does
 * not hold the sender answers that it does now, or that it does not; whoever is told that the other does not hold it lets go.
 * So, whatever crosses on the way, two members that have heard each other's last word agree. A frame that is lost is made
 * up for by the request's end, or by what all say again with each shuffle.
 *
 * <p><em>Renewal</em> is not the paper's. Members who hold only each other, and as many as they may, seek nobody: a split
 * that healed, or a few that were left over, would stay apart for ever though membership knows of both. So now and then each
 * asks somebody drawn from all who are present, and whoever is full lets another go for it.
 *
 * <p>While there is a full mesh there is no bound on who is held and nobody is asked: that is how those who go over to
 * views first find those who have not yet.
 *
 * <p>Bounded: the views by {@link ViewSettings}; {@value Requests#MAX_REQUESTS} requests under way, beyond which a walk ends in
 * nothing; what a peer may cause by {@link PeerAllowance}. What is beyond is counted and dropped.
 */
final class HyParView {

    private final Origin self;
    private final ViewSettings settings;
    private final Waits waits;
    private final Surroundings surroundings;
    private final ActiveView active;
    private final PassiveView passive;
    private final Requests requests;
    private final Shuffles shuffles;
    private final PeerAllowance allowance = new PeerAllowance();

    private boolean partial;

    private long nextShuffle;
    private long nextRenewal;

    HyParView(Origin self, ViewSettings settings, Waits waits, Surroundings surroundings, RandomGenerator random) {
        this.self = self;
        this.settings = settings;
        this.waits = waits;
        this.surroundings = surroundings;
        this.active = new ActiveView(random);
        this.passive = new PassiveView(self, active, settings.passiveView(), random);
        this.requests = new Requests(settings, waits, surroundings, active, passive);
        this.shuffles = new Shuffles(self, settings, surroundings, active, passive);
    }

    boolean holds(Origin peer) {
        return active.holds(peer);
    }

    /** Whether a link to a peer serves the views: it is held, or was asked. */
    boolean needs(Origin peer) {
        return active.holds(peer) || active.request(peer) != null;
    }

    /** How many neighbours are held. */
    int size() {
        return active.size();
    }

    List<Origin> active() {
        return active.all();
    }

    List<Origin> passive() {
        return List.copyOf(passive.all());
    }

    /** There are too many for a mesh: whoever is held already stays, as far as there is room. */
    void enter(long now, Effects out) {
        partial = true;
        while (active.size() > settings.activeView()) {
            dropAny(List.of(), out);
        }
        nextShuffle = now + waits.jittered(settings.shuffleInterval().toNanos());
        nextRenewal = now + waits.within(settings.renewInterval().toNanos());
        requests.begin(now);
        requests.fill(now, out);
    }

    /** There are few enough for a mesh again; who is held stays so. */
    void leave() {
        partial = false;
        passive.clear();
        requests.end();
    }

    void linkUp(Origin peer, long now, Effects out) {
        ActiveView.Request request = active.request(peer);
        if (request != null) {
            requests.send(peer, request, now, out);
        } else if (active.holds(peer)) {
            tell(peer, new Neighbour(false), out); // a link that took the place of another, with what was on its way
        }
    }

    /** The link of a peer is gone, or about to go. */
    void linkDown(Origin peer, long now, Effects out) {
        allowance.forget(peer);
        ActiveView.Request request = active.request(peer);
        if (active.drop(peer, out)) {
            requests.seekAtOnce(now);
        } else if (request != null && request.sent) {
            active.removeRequest(peer);
            requests.setBack(now);
        }
        requests.fill(now, out);
    }

    /** A member that was to be dialled could not be reached. */
    void unreachable(Origin member, long now, Effects out) {
        passive.remove(member);
        if (active.removeRequest(member)) {
            requests.setBack(now);
        }
        requests.fill(now, out);
    }

    /** A member is present no longer. */
    void gone(Origin member, long now, Effects out) {
        passive.remove(member);
        active.removeRequest(member);
        if (active.drop(member, out)) {
            requests.seekAtOnce(now);
        }
        requests.fill(now, out);
    }

    void receive(Origin from, OverlayFrame frame, long now, Effects out) {
        if (frame instanceof Neighbour neighbour) {
            neighbour(from, neighbour.urgent(), now, out);
        } else if (frame instanceof Disconnect) {
            disconnect(from, now, out);
        } else if (frame instanceof Join) {
            join(from, now, out);
        } else if (allows(from, PeerAllowance.STEP, now, out) && partial) {
            if (frame instanceof ForwardJoin walk) {
                forwardJoin(from, walk, now, out);
            } else if (frame instanceof Shuffle shuffle) {
                shuffles.receive(from, shuffle, out);
            } else if (frame instanceof ShuffleReply reply) {
                shuffles.receive(from, reply, out);
            }
        }
        requests.fill(now, out);
    }

    void tick(long now, Effects out) {
        requests.endOverdue(now, out);
        if (partial && now - nextShuffle >= 0) {
            nextShuffle = now + waits.jittered(settings.shuffleInterval().toNanos());
            requests.forgetRefusals();
            shuffles.begin(out);
            active.all().forEach(peer -> tell(peer, new Neighbour(false), out));
        }
        requests.fill(now, out);
        if (partial && now - nextRenewal >= 0) {
            nextRenewal = now + waits.jittered(settings.renewInterval().toNanos());
            requests.renew(now, out);
        }
    }

    private void neighbour(Origin from, boolean urgent, long now, Effects out) {
        if (active.holds(from)) {
            return;
        }
        ActiveView.Request request = active.request(from);
        boolean asked = request != null && request.sent;
        if (!asked && !allows(from, PeerAllowance.REQUEST, now, out)) {
            return;
        }
        boolean makesRoom = urgent || (request != null && request.makesRoom);
        if (isFull() && !makesRoom) {
            active.removeRequest(from);
            tell(from, new Disconnect(), out);
            return;
        }
        hold(from, now, out);
        if (!asked) {
            tell(from, new Neighbour(false), out);
        }
    }

    private void disconnect(Origin from, long now, Effects out) {
        ActiveView.Request request = active.request(from);
        if (active.drop(from, out)) {
            remember(from);
            requests.refusedBy(from);
            requests.seekAtOnce(now);
        } else if (request != null && request.sent) {
            active.removeRequest(from);
            requests.refusedBy(from);
            requests.setBack(now);
        }
    }

    private void join(Origin from, long now, Effects out) {
        if (!allows(from, PeerAllowance.REQUEST, now, out)) {
            return;
        }
        if (!active.holds(from)) {
            hold(from, now, out);
        }
        tell(from, new Neighbour(false), out);
        if (!partial) {
            return;
        }
        ForwardJoin walk = new ForwardJoin(from, surroundings.addressOfPeer(from), settings.activeWalk());
        for (Origin other : active.all()) {
            if (!other.equals(from)) {
                tell(other, walk, out);
            }
        }
    }

    private void forwardJoin(Origin from, ForwardJoin walk, long now, Effects out) {
        Origin newcomer = walk.newcomer();
        Address known = surroundings.addressOf(newcomer);
        if (walk.steps() < 0 || walk.steps() > OverlayFrame.MAX_STEPS) {
            reject(RejectReason.INVALID_RANGE, from, walk.steps() + " steps", out);
        } else if (newcomer.equals(self)) {
            reject(RejectReason.FORGED_ORIGIN, from, "this member's own join", out);
        } else if (known != null && !known.equals(walk.address())) {
            reject(RejectReason.INVALID_RUMOR, from, newcomer + " stands elsewhere", out);
        } else {
            Origin next = walk.steps() == 0 ? null : active.randomBut(List.of(from, newcomer));
            if (next == null) {
                takeNewcomer(from, walk, now, out);
                return;
            }
            if (walk.steps() == settings.passiveWalk() && known != null) {
                passive.add(newcomer);
            }
            tell(next, new ForwardJoin(newcomer, walk.address(), walk.steps() - 1), out);
        }
    }

    /** The walk of a newcomer, of whom this member need not have heard yet, ends here. */
    private void takeNewcomer(Origin from, ForwardJoin walk, long now, Effects out) {
        if (needs(walk.newcomer())) {
            return;
        }
        if (active.requests() >= Requests.MAX_REQUESTS) {
            reject(RejectReason.TOO_MANY_REQUESTS, from, "newcomers at a time", out);
        } else {
            requests.ask(walk.newcomer(), walk.address(), true, now, out);
        }
    }

    private void hold(Origin peer, long now, Effects out) {
        while (isFull()) {
            dropAny(List.of(peer), out);
        }
        active.hold(peer, out);
        passive.remove(peer);
        requests.succeeded(peer, now);
    }

    private void dropAny(List<Origin> except, Effects out) {
        Origin dropped = active.randomBut(except);
        if (dropped != null) {
            active.drop(dropped, out);
            remember(dropped);
            tell(dropped, new Disconnect(), out);
        }
    }

    private boolean isFull() {
        return partial && active.size() >= settings.activeView();
    }

    private void remember(Origin member) {
        if (partial && surroundings.addressOf(member) != null) {
            passive.add(member);
        }
    }

    private boolean allows(Origin from, int cost, long now, Effects out) {
        boolean allowed = allowance.take(from, cost, now);
        if (!allowed) {
            reject(RejectReason.TOO_MANY_REQUESTS, from, "frames of the overlay", out);
        }
        return allowed;
    }

    private static void reject(RejectReason reason, Origin from, String detail, Effects out) {
        out.add(new Effect.Rejected(reason, from, detail));
    }

    private static void tell(Origin peer, OverlayFrame frame, Effects out) {
        out.add(new Effect.Send(peer, Lane.CONTROL, frame));
    }
}
