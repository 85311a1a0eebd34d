package dev.grapevine.protocol.overlay;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.protocol.step.Effects;
import org.jspecify.annotations.Nullable;

/**
 * Who is there and who was lost, what that means for the dials, and whether it is few enough for a full mesh. A mesh gives
 * way to a partial view above {@link OverlaySettings#maxPeers}, and comes back only when there are an eighth fewer, so that
 * a size that hovers around the bound does not open and close links all the time.
 */
final class Attendance {

    private final MemberId self;
    private final int maxPeers;
    private final Waits waits;
    private final PresentOthers present;
    private final OpenLinks links;
    private final Targets targets;
    private final LostMembers lost;
    private final PartialView view;

    Attendance(
            MemberId self,
            int maxPeers,
            Waits waits,
            PresentOthers present,
            OpenLinks links,
            Targets targets,
            LostMembers lost,
            PartialView view) {
        this.self = self;
        this.maxPeers = maxPeers;
        this.waits = waits;
        this.present = present;
        this.links = links;
        this.targets = targets;
        this.lost = lost;
        this.view = view;
    }

    void changed(Member member, MemberStatus status, long now) {
        if (status.isPresent()) {
            lost.replaced(member);
            Member known = present.put(member);
            if (known == null || !known.address().equals(member.address())) {
                appeared(member, known, now);
            }
        } else {
            lost.remove(member.origin());
            present.remove(member.origin());
            vanished(member, status, now);
        }
    }

    boolean isFewEnoughForMesh() {
        return present.size() <= maxPeers - maxPeers / 8;
    }

    private void appeared(Member member, @Nullable Member before, long now) {
        if (before != null) {
            forget(before);
        }
        Target target = targets.get(member.address());
        if (!view.isActive() && present.size() <= maxPeers) {
            found(member, now);
        } else if (target != null) {
            target.member = member.origin();
        }
    }

    private void vanished(Member member, MemberStatus status, long now) {
        forget(member);
        view.gone(member.origin());
        if (status != MemberStatus.DEAD) {
            return;
        }
        lost.add(member.origin(), member.address(), now);
        if (!view.isActive()) {
            Target target = targets.at(member.address(), now);
            boolean onlyHope = target.seed && links.isEmpty();
            target.notBefore = now + (onlyHope ? waits.backoff(target.failures) : waits.slow());
        }
    }

    private void forget(Member member) {
        Target target = targets.get(member.address());
        if (target != null && member.origin().equals(target.member)) {
            target.member = null;
            target.candidate = null;
            target.asked = false;
        }
    }

    /** No more members change for now: a mesh or views, as many as they are. */
    void settle(long now, Effects out) {
        view.settle(now, out);
        if (!view.isActive() && present.size() > maxPeers) {
            view.enter(now, out);
        } else if (view.isActive() && isFewEnoughForMesh()) {
            view.leave(out);
            for (Member member : present.all()) {
                if (!links.isLinked(member.origin())) {
                    found(member, now);
                }
            }
            for (Address address : lost.addresses()) {
                targets.at(address, now).notBefore = now + waits.slow();
            }
        }
    }

    /** A member without a link was heard of: the smaller id dials first. */
    private void found(Member member, long now) {
        Target target = targets.of(member, now);
        target.failures = 0;
        boolean first = self.compareTo(member.id()) < 0;
        if (!target.dialling && (first || !target.seed)) {
            target.notBefore = now + (first ? 0 : waits.courtesy());
        }
    }
}
