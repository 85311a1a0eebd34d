package dev.grapevine.membership;

import java.util.HexFormat;

/**
 * The 128-bit identity of a member. Two processes never share one at the same time; a process that keeps its id across
 * restarts is told apart from its earlier life by the epoch of its {@link Origin}.
 *
 * @param high the upper 64 bits
 * @param low the lower 64 bits
 */
public record MemberId(long high, long low) implements Comparable<MemberId> {

    /**
     * Reads the form that {@link #toString()} writes.
     *
     * @param text 32 hexadecimal digits
     * @return the id
     * @throws IllegalArgumentException if the text has another form
     */
    public static MemberId parse(String text) {
        if (text.length() != 32) {
            throw new IllegalArgumentException("A member id is 32 hexadecimal digits, not '" + text + "'");
        }
        return new MemberId(HexFormat.fromHexDigitsToLong(text, 0, 16), HexFormat.fromHexDigitsToLong(text, 16, 32));
    }

    @Override
    public int compareTo(MemberId other) {
        int byHigh = Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }

    @Override
    public String toString() {
        return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
    }
}
