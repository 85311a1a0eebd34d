package dev.grapevine.protocol.overlay;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.step.DialFailure;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.protocol.step.Time;
import java.util.List;
import java.util.random.RandomGenerator;

/** Who is dialled when. Signatures first. */
public final class OverlayCore {

    /** Nobody is dialled before {@link #join}. */
    public OverlayCore(Member self, OverlaySettings settings, RandomGenerator random) {}

    /** Begins to seek others. */
    public void join(List<Address> seeds, Time now, Effects out) {}

    /** The seeds are now these. */
    public void seeds(List<Address> seeds, Time now, Effects out) {}

    /** Dials nobody any more. */
    public void leave(Effects out) {}

    /** A member stands differently. */
    public void memberChanged(Member member, MemberStatus status, Time now, Effects out) {}

    /** A link is open. */
    public void linkUp(Member peer, Time now, Effects out) {}

    /** A link is gone. */
    public void linkDown(Origin peer, LinkLoss cause, Time now, Effects out) {}

    /** A dial failed. */
    public void dialFailed(Address address, DialFailure cause, Time now, Effects out) {}

    /** Time passed. */
    public void tick(Time now, Effects out) {}
}
