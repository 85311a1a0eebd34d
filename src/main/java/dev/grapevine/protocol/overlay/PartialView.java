package dev.grapevine.protocol.overlay;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.frame.OverlayFrame;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The links of a member in a cluster too large for a full mesh. Whom it holds as neighbours is {@link HyParView}'s; here is
 * what that means for links and dials, and what other links there are: on demand, to the lost, and those of the mesh that
 * there was.
 *
 * <p>A link that serves neither side's views, such as one that a probe needed, is released once it was idle for a while.
 * Bounded: such links go sooner beyond {@link OverlaySettings#maxPeers}; {@value #MAX_ASKED} links are opened on demand at a
 * time, further wishes are not heard.
 */
final class PartialView {

    /** Most dials on demand under way at a time. */
    static final int MAX_ASKED = 32;

    /** How long a link that serves no view lives even beyond the bound, so that its peer can hear what is told first. */
    private static final long LEAST_NANOS = 1_000_000_000L;

    /** How long the peer is given to close a link that was released. */
    private static final long CLOSE_NANOS = 1_000_000_000L;

    private final OverlaySettings settings;
    private final Waits waits;
    private final RandomGenerator random;
    private final PresentOthers present;
    private final OpenLinks links;
    private final Targets targets;
    private final LostMembers lost;
    private final HyParView views;
    private final Neighbourhood neighbourhood = new Neighbourhood();
    private final List<Origin> gone = new ArrayList<>();
    private boolean active;
    private long nextLost;

    PartialView(
            Origin self,
            OverlaySettings settings,
            Waits waits,
            RandomGenerator random,
            PresentOthers present,
            OpenLinks links,
            Targets targets,
            LostMembers lost) {
        this.settings = settings;
        this.waits = waits;
        this.random = random;
        this.present = present;
        this.links = links;
        this.targets = targets;
        this.lost = lost;
        this.views = new HyParView(
                self, settings.views(), waits, new ViewSurroundings(present, links, targets, random), random);
    }

    boolean isActive() {
        return active;
    }

    /** There are too many for a full mesh. */
    void enter(long now, Effects out) {
        active = true;
        nextLost = now + waits.slow();
        links.all().forEach(link -> link.usedAt = now);
        views.enter(now, heard(now, out));
    }

    /** There are few enough for a full mesh again, in which everybody linked is a neighbour. */
    void leave(Effects out) {
        end();
        links.select(link -> true).forEach(link -> neighbourhood.up(link.origin(), out));
    }

    /** Nobody is chosen any more. */
    void end() {
        active = false;
        views.leave();
        for (Target target : targets.all()) {
            target.candidate = null;
            target.asked = false;
        }
    }

    /** By how much what each member does now and then is stretched, so that one address is not dialled by ever more. */
    long stretch() {
        return active && !links.isEmpty() ? Math.max(1, present.size() / settings.maxPeers()) : 1;
    }

    void linkUp(OpenLink link, long now, Effects out) {
        neighbourhood.linkUp(link.origin(), !active, out);
        views.linkUp(link.origin(), now, heard(now, out));
    }

    /** A link is gone, or about to close. */
    void linkDown(Origin peer, long now, Effects out) {
        views.linkDown(peer, now, heard(now, out));
        neighbourhood.down(peer, out);
    }

    /** Whoever was to become a neighbour could not be reached. */
    void unreachable(Origin member, long now, Effects out) {
        views.unreachable(member, now, heard(now, out));
    }

    void receive(OpenLink link, OverlayFrame frame, long now, Effects out) {
        link.usedAt = now;
        views.receive(link.origin(), frame, now, heard(now, out));
    }

    /** A member is present no longer; the views hear of it when the step's changes are all there. */
    void gone(Origin member) {
        gone.add(member);
    }

    void settle(long now, Effects out) {
        for (Origin member : gone) {
            if (!present.contains(member)) {
                views.gone(member, now, heard(now, out));
            }
        }
        gone.clear();
    }

    /** Opens a link to a member for a moment; true if it is to be dialled. */
    boolean reach(Member member, long now) {
        OpenLink link = links.get(member.origin());
        if (link != null) {
            link.usedAt = now;
            return false;
        }
        if (!active || !present.contains(member.origin()) || targets.asked() >= MAX_ASKED) {
            return false;
        }
        Target target = targets.of(member, now);
        target.asked = true;
        target.notBefore = now;
        return true;
    }

    /** What is due now and then: a shuffle, a dial of somebody lost, the end of links that serve nobody. */
    void sweep(long now, Effects out) {
        for (OpenLink link : links.released()) {
            if (now - link.releasedAt >= CLOSE_NANOS) {
                link.releasedAt = now;
                out.add(new Effect.Close(link.origin()));
            }
        }
        views.tick(now, heard(now, out));
        if (active) {
            seekLost(now);
            releaseIdle(now, out);
        }
    }

    /** What the views say, with their neighbours as those of this member. */
    private Effects heard(long now, Effects out) {
        return effect -> {
            if (effect instanceof Effect.NeighbourUp up) {
                neighbourhood.up(up.peer(), out);
            } else if (effect instanceof Effect.NeighbourDown down) {
                letGo(down.peer(), now, out);
            } else {
                out.add(effect);
            }
        };
    }

    private void letGo(Origin peer, long now, Effects out) {
        OpenLink link = links.get(peer);
        if (link != null) {
            link.usedAt = now;
        }
        if (active) {
            neighbourhood.down(peer, out);
        }
    }

    /** One of the lost at a time, any of them: whoever finds one finds its whole side. */
    private void seekLost(long now) {
        List<Address> addresses = now - nextLost >= 0 ? lost.addresses() : List.of();
        if (addresses.isEmpty()) {
            return;
        }
        nextLost = now + waits.slow() * stretch();
        Address address = addresses.get(random.nextInt(addresses.size()));
        if (targets.isFree(address, now) && !links.isLinkedAt(address)) {
            targets.at(address, now).asked = true;
        }
    }

    /** But not the only links that there are. */
    private void releaseIdle(long now, Effects out) {
        if (views.size() == 0) {
            return;
        }
        List<OpenLink> unused = links.select(link -> !views.needs(link.origin()));
        unused.sort((one, other) -> Long.signum(one.usedAt - other.usedAt));
        int surplus = links.select(link -> true).size() - settings.maxPeers();
        for (OpenLink link : unused) {
            long idle = surplus-- > 0 ? LEAST_NANOS : settings.linkIdle().toNanos();
            if (now - link.usedAt >= idle) {
                release(link, now, out);
            }
        }
    }

    /** Gives a link up; the peer is told, and closes it. */
    private void release(OpenLink link, long now, Effects out) {
        links.release(link, now);
        neighbourhood.down(link.origin(), out);
        out.add(new Effect.Send(link.origin(), Lane.CONTROL, new OverlayFrame.Release()));
    }
}
