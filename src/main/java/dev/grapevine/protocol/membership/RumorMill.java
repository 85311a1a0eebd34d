package dev.grapevine.protocol.membership;

import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.Rumor;
import dev.grapevine.protocol.step.RejectReason;

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
    private final MetadataSync metadata;

    RumorMill(Self self, MemberTable table, Speaker speaker, View view, Jury jury, MetadataSync metadata) {
        this.self = self;
        this.table = table;
        this.speaker = speaker;
        this.view = view;
        this.jury = jury;
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

    private void alive(Rumor.Alive claim, Origin from, Step step) {
        Member member = claim.member();
        MemberRecord known = table.peek(member.origin());
        if (known != null && !Claims.overrides(claim, known.status, known.incarnation)) {
            return; // by far the most frequent case: heard before
        }
        if (member.address().equals(self.member().address())) {
            // Ours: an earlier life may have had it, nobody later can.
            if (member.origin().epoch() > self.origin.epoch()) {
                step.reject(RejectReason.INVALID_RUMOR, from, "claims this member's own address: " + claim);
            }
            return;
        }
        if (view.supersederOf(member.origin(), member) != null) {
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
            if (view.supersederOf(claim.subject(), null) == null) {
                view.entomb(claim, from, step);
            }
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

    private void left(Rumor.Left claim, Origin from, Step step) {
        MemberRecord record = table.get(claim.subject());
        if (record == null) {
            if (view.supersederOf(claim.subject(), null) == null) {
                view.entomb(claim, from, step);
            }
            return;
        }
        // Who speaks for itself is believed whatever incarnation others have made of it.
        boolean ownWord = from.equals(claim.subject()) && record.status != MemberStatus.LEFT;
        if (ownWord || Claims.overrides(claim, record.status, record.incarnation)) {
            long incarnation = Math.max(claim.incarnation(), record.incarnation);
            view.depart(record, incarnation, step);
            speaker.spread(new Rumor.Left(record.origin, incarnation));
        }
    }
}
