package dev.grapevine.wire;

import dev.grapevine.protocol.frame.OverlayFrame;
import dev.grapevine.protocol.frame.OverlayFrame.Neighbour;

/** The bodies of the frames about the link itself. */
final class OverlayWire {

    private OverlayWire() {}

    static void write(WireWriter out, OverlayFrame frame) {
        if (frame instanceof Neighbour neighbour) {
            int body = out.open(FrameType.NEIGHBOUR);
            out.writeBoolean(neighbour.chosen());
            out.close(body);
        } else {
            out.close(out.open(FrameType.RELEASE));
        }
    }

    static Neighbour readNeighbour(WireReader in) {
        return new Neighbour(in.readBoolean("chosen"));
    }
}
