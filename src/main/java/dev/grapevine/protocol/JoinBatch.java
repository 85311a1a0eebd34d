package dev.grapevine.protocol;

import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.JoinState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * When those who join are shown to users: one that comes alone at once, those of a burst together, so that a cluster that
 * starts at once shows few intermediate sizes. (Rapid batches in the same way, though by consensus: Suresh and others,
 * "Stable and Consistent Membership at Scale with Rapid", USENIX ATC 2018, section 4.) Only what is shown waits; the other
 * cores know of every member at once.
 *
 * <p>A burst lasts as long as the next join comes within its window, which is the quiet time at first and grows with the
 * logarithm of those who have joined in it, as the rounds do in which news spreads. Who opens a burst is shown at once, and
 * those who follow when the window has passed without a join, at the latest {@value #MOST_QUIETS} quiet times after the
 * first that is held. What happens to a member meanwhile is shown as part of its join, and one that goes meanwhile is never
 * shown, unless a message of it is delivered. Whoever was shown is never held: its suspicion, death and departure are told at once.
 *
 * <p>Bounded by the table of membership, which bounds who is present, and by the links over which messages may come.
 */
final class JoinBatch {

    /** How many quiet times a member is held back at the most. */
    static final int MOST_QUIETS = 32;

    private final long quiet;
    private final TreeMap<Origin, Effect.MemberChanged> held = new TreeMap<>();

    /** Those that went while they were held, with their join and their end, as long as messages of them may come. */
    private final TreeMap<Origin, List<Effect>> unseen = new TreeMap<>();

    /** That others were found, which is told together with them. */
    private Effect.@Nullable JoinChanged found;

    /** How many have joined in the present burst, or the last. */
    private int burst;

    private long lastJoin;
    private long firstHeld;

    /** Whether somebody went out of the view in this step: who joins in the same step takes the place. */
    private boolean vacated;

    JoinBatch(Duration quiet) {
        this.quiet = quiet.toNanos();
    }

    /** This member joins, which opens a burst: whom it finds is shown together, be it one or thousands. */
    void begin(long now) {
        burst = 1;
        lastJoin = now;
    }

    /**
     * Another member stands differently.
     *
     * @param change how it stands now
     * @param known whether it was present before, shown or held
     * @param now the time, in nanoseconds
     * @param out takes what is shown
     */
    void changed(Effect.MemberChanged change, boolean known, long now, Effects out) {
        Origin origin = change.member().origin();
        MemberStatus status = change.status();
        if (status.isPresent()) {
            unseen.remove(origin);
        }
        Effect.MemberChanged join = held.get(origin);
        if (join != null) {
            if (status.isPresent()) {
                held.put(origin, change);
            } else {
                held.remove(origin);
                unseen.put(origin, List.of(join, change));
            }
        } else if (known) {
            vacated |= !status.isPresent();
            out.add(change);
        } else if (status.isPresent()) {
            joined(change, now, out);
        }
    }

    private void joined(Effect.MemberChanged change, long now, Effects out) {
        if (held.isEmpty() && now - lastJoin >= window()) {
            burst = 0;
        }
        burst++;
        lastJoin = now;
        if (burst == 1 || vacated || quiet == 0) {
            out.add(change);
            return;
        }
        if (held.isEmpty()) {
            firstHeld = now;
        }
        held.put(change.member().origin(), change);
    }

    /** Whether others were found changed. That it is so is told when they are shown. */
    void changed(Effect.JoinChanged change, Effects out) {
        found = null;
        if (change.state() == JoinState.JOINED && !held.isEmpty()) {
            found = change;
        } else {
            out.add(change);
        }
    }

    /** Twice as many take one round of gossip more. */
    private long window() {
        return quiet * (Integer.SIZE - Integer.numberOfLeadingZeros(burst));
    }

    /** Users are about to be given a message of a member: they see the member first, and its end if it has gone. */
    void heard(Origin publisher, Effects out) {
        if (!held.isEmpty() && held.containsKey(publisher)) {
            show(out);
        } else if (!unseen.isEmpty()) {
            List<Effect> life = unseen.remove(publisher);
            if (life != null) {
                life.forEach(out::add);
            }
        }
    }

    /** Nothing of a member that has gone can be delivered any more. */
    void silent(Origin member) {
        unseen.remove(member);
    }

    boolean isHolding() {
        return !held.isEmpty();
    }

    void tick(long now, Effects out) {
        if (!held.isEmpty() && (now - lastJoin >= window() || now - firstHeld >= MOST_QUIETS * quiet)) {
            show(out);
        }
    }

    /** Shows all that are held. */
    void show(Effects out) {
        List<Effect> shown = new ArrayList<>(held.values());
        if (found != null) {
            shown.add(found);
        }
        held.clear();
        found = null;
        shown.forEach(out::add);
    }

    /** Ends a step. */
    void settle() {
        vacated = false;
    }
}
