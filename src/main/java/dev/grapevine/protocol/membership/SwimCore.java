package dev.grapevine.protocol.membership;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.MembershipFrame;
import dev.grapevine.protocol.frame.Rumor;
import dev.grapevine.protocol.step.DialFailure;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.protocol.step.Pace;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.Time;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Who is there: SWIM (Das, Gupta, Motivala, "SWIM: Scalable Weakly-consistent Infection-style Process Group Membership
 * Protocol", DSN 2002) with Lifeguard (Dadgar, Phillips, Currey, "Lifeguard: Local Health Awareness for More Accurate
 * Failure Detection", 2018), over links that are opened by somebody else. A member is known dead within bounded time and
 * never on the word of one observer while others could have confirmed it; a member that was removed wrongly hears of it
 * and comes back by itself.
 *
 * <p>A pure, single-threaded state machine. Each method is one step: it takes its time, and puts its effects in order.
 * Claims from outside never throw; those that no honest member can make are counted as {@link Effect.Rejected}.
 */
public final class SwimCore {

    private final MembershipSettings settings;
    private final Set<Refinement> refinements;
    private final OwnPause ownPause;
    private final MemberTable table;
    private final Speaker speaker;
    private final Prober prober;
    private final Relays relays;
    private final View view;
    private final Jury jury;
    private final Self self;
    private final MetadataSync metadata;
    private final RumorMill mill;
    private final TableSync sync;
    private final LinkJudge linkJudge;
    private final Answers answers;
    private @Nullable Leaving leaving;

    /**
     * A member that has not joined yet: it says nothing.
     *
     * @param self this member
     * @param settings how it watches
     * @param random source of chance, used by this core only in its steps
     * @param now the time
     */
    public SwimCore(Member self, MembershipSettings settings, RandomGenerator random, Time now) {
        this(self, settings, Refinement.all(), random, now);
    }

    SwimCore(Member self, MembershipSettings settings, Set<Refinement> refinements, RandomGenerator random, Time now) {
        this.settings = settings;
        this.refinements = refinements;
        LocalHealth health = new LocalHealth(refinements.contains(Refinement.LOCAL_HEALTH) ? LocalHealth.MAX : 0);
        this.table = new MemberTable(settings.maxMembers());
        this.speaker = new Speaker(self.zone(), settings, refinements, table, random);
        this.ownPause = new OwnPause(settings, now.nanos());
        this.prober = new Prober(settings, refinements, table, speaker, health, ownPause, random);
        this.relays = new Relays(settings, refinements, table, speaker);
        this.view = new View(settings, table, speaker, prober);
        this.jury = new Jury(self.origin(), settings, refinements, table, speaker, prober, view, random);
        this.self = new Self(self, table, speaker, health);
        this.metadata = new MetadataSync(settings, table, speaker, view, random);
        this.mill = new RumorMill(this.self, table, speaker, view, jury, prober, metadata);
        this.sync = new TableSync(settings, table, speaker, view, mill);
        this.linkJudge = new LinkJudge(this.self, table, speaker, view, mill);
        this.answers = new Answers(this.self, table, speaker, prober, relays, metadata, sync);
    }

    /**
     * This member becomes {@link MemberStatus#ALIVE} and begins to speak. Further calls do nothing.
     *
     * @param now the time
     * @param out takes the effects
     */
    public void join(Time now, Effects out) {
        if (self.hasJoined()) {
            return;
        }
        Step step = Step.at(now, out);
        self.join(step);
        speaker.start(step.now());
        prober.start(step.now());
        sync.start(step.now());
        speaker.linked().forEach(peer -> sync.greet(peer, step));
        speaker.flush(step);
    }

    /**
     * Announces that this member goes; ends with {@link Effect.LeaveConfirmed} when all linked peers confirmed it, or
     * after {@link MembershipSettings#leaveTimeout}. From then on pings are answered, and nobody is probed. Before
     * joining it is confirmed at once; further calls do nothing.
     *
     * @param now the time
     * @param out takes the effects
     */
    public void leave(Time now, Effects out) {
        if (leaving != null) {
            return;
        }
        if (!self.hasJoined()) {
            out.add(new Effect.LeaveConfirmed());
            return;
        }
        Step step = Step.at(now, out);
        Rumor.Left left = self.leave(step);
        prober.stop();
        leaving = new Leaving(left, settings, speaker, step);
    }

    /**
     * This member has other labels from now on. Before joining it begins with them; after leaving nothing changes.
     *
     * @param labels the labels, within the limits of {@link Member}
     * @param now the time
     * @param out takes the effects
     */
    public void updateMetadata(Map<String, String> labels, Time now, Effects out) {
        self.relabel(labels, Step.at(now, out));
    }

    /**
     * The pace of gossip as it is set, for so many members as are present.
     *
     * @return the pace until another is given
     */
    public Pace setPace() {
        return speaker.setPace();
    }

    /**
     * Gossip goes at another pace from the next round on.
     *
     * @param changed fanout, interval and most bytes a frame; its budget is kept by putting rounds off, and what could not
     *     wait counts too
     */
    public void pace(Pace changed) {
        speaker.pace(changed);
    }

    /**
     * Time has passed. A gap of more than half a probe interval since the last tick, or since a tick was to come, at this or any
     * other input, is this member's own pause: what it waits for is put off by as much before anybody is accused.
     *
     * @param now the time
     * @param out takes the effects
     */
    public void tick(Time now, Effects out) {
        Step step = begin(now, out);
        table.settle();
        ownPause.ticked(step.now());
        if (!self.hasJoined()) {
            return;
        }
        for (Origin silent : prober.tick(step)) {
            jury.unanswered(silent, step);
        }
        relays.tick(step);
        if (leaving != null) {
            leaving.tick(step);
        } else {
            if (!ownPause.isDeaf()) {
                jury.tick(step);
            }
            sync.tick(step);
        }
        view.expireTombstones(step);
        metadata.tick(step);
        speaker.tick(step);
        speaker.flush(step);
    }

    /**
     * How long the next tick may take to come, as things stand. While a suspicion, news or a transfer is under way, this
     * member leaves or hears nobody, it is to come at once; else when a probe begins or goes on. What is done every now and
     * then (tables compared, tombstones forgotten) needs no tick of its own.
     *
     * @param now the time
     * @return nanoseconds, not positive for at once
     */
    public long untilTick(Time now) {
        boolean atRest = (leaving == null || leaving.isOver())
                && !table.hasSuspects()
                && !ownPause.isDeaf()
                && relays.isIdle()
                && speaker.isIdle()
                && sync.isIdle()
                && metadata.isIdle()
                && !view.isAnnouncing();
        return atRest ? prober.untilDue(now.nanos()) : 0;
    }

    /**
     * The time that ticks are not to come in: that none does shows no pause of this member's own. Holds until the next call.
     *
     * @param now the time
     * @param nanos for how long, nanoseconds; 0 if ticks come as they do while something is under way
     */
    public void resting(Time now, long nanos) {
        ownPause.resting(now.nanos(), now.nanos() + nanos);
    }

    /**
     * Whom this member probes in turn: everybody, or in a cluster too large for a full mesh those who are linked. Since
     * everybody is linked to about as many, each is watched by as many observers whatever the size, and each member has
     * still one probe a period to bear (as in the monitoring overlay of Rapid: Suresh and others, "Stable and Consistent
     * Membership at Scale with Rapid", USENIX ATC 2018, section 4.1). Who may declare whom dead stays the same.
     *
     * @param only whether only linked members are probed in turn
     */
    public void watchNeighbours(boolean only) {
        prober.watchNeighbours(only);
    }

    /**
     * Probes a member out of turn, within half a probe's time-out: its round trip is wanted.
     *
     * @param member a member; nothing happens if it is not present
     * @param now the time
     */
    public void probeSoon(Origin member, Time now) {
        if (table.isPresent(member)) {
            prober.probeSoon(member, now.nanos());
        }
    }

    /**
     * Whether a peer that shows itself may have a link. Of two processes with one id the one that started later stays; of
     * two that even started at the same time, the one with the lower address.
     *
     * @param peer as it describes itself
     * @return null if it may, or why not
     */
    public @Nullable DialFailure judge(Member peer) {
        return linkJudge.judge(peer);
    }

    /**
     * A link is open. Its peer is admitted, unless a tombstone stands against it: then it is told so and may refute; who
     * left or was replaced by a later life stays out.
     *
     * @param peer as it described itself in the handshake
     * @param dialled whether this side opened the connection
     * @param now the time
     * @param out takes the effects
     */
    public void linkUp(Member peer, boolean dialled, Time now, Effects out) {
        Step step = begin(now, out);
        Origin origin = peer.origin();
        DialFailure refusal = linkJudge.judge(peer);
        speaker.linkUp(origin);
        prober.linkUp(origin);
        MemberRecord record = table.get(origin);
        if (!linkJudge.admits(peer, refusal, step)) {
            return;
        }
        metadata.linkUp(origin, peer.metadata(), step);
        if (record == null) {
            mill.hear(new Rumor.Alive(peer, 0), origin, step);
        } else {
            jury.linkUp(record);
        }
        MemberRecord met = table.get(origin);
        if (met != null) {
            view.meet(met, peer, step);
        }
        relays.linkUp(origin, step);
        if (leaving != null) {
            leaving.linkUp(origin, step);
        } else {
            sync.linkUp(origin, dialled, step);
        }
        speaker.flush(step);
    }

    /**
     * A link is gone. Unless this side closed it, its peer is probed at once through others.
     *
     * @param peer whose link
     * @param cause why
     * @param now the time
     * @param out takes the effects
     */
    public void linkDown(Origin peer, LinkLoss cause, Time now, Effects out) {
        Step step = begin(now, out);
        speaker.linkDown(peer);
        metadata.linkDown(peer);
        sync.linkDown(peer, step);
        prober.linkDown(peer);
        if (speaker.peers().isEmpty()) {
            ownPause.alone();
        }
        if (leaving != null) {
            leaving.linkDown(peer, step);
            return;
        }
        MemberRecord record = table.get(peer);
        if (record != null && record.isPresent()) {
            mill.linkDown(record, step);
            jury.linkDown(record, step);
            if (cause != LinkLoss.LOCAL) {
                prober.linkLost(peer, step);
            }
        }
        speaker.flush(step);
    }

    /**
     * A dial gave no link. That an unlinked member's address refuses connections is strong evidence that it is dead, and
     * is told to everybody at once. One that does not answer is probed, if only neighbours are probed otherwise.
     *
     * @param address what was dialled
     * @param cause why it failed
     * @param now the time
     * @param out takes the effects
     */
    public void dialFailed(Address address, DialFailure cause, Time now, Effects out) {
        if (!self.isPresent()) {
            return;
        }
        Step step = begin(now, out);
        if (cause == DialFailure.CONNECTION_REFUSED) {
            jury.refused(address, step);
        } else if (cause == DialFailure.TIMEOUT || cause == DialFailure.UNREACHABLE) {
            jury.unreachable(address, step);
        }
        speaker.flush(step);
    }

    /**
     * A frame arrived.
     *
     * @param from whose link it came over
     * @param frame the frame
     * @param now the time
     * @param out takes the effects
     */
    public void receive(Origin from, MembershipFrame frame, Time now, Effects out) {
        Step step = begin(now, out);
        resume(ownPause.heard(step.now()), step);
        if (frame instanceof MembershipFrame.Sync) {
            sync.receive(from, frame, step);
        } else {
            for (Rumor claim : frame.rumors()) {
                mill.hear(claim, from, step);
            }
            answers.answer(from, frame, leaving, step);
        }
        speaker.flush(step);
    }

    /**
     * The members that are in the view: a live, unmodifiable view of it, which includes this member from
     * {@link #join} to {@link #leave}.
     *
     * @return members by origin, in the order of the origins
     */
    public Map<Origin, Member> present() {
        return table.present();
    }

    /**
     * How an origin stands.
     *
     * @param origin a life of a member
     * @return its status, or null if it is not known
     */
    public @Nullable MemberStatus status(Origin origin) {
        MemberRecord record = table.peek(origin);
        return record == null ? null : record.status;
    }

    /**
     * Lifeguard's local health score.
     *
     * @return 0 when this member is answered in time, up to 8
     */
    public int healthScore() {
        return self.healthScore();
    }

    /** Before anything else is looked at, whatever comes first after a pause: a timer or what waited in the inbox. */
    private Step begin(Time now, Effects out) {
        Step step = Step.at(now, out);
        resume(ownPause.awake(step.now()), step);
        return step;
    }

    private void resume(long gap, Step step) {
        if (gap > 0 && self.hasJoined() && refinements.contains(Refinement.OWN_PAUSE)) {
            step.note(ProtocolEvent.OWN_PAUSE_NOTICED);
            prober.shift(gap, step.now());
            jury.shift(gap, step.now());
        }
    }
}
