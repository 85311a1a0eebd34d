package dev.grapevine.protocol.membership;

import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.Rumor;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.RejectReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Changes the table and tells of it: admission, burial, departure. What may change when is decided by its callers. */
final class View {

    private final MembershipSettings settings;
    private final MemberTable table;
    private final Speaker speaker;
    private final Prober prober;

    /** Members whose admission has not been told of, and until when that waits for their labels. */
    private final TreeMap<Origin, Long> unannounced = new TreeMap<>();

    private long turnover;

    View(MembershipSettings settings, MemberTable table, Speaker speaker, Prober prober) {
        this.settings = settings;
        this.table = table;
        this.speaker = speaker;
        this.prober = prober;
    }

    /** How many have come and gone so far. */
    long turnover() {
        return turnover;
    }

    /**
     * Whether a life is over because a later one of its id is known, or holds its address. A later life that is over too
     * and was only told of does not count: anybody could make it up and so shut a member out.
     */
    @Nullable MemberRecord supersederOf(Origin origin, @Nullable Member member) {
        MemberRecord later = table.laterLife(origin);
        if (later != null) {
            return later;
        }
        MemberRecord holder = member == null ? null : table.presentAt(member.address());
        return holder != null && isLater(holder.origin, origin) ? holder : null;
    }

    /** Which of two lives that cannot both be is the later one; the id decides between equal epochs. */
    private static boolean isLater(Origin one, Origin other) {
        return one.epoch() != other.epoch() ? one.epoch() > other.epoch() : one.compareTo(other) > 0;
    }

    /**
     * Takes a member that is not present into the view; false if there is no room. It is told of with its labels, so
     * that waits a little for those that are not here yet.
     */
    boolean admit(Rumor.Alive claim, Origin from, Step step) {
        Member member = claim.member();
        buryPredecessors(member, step);
        MemberRecord record = table.get(member.origin());
        if (record == null) {
            record = new MemberRecord(member.origin(), member, MemberStatus.ALIVE, claim.incarnation());
            if (!table.add(record, step.now())) {
                step.reject(RejectReason.TOO_MANY_MEMBERS, from, "no room for " + member);
                return false;
            }
        } else {
            record.incarnation = claim.incarnation();
            record.buriedBy = null;
            record.returned(step.now());
            table.update(record, MemberStatus.ALIVE, record.withHeldMetadata(member), step.now());
        }
        record.metadata = claim.metadata();
        turnover++;
        prober.admit(member.origin());
        speaker.refresh(member.origin());
        unannounced.put(record.origin, step.now() + settings.probeTimeout().toNanos());
        if (record.hasMetadata()) {
            announce(record, step);
        }
        return true;
    }

    /** A member shows itself over a link of its own: what others said of it gives way to what it says. */
    void meet(MemberRecord record, Member peer, Step step) {
        record.met = true;
        Member described = record.withHeldMetadata(peer.withMetadata(Map.of()));
        if (described.equals(record.member)) {
            return;
        }
        if (record.isPresent()) {
            buryPredecessors(described, step);
        }
        table.update(record, record.status, described, step.now());
        if (record.isPresent()) {
            announce(record, step);
        }
    }

    /** Labels that were waited for are here. */
    void relabel(MemberRecord record, Map<String, String> metadata, Step step) {
        table.update(record, record.status, record.relabelled(metadata), step.now());
        announce(record, step);
    }

    /** Whether the labels of an admitted member are waited for. */
    boolean isAnnouncing() {
        return !unannounced.isEmpty();
    }

    /** Tells of admitted members whose labels did not come in time. */
    void announceWaiting(Step step) {
        for (Map.Entry<Origin, Long> waiting : new ArrayList<>(unannounced.entrySet())) {
            MemberRecord record = table.get(waiting.getKey());
            if (record != null && step.now() - waiting.getValue() >= 0) {
                announce(record, step);
            }
        }
    }

    /** Tells how a member stands now. */
    private void announce(MemberRecord record, Step step) {
        unannounced.remove(record.origin);
        if (record.member != null) {
            step.emit(new Effect.MemberChanged(record.member, record.status));
        }
    }

    /** A present member speaks for itself with a higher incarnation: whatever was held against it is refuted. */
    void renew(MemberRecord record, Rumor.Alive claim, Step step) {
        buryPredecessors(claim.member(), step);
        Member member = record.withHeldMetadata(claim.member());
        boolean visible = record.status != MemberStatus.ALIVE || !member.equals(record.member);
        record.incarnation = claim.incarnation();
        record.metadata = claim.metadata();
        record.suspicion = null;
        table.update(record, MemberStatus.ALIVE, member, step.now());
        speaker.refresh(record.origin);
        if (visible) {
            announce(record, step);
        }
    }

    void suspect(MemberRecord record, long incarnation, Step step) {
        boolean visible = record.status == MemberStatus.ALIVE;
        record.incarnation = incarnation;
        record.suspicion = new Suspicion(step.now());
        table.update(record, MemberStatus.SUSPECT, record.member, step.now());
        if (visible) {
            announce(record, step);
        }
    }

    /** This member declares another dead, and says so at once. */
    void declareDead(MemberRecord record, Origin self, Step step) {
        step.note(ProtocolEvent.DEATH_DECLARED);
        bury(record, record.mortalIncarnation(), self, step);
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
        MemberRecord tomb = new MemberRecord(origin, null, Claims.status(claim), claim.incarnation());
        tomb.buriedBy = claim instanceof Rumor.Dead dead ? dead.accuser() : null;
        if (!table.add(tomb, step.now())) {
            step.reject(RejectReason.TOO_MANY_MEMBERS, from, "no room for a tombstone of " + origin);
        }
    }

    List<MemberRecord> suspects() {
        return table.suspects();
    }

    void expireTombstones(Step step) {
        table.expire(step.now(), settings.deadRetention().toNanos());
    }

    private void remove(MemberRecord record, MemberStatus status, Step step) {
        if (record.isPresent()) {
            prober.forget(record.origin); // who was out of the view already is not watched
        }
        record.suspicion = null;
        turnover++;
        table.update(record, status, record.member, step.now());
        speaker.refresh(record.origin);
        announce(record, step);
    }

    /** Who would be over if this member were there: the earlier life of its id, and who holds its address. */
    List<MemberRecord> predecessorsOf(Member member) {
        List<MemberRecord> predecessors = new ArrayList<>();
        MemberRecord sameId = table.presentOf(member.origin());
        MemberRecord sameAddress = table.presentAt(member.address());
        if (sameId != null && !sameId.origin.equals(member.origin())) {
            predecessors.add(sameId);
        }
        if (sameAddress != null && sameAddress != sameId && !sameAddress.origin.equals(member.origin())) {
            predecessors.add(sameAddress);
        }
        return predecessors;
    }

    private void buryPredecessors(Member member, Step step) {
        predecessorsOf(member).forEach(earlier -> bury(earlier, earlier.incarnation, member.origin(), step));
    }
}
