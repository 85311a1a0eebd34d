package dev.grapevine.simulation;

import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.wire.FrameCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.List;

/** Turns what one node sends into what the other reads. */
@FunctionalInterface
interface FrameCarrier {

    /** The frames themselves, for speed: they are immutable. */
    FrameCarrier BY_REFERENCE = frames -> frames;

    List<Frame> carry(List<Frame> frames);

    /** Through the wire format and back, as over a real link. */
    static FrameCarrier encoding() {
        FrameCodec codec = new FrameCodec();
        return frames -> {
            ByteBuf buffer = codec.encode(frames, UnpooledByteBufAllocator.DEFAULT);
            try {
                return codec.decode(buffer).frames();
            } finally {
                buffer.release();
            }
        };
    }
}
