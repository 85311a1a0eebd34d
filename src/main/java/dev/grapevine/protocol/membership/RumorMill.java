package dev.grapevine.protocol.membership;

import dev.grapevine.membership.Member;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.Rumor;
import dev.grapevine.protocol.step.RejectReason;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is done about a claim that arrives, by its kind (SWIM, section 4.2). A claim that is merely late is dropped in
 * silence; one that no honest member can make is counted.
 */
final class RumorMill {

    private final Self self;
    private final MemberTable table;
    private final Speaker speaker;
    private final View view;
    private final Jury jury;
    private final Prober prober;
    private final MetadataSync metadata;

    RumorMill(
            Self self, MemberTable table, Speaker speaker, View view, Jury jury, Prober prober, MetadataSync metadata) {
        this.self = self;
        this.table = table;
        this.speaker = speaker;
        this.view = view;
        this.jury = jury;
        this.prober = prober;
        this.metadata = metadata;
    }

    void hear(Rumor claim, Origin from, Step step) {
        Origin subject = claim.subject();
        if (Claims.isAbsurd(claim)) {
            step.reject(RejectReason.INVALID_RUMOR, from, "absurd: " + claim);
        } else if (self.has(subject)) {
            self.hear(claim, from, step);
        } else if (subject.id().equals(self.origin.id())) {
            self.hearOfOtherLife(claim, from, step);
        } else if (claim.incarnation() > Claims.MAX_LEAP && isLeap(claim, from)) {
            step.reject(RejectReason.INVALID_RUMOR, from, "an incarnation out of reach: " + claim);
        } else if (claim instanceof Rumor.Alive alive) {
            alive(alive, from, step);
        } else if (claim instanceof Rumor.Suspect suspect) {
            suspect(suspect, from, step);
        } else if (claim instanceof Rumor.Dead dead) {
            dead(dead, from, step);
        } else if (claim instanceof Rumor.Left left) {
            left(left, from, step);
        }
    }

    private boolean isLeap(Rumor claim, Origin from) {
        MemberRecord known = table.peek(claim.subject());
        return !from.equals(claim.subject()) && Claims.isLeap(claim, known == null ? 0 : known.incarnation);
    }

    private void alive(Rumor.Alive claim, Origin from, Step step) {
        if (table.holdsAsMuchAs(claim)) {
            return; // by far the most frequent case: heard before
        }
        Member member = claim.member();
        MemberRecord known = table.peek(member.origin());
        if (member.address().equals(self.member().address())) {
            // Ours: an earlier life may have had it, nobody later can.
            if (member.origin().epoch() > self.origin.epoch()) {
                step.reject(RejectReason.INVALID_RUMOR, from, "claims this member's own address: " + claim);
            }
            return;
        }
        if (view.supersederOf(member.origin(), member) != null || !isCredible(claim, known, from, step)) {
            return;
        }
        MemberRecord record = table.get(member.origin());
        if (record != null && record.isPresent()) {
            view.renew(record, claim, step);
        } else if (!view.admit(claim, from, step)) {
            return;
        }
        speaker.spread(claim);
        metadata.heard(member.origin(), from, step);
    }

    /**
     * A claim may not change how a member describes itself that was met here, since that stays for its life; nor bring
     * back one that said itself that it left; nor take the place of one whose link works.
     */
    private boolean isCredible(Rumor.Alive claim, @Nullable MemberRecord known, Origin from, Step step) {
        if (known != null && known.leftItself) {
            return false;
        }
        if (known != null && known.met && isAnotherDescription(claim.member(), known.member)) {
            step.reject(RejectReason.INVALID_RUMOR, from, "not as the member describes itself: " + claim);
            return false;
        }
        return !takesAPlace(claim.member(), from, step);
    }

    /**
     * Whether somebody would be over if this member were there, although the link to it works: if it is over, its link
     * will break, or fail the probe that is made at once. Only a later life that comes itself is believed all the same.
     * Nobody takes the place of this member while it runs.
     */
    boolean takesAPlace(Member member, Origin from, Step step) {
        if (member.address().equals(self.member().address())) {
            return true;
        }
        boolean taken = false;
        for (MemberRecord earlier : view.predecessorsOf(member)) {
            boolean laterLifeItself =
                    from.equals(member.origin()) && earlier.origin.id().equals(member.id());
            if (!laterLifeItself && jury.holdsNothingAgainst(earlier)) {
                taken = true;
                prober.probeSoon(earlier.origin, step.now());
            }
        }
        return taken;
    }

    private static boolean isAnotherDescription(Member claimed, @Nullable Member held) {
        return held != null && !claimed.equals(held.withMetadata(Map.of()));
    }

    private void suspect(Rumor.Suspect claim, Origin from, Step step) {
        MemberRecord record = table.get(claim.subject());
        if (self.has(claim.accuser())) {
            return; // an echo: what this member accuses it knows itself
        }
        if (record == null) {
            step.reject(RejectReason.INVALID_RUMOR, from, "accuses a stranger: " + claim);
        } else if (!record.isPresent()) {
            return; // late: it is out of the view already
        } else if (!table.isPresent(claim.accuser())) {
            step.reject(RejectReason.INVALID_RUMOR, from, "the accuser is not a member: " + claim);
        } else {
            jury.accuse(record, claim, step);
        }
    }

    private void dead(Rumor.Dead claim, Origin from, Step step) {
        MemberRecord record = table.get(claim.subject());
        if (record == null) {
            entomb(claim, from, step);
        } else if (Claims.overrides(claim, record.status, record.incarnation)) {
            if (record.isPresent()) {
                jury.condemn(record, claim, step);
            } else {
                // Dead already, but at a later incarnation than was known: it has to refute that one.
                record.incarnation = claim.incarnation();
                record.buriedBy = claim.accuser();
            }
        }
    }

    /** That an unknown life is over matters only where no other life of its id is there; it never ends that one. */
    private void entomb(Rumor claim, Origin from, Step step) {
        Origin subject = claim.subject();
        if (view.supersederOf(subject, null) == null && table.presentOf(subject) == null) {
            view.entomb(claim, from, step);
        }
    }

    private void left(Rumor.Left claim, Origin from, Step step) {
        MemberRecord record = table.get(claim.subject());
        if (record == null) {
            entomb(claim, from, step);
        } else if (from.equals(claim.subject())) {
            // Who speaks for itself is believed whatever incarnation others have made of it.
            boolean known = record.leftItself;
            record.leftItself = true;
            if (!known) {
                depart(record, claim.incarnation(), step);
            }
        } else if (Claims.overrides(claim, record.status, record.incarnation)) {
            if (jury.holdsNothingAgainst(record)) {
                putToTheTest(record, claim, step);
            } else {
                depart(record, claim.incarnation(), step);
            }
        }
    }

    /** It would have said so itself: so it is asked, and refutes, or its link ends. */
    private void putToTheTest(MemberRecord record, Rumor.Left claim, Step step) {
        if (record.sayItLeft(claim.incarnation())) {
            speaker.tell(record.origin, step);
        }
    }

    /** The link of a member is gone. If it is said to have left, that is what happened. */
    void linkDown(MemberRecord record, Step step) {
        if (record.isSaidToHaveLeft()) {
            depart(record, record.incarnation, step);
        }
    }

    private void depart(MemberRecord record, long claimed, Step step) {
        long incarnation = Math.max(claimed, record.incarnation);
        view.depart(record, incarnation, step);
        speaker.spread(new Rumor.Left(record.origin, incarnation));
    }
}
