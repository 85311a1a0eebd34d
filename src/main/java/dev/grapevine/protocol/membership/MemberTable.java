package dev.grapevine.protocol.membership;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.Rumor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All origins that are known, with one present life at most of each id and at each address. Bounded: the oldest
 * tombstone gives way to a new member; without a tombstone to drop, the table is full. Tombstones of lives that were only
 * told of take an eighth of the room at most, so that whoever makes up dead members does not drive out the real ones.
 *
 * <p>Made for 10,000 members: whoever is simply there costs 20 bytes beside the {@link Member}, a member that was
 * suspected or a tombstone 130 (see {@link Roster}). A record that was given out to be changed is folded up again
 * by {@link #settle} once it says no more than the member does.
 */
final class MemberTable {

    /** Room for tombstones of lives that were never in the view here, however small the table. */
    private static final int LEAST_HEARSAY = 16;

    /** So many unsettled records are nothing out of the ordinary. */
    private static final int FEW = 64;

    private final int capacity;
    private final Roster roster = new Roster();
    private final AddressIndex byAddress = new AddressIndex();
    private final TreeMap<Origin, MemberRecord> suspects = new TreeMap<>();
    private final Tombstones tombstones = new Tombstones();
    private final ViewHash digest = new ViewHash();
    private final Map<Origin, Member> present = new PresentMembers(roster, this::presentCount);

    /** Records that may have become plain since the last {@link #settle}. */
    private List<MemberRecord> unsettled = new ArrayList<>();

    private int presentCount;

    /** Tombstones of lives that were never in the view here. */
    private int hearsayCount;

    MemberTable(int capacity) {
        this.capacity = capacity;
    }

    /** The record of an origin, to read or to change through {@link #update}; not to be kept beyond the step. */
    @Nullable MemberRecord get(Origin origin) {
        int place = roster.find(origin);
        return place < 0 ? null : recordAt(place);
    }

    /** What is held of an origin, to look at only. */
    @Nullable MemberRecord peek(Origin origin) {
        int place = roster.find(origin);
        return place < 0 ? null : roster.copyAt(place);
    }

    /** Whether a claim is no news, found out without making a record of whoever has none. */
    boolean holdsAsMuchAs(Rumor.Alive claim) {
        int place = roster.find(claim.subject());
        if (place < 0) {
            return false;
        }
        MemberRecord record = roster.recordAt(place);
        return record == null
                ? !Claims.overrides(claim, MemberStatus.ALIVE, 0)
                : !Claims.overrides(claim, record.status, record.incarnation);
    }

    boolean isPresent(Origin origin) {
        int place = roster.find(origin);
        return place >= 0 && roster.presentAt(place) != null;
    }

    /** The members in the view by origin, as they are at any time; unmodifiable. */
    Map<Origin, Member> present() {
        return present;
    }

    int presentCount() {
        return presentCount;
    }

    int suspectCount() {
        return suspects.size();
    }

    boolean hasSuspects() {
        return !suspects.isEmpty();
    }

    List<MemberRecord> suspects() {
        return new ArrayList<>(suspects.values());
    }

    ViewHash digest() {
        return digest;
    }

    /** The life that is present of the id of an origin. */
    @Nullable MemberRecord presentOf(Origin origin) {
        for (int place = lastOf(origin); place >= 0 && isOfSameId(place, origin); place--) {
            if (roster.presentAt(place) != null) {
                return recordAt(place);
            }
        }
        return null;
    }

    /** Who is present at an address. */
    @Nullable MemberRecord presentAt(Address address) {
        Member member = byAddress.get(address);
        return member == null ? null : get(member.origin());
    }

    /** A life of the same id that began later, and is present or was met here before it ended. */
    @Nullable MemberRecord laterLife(Origin origin) {
        for (int place = lastOf(origin); place >= 0; place--) {
            Origin other = roster.origin(place);
            if (!isOfSameId(place, origin) || other.epoch() <= origin.epoch()) {
                return null;
            }
            MemberRecord record = roster.copyAt(place);
            if (record.isPresent() || record.met) {
                return record;
            }
        }
        return null;
    }

    /** Adds a record whose origin is not known; false if there is no room for it. */
    boolean add(MemberRecord record, long now) {
        if (record.member == null && hearsayCount >= Math.max(LEAST_HEARSAY, capacity / 8)) {
            return false;
        }
        if (roster.size() >= capacity && !(record.isPresent() && dropOldestTombstone())) {
            return false;
        }
        roster.insert(-roster.find(record.origin) - 1, record);
        unsettled.add(record);
        index(record, now);
        return true;
    }

    /** Changes how a member stands, with every index. */
    void update(MemberRecord record, MemberStatus status, @Nullable Member member, long now) {
        unindex(record);
        record.status = status;
        record.member = member;
        index(record, now);
        unsettled.add(record);
    }

    /** Folds records that say no more than that their member is there. Between two steps, when nobody holds any. */
    void settle() {
        for (MemberRecord record : unsettled) {
            Member member = record.member;
            int place = member != null && record.isPlain() ? roster.find(record.origin) : -1;
            if (place >= 0 && member != null && roster.recordAt(place) == record) {
                roster.fold(place, member);
            }
        }
        if (unsettled.size() <= FEW) {
            unsettled.clear();
        } else {
            unsettled = new ArrayList<>(); // a start is over: so much room is not needed again
        }
    }

    /** Forgets tombstones older than this. */
    void expire(long now, long retention) {
        for (MemberRecord oldest = tombstones.oldest(); oldest != null; oldest = tombstones.oldest()) {
            if (now - oldest.setAt < retention) {
                return;
            }
            dropOldestTombstone();
        }
    }

    /** Present members in the order of their origins, to look at only. */
    List<MemberRecord> presentRecords() {
        List<MemberRecord> records = new ArrayList<>(presentCount);
        for (int place = 0; place < roster.size(); place++) {
            if (roster.presentAt(place) != null) {
                records.add(roster.copyAt(place));
            }
        }
        return records;
    }

    /** Is given each present member and the hash of its record, in the order of the origins. */
    @FunctionalInterface
    interface HashVisitor {
        void visit(Origin origin, long hash);
    }

    void forEachPresent(HashVisitor visitor) {
        for (int place = 0; place < roster.size(); place++) {
            if (roster.presentAt(place) != null) {
                visitor.visit(roster.origin(place), roster.hashAt(place));
            }
        }
    }

    /**
     * The latest tombstones that still say something: the id has no later life. Latest first. Only of lives that were in
     * the view here: who passed on what it was only told would keep a tombstone alive beyond its retention, from member
     * to member for ever.
     */
    List<MemberRecord> latestTombstones(int most) {
        List<MemberRecord> found = new ArrayList<>();
        for (MemberRecord tomb = tombstones.latest(); tomb != null && found.size() < most; tomb = tomb.older) {
            int last = lastOf(tomb.origin);
            if (tomb.member != null && roster.origin(last).equals(tomb.origin)) {
                found.add(tomb);
            }
        }
        return found;
    }

    /** Where the last life of an origin's id stands, or whoever is the last before it. */
    private int lastOf(Origin origin) {
        int place = roster.find(origin);
        int last = place >= 0 ? place : -place - 2;
        while (last + 1 < roster.size() && isOfSameId(last + 1, origin)) {
            last++;
        }
        return last;
    }

    private boolean isOfSameId(int place, Origin origin) {
        return roster.origin(place).id().equals(origin.id());
    }

    private MemberRecord recordAt(int place) {
        MemberRecord record = roster.recordAt(place);
        if (record == null) {
            record = roster.copyAt(place);
            roster.unfold(place, record);
            unsettled.add(record);
        }
        return record;
    }

    private boolean dropOldestTombstone() {
        MemberRecord oldest = tombstones.oldest();
        if (oldest == null) {
            return false;
        }
        unindex(oldest);
        roster.remove(roster.find(oldest.origin));
        return true;
    }

    private void index(MemberRecord record, long now) {
        Member member = record.member;
        if (!record.isPresent() || member == null) {
            tombstones.add(record, now);
            hearsayCount += member == null ? 1 : 0;
            return;
        }
        presentCount++;
        record.hash = ViewHash.hashOf(record.origin, record.status, record.incarnation);
        digest.toggle(record.origin, record.hash);
        byAddress.put(member);
        if (record.status == MemberStatus.SUSPECT) {
            suspects.put(record.origin, record);
        }
    }

    private void unindex(MemberRecord record) {
        Member member = record.member;
        if (!record.isPresent() || member == null) {
            tombstones.remove(record);
            hearsayCount -= member == null ? 1 : 0;
            return;
        }
        presentCount--;
        digest.toggle(record.origin, record.hash);
        byAddress.remove(member);
        suspects.remove(record.origin);
    }
}
