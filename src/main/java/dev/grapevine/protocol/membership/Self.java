package dev.grapevine.protocol.membership;

import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.MembershipFrame;
import dev.grapevine.protocol.frame.MetadataDigest;
import dev.grapevine.protocol.frame.Rumor;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.RejectReason;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** This member in its own table, and what it does about claims made of it: only it raises its incarnation. */
final class Self {

    final Origin origin;
    private final MemberTable table;
    private final Speaker speaker;
    private final LocalHealth health;
    private final MemberRecord record;
    private boolean joined;

    Self(Member member, MemberTable table, Speaker speaker, LocalHealth health) {
        this.origin = member.origin();
        this.table = table;
        this.speaker = speaker;
        this.health = health;
        this.record = new MemberRecord(member.origin(), member, MemberStatus.ALIVE, 0);
        this.record.kept = true;
        record.metadata = MetadataDigest.of(0, member.metadata());
        record.member = record.relabelled(member.metadata());
    }

    /** Whether this member is in the view: has joined and not left. */
    boolean isPresent() {
        return joined && record.isPresent();
    }

    boolean hasJoined() {
        return joined;
    }

    boolean has(Origin other) {
        return origin.equals(other);
    }

    Member member() {
        return Objects.requireNonNull(record.member);
    }

    void join(Step step) {
        joined = true;
        table.add(record, step.now());
        step.emit(new Effect.MemberChanged(member(), MemberStatus.ALIVE));
        speaker.spread(claim());
    }

    /** Other labels from now on: with a higher incarnation, so that they override whatever is told of this member. */
    void relabel(Map<String, String> metadata, Step step) {
        if (metadata.equals(member().metadata()) || (joined && !record.isPresent())) {
            return;
        }
        record.incarnation += joined ? 1 : 0;
        record.metadata = MetadataDigest.of(record.incarnation, metadata);
        Member relabelled = record.relabelled(metadata);
        if (!joined) {
            record.member = relabelled;
            return;
        }
        table.update(record, record.status, relabelled, step.now());
        step.emit(new Effect.MemberChanged(relabelled, record.status));
        speaker.spread(claim());
    }

    private Rumor.Alive claim() {
        return new Rumor.Alive(member(), record.incarnation, record.metadata);
    }

    Rumor.Left leave(Step step) {
        Rumor.Left left = new Rumor.Left(origin, record.incarnation);
        table.update(record, MemberStatus.LEFT, record.member, step.now());
        speaker.spread(left);
        step.emit(new Effect.MemberChanged(member(), MemberStatus.LEFT));
        return left;
    }

    /** A claim about this very life: what is false is refuted at once (SWIM, section 4.2). */
    void hear(Rumor claim, Origin from, Step step) {
        if (!isPresent()) {
            if (joined && claim instanceof Rumor.Left) {
                // Whoever asks has it from others only, and waits for this member's own word.
                speaker.send(
                        from, new MembershipFrame.Leave(List.of(new Rumor.Left(origin, record.incarnation))), step);
            }
            return; // not in the view: nothing to defend
        }
        if (Claims.isLeap(claim, record.incarnation) || claim.incarnation() >= Claims.MAX_INCARNATION) {
            step.reject(RejectReason.INVALID_RUMOR, from, "an incarnation out of reach: " + claim);
            return;
        }
        boolean alive = claim instanceof Rumor.Alive;
        long first = alive ? record.incarnation + 1 : record.incarnation;
        if (claim.incarnation() < first) {
            return; // no news, or refuted already
        }
        if (alive) {
            step.reject(RejectReason.INVALID_RUMOR, from, "claims an incarnation never taken: " + claim);
        } else if (claim instanceof Rumor.Left) {
            step.reject(RejectReason.INVALID_RUMOR, from, "claims that this member left: " + claim);
        }
        refute(claim.incarnation(), step);
    }

    /** A claim about another life of this id: an earlier one is over; a later one cannot be, while this one runs. */
    void hearOfOtherLife(Rumor claim, Origin from, Step step) {
        if (claim.subject().epoch() > origin.epoch()) {
            step.reject(RejectReason.INVALID_RUMOR, from, "claims a later life of this running member: " + claim);
        }
    }

    private void refute(long claimed, Step step) {
        record.incarnation = claimed + 1;
        table.update(record, record.status, record.member, step.now());
        health.worse(1);
        step.note(ProtocolEvent.REFUTED);
        speaker.spreadAtOnce(claim());
    }

    /** See {@link LocalHealth}. */
    int healthScore() {
        return health.score();
    }
}
