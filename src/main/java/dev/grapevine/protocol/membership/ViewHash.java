package dev.grapevine.protocol.membership;

import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.MembershipFrame;

/**
 * A hash over the members in the view, kept as they change: of each record one of 64 bits over its origin, status and
 * incarnation, added up by exclusive or in one of {@value #BUCKETS} buckets by the member's id. Equal views have equal
 * hashes whatever the order in which they came about. Tombstones are left out: each member forgets them in its own time.
 * Not for security.
 */
final class ViewHash {

    /** Parts of the id space. */
    static final int BUCKETS = MembershipFrame.SYNC_BUCKETS;

    private static final long PRIME = 0x100000001b3L;
    private static final long BASIS = 0xcbf29ce484222325L;

    private final long[] buckets = new long[BUCKETS];
    private long root;

    /** Adds a record's hash, or takes it out again. */
    void toggle(Origin origin, long hash) {
        buckets[bucketOf(origin.id())] ^= hash;
        root ^= hash;
    }

    long root() {
        return root;
    }

    long bucket(int bucket) {
        return buckets[bucket];
    }

    static int bucketOf(MemberId id) {
        return (int) (finished(mix(mix(BASIS, id.high()), id.low())) >>> 56);
    }

    /** The hash of what is held of a present member. */
    static long hashOf(Origin origin, MemberStatus status, long incarnation) {
        long hash = mix(mix(BASIS, origin.id().high()), origin.id().low());
        hash = mix(mix(hash, origin.epoch()), incarnation);
        return finished(mix(hash, status == MemberStatus.SUSPECT ? 1 : 0));
    }

    /** The hash of a member of which nothing is held but that it is alive in its first incarnation. */
    static long hashOf(Member plain) {
        return hashOf(plain.origin(), MemberStatus.ALIVE, 0);
    }

    /** FNV-1a over a word. */
    private static long mix(long hash, long word) {
        long mixed = (hash ^ word) * PRIME;
        return mixed ^ (mixed >>> 32);
    }

    /** The finisher of MurmurHash3: sums of records that differ in few bits must not cancel each other out. */
    private static long finished(long hash) {
        long mixed = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ (mixed >>> 33);
    }
}
