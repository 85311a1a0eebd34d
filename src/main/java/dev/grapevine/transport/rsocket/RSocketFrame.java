package dev.grapevine.transport.rsocket;

import io.netty.buffer.ByteBuf;

/** Where things stand in an RSocket frame, for the little that is read or written below RSocket-Java. (RSocket 1.0.) */
final class RSocketFrame {

    static final int SETUP = 0x01;
    static final int KEEPALIVE = 0x03;
    static final int REQUEST_RESPONSE = 0x04;
    static final int REQUEST_CHANNEL = 0x07;
    static final int REQUEST_N = 0x08;
    static final int PAYLOAD = 0x0A;
    static final int ERROR = 0x0B;

    static final int NEXT = 0x20;
    static final int COMPLETE = 0x40;
    static final int RESPOND = 0x80;

    /** Version 1.0. */
    static final int VERSION = 1 << 16;

    /** What stands in front of each frame on TCP. */
    static final int LENGTH_BYTES = 3;

    /** Stream id, type and flags. */
    static final int HEADER_BYTES = 6;

    /** First field after the header: the version of SETUP, the count of REQUEST_N and REQUEST_CHANNEL. */
    static final int FIRST_FIELD = 6;

    private static final int KEEPALIVE_INTERVAL = 10;
    private static final int MAX_LIFETIME = 14;

    private RSocketFrame() {}

    static int stream(ByteBuf frame) {
        return frame.getInt(frame.readerIndex());
    }

    static int type(ByteBuf frame) {
        return frame.getUnsignedShort(frame.readerIndex() + Integer.BYTES) >>> 10;
    }

    static int flags(ByteBuf frame) {
        return frame.getUnsignedShort(frame.readerIndex() + Integer.BYTES) & 0x3ff;
    }

    /**
     * Makes a PAYLOAD frame behind its length of a buffer that holds the data.
     *
     * @param buffer begins with {@link #LENGTH_BYTES} and {@link #HEADER_BYTES} to fill in
     */
    static void setPayload(ByteBuf buffer, int stream) {
        int at = buffer.readerIndex();
        buffer.setMedium(at, buffer.readableBytes() - LENGTH_BYTES);
        buffer.setInt(at + LENGTH_BYTES, stream);
        buffer.setShort(at + LENGTH_BYTES + Integer.BYTES, PAYLOAD << 10 | NEXT);
    }

    static int firstField(ByteBuf frame) {
        return frame.getInt(frame.readerIndex() + FIRST_FIELD);
    }

    static void setFirstField(ByteBuf frame, int value) {
        frame.setInt(frame.readerIndex() + FIRST_FIELD, value);
    }

    static void setKeepAlive(ByteBuf setup, int intervalMillis, int lifetimeMillis) {
        setup.setInt(setup.readerIndex() + KEEPALIVE_INTERVAL, intervalMillis);
        setup.setInt(setup.readerIndex() + MAX_LIFETIME, lifetimeMillis);
    }
}
