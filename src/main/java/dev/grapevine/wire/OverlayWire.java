package dev.grapevine.wire;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.OverlayFrame;
import dev.grapevine.protocol.frame.OverlayFrame.Disconnect;
import dev.grapevine.protocol.frame.OverlayFrame.ForwardJoin;
import dev.grapevine.protocol.frame.OverlayFrame.Join;
import dev.grapevine.protocol.frame.OverlayFrame.Neighbour;
import dev.grapevine.protocol.frame.OverlayFrame.Shuffle;
import dev.grapevine.protocol.frame.OverlayFrame.ShuffleReply;
import java.util.List;

/** The bodies of the frames about who is whose neighbour. */
final class OverlayWire {

    private OverlayWire() {}

    static void write(WireWriter out, OverlayFrame frame) {
        if (frame instanceof Neighbour neighbour) {
            int body = out.open(FrameType.NEIGHBOUR);
            out.writeBoolean(neighbour.urgent());
            out.close(body);
        } else if (frame instanceof ForwardJoin walk) {
            writeForwardJoin(out, walk);
        } else if (frame instanceof Shuffle shuffle) {
            int body = out.open(FrameType.SHUFFLE);
            writeOrigins(out, shuffle.path(), OverlayFrame.MAX_STEPS, "path");
            out.writeVarint(shuffle.steps(), "steps");
            writeOrigins(out, shuffle.sample(), OverlayFrame.MAX_SAMPLE, "sample");
            out.close(body);
        } else if (frame instanceof ShuffleReply reply) {
            int body = out.open(FrameType.SHUFFLE_REPLY);
            writeOrigins(out, reply.path(), OverlayFrame.MAX_STEPS, "path");
            writeOrigins(out, reply.sample(), OverlayFrame.MAX_SAMPLE, "sample");
            out.close(body);
        } else {
            out.close(out.open(bare(frame)));
        }
    }

    private static int bare(OverlayFrame frame) {
        return frame instanceof Join
                ? FrameType.JOIN
                : frame instanceof Disconnect ? FrameType.DISCONNECT : FrameType.RELEASE;
    }

    static Neighbour readNeighbour(WireReader in) {
        return new Neighbour(in.readBoolean("urgent"));
    }

    private static void writeForwardJoin(WireWriter out, ForwardJoin walk) {
        int body = out.open(FrameType.FORWARD_JOIN);
        Values.writeOrigin(out, walk.newcomer());
        Values.writeAddress(out, walk.address());
        out.writeVarint(walk.steps(), "steps");
        out.close(body);
    }

    static ForwardJoin readForwardJoin(WireReader in) {
        return new ForwardJoin(in.readOrigin(), Values.readAddress(in), in.readInt(OverlayFrame.MAX_STEPS, "steps"));
    }

    static Shuffle readShuffle(WireReader in) {
        List<Origin> path = readOrigins(in, OverlayFrame.MAX_STEPS, "path");
        int steps = in.readInt(OverlayFrame.MAX_STEPS, "steps");
        return new Shuffle(path, steps, readOrigins(in, OverlayFrame.MAX_SAMPLE, "sample"));
    }

    static ShuffleReply readShuffleReply(WireReader in) {
        List<Origin> path = readOrigins(in, OverlayFrame.MAX_STEPS, "path");
        return new ShuffleReply(path, readOrigins(in, OverlayFrame.MAX_SAMPLE, "sample"));
    }

    private static void writeOrigins(WireWriter out, List<Origin> origins, int most, String field) {
        out.writeCount(origins.size(), most, field);
        origins.forEach(origin -> Values.writeOrigin(out, origin));
    }

    private static List<Origin> readOrigins(WireReader in, int most, String field) {
        Origin[] origins = new Origin[in.readCount(most, Values.MIN_ORIGIN_BYTES, field)];
        for (int i = 0; i < origins.length; i++) {
            origins[i] = in.readOrigin();
        }
        return Values.listOf(origins);
    }
}
