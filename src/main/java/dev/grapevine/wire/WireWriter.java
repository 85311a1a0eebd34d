package dev.grapevine.wire;

import dev.grapevine.bytes.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Writes the primitive parts of the wire format into an array that is used again for the next wire frame, so that many
 * small writes cost no buffer checks and the buffer that goes out is asked for once, with the exact size.
 */
final class WireWriter {

    /** Longest wire frame: what RSocket's 24-bit length can say. */
    static final int MAX_WIRE_FRAME = (1 << 24) - 1;

    /** Bytes of the length in front of a block. */
    private static final int BLOCK_LENGTH_BYTES = 3;

    /** How much more room than needed is asked for by the time the last number is written. */
    private static final int SLACK_BYTES = 16;

    /** A scratch array beyond this size is not kept for the next wire frame. */
    private static final int KEPT_BYTES = 256 << 10;

    private byte[] scratch = new byte[8 << 10];
    private int position;

    /**
     * Forgets what was written.
     *
     * @param room so many bytes are left in front of what is written from now on
     */
    void reset(int room) {
        position = room;
        if (scratch.length > KEPT_BYTES) {
            scratch = new byte[KEPT_BYTES];
        }
    }

    /** A buffer with what was written. */
    ByteBuf toBuffer(ByteBufAllocator allocator) {
        return toBuffer(size -> allocator.buffer(size, size));
    }

    /** A buffer with what was written, which is asked for with its size. */
    ByteBuf toBuffer(IntFunction<ByteBuf> buffers) {
        checkLength(position);
        return buffers.apply(position).writeBytes(scratch, 0, position);
    }

    void writeByte(int value) {
        ensure(1);
        scratch[position++] = (byte) value;
    }

    void writeBoolean(boolean value) {
        writeByte(value ? 1 : 0);
    }

    void writeLong(long value) {
        ensure(Long.BYTES);
        for (int shift = 56; shift >= 0; shift -= 8) {
            scratch[position++] = (byte) (value >>> shift);
        }
    }

    /** An unsigned LEB128 number of 1 to 9 bytes. */
    void writeVarint(long value, String field) {
        if (value < 0) {
            throw new IllegalArgumentException(field + " is negative: " + value);
        }
        ensure(9);
        writeVarintUnchecked(value);
    }

    private void writeVarintUnchecked(long value) {
        byte[] target = scratch;
        int at = position;
        long rest = value;
        while (rest > 0x7f) {
            target[at++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        target[at++] = (byte) rest;
        position = at;
    }

    void writeCount(int count, int max, String field) {
        if (count > max) {
            throw new IllegalArgumentException(field + ": " + count + " are more than " + max);
        }
        writeVarint(count, field);
    }

    void writeBytes(Bytes bytes) {
        int length = bytes.length();
        ensure(5 + (long) length);
        writeVarintUnchecked(length);
        bytes.copyTo(scratch, position);
        position += length;
    }

    /** Its length and one, so that zero says absent. */
    void writeOptional(@Nullable Bytes bytes) {
        if (bytes == null) {
            writeByte(0);
            return;
        }
        int length = bytes.length();
        ensure(5 + (long) length);
        writeVarintUnchecked(length + 1L);
        bytes.copyTo(scratch, position);
        position += length;
    }

    void writeText(String text, int maxChars, String field) {
        if (text.length() > maxChars) {
            throw new IllegalArgumentException(
                    field + " has " + text.length() + " characters, which are more than " + maxChars);
        }
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        ensure(5 + (long) utf8.length);
        writeVarintUnchecked(utf8.length);
        System.arraycopy(utf8, 0, scratch, position, utf8.length);
        position += utf8.length;
    }

    /**
     * Begins a block: what follows has its length in front of it.
     *
     * @return to be given to {@link #close}
     */
    int open() {
        ensure(BLOCK_LENGTH_BYTES);
        position += BLOCK_LENGTH_BYTES;
        return position;
    }

    /** Begins a block behind the number of its type. */
    int open(int type) {
        writeByte(type);
        return open();
    }

    /** Ends a block: writes its length in front of it. */
    void close(int start) {
        int length = position - start;
        scratch[start - 3] = (byte) (length >>> 16);
        scratch[start - 2] = (byte) (length >>> 8);
        scratch[start - 1] = (byte) length;
    }

    private void ensure(long more) {
        if (scratch.length - position < more) {
            grow(position + more);
        }
    }

    private void grow(long needed) {
        checkLength(needed - SLACK_BYTES);
        scratch = Arrays.copyOf(scratch, (int) Math.max(needed, 2L * scratch.length));
    }

    private static void checkLength(long bytes) {
        if (bytes > MAX_WIRE_FRAME) {
            throw new IllegalArgumentException("A wire frame has at most " + MAX_WIRE_FRAME + " bytes");
        }
    }
}
