package dev.grapevine.protocol.frame;

import dev.grapevine.membership.Origin;
import java.util.List;
import java.util.Map;

/** Frames of SWIM. Nearly all carry rumors, so that news travels on traffic that is sent anyway (SWIM, section 4.1). */
public sealed interface MembershipFrame extends Frame {

    /** Most rumors that one frame can carry. */
    int MAX_RUMORS = 256;

    /** Parts into which the id space is divided to compare views. */
    int SYNC_BUCKETS = 256;

    /** Most hashes of members that a frame holds in a row. */
    int MAX_HASHES = 4096;

    /**
     * The news that the frame carries.
     *
     * @return at most {@value #MAX_RUMORS} rumors
     */
    List<Rumor> rumors();

    @Override
    default int size() {
        int size = 48;
        for (Rumor rumor : rumors()) {
            size += rumor.size();
        }
        return size;
    }

    /**
     * Are you there?
     *
     * @param sequence chosen by the prober, echoed in the answer
     * @param target who is meant; another member at the same address does not answer
     * @param rumors news
     */
    record Ping(long sequence, Origin target, List<Rumor> rumors) implements MembershipFrame {}

    /**
     * I am (answer to a ping), or it is (answer to a ping request).
     *
     * @param sequence that of the ping or ping request
     * @param rumors news
     */
    record Ack(long sequence, List<Rumor> rumors) implements MembershipFrame {}

    /**
     * Ping this member for me. (SWIM, section 3.1.)
     *
     * @param sequence chosen by the requester, echoed in the answer
     * @param target whom to ping
     * @param rumors news
     */
    record PingRequest(long sequence, Origin target, List<Rumor> rumors) implements MembershipFrame {}

    /**
     * The target of your ping request has not answered me so far; but I am here. (Lifeguard, section IV-A.)
     *
     * @param sequence that of the ping request
     * @param rumors news
     */
    record Nack(long sequence, List<Rumor> rumors) implements MembershipFrame {}

    /**
     * News alone.
     *
     * @param rumors news
     */
    record Gossip(List<Rumor> rumors) implements MembershipFrame {}

    /**
     * Records of the sender's table that the receiver may lack. The receiver answers with what it knows better.
     *
     * @param rumors the records, as claims
     */
    record Sync(List<Rumor> rumors) implements MembershipFrame {}

    /**
     * How the sender's view can be told from others: the first step of comparing tables, and most times the only one.
     *
     * @param members how many are in it; 0 or more
     * @param hash over all of them; equal views have equal hashes
     * @param rumors news
     */
    record SyncDigest(int members, long hash, List<Rumor> rumors) implements MembershipFrame {}

    /**
     * Hashes of the sender's view by parts of the id space, for a receiver whose view differs.
     *
     * @param hashes one of each of the {@value #SYNC_BUCKETS} buckets, in order
     */
    record SyncBuckets(List<Long> hashes) implements MembershipFrame {
        @Override
        public List<Rumor> rumors() {
            return List.of();
        }

        @Override
        public int size() {
            return 16 + Long.BYTES * hashes.size();
        }
    }

    /**
     * Hashes of each member in some parts of the sender's view. The receiver sends the records that are not among them,
     * and asks with {@link SyncRequest} for those that it lacks.
     *
     * @param parts at most {@value #SYNC_BUCKETS} parts
     */
    record SyncHashes(List<Part> parts) implements MembershipFrame {
        @Override
        public List<Rumor> rumors() {
            return List.of();
        }

        @Override
        public int size() {
            int size = 16;
            for (Part part : parts) {
                size += 16 + Long.BYTES * part.hashes().size();
            }
            return size;
        }
    }

    /**
     * Consecutive buckets of a view.
     *
     * @param first the first bucket
     * @param last the last bucket, inclusive
     * @param hashes of the members in them, at most {@value #MAX_HASHES}
     */
    record Part(int first, int last, List<Long> hashes) {}

    /**
     * Send me records.
     *
     * @param whole whether the whole table is wanted: the sender is new and knows next to nobody. It is answered with
     *     {@link Sync} frames and, after them, a {@link SyncDigest}
     * @param hashes otherwise which records, at most {@value #MAX_HASHES}
     */
    record SyncRequest(boolean whole, List<Long> hashes) implements MembershipFrame {
        @Override
        public List<Rumor> rumors() {
            return List.of();
        }

        @Override
        public int size() {
            return 16 + Long.BYTES * hashes.size();
        }
    }

    /**
     * The sender goes. The receiver confirms with {@link LeaveAck}.
     *
     * @param rumors holds the sender's {@link Rumor.Left}
     */
    record Leave(List<Rumor> rumors) implements MembershipFrame {}

    /**
     * The sender has heard that the receiver goes.
     *
     * @param rumors news
     */
    record LeaveAck(List<Rumor> rumors) implements MembershipFrame {}

    /**
     * Send me the labels of this member. Answered with {@link Metadata} by whoever has these or later ones, which need
     * not be the member itself; whoever has not does not answer.
     *
     * @param subject whose labels
     * @param version which ones, at least; see {@link MetadataDigest#version()}
     */
    record MetadataRequest(Origin subject, long version) implements MembershipFrame {
        @Override
        public List<Rumor> rumors() {
            return List.of();
        }
    }

    /**
     * The labels of a member.
     *
     * @param claim what the sender knows of the member, with the digest of these labels
     * @param metadata the labels, within the limits of {@link dev.grapevine.membership.Member}
     */
    record Metadata(Rumor.Alive claim, Map<String, String> metadata) implements MembershipFrame {
        @Override
        public List<Rumor> rumors() {
            return List.of(claim);
        }

        @Override
        public int size() {
            int size = 48 + claim.size();
            for (Map.Entry<String, String> label : metadata.entrySet()) {
                size += Sizes.text(label.getKey()) + Sizes.text(label.getValue()) + 4;
            }
            return size;
        }
    }
}
