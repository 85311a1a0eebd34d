package dev.grapevine.protocol.overlay;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.frame.OverlayFrame;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The neighbours of a member in a cluster too large for a full mesh: it holds on to a few others that it draws from all
 * present members, and to those who drew it. So the links form a random graph, which stays connected and shallow however
 * members come and go (HyParView, DSN 2007, section 4, has the frames; since each member knows all others here, a lost
 * neighbour is replaced by a uniform draw from everybody instead of from a passive view, and no walk or shuffle of views
 * is needed: now and then each member exchanges its oldest choice for a new one).
 *
 * <p>A link that neither side has chosen, such as one that a probe needed, is released once it was idle for a while.
 * Bounded: beyond {@link OverlaySettings#maxNeighbours} whoever chooses this member is turned away by a release; links
 * that nobody has chosen go sooner beyond {@link OverlaySettings#maxPeers}; {@value #MAX_ASKED} links are opened on
 * demand at a time, further wishes are not heard.
 */
final class PartialView {

    /** Most dials on demand under way at a time. */
    static final int MAX_ASKED = 32;

    /** How long a link that nobody has chosen lives even beyond the bound, so that its peer can hear what is told first. */
    private static final long LEAST_NANOS = 1_000_000_000L;

    /** How long the peer is given to close a link that was released. */
    private static final long CLOSE_NANOS = 1_000_000_000L;

    /** Draws at a time for one choice: more only find again those who are linked or failed just now. */
    private static final int DRAWS = 64;

    private final OverlaySettings settings;
    private final Pace pace;
    private final RandomGenerator random;
    private final PresentOthers present;
    private final OpenLinks links;
    private final Targets targets;
    private final LostMembers lost;
    private boolean active;
    private boolean renewing;
    private int failures;
    private long nextChoice;
    private long nextRenewal;
    private long nextLost;

    PartialView(
            OverlaySettings settings,
            Pace pace,
            RandomGenerator random,
            PresentOthers present,
            OpenLinks links,
            Targets targets,
            LostMembers lost) {
        this.settings = settings;
        this.pace = pace;
        this.random = random;
        this.present = present;
        this.links = links;
        this.targets = targets;
        this.lost = lost;
    }

    boolean isActive() {
        return active;
    }

    /** There are too many for a full mesh: what is linked already is chosen from like everybody else. */
    void enter(long now) {
        active = true;
        renewing = false;
        failures = 0;
        nextChoice = now;
        nextRenewal = now + pace.jittered(settings.renewInterval().toNanos());
        nextLost = now + pace.slow();
        links.all().forEach(link -> link.usedAt = now);
    }

    /** There are few enough for a full mesh again. */
    void leave() {
        active = false;
        for (OpenLink link : links.all()) {
            link.chosen = false;
        }
        for (Target target : targets.all()) {
            target.candidate = false;
            target.asked = false;
        }
    }

    /** By how much what each member does now and then is stretched, so that one address is not dialled by ever more. */
    long stretch() {
        return active && !links.isEmpty() ? Math.max(1, present.size() / settings.maxPeers()) : 1;
    }

    /** A link is open, to somebody whom this member has chosen or not. */
    void linkUp(OpenLink link, boolean chosen, long now, Effects out) {
        if (chosen) {
            choose(link, now, out);
        }
    }

    /** A neighbour that was chosen could not be reached: another is drawn at once, but not for ever at this pace. */
    void choiceFailed(long now) {
        failures++;
        nextChoice = failures > settings.neighbours() ? now + pace.backoff(failures - settings.neighbours()) : now;
    }

    /** The peer holds on to the link, or does no longer. */
    void chosenByPeer(OpenLink link, boolean chosen, long now, Effects out) {
        link.chosenByPeer = chosen;
        link.usedAt = now;
        if (active && chosen && !link.chosen && links.kept() > settings.maxNeighbours()) {
            release(link, now, out);
        }
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

    /** Draws new neighbours for those that are missing. */
    void choose(long now, Effects out) {
        if (!active || now - nextChoice < 0) {
            return;
        }
        int missing = settings.neighbours() + (renewing ? 1 : 0) - links.chosen() - targets.candidates();
        if (missing <= 0) {
            return;
        }
        for (int draw = 0; draw < DRAWS && missing > 0; draw++) {
            Member drawn = present.random(random);
            OpenLink link = links.get(drawn.origin());
            if (link != null && !link.isKept() && !link.released) {
                choose(link, now, out);
                missing--;
            } else if (link == null && targets.isFree(drawn.address(), now)) {
                targets.of(drawn, now).candidate = true;
                missing--;
            }
        }
        if (missing > 0) {
            nextChoice = now + pace.backoff(1);
        }
    }

    /** What is due now and then: a renewal, a dial of somebody lost, the end of links that nobody holds on to. */
    void sweep(long now, Effects out) {
        for (OpenLink link : links.released()) {
            if (now - link.releasedAt >= CLOSE_NANOS) {
                link.releasedAt = now;
                out.add(new Effect.Close(link.origin()));
            }
        }
        if (!active) {
            return;
        }
        if (now - nextRenewal >= 0) {
            nextRenewal = now + pace.jittered(settings.renewInterval().toNanos());
            renewing = true;
        }
        seekLost(now);
        dropSurplusChoice(now, out);
        turnAwaySurplus(now, out);
        releaseIdle(now, out);
    }

    /** Gives a link up; the peer is told, and closes it. */
    void release(OpenLink link, long now, Effects out) {
        links.release(link, now);
        link.chosen = false;
        link.chosenByPeer = false;
        tell(link.origin(), new OverlayFrame.Release(), out);
    }

    private void choose(OpenLink link, long now, Effects out) {
        failures = 0;
        link.chosen = true;
        link.chosenAt = now;
        tell(link.origin(), new OverlayFrame.Neighbour(true), out);
    }

    /** One of the lost at a time, any of them: whoever finds one finds its whole side. */
    private void seekLost(long now) {
        List<Address> addresses = now - nextLost >= 0 ? lost.addresses() : List.of();
        if (addresses.isEmpty()) {
            return;
        }
        nextLost = now + pace.slow() * stretch();
        Address address = addresses.get(random.nextInt(addresses.size()));
        if (targets.isFree(address, now) && !links.isLinkedAt(address)) {
            targets.at(address, now).asked = true;
        }
    }

    /** A renewal has brought a new neighbour: the oldest gives way. */
    private void dropSurplusChoice(long now, Effects out) {
        while (links.chosen() > settings.neighbours()) {
            OpenLink oldest = oldestChoice();
            oldest.chosen = false;
            oldest.usedAt = now;
            renewing = false;
            if (oldest.chosenByPeer) {
                tell(oldest.origin(), new OverlayFrame.Neighbour(false), out);
            } else {
                release(oldest, now, out);
            }
        }
    }

    private OpenLink oldestChoice() {
        return links.select(link -> link.chosen).stream()
                .min((one, other) -> Long.signum(one.chosenAt - other.chosenAt))
                .orElseThrow();
    }

    /** More chose this member than it can bear, while there still was a mesh: any of them are turned away. */
    private void turnAwaySurplus(long now, Effects out) {
        int surplus = links.kept() - settings.maxNeighbours();
        if (surplus <= 0) {
            return;
        }
        List<OpenLink> accepted = links.select(link -> link.chosenByPeer && !link.chosen);
        for (; surplus > 0 && !accepted.isEmpty(); surplus--) {
            release(accepted.remove(random.nextInt(accepted.size())), now, out);
        }
    }

    /** But not the only links that there are. */
    private void releaseIdle(long now, Effects out) {
        if (links.kept() == 0) {
            return;
        }
        List<OpenLink> unused = links.select(link -> !link.isKept());
        unused.sort((one, other) -> Long.signum(one.usedAt - other.usedAt));
        int surplus = links.select(link -> true).size() - settings.maxPeers();
        for (OpenLink link : unused) {
            long idle = surplus-- > 0 ? LEAST_NANOS : settings.linkIdle().toNanos();
            if (now - link.usedAt >= idle) {
                release(link, now, out);
            }
        }
    }

    private static void tell(Origin peer, OverlayFrame frame, Effects out) {
        out.add(new Effect.Send(peer, Lane.CONTROL, frame));
    }
}
