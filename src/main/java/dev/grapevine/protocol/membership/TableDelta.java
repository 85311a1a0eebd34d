package dev.grapevine.protocol.membership;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.MembershipFrame;
import dev.grapevine.protocol.frame.MembershipFrame.Part;
import dev.grapevine.protocol.frame.Rumor;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Where this member's view differs from another's, found from hashes of both. Asks nothing and changes nothing. */
final class TableDelta {

    /**
     * What two views differ in.
     *
     * @param lackedThere the members whose records the other does not hold as they are here
     * @param lackedHere hashes of the records that are not held here as they are there
     */
    record Difference(List<Origin> lackedThere, List<Long> lackedHere) {}

    private final MemberTable table;

    TableDelta(MemberTable table) {
        this.table = table;
    }

    List<Long> buckets() {
        List<Long> hashes = new ArrayList<>(ViewHash.BUCKETS);
        for (int bucket = 0; bucket < ViewHash.BUCKETS; bucket++) {
            hashes.add(table.digest().bucket(bucket));
        }
        return hashes;
    }

    BitSet differing(List<Long> theirs) {
        BitSet differing = new BitSet();
        for (int bucket = 0; bucket < ViewHash.BUCKETS; bucket++) {
            differing.set(bucket, theirs.get(bucket) != table.digest().bucket(bucket));
        }
        return differing;
    }

    /**
     * The hashes of everybody in some buckets, cut into frames. Of a bucket beyond what a frame holds, which takes ids
     * that were made for it, the rest is left out: then more is sent than needed, and nothing is missed.
     */
    List<List<Part>> hashes(BitSet buckets) {
        List<List<Part>> frames = new ArrayList<>();
        List<Part> frame = new ArrayList<>();
        int inFrame = 0;
        for (Part part : parts(buckets)) {
            if (inFrame + part.hashes().size() > MembershipFrame.MAX_HASHES) {
                frames.add(List.copyOf(frame));
                frame.clear();
                inFrame = 0;
            }
            frame.add(part);
            inFrame += part.hashes().size();
        }
        if (!frame.isEmpty()) {
            frames.add(List.copyOf(frame));
        }
        return frames;
    }

    /** Neighbouring buckets are one part as long as it fits a frame. */
    private List<Part> parts(BitSet buckets) {
        List<List<Long>> hashes = hashesByBucket();
        List<Part> parts = new ArrayList<>();
        for (int first = buckets.nextSetBit(0); first >= 0; ) {
            List<Long> ofPart = new ArrayList<>(hashes.get(first));
            int last = first;
            while (buckets.get(last + 1) && ofPart.size() + hashes.get(last + 1).size() <= MembershipFrame.MAX_HASHES) {
                ofPart.addAll(hashes.get(++last));
            }
            parts.add(new Part(first, last, List.copyOf(ofPart)));
            first = buckets.nextSetBit(last + 1);
        }
        return parts;
    }

    private List<List<Long>> hashesByBucket() {
        List<List<Long>> hashes = new ArrayList<>();
        for (int bucket = 0; bucket < ViewHash.BUCKETS; bucket++) {
            hashes.add(new ArrayList<>());
        }
        table.forEachPresent((origin, hash) -> {
            List<Long> ofBucket = hashes.get(ViewHash.bucketOf(origin.id()));
            if (ofBucket.size() < MembershipFrame.MAX_HASHES) {
                ofBucket.add(hash);
            }
        });
        return hashes;
    }

    Difference difference(List<Part> theirs) {
        BitSet buckets = new BitSet();
        Set<Long> unknown = new LinkedHashSet<>();
        for (Part part : theirs) {
            buckets.set(part.first(), part.last() + 1);
            unknown.addAll(part.hashes());
        }
        List<Origin> lackedThere = new ArrayList<>();
        table.forEachPresent((origin, hash) -> {
            if (buckets.get(ViewHash.bucketOf(origin.id())) && !unknown.remove(hash)) {
                lackedThere.add(origin);
            }
        });
        return new Difference(lackedThere, List.copyOf(unknown));
    }

    /** The records that have these hashes, as claims. */
    List<Rumor> withHashes(Collection<Long> hashes) {
        Set<Long> wanted = new LinkedHashSet<>(hashes);
        List<Origin> found = new ArrayList<>();
        table.forEachPresent((origin, hash) -> {
            if (wanted.contains(hash)) {
                found.add(origin);
            }
        });
        return claims(found);
    }

    List<Rumor> claims(List<Origin> origins) {
        List<Rumor> claims = new ArrayList<>();
        for (Origin origin : origins) {
            MemberRecord record = table.peek(origin);
            if (record != null) {
                claims.addAll(record.claims());
            }
        }
        return claims;
    }
}
