package dev.grapevine.wire;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.Member;
import dev.grapevine.protocol.frame.MembershipFrame;
import dev.grapevine.protocol.frame.MetadataDigest;
import dev.grapevine.protocol.frame.Rumor;
import dev.grapevine.protocol.frame.Rumor.Alive;
import dev.grapevine.protocol.frame.Rumor.Dead;
import dev.grapevine.protocol.frame.Rumor.Evidence;
import dev.grapevine.protocol.frame.Rumor.Left;
import dev.grapevine.protocol.frame.Rumor.Suspect;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The claims that frames of SWIM carry: each a block behind the number of its type, so that new types can be skipped. */
final class RumorWire {

    private static final int ALIVE = 1;
    private static final int SUSPECT = 2;
    private static final int DEAD = 3;
    private static final int LEFT = 4;

    private static final int SILENCE = 0;
    private static final int REFUSED = 1;

    /** The number of the type and the length of the block. */
    private static final int MIN_RUMOR_BYTES = 4;

    private RumorWire() {}

    static void writeAll(WireWriter out, List<Rumor> rumors) {
        out.writeCount(rumors.size(), MembershipFrame.MAX_RUMORS, "rumors");
        for (Rumor rumor : rumors) {
            write(out, rumor);
        }
    }

    private static void write(WireWriter out, Rumor rumor) {
        if (rumor instanceof Alive alive) {
            out.writeByte(ALIVE);
            writeAlive(out, alive);
        } else if (rumor instanceof Suspect suspect) {
            int block = openClaim(out, SUSPECT, suspect);
            Values.writeOrigin(out, suspect.accuser());
            out.writeByte(suspect.evidence() == Evidence.REFUSED ? REFUSED : SILENCE);
            out.close(block);
        } else if (rumor instanceof Dead dead) {
            int block = openClaim(out, DEAD, dead);
            Values.writeOrigin(out, dead.accuser());
            out.close(block);
        } else {
            out.close(openClaim(out, LEFT, rumor));
        }
    }

    /** The block of an alive claim, which stands in a list of rumors behind its type, and elsewhere alone. */
    static void writeAlive(WireWriter out, Alive alive) {
        int block = out.open();
        out.writeVarint(alive.incarnation(), "incarnation");
        Values.writeIdentity(out, alive.member());
        out.writeVarint(alive.metadata().version(), "metadata version");
        out.writeBytes(alive.metadata().hash());
        out.close(block);
    }

    static Alive readAlive(WireReader in) {
        int block = in.open("rumor");
        long incarnation = in.readVarint("incarnation");
        Member member = Values.readIdentity(in);
        MetadataDigest metadata = new MetadataDigest(in.readVarint("metadata version"), readHash(in));
        in.close(block);
        return new Alive(member, incarnation, metadata.equals(MetadataDigest.NONE) ? MetadataDigest.NONE : metadata);
    }

    private static Bytes readHash(WireReader in) {
        Bytes hash = in.readBytes("metadata hash");
        if (hash.length() != 0 && hash.length() != MetadataDigest.HASH_BYTES) {
            throw new MalformedFrameException("metadata hash has " + hash.length() + " bytes");
        }
        return hash;
    }

    private static int openClaim(WireWriter out, int type, Rumor claim) {
        int block = out.open(type);
        out.writeVarint(claim.incarnation(), "incarnation");
        Values.writeOrigin(out, claim.subject());
        return block;
    }

    static List<Rumor> readAll(WireReader in) {
        int count = in.readCount(MembershipFrame.MAX_RUMORS, MIN_RUMOR_BYTES, "rumors");
        if (count == 0) {
            return List.of();
        }
        List<Rumor> rumors = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            readOne(in, rumors);
        }
        return Collections.unmodifiableList(rumors);
    }

    private static void readOne(WireReader in, List<Rumor> rumors) {
        int type = in.readByte("rumor type");
        if (type == ALIVE) {
            rumors.add(readAlive(in));
            return;
        }
        int block = in.open("rumor");
        switch (type) {
            case SUSPECT, DEAD, LEFT -> rumors.add(readClaim(in, type));
            default -> in.countSkipped();
        }
        in.close(block);
    }

    private static Rumor readClaim(WireReader in, int type) {
        long incarnation = in.readVarint("incarnation");
        var subject = in.readOrigin();
        return switch (type) {
            case SUSPECT -> new Suspect(subject, incarnation, in.readOrigin(), readEvidence(in));
            case DEAD -> new Dead(subject, incarnation, in.readOrigin());
            default -> new Left(subject, incarnation);
        };
    }

    /** Evidence of a kind that is not known here counts as the weakest. */
    private static Evidence readEvidence(WireReader in) {
        return in.readByte("evidence") == REFUSED ? Evidence.REFUSED : Evidence.SILENCE;
    }
}
