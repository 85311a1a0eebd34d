package dev.grapevine.protocol.overlay;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.OverlayFrame;
import dev.grapevine.protocol.step.DialFailure;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.protocol.step.Time;
import java.util.List;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Who is dialled when, so that each present member gets a link (full mesh) or, beyond {@link OverlaySettings#maxPeers},
 * each holds a few neighbours ({@link HyParView}), and so that whoever is cut off finds its way back by itself: seeds are tried for
 * ever, and members that died are still dialled now and then.
 *
 * <p>A pure, single-threaded state machine over addresses. An address is dialled at most once at a time; two members that
 * dial each other at the same time is left to the handshake, which keeps one link. To make that rare, of two members that
 * learn of each other by gossip the one with the smaller id dials first. Tables are bounded: {@value #MAX_SEEDS} seeds
 * (further ones are not tried) and {@value #MAX_LOST} lost members (the longest lost is forgotten).
 */
public final class OverlayCore {

    /** Most seeds that are tried. */
    public static final int MAX_SEEDS = 1024;

    /** Most dead members whose addresses are still dialled. */
    public static final int MAX_LOST = 1024;

    /** How often the links are looked over. */
    private static final long SWEEP_NANOS = 200_000_000L;

    private final Member self;
    private final Waits waits;
    private final JoinTracker joinTracker = new JoinTracker();
    private final PresentOthers present = new PresentOthers();
    private final OpenLinks links = new OpenLinks();
    private final Targets targets = new Targets(present);
    private final LostMembers lost;
    private final PartialView view;
    private final Attendance attendance;
    private final DialQueue queue;
    private final Attempts attempts;
    private boolean dialling;
    private long nextSweep;

    /** Members changed, and nothing was made of it yet. */
    private boolean unsettled;

    /** Others than those given when joining are to be named, and were not yet. */
    private boolean seedsAwaited;

    /** Seeds were asked for, and none is named. */
    private boolean nothingNamed;

    /**
     * Dials nobody before {@link #join}.
     *
     * @param self this member, whose own address is never dialled
     * @param settings the pace of dialling and its bounds
     * @param random source of chance, used by this core only in its steps
     */
    public OverlayCore(Member self, OverlaySettings settings, RandomGenerator random) {
        this.self = self;
        this.waits = new Waits(settings, random);
        this.lost = new LostMembers(settings.lostRetention().toNanos(), MAX_LOST);
        this.view = new PartialView(self.origin(), settings, waits, random, present, links, targets, lost);
        this.attendance = new Attendance(self.id(), settings.maxPeers(), waits, present, links, targets, lost, view);
        this.queue = new DialQueue(settings.maxDials(), targets, links, lost, view);
        this.attempts = new Attempts(settings.retryMax().toNanos(), waits, present, links, targets, lost, view);
    }

    /**
     * Begins to seek others: the seeds are dialled at once.
     *
     * @param seeds addresses to try; may be empty
     * @param more whether others may be named later, so that having none yet does not mean being alone by intent
     * @param now the time
     * @param out takes the effects
     */
    public void join(List<Address> seeds, boolean more, Time now, Effects out) {
        dialling = true;
        nextSweep = now.nanos();
        seedsAwaited = more;
        take(seeds, now, out);
    }

    /**
     * The seeds are now these. New ones are dialled at once, those that are gone no longer.
     *
     * @param seeds addresses to try; may be empty
     * @param now the time
     * @param out takes the effects
     */
    public void seeds(List<Address> seeds, Time now, Effects out) {
        if (dialling) {
            seedsAwaited = false;
            nothingNamed = seeds.isEmpty();
            take(seeds, now, out);
        }
    }

    private void take(List<Address> seeds, Time now, Effects out) {
        TreeSet<Address> named = new TreeSet<>();
        for (Address seed : seeds) {
            if (named.size() < MAX_SEEDS && !seed.equals(self.address())) {
                named.add(seed);
            }
        }
        targets.all().forEach(target -> target.seed = named.contains(target.address));
        named.forEach(seed -> targets.at(seed, now.nanos()).seed = true);
        step(now, out);
    }

    /**
     * This member goes: nobody is dialled any more.
     *
     * @param out takes the effects
     */
    public void leave(Effects out) {
        dialling = false;
        view.end();
        targets.clear();
        joinTracker.left(out);
    }

    /**
     * A member stands differently. Present ones are linked, dead ones still tried now and then, those who left not: by
     * the next step or {@link #settle}, so that whoever hears of thousands at once does not begin to dial the first few.
     *
     * @param member the member; this one itself is ignored
     * @param status how it stands now
     * @param now the time
     */
    public void memberChanged(Member member, MemberStatus status, Time now) {
        if (!member.origin().equals(self.origin())) {
            attendance.changed(member, status, now.nanos());
            unsettled = true;
        }
    }

    /**
     * No more members change for now.
     *
     * @param now the time
     * @param out takes the effects
     */
    public void settle(Time now, Effects out) {
        if (unsettled) {
            unsettled = false;
            attendance.settle(now.nanos(), out);
            step(now, out);
        }
    }

    /**
     * Whether another member is present.
     *
     * @param member a life of it
     * @return true if the last that was told of it says so
     */
    public boolean sees(Origin member) {
        return present.contains(member);
    }

    /**
     * A link is open.
     *
     * @param peer whose
     * @param dialled the address that was dialled for it, or null if the peer dialled
     * @param now the time
     * @param out takes the effects
     */
    public void linkUp(Member peer, @Nullable Address dialled, Time now, Effects out) {
        OpenLink link = new OpenLink(peer, now.nanos());
        links.add(link);
        attempts.succeeded(peer, dialled, now.nanos(), out);
        view.linkUp(link, now.nanos(), out);
        step(now, out);
    }

    /**
     * A peer said something about its link.
     *
     * @param peer who
     * @param frame what
     * @param now the time
     * @param out takes the effects
     */
    public void receive(Origin peer, OverlayFrame frame, Time now, Effects out) {
        OpenLink link = links.get(peer);
        if (link == null || link.released) {
            return; // about to close: what crossed the release on its way says nothing any more
        }
        if (frame instanceof OverlayFrame.Release) {
            released(link, now.nanos(), out);
        } else if (dialling) {
            view.receive(link, frame, now.nanos(), out);
        }
        step(now, out);
    }

    private void released(OpenLink link, long now, Effects out) {
        links.release(link, now);
        out.add(new Effect.Close(link.origin()));
        if (dialling) {
            // Who was turned away does not come again at once: nor ever, if it is no member.
            targets.at(link.address(), now).notBefore = now + waits.slow();
            if (!view.isActive() && !attendance.isFewEnoughForMesh()) {
                view.enter(now, out);
            }
        }
        view.linkDown(link.origin(), now, out);
    }

    /**
     * Whether the link to a peer is being given up by choice of either side: its end is no failure.
     *
     * @param peer whose link
     * @return true from the release until the link is down
     */
    public boolean isReleased(Origin peer) {
        OpenLink link = links.get(peer);
        return link != null && link.released;
    }

    /**
     * Whether this member keeps links to a few others only, since there are too many for a full mesh.
     *
     * @return true while the view is partial
     */
    public boolean isPartial() {
        return view.isActive();
    }

    /**
     * A member is to be reached for a moment. In a full mesh everybody is dialled anyway; in a partial view it is dialled
     * at once, unless {@value PartialView#MAX_ASKED} such dials are under way.
     *
     * @param member whom
     * @param now the time
     * @param out takes the effects
     */
    public void reach(Member member, Time now, Effects out) {
        if (view.reach(member, now.nanos())) {
            step(now, out);
        }
    }

    /**
     * A link is gone. A member that is still present is dialled again at once, which also shows whether anything listens
     * there; if its links never last, with growing waits, or not again in a partial view, where another is chosen. So it is
     * when the link was released. Who lost the last link tries all seeds at once.
     *
     * @param peer whose
     * @param cause why
     * @param now the time
     * @param out takes the effects
     */
    public void linkDown(Origin peer, LinkLoss cause, Time now, Effects out) {
        OpenLink link = links.remove(peer);
        if (link == null) {
            return;
        }
        if (dialling) {
            attempts.ended(link, cause, now.nanos());
        }
        view.linkDown(peer, now.nanos(), out);
        step(now, out);
    }

    /**
     * A dial gave no link. It is tried again after a wait, unless it turned out to be this member itself.
     *
     * @param address what was dialled
     * @param cause why it failed
     * @param now the time
     * @param out takes the effects
     */
    public void dialFailed(Address address, DialFailure cause, Time now, Effects out) {
        if (attempts.failed(address, cause, now.nanos(), out)) {
            step(now, out);
        }
    }

    /**
     * How long the next tick may take to come, as things stand: until somebody is to be dialled. In a partial view, where
     * choices and links have times of their own, it is to come at once.
     *
     * @param now the time
     * @return nanoseconds, not positive for at once
     */
    public long untilTick(Time now) {
        return view.isActive() ? 0 : queue.untilDue(now.nanos());
    }

    /**
     * Time has passed: whoever is due is dialled.
     *
     * @param now the time
     * @param out takes the effects
     */
    public void tick(Time now, Effects out) {
        lost.expire(now.nanos());
        boolean swept = false;
        if (dialling && now.nanos() - nextSweep >= 0) {
            nextSweep = now.nanos() + SWEEP_NANOS;
            view.sweep(now.nanos(), out);
            swept = view.isActive();
        }
        if (swept || queue.isDue(now.nanos())) {
            step(now, out);
        }
    }

    private void step(Time now, Effects out) {
        if (!dialling) {
            return;
        }
        queue.dialDue(now.nanos(), out);
        boolean hasSeeds = seedsAwaited || nothingNamed || targets.any(target -> target.seed && !target.self);
        boolean seedFailed = nothingNamed || targets.any(target -> target.seed && target.failures > 0);
        boolean superseded = targets.any(target -> target.superseding);
        joinTracker.update(present.size(), superseded, hasSeeds, seedFailed, out);
    }
}
