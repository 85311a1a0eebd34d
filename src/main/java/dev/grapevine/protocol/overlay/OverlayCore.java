package dev.grapevine.protocol.overlay;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.step.DialFailure;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.protocol.step.Time;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Who is dialled when, so that each present member gets a link (full mesh) and so that whoever is cut off finds its way
 * back by itself: seeds are tried for ever, and members that died are still dialled now and then.
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

    private record Link(Address address, long since) {}

    private final Member self;
    private final OverlaySettings settings;
    private final Pace pace;
    private final JoinTracker joinTracker = new JoinTracker();
    private final TreeMap<Origin, Address> members = new TreeMap<>();
    private final TreeMap<Origin, Link> links = new TreeMap<>();
    private final TreeMap<Address, Target> targets = new TreeMap<>();
    private final LostMembers lost;
    private boolean dialling;

    /** Others than those given when joining are to be named, and were not yet. */
    private boolean seedsAwaited;

    /** Seeds were asked for, and none is named. */
    private boolean nothingNamed;

    /** Nothing to dial and no dial under way, until something happens: the usual state, in which ticks cost nothing. */
    private boolean settled;

    /**
     * Dials nobody before {@link #join}.
     *
     * @param self this member, whose own address is never dialled
     * @param settings the pace of dialling and its bounds
     * @param random source of chance, used by this core only in its steps
     */
    public OverlayCore(Member self, OverlaySettings settings, RandomGenerator random) {
        this.self = self;
        this.settings = settings;
        this.pace = new Pace(settings, random);
        this.lost = new LostMembers(settings.lostRetention().toNanos(), MAX_LOST);
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
        targets.values().forEach(target -> target.seed = named.contains(target.address));
        named.forEach(seed -> target(seed, now.nanos()).seed = true);
        step(now, out);
    }

    /**
     * This member goes: nobody is dialled any more.
     *
     * @param out takes the effects
     */
    public void leave(Effects out) {
        dialling = false;
        targets.clear();
        joinTracker.left(out);
    }

    /**
     * A member stands differently. Present ones are linked, dead ones still tried now and then, those who left not.
     *
     * @param member the member; this one itself is ignored
     * @param status how it stands now
     * @param now the time
     * @param out takes the effects
     */
    public void memberChanged(Member member, MemberStatus status, Time now, Effects out) {
        Origin origin = member.origin();
        if (origin.equals(self.origin())) {
            return;
        }
        Address known = status.isPresent() ? members.put(origin, member.address()) : members.remove(origin);
        lost.remove(origin);
        if (status.isPresent()) {
            if (!member.address().equals(known)) {
                found(member, now);
            }
        } else if (status == MemberStatus.DEAD) {
            lost.add(origin, member.address(), now.nanos());
            Target target = target(member.address(), now.nanos());
            boolean onlyHope = target.seed && links.isEmpty();
            target.notBefore = now.nanos() + (onlyHope ? pace.backoff(target.failures) : pace.slow());
        }
        step(now, out);
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
        links.put(peer.origin(), new Link(peer.address(), now.nanos()));
        Target target = targets.get(peer.address());
        if (target != null) {
            target.dialling = false;
            target.failures = 0;
            target.detours = 0;
            // A new life at the address starts with a clean record.
            target.shortLinks = peer.origin().equals(target.lastPeer) ? target.shortLinks : 0;
            target.lastPeer = peer.origin();
        }
        Target alias = dialled == null || dialled.equals(peer.address()) ? null : targets.get(dialled);
        if (alias != null) {
            alias.dialling = false;
            alias.failures = 0;
            detour(alias, now.nanos());
        }
        step(now, out);
    }

    /**
     * A link is gone. A member that is still present is dialled again at once, which also shows whether anything listens
     * there; if its links never last, with growing waits. Who lost the last link tries all seeds at once.
     *
     * @param peer whose
     * @param cause why
     * @param now the time
     * @param out takes the effects
     */
    public void linkDown(Origin peer, LinkLoss cause, Time now, Effects out) {
        Link link = links.remove(peer);
        if (link == null || !dialling) {
            return;
        }
        Target target = target(link.address(), now.nanos());
        boolean lasted = now.nanos() - link.since() >= settings.retryMax().toNanos();
        target.shortLinks = lasted ? 0 : target.shortLinks + 1;
        boolean atOnce = cause != LinkLoss.LOCAL && target.shortLinks <= 1;
        target.notBefore = now.nanos() + (atOnce ? 0 : pace.backoff(target.shortLinks));
        seekSeedsAgain(target, now.nanos());
        step(now, out);
    }

    /** After the loss of a link: at once if it was the last one. Detours, which may have led there, no longer wait so long. */
    private void seekSeedsAgain(Target lost, long now) {
        for (Target seed : targets.values()) {
            if (seed.seed && seed != lost && links.isEmpty()) {
                seed.failures = 0;
                seed.notBefore = now;
            } else if (seed.detours > 1) {
                // Never later than it was, or links that come and go would put it off for ever.
                long soon = now + pace.slow();
                seed.notBefore = soon - seed.notBefore < 0 ? soon : seed.notBefore;
            }
            seed.detours = 0;
        }
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
        Target target = targets.get(address);
        if (target == null) {
            return;
        }
        target.dialling = false;
        if (cause == DialFailure.SELF) {
            target.self = true;
        } else if (cause == DialFailure.DUPLICATE) {
            // The other link is there or about to be; unless this address is another name of it, it ends the dialling.
            if (isMember(address)) {
                target.notBefore = now.nanos() + pace.backoff(1);
            } else {
                detour(target, now.nanos());
            }
        } else {
            target.detours = 0;
            target.failures++;
            target.notBefore = now.nanos() + waitAfterFailure(target, cause);
        }
        step(now, out);
    }

    /**
     * Time has passed: whoever is due is dialled.
     *
     * @param now the time
     * @param out takes the effects
     */
    public void tick(Time now, Effects out) {
        lost.expire(now.nanos());
        if (!settled) {
            step(now, out);
        }
    }

    /**
     * A seed is another name of a member that is linked. It is not forgotten: a name can stand for several members, and
     * when they started apart it may be all that ever brings them together. But it is seldom dialled.
     */
    private void detour(Target target, long now) {
        target.detours = links.isEmpty() ? 1 : target.detours + 1;
        target.notBefore = now + pace.detour(target.detours);
    }

    private long waitAfterFailure(Target target, DialFailure cause) {
        boolean hopeless = cause == DialFailure.FOREIGN_CLUSTER
                || cause == DialFailure.WRONG_VERSION
                || cause == DialFailure.NOT_A_PEER;
        boolean needed = isMember(target.address) || (target.seed && links.isEmpty());
        return needed && !hopeless ? pace.backoff(target.failures) : pace.slow();
    }

    /** A member without a link was heard of: the smaller id dials first. */
    private void found(Member member, Time now) {
        Target target = target(member.address(), now.nanos());
        target.failures = 0;
        boolean first = self.id().compareTo(member.id()) < 0;
        if (!target.dialling && (first || !target.seed)) {
            target.notBefore = now.nanos() + (first ? 0 : pace.courtesy());
        }
    }

    private void step(Time now, Effects out) {
        if (!dialling) {
            return;
        }
        dialDue(now.nanos(), out);
        boolean hasSeeds = seedsAwaited || nothingNamed;
        boolean seedFailed = nothingNamed;
        for (Target target : targets.values()) {
            hasSeeds |= target.seed && !target.self;
            seedFailed |= target.seed && target.failures > 0;
        }
        joinTracker.update(members.size(), hasSeeds, seedFailed, out);
    }

    private void dialDue(long now, Effects out) {
        TreeSet<Address> linked = new TreeSet<>();
        links.values().forEach(link -> linked.add(link.address()));
        TreeSet<Address> unlinked = new TreeSet<>();
        members.forEach((origin, address) -> {
            if (!links.containsKey(origin)) {
                unlinked.add(address);
            }
        });
        settled = true;
        int underWay = 0;
        List<Target> due = new ArrayList<>();
        Iterator<Target> all = targets.values().iterator();
        while (all.hasNext()) {
            Target target = all.next();
            boolean isLinked = linked.contains(target.address);
            boolean needed = unlinked.contains(target.address) || target.seed || lost.isAt(target.address);
            boolean wanted = needed && !isLinked && !target.self;
            settled &= !target.dialling && !wanted;
            if (target.dialling) {
                underWay++;
            } else if (!needed && !isLinked) {
                all.remove();
            } else if (wanted && now - target.notBefore >= 0) {
                due.add(target);
            }
        }
        // Members before seeds before the lost, and those with the best record first.
        due.sort(Comparator.<Target>comparingInt(target -> unlinked.contains(target.address) ? 0 : target.seed ? 1 : 2)
                .thenComparingInt(target -> target.failures));
        dial(due, Math.min(settings.maxDials(), settings.maxPeers() - links.size()) - underWay, out);
    }

    private static void dial(List<Target> due, int most, Effects out) {
        for (Target target : due.subList(0, Math.max(0, Math.min(most, due.size())))) {
            target.dialling = true;
            out.add(new Effect.Dial(target.address));
        }
    }

    private boolean isMember(Address address) {
        return members.containsValue(address);
    }

    private Target target(Address address, long now) {
        return targets.computeIfAbsent(address, added -> new Target(added, now));
    }
}
