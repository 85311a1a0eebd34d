package dev.grapevine.transport.rsocket;

import dev.grapevine.protocol.step.RejectReason;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Cuts the bytes of a connection into RSocket frames: a length of 24 bits, then so many bytes.
 *
 * <p>A length is judged when it arrives, before any memory is taken for the frame; and nobody's length is believed
 * before the first bytes look like those of an RSocket peer, so that an HTTP request or a TLS hello is told from a frame
 * that is too long.
 */
final class FrameSplitter extends ByteToMessageDecoder {

    private final boolean fromAcceptor;
    private final BiConsumer<RejectReason, String> broken;
    private int limit;
    private boolean first = true;
    private boolean done;

    /**
     * A splitter.
     *
     * @param fromAcceptor whether the bytes come from the side that was dialled
     * @param limit longest frame at first
     * @param broken told once if the bytes are no frames; nothing comes out afterwards
     */
    FrameSplitter(boolean fromAcceptor, int limit, BiConsumer<RejectReason, String> broken) {
        this.fromAcceptor = fromAcceptor;
        this.limit = limit;
        this.broken = broken;
    }

    void limit(int bytes) {
        limit = bytes;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (done) {
            in.skipBytes(in.readableBytes());
        } else if (first && !looksLikeAPeer(in)) {
            fail(in, RejectReason.MALFORMED_FRAME, "the first bytes are not those of an RSocket peer");
        } else if (in.readableBytes() >= RSocketFrame.LENGTH_BYTES) {
            cut(in, out);
        }
    }

    private void cut(ByteBuf in, List<Object> out) {
        int length = in.getUnsignedMedium(in.readerIndex());
        if (length < RSocketFrame.HEADER_BYTES) {
            fail(in, RejectReason.MALFORMED_FRAME, "a frame of " + length + " bytes");
        } else if (first && in.readableBytes() < RSocketFrame.LENGTH_BYTES + RSocketFrame.HEADER_BYTES) {
            return;
        } else if (length > limit) {
            fail(in, RejectReason.OVERSIZED_FRAME, "a frame of " + length + " bytes, more than " + limit);
        } else if (in.readableBytes() >= RSocketFrame.LENGTH_BYTES + length) {
            first = false;
            in.skipBytes(RSocketFrame.LENGTH_BYTES);
            out.add(in.readRetainedSlice(length));
        }
    }

    /** Whether as much of the first header as is there could be that of SETUP, or of what answers a SETUP. */
    private boolean looksLikeAPeer(ByteBuf in) {
        int start = in.readerIndex() + RSocketFrame.LENGTH_BYTES;
        int known = Math.min(in.writerIndex() - start, RSocketFrame.HEADER_BYTES);
        for (int i = 0; i < known; i++) {
            int octet = in.getByte(start + i) & 0xff;
            boolean fits =
                    switch (i) {
                        case 0, 1, 2 -> octet == 0;
                        case 3 -> octet == Streams.CONNECTION || (fromAcceptor && octet == Streams.WELCOME);
                        case 4 -> fromAcceptor || octet == RSocketFrame.SETUP << 2;
                        default -> true;
                    };
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    private void fail(ByteBuf in, RejectReason reason, String detail) {
        done = true;
        in.skipBytes(in.readableBytes());
        broken.accept(reason, detail);
    }

    @Override
    protected void decodeLast(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (in.isReadable()) {
            decode(context, in, out);
        }
        // Who connects and closes without a word, as a health check does, has done nothing wrong.
        if (first && !done && in.isReadable()) {
            fail(in, RejectReason.MALFORMED_FRAME, "closed after " + in.readableBytes() + " bytes of a first frame");
        }
    }
}
