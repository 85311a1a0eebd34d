package dev.grapevine.protocol.overlay;

import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;

/** Which of the targets are dialled now: those that would serve, whose wait is over, as many at a time as the bound lets. */
final class DialQueue {

    private final int maxDials;
    private final Targets targets;
    private final OpenLinks links;
    private final LostMembers lost;
    private final PartialView view;

    /** Nothing to dial, until something happens: the usual state, in which ticks cost nothing. */
    private boolean settled;

    private long nextDial;

    DialQueue(int maxDials, Targets targets, OpenLinks links, LostMembers lost, PartialView view) {
        this.maxDials = maxDials;
        this.targets = targets;
        this.links = links;
        this.lost = lost;
        this.view = view;
    }

    boolean isDue(long now) {
        return !settled && now - nextDial >= 0;
    }

    /** How long until a dial is due, as things stand. */
    long untilDue(long now) {
        return settled ? Long.MAX_VALUE : nextDial - now;
    }

    void dialDue(long now, Effects out) {
        int underWay = look(now);
        if (!isDue(now)) {
            return;
        }
        List<Target> due = targets.select(target -> isWaiting(target) && now - target.notBefore >= 0);
        // Members before seeds before the lost, and those with the best record first.
        due.sort(Comparator.comparingInt(this::rank).thenComparingInt(target -> target.failures));
        int room = Math.max(0, maxDials - underWay);
        for (Target target : due.subList(0, Math.min(room, due.size()))) {
            target.dialling = true;
            out.add(new Effect.Dial(target.address));
        }
    }

    /**
     * Finds out when the next dial is due and forgets the targets that are good for nothing any more, in one go, since every
     * change of a link or member comes here; how many dials are under way.
     */
    private int look(long now) {
        int underWay = 0;
        settled = true;
        for (Iterator<Target> all = targets.all().iterator(); all.hasNext(); ) {
            Target target = all.next();
            if (target.dialling) {
                underWay++;
            } else if (!links.isLinkedAt(target.address)) {
                boolean needed = isNeeded(target);
                if (needed && !target.self) {
                    nextDial = settled || target.notBefore - nextDial < 0 ? target.notBefore : nextDial;
                    settled = false;
                } else if (!needed && !target.seed && !isAvoided(target, now)) {
                    all.remove();
                }
            }
        }
        return underWay;
    }

    /** Whether it is remembered only so that it is not dialled again at once. */
    private boolean isAvoided(Target target, long now) {
        return view.isActive() && now - target.notBefore < 0;
    }

    private boolean isWaiting(Target target) {
        return !target.dialling && isNeeded(target) && !links.isLinkedAt(target.address) && !target.self;
    }

    private boolean isUnlinkedMember(Target target) {
        return target.member != null && !links.isLinked(target.member);
    }

    /** Whether a link to whoever is there would serve. */
    private boolean isNeeded(Target target) {
        if (view.isActive()) {
            // A seed that is a member known to all is no better than the others, and all would dial it.
            return target.asked
                    || target.candidate != null
                    || (target.seed && (target.member == null || links.isEmpty()));
        }
        return isUnlinkedMember(target) || target.seed || lost.isAt(target.address);
    }

    private int rank(Target target) {
        return isUnlinkedMember(target) ? 0 : target.seed ? 1 : 2;
    }
}
