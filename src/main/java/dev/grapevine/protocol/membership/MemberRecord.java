package dev.grapevine.protocol.membership;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.MetadataDigest;
import dev.grapevine.protocol.frame.Rumor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What is held of one origin: a present member or a tombstone. */
final class MemberRecord {

    private static final long NEVER = -1;

    final Origin origin;

    /** Null in the tombstone of an origin that was never in the view here. */
    @Nullable Member member;

    MemberStatus status;
    long incarnation;

    /** Not null while {@link MemberStatus#SUSPECT}. */
    @Nullable Suspicion suspicion;

    /** Who declared it; not null while {@link MemberStatus#DEAD}. */
    @Nullable Origin buriedBy;

    /** When it became a tombstone. */
    long setAt;

    /** Its neighbours in {@link Tombstones}. */
    @Nullable MemberRecord older;

    @Nullable MemberRecord newer;

    /** What {@link ViewHash} holds of it while it is present. */
    long hash;

    /** Whether somebody keeps this record beyond a step, so that it must stay in the table. */
    boolean kept;

    /** Which labels it has, as far as is known; those in {@link #member} may still be others. */
    MetadataDigest metadata = MetadataDigest.NONE;

    /** The hash of the labels in {@link #member}. */
    private Bytes heldMetadata = Bytes.EMPTY;

    /** Whether it has shown itself here over a link of its own, and was not only told of. */
    boolean met;

    /** Whether it said itself that it left: not to be refuted then. */
    boolean leftItself;

    private boolean returned;
    private long returnedAt;
    private long condemned = NEVER;
    private @Nullable Origin condemnedBy;
    private boolean verdictTold;
    private long saidToHaveLeft = NEVER;

    MemberRecord(Origin origin, @Nullable Member member, MemberStatus status, long incarnation) {
        this.origin = origin;
        this.member = member;
        this.status = status;
        this.incarnation = incarnation;
    }

    /** Of a member of which nothing is held but that it is alive in its first incarnation. */
    static MemberRecord of(Member member) {
        MemberRecord record = new MemberRecord(member.origin(), member, MemberStatus.ALIVE, 0);
        record.hash = ViewHash.hashOf(member);
        return record;
    }

    /** Whether the labels are those that it is known to have. */
    boolean hasMetadata() {
        return heldMetadata.equals(metadata.hash());
    }

    /** The member as it is known with the labels that its digest names. */
    Member relabelled(Map<String, String> labels) {
        heldMetadata = metadata.hash();
        return Objects.requireNonNull(member).withMetadata(labels);
    }

    /** A member as a claim describes it, with the labels that are held. */
    Member withHeldMetadata(Member described) {
        return member == null ? described : described.withMetadata(member.metadata());
    }

    boolean isPresent() {
        return status.isPresent();
    }

    /** Whether {@link #of} would make the same again. */
    boolean isPlain() {
        return status == MemberStatus.ALIVE && incarnation == 0 && condemned == NEVER && !isExtraordinary();
    }

    private boolean isExtraordinary() {
        return kept || met || saidToHaveLeft != NEVER || isLabelled();
    }

    private boolean isLabelled() {
        return !metadata.equals(MetadataDigest.NONE) || !heldMetadata.equals(metadata.hash());
    }

    /** It was dead here and is present again. */
    void returned(long now) {
        returned = true;
        returnedAt = now;
    }

    boolean hasReturnedSince(long time) {
        return returned && returnedAt - time >= 0;
    }

    /** Others say that this incarnation is dead, which is not believed while a link to it works. */
    boolean condemn(long claimed, Origin accuser) {
        if (claimed <= condemned) {
            return false;
        }
        condemned = claimed;
        condemnedBy = accuser;
        verdictTold = false;
        return true;
    }

    /** The death that others declare, while this member holds another opinion; null if there is none. */
    Rumor.@Nullable Dead verdict() {
        return isPresent() && condemnedBy != null && isCondemned()
                ? new Rumor.Dead(origin, condemned, condemnedBy)
                : null;
    }

    /** Whether {@link #verdict} is still to be passed on; from now on it is not. */
    boolean tellVerdict() {
        boolean untold = !verdictTold;
        verdictTold = true;
        return untold;
    }

    boolean isCondemned() {
        return condemned >= incarnation;
    }

    /** Whether two at least accuse it. */
    boolean isAgreed() {
        return suspicion != null && suspicion.accuserCount() >= 2;
    }

    /** Others say that this incarnation left, which is not believed while a link to it works; whether that is news. */
    boolean sayItLeft(long claimed) {
        boolean news = claimed > saidToHaveLeft;
        saidToHaveLeft = Math.max(saidToHaveLeft, claimed);
        return news;
    }

    boolean isSaidToHaveLeft() {
        return isPresent() && saidToHaveLeft >= incarnation;
    }

    /** Which incarnation is dead, if it is: one that others have condemned has to be refuted too. */
    long mortalIncarnation() {
        return Math.max(incarnation, condemned);
    }

    /** The whole of what is held, as claims in an order in which a stranger can accept them. */
    List<Rumor> claims() {
        List<Rumor> claims = new ArrayList<>();
        if (status == MemberStatus.LEFT) {
            claims.add(new Rumor.Left(origin, incarnation));
        } else if (status == MemberStatus.DEAD) {
            claims.add(new Rumor.Dead(origin, incarnation, buriedBy == null ? origin : buriedBy));
        } else if (member != null) {
            claims.add(new Rumor.Alive(member, incarnation, metadata));
            if (suspicion != null) {
                suspicion
                        .accusers()
                        .forEach((accuser, evidence) ->
                                claims.add(new Rumor.Suspect(origin, incarnation, accuser, evidence)));
            }
        }
        return claims;
    }

    /** What the member itself has to hear so that it can refute (Lifeguard's buddy system, section IV-C), or null. */
    @Nullable Rumor charge() {
        if (status == MemberStatus.LEFT) {
            return leftItself ? null : new Rumor.Left(origin, incarnation);
        }
        if (isSaidToHaveLeft()) {
            return new Rumor.Left(origin, saidToHaveLeft);
        }
        Rumor.Dead verdict = verdict();
        if (verdict != null) {
            return verdict;
        }
        List<Rumor> claims = claims();
        Rumor last = claims.isEmpty() ? null : claims.get(claims.size() - 1);
        return last instanceof Rumor.Alive ? null : last;
    }
}
