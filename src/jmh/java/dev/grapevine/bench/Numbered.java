package dev.grapevine.bench;

import dev.grapevine.bytes.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Messages that begin with a number: which of the timed ones it is, or {@link #COUNTED}. */
final class Numbered {

    /** Of a message that is only counted. */
    static final long COUNTED = -1;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Numbered() {}

    static byte[] message(long number, int bytes) {
        byte[] message = new byte[Math.max(Long.BYTES, bytes)];
        LONG.set(message, 0, number);
        return message;
    }

    static long number(byte[] array, int offset) {
        return (long) LONG.get(array, offset);
    }

    static long number(Bytes message) {
        return message.read((array, offset, length) -> number(array, offset));
    }
}
