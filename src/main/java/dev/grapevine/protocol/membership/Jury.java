package dev.grapevine.protocol.membership;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.Rumor;
import dev.grapevine.protocol.frame.Rumor.Evidence;
import dev.grapevine.protocol.step.ProtocolEvent;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Who is suspected, and when a suspicion becomes a death: no observer alone removes a member while others live who could
 * have confirmed it.
 *
 * <ul>
 *   <li>Silence: when Lifeguard's time-out is over and at least two accusers agree.
 *   <li>Refusal: as soon as two accusers agree, since a process that is merely slow still accepts connections.
 *   <li>Where nobody else is left to confirm, the own accusation is enough: after the time-out, or after a refusal and
 *       one probe time-out of grace.
 *   <li>Never while a link to the member works and its probes are answered: hearsay is then put to the member itself, which
 *       refutes it, or fails the probe and so confirms it. Where two accuse it already, silence for one probe time-out is
 *       enough, and the verdict travels on meanwhile. A healed partition therefore merges without anybody being removed on
 *       the word of the other side. Where there is no link to the member, the word of somebody
 *       who is or just was dead here is passed on until the member hears and refutes it; it takes force only after the
 *       least time of a suspicion.
 * </ul>
 */
final class Jury {

    private final Origin self;
    private final MembershipSettings settings;
    private final Set<Refinement> refinements;
    private final MemberTable table;
    private final Speaker speaker;
    private final Prober prober;
    private final View view;
    private final RandomGenerator random;

    Jury(
            Origin self,
            MembershipSettings settings,
            Set<Refinement> refinements,
            MemberTable table,
            Speaker speaker,
            Prober prober,
            View view,
            RandomGenerator random) {
        this.self = self;
        this.settings = settings;
        this.refinements = refinements;
        this.table = table;
        this.speaker = speaker;
        this.prober = prober;
        this.view = view;
        this.random = random;
    }

    /** A probe of this member ended without any answer. */
    void unanswered(Origin target, Step step) {
        MemberRecord record = table.get(target);
        if (record == null || !record.isPresent()) {
            return;
        }
        accuse(record, new Rumor.Suspect(target, record.incarnation, self, Evidence.SILENCE), step);
    }

    /** Nothing listens at this address any more. */
    void refused(Address address, Step step) {
        MemberRecord record = table.presentAt(address);
        if (record == null || record.origin.equals(self) || speaker.isLinked(record.origin)) {
            return;
        }
        accuse(record, new Rumor.Suspect(record.origin, record.incarnation, self, Evidence.REFUSED), step);
    }

    /**
     * Nothing answers at this address. Where only neighbours are probed in turn, this is how a member that has none, since
     * nobody gets a link to it, is found out: whoever would choose it probes it.
     */
    void unreachable(Address address, Step step) {
        MemberRecord record = prober.watchesNeighbours() ? table.presentAt(address) : null;
        if (record != null && !record.origin.equals(self) && !speaker.isLinked(record.origin)) {
            prober.probeSoon(record.origin, step.now());
        }
    }

    /** An accusation that may be heard, about a present member: of another accuser, or of this member. */
    void accuse(MemberRecord record, Rumor.Suspect claim, Step step) {
        boolean own = claim.accuser().equals(self);
        if (Claims.overrides(claim, record.status, record.incarnation)) {
            view.suspect(record, claim.incarnation(), step);
        }
        Suspicion suspicion = record.suspicion;
        if (suspicion == null || claim.incarnation() < record.incarnation) {
            return;
        }
        if (!suspicion.accuse(claim.accuser(), claim.evidence(), own, step.now())) {
            return;
        }
        if (own) {
            step.note(ProtocolEvent.SUSPICION_RAISED);
        } else if (mayConfirm(suspicion)) {
            prober.probeSoon(record.origin, step.now());
        }
        if (own && claim.evidence() == Evidence.REFUSED) {
            speaker.spreadAtOnce(claim);
        } else if (own ? record.verdict() == null : isNews(suspicion)) {
            speaker.spread(claim);
        }
        judge(record, step);
    }

    private static boolean isNews(Suspicion suspicion) {
        return suspicion.accuserCount() <= Suspicion.ENOUGH_CONFIRMATIONS + 1;
    }

    /**
     * Whether this member probes somebody whom it hears accused: all do in a small cluster; in a large one so many do by
     * chance that the confirmations which are still wanted come at once, however large it is.
     */
    private boolean mayConfirm(Suspicion suspicion) {
        if (!refinements.contains(Refinement.AGREEMENT) || suspicion.isAccusedBy(self)) {
            return false;
        }
        int wanted = Suspicion.ENOUGH_CONFIRMATIONS + 1 - suspicion.accuserCount();
        return wanted > 0 && random.nextInt(table.presentCount()) < 2 * wanted;
    }

