package dev.grapevine.wire;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the primitive parts of the wire format. Everything is checked against the end of the block that is being read
 * before it is read, and against what the block can hold before anything is allocated for it.
 *
 * <p>What is in a direct buffer is copied first, as a whole: plain array reads are so much cheaper than those of a buffer that
 * this halves the time of a batch of small frames. A short wire frame goes into an array that is used again, from which
 * what is kept is copied once more; a long one into an array of its own, which a content that is most of it may be a part of.
 */
final class WireReader {

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    /** A wire frame from this size on has an array of its own. */
    private static final int LONG_BYTES = 16 << 10;

    private byte[] scratch = {};
    private byte[] array = scratch;
    private boolean isOwn;
    private int position;
    private int limit;
    private int total;
    private int skipped;
    private Origin lastOrigin = new Origin(new MemberId(0, 0), 0);
    private String lastName = "";

    /** Begins to read the readable bytes of a buffer, whose indices stay as they are. */
    void reset(ByteBuf buffer) {
        int length = buffer.readableBytes();
        isOwn = false;
        if (buffer.hasArray()) {
            array = buffer.array();
            position = buffer.arrayOffset() + buffer.readerIndex();
        } else {
            array = arrayOf(length);
            buffer.getBytes(buffer.readerIndex(), array, 0, length);
            position = 0;
        }
        limit = position + length;
        total = length;
        skipped = 0;
    }

    private byte[] arrayOf(int length) {
        isOwn = length >= LONG_BYTES;
        if (isOwn) {
            return new byte[length];
        }
        if (scratch.length < length) {
            scratch = new byte[LONG_BYTES];
        }
        return scratch;
    }

    int remaining() {
        return limit - position;
    }

    int skipped() {
        return skipped;
    }

    void countSkipped() {
        skipped++;
    }

    int readByte(String field) {
        require(1, field);
        return array[position++] & 0xff;
    }

    boolean readBoolean(String field) {
        int value = readByte(field);
        if (value > 1) {
            throw new MalformedFrameException(field + " is neither 0 nor 1 but " + value);
        }
        return value == 1;
    }

    long readLong(String field) {
        require(Long.BYTES, field);
        long value = (long) LONG.get(array, position);
        position += Long.BYTES;
        return value;
    }

    /** An unsigned LEB128 number of 1 to 9 bytes in its shortest form: 0 to 2^63-1. */
    long readVarint(String field) {
        int first = readByte(field);
        if (first < 0x80) {
            return first;
        }
        long value = first & 0x7f;
        for (int shift = 7; shift < 63; shift += 7) {
            int next = readByte(field);
            value |= (long) (next & 0x7f) << shift;
            if (next == 0) {
                throw new MalformedFrameException(field + " is a number in more bytes than it needs");
            }
            if (next < 0x80) {
                return value;
            }
        }
        throw new MalformedFrameException(field + " is a number of more than 63 bits");
    }

    /** A number from 0 to a limit. */
    int readInt(int max, String field) {
        long value = readVarint(field);
        if (value > max) {
            throw new MalformedFrameException(field + " is " + value + ", which is more than " + max);
        }
        return (int) value;
    }

    /** How many elements follow: no more than a limit, nor than the block has room for. */
    int readCount(int max, int minimalBytes, String field) {
        int count = readInt(max, field);
        if ((long) count * minimalBytes > remaining()) {
            throw new MalformedFrameException(field + ": " + count + " do not fit into " + remaining() + " bytes");
        }
        return count;
    }

    /** A sequence in an array of which it is half or more, so that keeping it keeps little else in memory. */
    Bytes readBytes(String field) {
        return read(readVarint(field), field);
    }

    @Nullable Bytes readOptional(String field) {
        long lengthAndOne = readVarint(field);
        if (lengthAndOne == 0) {
            return null;
        }
        return read(lengthAndOne - 1, field);
    }

    /** Everything from here to the end of the block, likewise. */
    Bytes readRest() {
        return read(remaining(), "content");
    }

    private Bytes read(long length, String field) {
        require(length, field);
        int start = position;
        position += (int) length;
        return isOwn && length >= total / 2
                ? Bytes.wrap(array, start, (int) length)
                : Bytes.wrap(Arrays.copyOfRange(array, start, position));
    }

    /** An origin; the same object as the last one if it is equal, since most frames of a batch speak of one origin. */
    Origin readOrigin() {
        long high = readLong("member id");
        long low = readLong("member id");
        long epoch = readVarint("epoch");
        Origin last = lastOrigin;
        if (last.epoch() != epoch || last.id().low() != low || last.id().high() != high) {
            lastOrigin = new Origin(new MemberId(high, low), epoch);
        }
        return lastOrigin;
    }

    /** A text that is likely to be the one that was read last, which is then given again. */
    String readName(int maxChars, String field) {
        int start = position;
        int length = readInt(3 * maxChars, field);
        require(length, field);
        if (isLastName(length)) {
            position += length;
        } else {
            position = start;
            lastName = readText(maxChars, field);
        }
        return lastName;
    }

    /** Only ever true of ASCII, where a byte is a character. */
    private boolean isLastName(int length) {
        if (length != lastName.length()) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (array[position + i] != lastName.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    String readText(int maxChars, String field) {
        int length = readInt(3 * maxChars, field);
        require(length, field);
        if (length == 0) {
            return "";
        }
        String text = isAscii(length)
                ? new String(array, position, length, StandardCharsets.ISO_8859_1)
                : decodeUtf8(length, field);
        if (text.length() > maxChars) {
            throw new MalformedFrameException(
                    field + " has " + text.length() + " characters, which are more than " + maxChars);
        }
        position += length;
        return text;
    }

    private boolean isAscii(int length) {
        int or = 0;
        for (int i = position; i < position + length; i++) {
            or |= array[i];
        }
        return or >= 0;
    }

    private String decodeUtf8(int length, String field) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(array, position, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedFrameException(field + " is not UTF-8", e);
        }
    }

    /**
     * Enters a block: until {@link #close}, its end is the end.
     *
     * @return to be given to {@link #close}
     */
    int open(String field) {
        require(3, field);
        int length = (array[position] & 0xff) << 16 | (array[position + 1] & 0xff) << 8 | (array[position + 2] & 0xff);
        position += 3;
        require(length, field);
        int outer = limit;
        limit = position + length;
        return outer;
    }

    /** Leaves a block and skips what is left of it: fields that a newer version has appended. */
    void close(int outer) {
        position = limit;
        limit = outer;
    }

    private void require(long bytes, String field) {
        if (bytes > limit - position) {
            throw new MalformedFrameException(
                    field + " needs " + bytes + " bytes where " + (limit - position) + " are left");
        }
    }
}
