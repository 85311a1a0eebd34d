package dev.grapevine.protocol.membership;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All origins that are known, with one present life at most of each id and at each address. Bounded: the oldest
 * tombstone gives way to a new member; without a tombstone to drop, the table is full.
 */
final class MemberTable {

    private final int capacity;
    private final TreeMap<Origin, MemberRecord> records = new TreeMap<>();
    private final TreeMap<Origin, Member> present = new TreeMap<>();
    private final TreeMap<MemberId, MemberRecord> presentById = new TreeMap<>();
    private final TreeMap<Address, MemberRecord> presentByAddress = new TreeMap<>();
    private final TreeMap<Origin, MemberRecord> suspects = new TreeMap<>();

    /** When each tombstone was set, oldest first. */
    private final LinkedHashMap<Origin, Long> tombstones = new LinkedHashMap<>();

    MemberTable(int capacity) {
        this.capacity = capacity;
    }

    @Nullable MemberRecord get(Origin origin) {
        return records.get(origin);
    }

    boolean isPresent(Origin origin) {
        return present.containsKey(origin);
    }

    SortedMap<Origin, Member> present() {
        return Collections.unmodifiableSortedMap(present);
    }

    int presentCount() {
        return present.size();
    }

    int suspectCount() {
        return suspects.size();
    }

    List<MemberRecord> suspects() {
        return new ArrayList<>(suspects.values());
    }

    /** The present life of an id. */
    @Nullable MemberRecord presentOf(MemberId id) {
        return presentById.get(id);
    }

    /** Who is present at an address. */
    @Nullable MemberRecord presentAt(Address address) {
        return presentByAddress.get(address);
    }

    /** The latest life of an id that is known, tombstones included. */
    @Nullable MemberRecord latestOf(MemberId id) {
        Map.Entry<Origin, MemberRecord> latest = records.floorEntry(new Origin(id, Long.MAX_VALUE));
        return latest != null && latest.getKey().id().equals(id) ? latest.getValue() : null;
    }

    /** Adds a record whose origin is not known; false if there is no room for it. */
    boolean add(MemberRecord record, long now) {
        if (records.size() >= capacity && !(record.isPresent() && dropOldestTombstone())) {
            return false;
        }
        records.put(record.origin, record);
        index(record, now);
        return true;
    }

    /** Changes how a member stands, with every index. */
    void update(MemberRecord record, MemberStatus status, @Nullable Member member, long now) {
        unindex(record);
        record.status = status;
        record.member = member;
        index(record, now);
    }

    /** Forgets tombstones older than this. */
    void expire(long now, long retention) {
        Iterator<Map.Entry<Origin, Long>> oldestFirst = tombstones.entrySet().iterator();
        while (oldestFirst.hasNext()) {
            Map.Entry<Origin, Long> oldest = oldestFirst.next();
            if (now - oldest.getValue() < retention) {
                return;
            }
            oldestFirst.remove();
            records.remove(oldest.getKey());
        }
    }

    /** Present members in the order of their origins. */
    List<MemberRecord> presentRecords() {
        return new ArrayList<>(presentById.values());
    }

    /** The latest tombstones that still say something: the id has no later life. Latest first. */
    List<MemberRecord> latestTombstones(int most) {
        List<Origin> origins = new ArrayList<>(tombstones.keySet());
        List<MemberRecord> latest = new ArrayList<>();
        for (int i = origins.size() - 1; i >= 0 && latest.size() < most; i--) {
            MemberRecord record = records.get(origins.get(i));
            if (record != null && latestOf(record.origin.id()) == record) {
                latest.add(record);
            }
        }
        return latest;
    }

    private boolean dropOldestTombstone() {
        Iterator<Origin> oldestFirst = tombstones.keySet().iterator();
        if (!oldestFirst.hasNext()) {
            return false;
        }
        records.remove(oldestFirst.next());
        oldestFirst.remove();
        return true;
    }

    private void index(MemberRecord record, long now) {
        Member member = record.member;
        if (!record.isPresent() || member == null) {
            tombstones.put(record.origin, now);
            return;
        }
        present.put(record.origin, member);
        presentById.put(record.origin.id(), record);
        presentByAddress.put(member.address(), record);
        if (record.status == MemberStatus.SUSPECT) {
            suspects.put(record.origin, record);
        }
    }

    private void unindex(MemberRecord record) {
        tombstones.remove(record.origin);
        suspects.remove(record.origin);
        present.remove(record.origin);
        presentById.remove(record.origin.id(), record);
        if (record.member != null) {
            presentByAddress.remove(record.member.address(), record);
        }
    }
}
