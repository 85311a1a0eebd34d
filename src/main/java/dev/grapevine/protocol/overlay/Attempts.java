package dev.grapevine.protocol.overlay;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.step.DialFailure;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.LinkLoss;
import org.jspecify.annotations.Nullable;

/** How dials and links ended, and what that means for the next dial of the same address. */
final class Attempts {

    /** A link that held for so long counts as one that lasts. */
    private final long lasting;

    private final Waits waits;
    private final PresentOthers present;
    private final OpenLinks links;
    private final Targets targets;
    private final LostMembers lost;
    private final PartialView view;

    Attempts(
            long lasting,
            Waits waits,
            PresentOthers present,
            OpenLinks links,
            Targets targets,
            LostMembers lost,
            PartialView view) {
        this.lasting = lasting;
        this.waits = waits;
        this.present = present;
        this.links = links;
        this.targets = targets;
        this.lost = lost;
        this.view = view;
    }

    /** A link is open. */
    void succeeded(Member peer, @Nullable Address dialled, long now, Effects out) {
        Target target = targets.get(peer.address());
        if (target != null) {
            reached(target, peer, now, out);
            target.superseding = false;
            target.detours = 0;
            // A new life at the address starts with a clean record.
            target.shortLinks = peer.origin().equals(target.lastPeer) ? target.shortLinks : 0;
            target.lastPeer = peer.origin();
        }
        Target alias = dialled == null || dialled.equals(peer.address()) ? null : targets.get(dialled);
        if (alias != null) {
            reached(alias, peer, now, out);
            detour(alias, now);
        }
    }

    private void reached(Target target, Member peer, long now, Effects out) {
        Origin wanted = target.candidate;
        target.reached();
        if (wanted != null && !wanted.equals(peer.origin())) {
            view.unreachable(wanted, now, out); // somebody else is there
        }
    }

    /** A link is gone, and no longer among those that are open. */
    void ended(OpenLink link, LinkLoss cause, long now) {
        Target target = view.isActive() ? targets.get(link.address()) : targets.at(link.address(), now);
        if (!link.released) {
            lost(link, cause, now);
        } else if (target != null) {
            long turn = now + waits.slow();
            target.notBefore = turn - target.notBefore > 0 ? turn : target.notBefore;
        }
        targets.seekSeedsAgain(target, links.isEmpty(), waits, now);
    }

    private void lost(OpenLink link, LinkLoss cause, long now) {
        if (view.isActive() && !present.contains(link.origin())) {
            return;
        }
        Target target = targets.at(link.address(), now);
        target.shortLinks = now - link.since >= lasting ? 0 : target.shortLinks + 1;
        boolean atOnce = cause != LinkLoss.LOCAL && target.shortLinks <= 1;
        target.notBefore = now + (atOnce ? 0 : waits.backoff(target.shortLinks));
        if (view.isActive() && atOnce) {
            target.asked = true;
        }
    }

    /** A dial gave no link; false if nobody is to be dialled there any more. */
    boolean failed(Address address, DialFailure cause, long now, Effects out) {
        Target target = targets.get(address);
        if (target == null) {
            return false;
        }
        target.dialling = false;
        if (cause == DialFailure.SELF) {
            target.self = true;
            target.candidate = null;
        } else if (cause == DialFailure.DUPLICATE) {
            duplicate(target, now);
        } else {
            failed(target, cause, now, out);
        }
        return true;
    }

    /** The other link is there or about to be; unless this address is another name of it, it ends the dialling. */
    private void duplicate(Target target, long now) {
        target.asked = false;
        if (target.member != null) {
            target.notBefore = now + waits.backoff(1);
        } else {
            detour(target, now);
        }
    }

    private void failed(Target target, DialFailure cause, long now, Effects out) {
        target.detours = 0;
        target.superseding = cause == DialFailure.SUPERSEDED;
        target.failures++;
        target.notBefore = now + waitAfterFailure(target, cause);
        target.asked = false;
        Origin wanted = target.candidate;
        target.candidate = null;
        if (wanted != null) {
            view.unreachable(wanted, now, out);
        }
    }

    /**
     * A seed is another name of a member that is linked. It is not forgotten: a name can stand for several members, and
     * when they started apart it may be all that ever brings them together. But it is seldom dialled.
     */
    private void detour(Target target, long now) {
        target.detours = links.isEmpty() ? 1 : target.detours + 1;
        target.notBefore = now + waits.detour(target.detours) * view.stretch();
    }

    private long waitAfterFailure(Target target, DialFailure cause) {
        boolean hopeless = cause == DialFailure.FOREIGN_CLUSTER
                || cause == DialFailure.WRONG_VERSION
                || cause == DialFailure.SUPERSEDED
                || cause == DialFailure.PREDECESSOR
                || cause == DialFailure.NOT_A_PEER;
        if (view.isActive()) {
            boolean onlyHope = target.seed && links.isEmpty();
            long stretch = target.seed ? view.stretch() : 1;
            return onlyHope && !hopeless ? waits.backoff(target.failures) : waits.slow() * stretch;
        }
        boolean needed = target.member != null || (target.seed && links.isEmpty());
        return needed && !hopeless ? waits.backoff(target.failures) : waits.slow() * (target.seed ? 1 : lost.stretch());
    }
}
