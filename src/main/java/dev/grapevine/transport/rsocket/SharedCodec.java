package dev.grapevine.transport.rsocket;

import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.wire.Decoded;
import dev.grapevine.wire.FrameCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.List;

/**
 * The codec of all links of a transport. A batch that goes to several of them one after the other, which is what publishing
 * does, is encoded once, with the header that RSocket would put in front of it for each: each link is given the same bytes, which nobody
 * changes. On the event loop.
 */
final class SharedCodec {

    /** What is longer is not kept for the next link. */
    private static final int KEPT_BYTES = 256 << 10;

    /** Even the shortest batch has a buffer of so many bytes, for those after it to use again. */
    private static final int SMALLEST_BYTES = 1 << 10;

    /** What comes before the wire frame. */
    static final int PREFIX_BYTES = RSocketFrame.LENGTH_BYTES + RSocketFrame.HEADER_BYTES;

    private static final Frame[] NONE = {};

    private final FrameCodec codec = new FrameCodec();
    private Frame[] frames = NONE;
    private int stream;
    private ByteBuf bytes = Unpooled.EMPTY_BUFFER;

    /**
     * The bytes of a batch: a wire frame as an RSocket PAYLOAD frame behind its length.
     *
     * @param lane on whose stream it goes
     * @param batch the frames
     * @param allocator where the buffer comes from, if they are encoded into another one; the same for all links
     * @return a buffer that is the caller's to release and not to write to
     * @throws IllegalArgumentException as {@link FrameCodec#encode}
     */
    ByteBuf encode(Lane lane, List<Frame> batch, ByteBufAllocator allocator) {
        if (stream == Streams.of(lane) && isKept(batch)) {
            return bytes.retainedDuplicate();
        }
        frames = NONE;
        ByteBuf encoded = codec.encode(batch, PREFIX_BYTES, size -> buffer(size, allocator));
        stream = Streams.of(lane);
        RSocketFrame.setPayload(encoded, stream);
        if (encoded.readableBytes() > KEPT_BYTES) {
            return encoded;
        }
        frames = batch.toArray(NONE);
        bytes = encoded;
        return encoded.retainedDuplicate();
    }

    /**
     * The buffer of the batch before, if every link is done with it and it is of the size: a short batch may wait for a socket, which
     * counts its bytes and not what it would keep of a much larger buffer.
     */
    private ByteBuf buffer(int size, ByteBufAllocator allocator) {
        int largest = Math.max(2 * size, SMALLEST_BYTES);
        if (bytes.refCnt() == 1 && size <= bytes.capacity() && bytes.capacity() <= largest) {
            return bytes.clear();
        }
        forget();
        int capacity = Math.max(size, SMALLEST_BYTES);
        return allocator.buffer(capacity, capacity);
    }

    /** Whether these very frames, which never change, were encoded last. */
    @SuppressWarnings("ReferenceEquality")
    private boolean isKept(List<Frame> batch) {
        if (frames.length == 0 || batch.size() != frames.length) {
            return false;
        }
        for (int i = 0; i < frames.length; i++) {
            if (batch.get(i) != frames[i]) {
                return false;
            }
        }
        return true;
    }

    /** See {@link FrameCodec#decode}. */
    Decoded decode(ByteBuf buffer) {
        return codec.decode(buffer);
    }

    /** Lets go of the bytes that were encoded last. */
    void forget() {
        frames = NONE;
        bytes.release();
        bytes = Unpooled.EMPTY_BUFFER;
    }
}
