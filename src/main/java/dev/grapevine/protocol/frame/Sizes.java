package dev.grapevine.protocol.frame;

/** What parts of frames take on the wire at the most, where counting exactly would cost more than it is worth. */
final class Sizes {

    private static final int MAX_UTF8_BYTES_PER_CHAR = 3;

    private Sizes() {}

    /** The encoded size of a text: never too small, three times too large for plain English. */
    static int text(String text) {
        return MAX_UTF8_BYTES_PER_CHAR * text.length();
    }
}
