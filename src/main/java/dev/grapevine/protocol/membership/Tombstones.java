package dev.grapevine.protocol.membership;

import org.jspecify.annotations.Nullable;

/** The records that are tombstones, in the order in which they were set, chained through the records themselves. */
final class Tombstones {

    private @Nullable MemberRecord oldest;
    private @Nullable MemberRecord latest;

    @Nullable MemberRecord oldest() {
        return oldest;
    }

    @Nullable MemberRecord latest() {
        return latest;
    }

    void add(MemberRecord tomb, long now) {
        tomb.setAt = now;
        tomb.older = latest;
        if (latest == null) {
            oldest = tomb;
        } else {
            latest.newer = tomb;
        }
        latest = tomb;
    }

    /** Takes a tombstone out of the chain; a record that is not in it is left alone. */
    void remove(MemberRecord tomb) {
        MemberRecord older = tomb.older;
        MemberRecord newer = tomb.newer;
        if (older != null) {
            older.newer = newer;
        } else if (tomb == oldest) {
            oldest = newer;
        } else {
            return;
        }
        if (newer != null) {
            newer.older = older;
        } else {
            latest = older;
        }
        tomb.older = null;
        tomb.newer = null;
    }
}
