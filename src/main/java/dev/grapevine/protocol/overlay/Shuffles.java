package dev.grapevine.protocol.overlay;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.frame.OverlayFrame;
import dev.grapevine.protocol.frame.OverlayFrame.Shuffle;
import dev.grapevine.protocol.frame.OverlayFrame.ShuffleReply;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.RejectReason;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How two members that are some steps apart exchange parts of their passive views (HyParView, DSN 2007, section 4.4), so
 * that these stay random and forget who is gone. Two things are not as in the paper: a walk goes to nobody twice, and the
 * answer comes back the way that the walk took and not over a connection of its own, which would cost a handshake for every
 * shuffle. Whoever cannot pass an answer on drops it.
 *
 * <p>An answer is taken only while one is awaited, and only from the neighbour through which the shuffle went out. Who is
 * named and not present here is left out, and counted once a frame.
 */
final class Shuffles {

    private final Origin self;
    private final ViewSettings settings;
    private final Surroundings surroundings;
    private final ActiveView active;
    private final PassiveView passive;

    /** Through whom the answer to the last shuffle comes, if it is still awaited, and whom that shuffle named. */
    private @Nullable Origin awaited;

    private List<Origin> named = List.of();

    Shuffles(Origin self, ViewSettings settings, Surroundings surroundings, ActiveView active, PassiveView passive) {
        this.self = self;
        this.settings = settings;
        this.surroundings = surroundings;
        this.active = active;
        this.passive = passive;
    }

    /** Starts a walk through any neighbour; an answer to the walk before is no longer awaited. */
    void begin(Effects out) {
        awaited = active.randomBut(List.of());
        if (awaited == null) {
            return;
        }
        List<Origin> sample = new ArrayList<>();
        sample.add(self);
        sample.addAll(active.sample(settings.shuffleActive(), awaited));
        sample.addAll(passive.sample(settings.shufflePassive()));
        named = sample;
        tell(awaited, new Shuffle(List.of(self), settings.activeWalk() - 1, sample), out);
    }

    void receive(Origin from, Shuffle shuffle, Effects out) {
        List<Origin> path = shuffle.path();
        int steps = shuffle.steps();
        if (steps < 0 || path.size() > OverlayFrame.MAX_STEPS - steps || isAbsurd(shuffle.sample())) {
            reject(RejectReason.INVALID_RANGE, from, "shuffle", out);
        } else if (path.isEmpty() || !path.get(path.size() - 1).equals(from) || path.contains(self)) {
            reject(RejectReason.FORGED_ORIGIN, from, "path of a shuffle", out);
        } else {
            Origin next = steps == 0 ? null : active.randomBut(path);
            if (next == null) {
                exchange(from, shuffle, out);
            } else {
                List<Origin> longer = new ArrayList<>(path);
                longer.add(self);
                tell(next, new Shuffle(longer, steps - 1, shuffle.sample()), out);
            }
        }
    }

    /** This member is the end of the walk. */
    private void exchange(Origin from, Shuffle shuffle, Effects out) {
        List<Origin> given = passive.sample(shuffle.sample().size());
        List<Origin> way = shuffle.path().subList(0, shuffle.path().size() - 1);
        tell(from, new ShuffleReply(List.copyOf(way), given), out);
        take(from, shuffle.sample(), given, out);
    }

    void receive(Origin from, ShuffleReply reply, Effects out) {
        List<Origin> path = reply.path();
        if (path.size() >= OverlayFrame.MAX_STEPS || isAbsurd(reply.sample())) {
            reject(RejectReason.INVALID_RANGE, from, "answer to a shuffle", out);
        } else if (!path.isEmpty()) {
            Origin next = path.get(path.size() - 1);
            if (surroundings.isOpen(next)) {
                tell(next, new ShuffleReply(List.copyOf(path.subList(0, path.size() - 1)), reply.sample()), out);
            }
        } else if (!from.equals(awaited)) {
            reject(RejectReason.FORGED_ORIGIN, from, "answer to no shuffle", out);
        } else {
            awaited = null;
            take(from, reply.sample(), named, out);
        }
    }

    private void take(Origin from, List<Origin> sample, List<Origin> given, Effects out) {
        List<Origin> expendable = new ArrayList<>(given);
        int unknown = 0;
        for (Origin member : sample) {
            if (member.equals(self)) {
                continue;
            }
            if (surroundings.addressOf(member) == null) {
                unknown++;
            } else {
                passive.add(member, expendable);
            }
        }
        if (unknown > 0) {
            reject(RejectReason.UNKNOWN_MEMBER, from, unknown + " members of a shuffle", out);
        }
    }

    private static boolean isAbsurd(List<Origin> sample) {
        return sample.size() > OverlayFrame.MAX_SAMPLE;
    }

    private static void reject(RejectReason reason, Origin from, String detail, Effects out) {
        out.add(new Effect.Rejected(reason, from, detail));
    }

    private static void tell(Origin peer, OverlayFrame frame, Effects out) {
        out.add(new Effect.Send(peer, Lane.CONTROL, frame));
    }
}
