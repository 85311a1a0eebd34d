package dev.grapevine.protocol.membership;

import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.Rumor;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.RejectReason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Changes the table and tells of it: admission, burial, departure. What may change when is decided by its callers. */
final class View {

    private final MembershipSettings settings;
    private final MemberTable table;
    private final Speaker speaker;
    private final Prober prober;

    View(MembershipSettings settings, MemberTable table, Speaker speaker, Prober prober) {
        this.settings = settings;
        this.table = table;
        this.speaker = speaker;
        this.prober = prober;
    }

    /** Whether a life is over because a later one of its id is known, or holds its address. */
    @Nullable MemberRecord supersederOf(Origin origin, @Nullable Member member) {
        MemberRecord latest = table.latestOf(origin.id());
        if (latest != null && latest.origin.epoch() > origin.epoch()) {
            return latest;
        }
        MemberRecord holder = member == null ? null : table.presentAt(member.address());
        return holder != null && isLater(holder.origin, origin) ? holder : null;
    }

    /** Which of two lives that cannot both be is the later one; the id decides between equal epochs. */
    private static boolean isLater(Origin one, Origin other) {
        return one.epoch() != other.epoch() ? one.epoch() > other.epoch() : one.compareTo(other) > 0;
    }

    /** Takes a member that is not present into the view; false if there is no room. */
    boolean admit(Member member, long incarnation, Origin from, Step step) {
        buryPredecessors(member, step);
        MemberRecord known = table.get(member.origin());
        if (known == null) {
            MemberRecord added = new MemberRecord(member.origin(), member, MemberStatus.ALIVE, incarnation);
            if (!table.add(added, step.now())) {
                step.reject(RejectReason.TOO_MANY_MEMBERS, from, "no room for " + member);
                return false;
            }
        } else {
            known.incarnation = incarnation;
            known.buriedBy = null;
            table.update(known, MemberStatus.ALIVE, member, step.now());
        }
        prober.admit(member.origin());
        step.emit(new Effect.MemberChanged(member, MemberStatus.ALIVE));
        return true;
    }

    /** A present member speaks for itself with a higher incarnation: whatever was held against it is refuted. */
    void renew(MemberRecord record, Member member, long incarnation, Step step) {
        buryPredecessors(member, step);
        boolean visible = record.status != MemberStatus.ALIVE || !member.equals(record.member);
        record.incarnation = incarnation;
        record.suspicion = null;
        table.update(record, MemberStatus.ALIVE, member, step.now());
        if (visible) {
            step.emit(new Effect.MemberChanged(member, MemberStatus.ALIVE));
        }
    }

    void suspect(MemberRecord record, long incarnation, Step step) {
        Member member = record.member;
        boolean visible = record.status == MemberStatus.ALIVE;
        record.incarnation = incarnation;
        record.suspicion = new Suspicion(step.now());
        table.update(record, MemberStatus.SUSPECT, member, step.now());
        if (visible && member != null) {
            step.emit(new Effect.MemberChanged(member, MemberStatus.SUSPECT));
        }
    }

    /** This member declares another dead, and says so at once. */
    void declareDead(MemberRecord record, Origin self, Step step) {
        step.note(ProtocolEvent.DEATH_DECLARED);
        bury(record, record.incarnation, self, step);
        speaker.spreadAtOnce(new Rumor.Dead(record.origin, record.incarnation, self));
    }

    void bury(MemberRecord record, long incarnation, Origin accuser, Step step) {
        record.incarnation = incarnation;
        record.buriedBy = accuser;
        remove(record, MemberStatus.DEAD, step);
        if (speaker.isLinked(record.origin)) {
            step.emit(new Effect.Close(record.origin));
        }
    }

    /** The member announced it: its link is its own to close, since it may still serve what it has begun. */
    void depart(MemberRecord record, long incarnation, Step step) {
        record.incarnation = incarnation;
        remove(record, MemberStatus.LEFT, step);
    }

    /** Remembers that a life that was never in the view is over. */
    void entomb(Rumor claim, Origin from, Step step) {
        Origin origin = claim.subject();
        MemberRecord earlier = table.presentOf(origin.id());
        MemberRecord tomb = new MemberRecord(origin, null, Claims.status(claim), claim.incarnation());
        tomb.buriedBy = claim instanceof Rumor.Dead dead ? dead.accuser() : null;
        if (!table.add(tomb, step.now())) {
            step.reject(RejectReason.TOO_MANY_MEMBERS, from, "no room for a tombstone of " + origin);
        } else if (earlier != null) {
            bury(earlier, earlier.incarnation, from, step);
        }
    }

    List<MemberRecord> suspects() {
        return table.suspects();
    }

    void expireTombstones(Step step) {
        table.expire(step.now(), settings.deadRetention().toNanos());
    }

    private void remove(MemberRecord record, MemberStatus status, Step step) {
        record.suspicion = null;
        table.update(record, status, record.member, step.now());
        prober.forget(record.origin);
        if (record.member != null) {
            step.emit(new Effect.MemberChanged(record.member, status));
        }
    }

    private void buryPredecessors(Member member, Step step) {
        MemberRecord sameId = table.presentOf(member.id());
        MemberRecord sameAddress = table.presentAt(member.address());
        if (sameId != null && !sameId.origin.equals(member.origin())) {
            bury(sameId, sameId.incarnation, member.origin(), step);
        }
        if (sameAddress != null && sameAddress != sameId && !sameAddress.origin.equals(member.origin())) {
            bury(sameAddress, sameAddress.incarnation, member.origin(), step);
        }
    }
}
