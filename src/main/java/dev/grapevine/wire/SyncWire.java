package dev.grapevine.wire;

import dev.grapevine.protocol.frame.MembershipFrame;
import dev.grapevine.protocol.frame.MembershipFrame.Part;
import dev.grapevine.protocol.frame.MembershipFrame.Sync;
import dev.grapevine.protocol.frame.MembershipFrame.SyncBuckets;
import dev.grapevine.protocol.frame.MembershipFrame.SyncDigest;
import dev.grapevine.protocol.frame.MembershipFrame.SyncHashes;
import dev.grapevine.protocol.frame.MembershipFrame.SyncRequest;
import java.util.List;

/** The bodies of the frames by which two members compare their tables. */
final class SyncWire {

    /** The length of the block, both buckets and the count. */
    private static final int MIN_PART_BYTES = 6;

    private SyncWire() {}

    static int typeOf(MembershipFrame frame) {
        if (frame instanceof SyncDigest) {
            return FrameType.SYNC_DIGEST;
        } else if (frame instanceof SyncBuckets) {
            return FrameType.SYNC_BUCKETS;
        } else if (frame instanceof SyncHashes) {
            return FrameType.SYNC_HASHES;
        } else if (frame instanceof SyncRequest) {
            return FrameType.SYNC_REQUEST;
        }
        return FrameType.SYNC;
    }

    /** Writes the body if the frame is one of these; whether it is. */
    static boolean write(WireWriter out, MembershipFrame frame) {
        if (frame instanceof Sync) {
            RumorWire.writeAll(out, frame.rumors());
        } else if (frame instanceof SyncDigest digest) {
            out.writeVarint(digest.members(), "members");
            out.writeLong(digest.hash());
            RumorWire.writeAll(out, digest.rumors());
        } else if (frame instanceof SyncBuckets buckets) {
            writeHashes(out, buckets.hashes(), MembershipFrame.SYNC_BUCKETS);
        } else if (frame instanceof SyncHashes hashes) {
            writeParts(out, hashes.parts());
        } else if (frame instanceof SyncRequest request) {
            out.writeBoolean(request.whole());
            writeHashes(out, request.hashes(), MembershipFrame.MAX_HASHES);
        } else {
            return false;
        }
        return true;
    }

    private static void writeParts(WireWriter out, List<Part> parts) {
        out.writeCount(parts.size(), MembershipFrame.SYNC_BUCKETS, "parts");
        for (Part part : parts) {
            int block = out.open();
            out.writeByte(part.first());
            out.writeByte(part.last());
            writeHashes(out, part.hashes(), MembershipFrame.MAX_HASHES);
            out.close(block);
        }
    }

    private static void writeHashes(WireWriter out, List<Long> hashes, int most) {
        out.writeCount(hashes.size(), most, "hashes");
        for (long hash : hashes) {
            out.writeLong(hash);
        }
    }

    static Sync readSync(WireReader in) {
        return new Sync(RumorWire.readAll(in));
    }

    static SyncDigest readDigest(WireReader in) {
        return new SyncDigest(in.readInt(Integer.MAX_VALUE, "members"), in.readLong("hash"), RumorWire.readAll(in));
    }

    static SyncBuckets readBuckets(WireReader in) {
        return new SyncBuckets(readHashes(in, MembershipFrame.SYNC_BUCKETS));
    }

    static SyncHashes readHashes(WireReader in) {
        Part[] parts = new Part[in.readCount(MembershipFrame.SYNC_BUCKETS, MIN_PART_BYTES, "parts")];
        for (int i = 0; i < parts.length; i++) {
            int block = in.open("part");
            parts[i] =
                    new Part(in.readByte("bucket"), in.readByte("bucket"), readHashes(in, MembershipFrame.MAX_HASHES));
            in.close(block);
        }
        return new SyncHashes(Values.listOf(parts));
    }

    static SyncRequest readRequest(WireReader in) {
        return new SyncRequest(in.readBoolean("whole"), readHashes(in, MembershipFrame.MAX_HASHES));
    }

    private static List<Long> readHashes(WireReader in, int most) {
        Long[] hashes = new Long[in.readCount(most, Long.BYTES, "hashes")];
        for (int i = 0; i < hashes.length; i++) {
            hashes[i] = in.readLong("hash");
        }
        return Values.listOf(hashes);
    }
}