    /** Somebody declared a present member dead: put to the test, doubted or believed. */
    void condemn(MemberRecord record, Rumor.Dead claim, Step step) {
        boolean acrossASplit = isFromAcrossASplit(claim.accuser(), step.now());
        if (holdsNothingAgainst(record)) {
            if (record.condemn(claim.incarnation(), claim.accuser())) {
                if (!prober.probeSoon(record.origin, step.now())) {
                    speaker.tell(record.origin, step); // else the ping says it
                }
                if (record.isAgreed() && record.tellVerdict()) {
                    speaker.spread(claim);
                }
            }
        } else if (refinements.contains(Refinement.AGREEMENT) && acrossASplit) {
            doubt(record, claim, step);
        } else {
            view.bury(record, claim.incarnation(), claim.accuser(), step);
            speaker.spread(claim);
        }
    }

    /**
     * Whether the accuser is suspected or dead here, or was dead until just now: then it was a split that kept it from others, and whom it
     * buried meanwhile may be well on this side.
     */
    private boolean isFromAcrossASplit(Origin accuser, long now) {
        MemberRecord record = table.peek(accuser);
        return record != null
                && (record.status != MemberStatus.ALIVE || record.hasReturnedSince(now - 2 * leastTimeout()));
    }

    /** Gives the member the least time of a suspicion to refute, and passes on what it has to hear. */
    private void doubt(MemberRecord record, Rumor.Dead claim, Step step) {
        if (!record.condemn(claim.incarnation(), claim.accuser())) {
            return;
        }
        if (record.suspicion == null || claim.incarnation() > record.incarnation) {
            view.suspect(record, claim.incarnation(), step);
        }
        if (record.suspicion != null) {
            record.suspicion.extend(step.now(), leastTimeout());
        }
        if (record.tellVerdict()) {
            speaker.spread(claim);
        }
    }

    private long leastTimeout() {
        return Suspicion.leastTimeout(settings, table.presentCount());
    }

    /** The link to a member opened: its address answers. */
    void linkUp(MemberRecord record) {
        if (record.suspicion != null) {
            record.suspicion.forgetRefusals();
        }
    }

    /** The link to a member was lost: what others accuse it of may be enough now. */
    void linkDown(MemberRecord record, Step step) {
        judge(record, step);
    }

    void tick(Step step) {
        for (MemberRecord record : view.suspects()) {
            judge(record, step);
        }
    }

    void shift(long gap, long now) {
        for (MemberRecord record : view.suspects()) {
            if (record.suspicion != null) {
                record.suspicion.shift(gap, now + settings.probeTimeout().toNanos());
            }
        }
    }

    private void judge(MemberRecord record, Step step) {
        Suspicion suspicion = record.suspicion;
        if (suspicion == null || !table.isPresent(self)) {
            return; // also after leaving: who has left removes nobody
        }
        Rumor.Dead verdict = record.verdict();
        if (verdict != null && !holdsNothingAgainst(record) && suspicion.mayEnd(step.now())) {
            believe(record, verdict, step);
            return;
        }
        boolean over = suspicion.isOver(step.now(), table.presentCount(), settings);
        boolean silent = over && isAgreed(suspicion) && !holdsNothingAgainst(record);
        if (silent || isRefused(suspicion, record, step.now())) {
            view.declareDead(record, self, step);
        } else if (over
                && suspicion.isToBeTried(step.now(), settings.probeInterval().toNanos())) {
            prober.probeSoon(record.origin, step.now());
        }
    }

    private void believe(MemberRecord record, Rumor.Dead verdict, Step step) {
        boolean untold = record.tellVerdict();
        view.bury(record, verdict.incarnation(), verdict.accuser(), step);
        if (untold) {
            speaker.spread(verdict);
        }
    }

    private boolean isRefused(Suspicion suspicion, MemberRecord record, long now) {
        if (speaker.isLinked(record.origin)) {
            return false;
        }
        boolean waitedAlone = suspicion.isRefusedTo(self)
                && now - suspicion.lastNews() >= settings.probeTimeout().toNanos();
        return suspicion.refusals() >= 2 || (waitedAlone && nobodyCouldConfirm());
    }

    private boolean isAgreed(Suspicion suspicion) {
        return suspicion.accuserCount() >= 2 || nobodyCouldConfirm() || !refinements.contains(Refinement.AGREEMENT);
    }

    private boolean nobodyCouldConfirm() {
        int others = table.presentCount() - table.suspectCount() - 1;
        return others <= 0;
    }

    /** Whether the own link to a member works and no probe of it has failed: stronger than hearsay. */
    boolean holdsNothingAgainst(MemberRecord record) {
        boolean accused = record.suspicion != null && record.suspicion.isAccusedBy(self);
        return refinements.contains(Refinement.AGREEMENT)
                && speaker.isLinked(record.origin)
                && record.status != MemberStatus.DEAD
                && !accused;
    }
}
