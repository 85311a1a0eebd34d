package dev.grapevine.protocol.membership;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.MembershipFrame;
import dev.grapevine.protocol.step.DialFailure;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.protocol.step.Time;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** SWIM membership (Das, Gupta, Motivala 2002) with Lifeguard (Dadgar, Phillips, Currey 2018). Signatures first. */
public final class SwimCore {
    private final Member self;
    private boolean joined;

    /** Not joined yet. */
    public SwimCore(Member self, MembershipSettings settings, RandomGenerator random, Time now) {
        this.self = self;
    }

    /** Self becomes ALIVE. */
    public void join(Time now, Effects out) {
        joined = true;
        out.add(new Effect.MemberChanged(self, MemberStatus.ALIVE));
    }

    /** Announces that self goes. */
    public void leave(Time now, Effects out) {
        out.add(new Effect.LeaveConfirmed());
    }

    /** Time passed. */
    public void tick(Time now, Effects out) {}

    /** A link is open. */
    public void linkUp(Member peer, boolean dialled, Time now, Effects out) {}

    /** A link is gone. */
    public void linkDown(Origin peer, LinkLoss cause, Time now, Effects out) {}

    /** A dial failed. */
    public void dialFailed(Address address, DialFailure cause, Time now, Effects out) {}

    /** A frame arrived. */
    public void receive(Origin from, MembershipFrame frame, Time now, Effects out) {}

    /** Who is in the view. */
    public SortedMap<Origin, Member> present() {
        SortedMap<Origin, Member> present = new TreeMap<>();
        if (joined) {
            present.put(self.origin(), self);
        }
        return present;
    }

    /** How a member stands. */
    public @Nullable MemberStatus status(Origin origin) {
        return joined && origin.equals(self.origin()) ? MemberStatus.ALIVE : null;
    }
}
