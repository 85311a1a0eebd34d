package dev.grapevine.transport.rsocket;

import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.wire.FrameCodec;
import dev.grapevine.wire.HelloCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.rsocket.frame.KeepAliveFrameCodec;
import io.rsocket.frame.PayloadFrameCodec;
import io.rsocket.frame.RequestChannelFrameCodec;
import io.rsocket.frame.RequestResponseFrameCodec;
import io.rsocket.frame.SetupFrameCodec;
import io.rsocket.util.DefaultPayload;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;

/** A peer that speaks the protocol byte by byte over a plain socket, and so can break it wherever it likes. */
final class RawPeer implements AutoCloseable {

    private static final ByteBufAllocator ALLOCATOR = ByteBufAllocator.DEFAULT;

    final Socket socket = new Socket();
    private final OutputStream out;
    private final DataInputStream in;

    RawPeer(Node target) throws IOException {
        socket.setReceiveBufferSize(4096); // what it does not read soon fills the other side
        socket.setSoTimeout((int) Node.PATIENCE.toMillis());
        socket.connect(
                new InetSocketAddress("127.0.0.1", target.endpoint.address().port()));
        out = socket.getOutputStream();
        in = new DataInputStream(socket.getInputStream());
    }

    /** Sends a frame, which is used up. */
    void send(ByteBuf frame) throws IOException {
        ByteBuf framed = ALLOCATOR.buffer();
        framed.writeMedium(frame.readableBytes()).writeBytes(frame);
        frame.release();
        out.write(ByteBufUtil.getBytes(framed));
        framed.release();
    }

    /** A SETUP with the hello of a member. */
    void sendSetup(Node as) throws IOException {
        ByteBuf hello = HelloCodec.encode(as.hello(), ALLOCATOR);
        send(SetupFrameCodec.encode(
                ALLOCATOR, false, 1000, 10_000, Streams.MIME_TYPE, Streams.MIME_TYPE, DefaultPayload.create(hello)));
    }

    /** The whole handshake in the name of a member. */
    void shakeHands(Node as) throws IOException {
        sendSetup(as);
        send(RequestResponseFrameCodec.encode(ALLOCATOR, Streams.WELCOME, false, null, Unpooled.EMPTY_BUFFER));
        for (Lane lane : Lane.values()) {
            ByteBuf name = Unpooled.wrappedBuffer(new byte[] {(byte) Streams.of(lane)});
            send(RequestChannelFrameCodec.encode(ALLOCATOR, Streams.of(lane), false, false, 32, null, name));
        }
    }

    void sendBatch(Lane lane, List<Frame> batch) throws IOException {
        ByteBuf encoded = new FrameCodec().encode(batch, ALLOCATOR);
        send(PayloadFrameCodec.encode(ALLOCATOR, Streams.of(lane), false, false, true, null, encoded));
    }

    void sendKeepAlive(byte[] data) throws IOException {
        send(keepAlive(data));
    }

    static ByteBuf keepAlive(byte[] data) {
        return KeepAliveFrameCodec.encode(ALLOCATOR, true, 0, Unpooled.wrappedBuffer(data));
    }

    /** The type of the next frame, or -1 at the end of the connection. */
    int nextType() {
        try {
            int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
            byte[] frame = new byte[length];
            in.readFully(frame);
            return RSocketFrame.type(Unpooled.wrappedBuffer(frame));
        } catch (IOException endOrResetBetweenFramesOrWithin) {
            return -1;
        }
    }

    /** Reads up to the end of the connection; how many frames of a type came. */
    int countUntilEnd(int type) {
        int count = 0;
        int next = nextType();
        while (next >= 0) {
            count += next == type ? 1 : 0;
            next = nextType();
        }
        return count;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
