package dev.grapevine.bytes;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * An immutable sequence of bytes: a payload, a key or a value.
 *
 * <p>It carries no reference count and may be kept and shared between threads for as long as anyone likes. It is a
 * view of an array that nobody writes to after construction: {@link #copyOf(byte[])} copies and is always safe, {@link
 * #wrap(byte[], int, int)} does not copy and makes the caller promise not to write to the array again.
 *
 * <p>Equality, hash code and order (unsigned, lexicographic) are those of the content.
 */
public final class Bytes implements Comparable<Bytes> {

    /** The sequence of length zero. */
    public static final Bytes EMPTY = new Bytes(new byte[0], 0, 0);

    private final byte[] array;
    private final int offset;
    private final int length;

    private Bytes(byte[] array, int offset, int length) {
        this.array = array;
        this.offset = offset;
        this.length = length;
    }

    /**
     * A copy of an array.
     *
     * @param source the bytes; may be changed afterwards
     * @return the sequence
     */
    public static Bytes copyOf(byte[] source) {
        return source.length == 0 ? EMPTY : new Bytes(source.clone(), 0, source.length);
    }

    /**
     * A view of an array without a copy. The caller promises never to write to the range again.
     *
     * @param array the array
     * @return the sequence
     */
    public static Bytes wrap(byte[] array) {
        return wrap(array, 0, array.length);
    }

    /**
     * A view of a range of an array without a copy. The caller promises never to write to the range again.
     *
     * @param array the array
     * @param offset index of the first byte
     * @param length number of bytes
     * @return the sequence
     * @throws IndexOutOfBoundsException if the range is not within the array
     */
    public static Bytes wrap(byte[] array, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, array.length);
        return length == 0 ? EMPTY : new Bytes(array, offset, length);
    }

    /**
     * The UTF-8 encoding of a text.
     *
     * @param text the text
     * @return the sequence
     */
    public static Bytes utf8(String text) {
        return wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Number of bytes.
     *
     * @return the length, 0 or more
     */
    public int length() {
        return length;
    }

    /**
     * One byte.
     *
     * @param index position, from 0
     * @return the byte
     * @throws IndexOutOfBoundsException if the index is not within the sequence
     */
    public byte get(int index) {
        return array[offset + Objects.checkIndex(index, length)];
    }

    /**
     * A copy of the content.
     *
     * @return a new array that the caller owns
     */
    public byte[] toArray() {
        return Arrays.copyOfRange(array, offset, offset + length);
    }

    /**
     * A part of the sequence, without a copy. It keeps the whole array in memory.
     *
     * @param from index of the first byte
     * @param count number of bytes
     * @return the part
     * @throws IndexOutOfBoundsException if the range is not within the sequence
     */
    public Bytes slice(int from, int count) {
        Objects.checkFromIndexSize(from, count, length);
        return wrap(array, offset + from, count);
    }

    /**
     * A read-only buffer over the content, without a copy.
     *
     * @return a new buffer, its position at the first byte
     */
    public ByteBuffer asByteBuffer() {
        return ByteBuffer.wrap(array, offset, length).slice().asReadOnlyBuffer();
    }

    /**
     * Copies the content into an array.
     *
     * @param target the array to write to
     * @param at index in the target of the first byte written
     * @throws IndexOutOfBoundsException if the target is too short
     */
    public void copyTo(byte[] target, int at) {
        System.arraycopy(array, offset, target, at, length);
    }

    /**
     * Hands the backing range to a consumer without a copy, for encoders and decoders that work on arrays.
     *
     * @param consumer must only read, and only the range given
     * @param <R> type of the result
     * @return what the consumer returned
     */
    public <R> R read(RangeReader<R> consumer) {
        return consumer.read(array, offset, length);
    }

    /**
     * The content read as UTF-8. Malformed input becomes the replacement character.
     *
     * @return the text
     */
    public String utf8() {
        return new String(array, offset, length, StandardCharsets.UTF_8);
    }

    @Override
    public int compareTo(Bytes other) {
        return Arrays.compareUnsigned(
                array, offset, offset + length, other.array, other.offset, other.offset + other.length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes that
                && Arrays.equals(array, offset, offset + length, that.array, that.offset, that.offset + that.length);
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (int i = offset; i < offset + length; i++) {
            hash = 31 * hash + array[i];
        }
        return hash;
    }

    @Override
    public String toString() {
        return "Bytes[" + length + "]";
    }

    /**
     * Reads a range of an array.
     *
     * @param <R> type of the result
     */
    @FunctionalInterface
    public interface RangeReader<R> {
        /**
         * Reads the range.
         *
         * @param array the array, not to be written to
         * @param offset index of the first byte
         * @param length number of bytes
         * @return the result
         */
        R read(byte[] array, int offset, int length);
    }
}
