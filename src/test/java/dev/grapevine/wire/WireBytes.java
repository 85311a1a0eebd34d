package dev.grapevine.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** Builds wire frames part by part, right or wrong, for tests of the reader. */
final class WireBytes {

    private final ByteBuf bytes = Unpooled.buffer();

    /** Begins a wire frame of the present version. */
    static WireBytes frame() {
        return new WireBytes().raw(1);
    }

    /** Begins a body or another part. */
    static WireBytes part() {
        return new WireBytes();
    }

    WireBytes raw(int... values) {
        for (int value : values) {
            bytes.writeByte(value);
        }
        return this;
    }

    WireBytes number(long value) {
        long rest = value;
        while (rest > 0x7f) {
            bytes.writeByte((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        return raw((int) rest);
    }

    WireBytes fixed(long value) {
        bytes.writeLong(value);
        return this;
    }

    WireBytes text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        number(utf8.length);
        bytes.writeBytes(utf8);
        return this;
    }

    WireBytes origin() {
        return fixed(1).fixed(2).number(3);
    }

    /** A type, a length and a body. */
    WireBytes typed(int type, WireBytes body) {
        return raw(type).block(body);
    }

    WireBytes block(WireBytes body) {
        bytes.writeMedium(body.bytes.readableBytes()).writeBytes(body.bytes.duplicate());
        return this;
    }

    ByteBuf buffer() {
        return bytes;
    }
}
