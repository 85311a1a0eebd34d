package dev.grapevine.codec;

import dev.grapevine.bytes.Bytes;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** The codecs that need nothing but the JDK. */
public final class Codecs {

    private Codecs() {}

    /**
     * Text as UTF-8. Malformed input is an error.
     *
     * @return the codec, named {@code utf8}
     */
    public static Codec<String> utf8() {
        return Utf8.INSTANCE;
    }

    /**
     * Byte arrays as they are; copied on both sides.
     *
     * @return the codec, named {@code bytes}
     */
    public static Codec<byte[]> byteArray() {
        return ByteArray.INSTANCE;
    }

    /**
     * Byte sequences as they are, never copied.
     *
     * @return the codec, named {@code bytes}
     */
    public static Codec<Bytes> bytes() {
        return Identity.INSTANCE;
    }

    private static final class Utf8 implements Codec<String> {
        private static final Utf8 INSTANCE = new Utf8();

        @Override
        public String name() {
            return "utf8";
        }

        @Override
        public Bytes encode(String value) {
            return Bytes.utf8(value);
        }

        @Override
        public String decode(Bytes bytes) {
            try {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(bytes.asByteBuffer())
                        .toString();
            } catch (CharacterCodingException e) {
                throw new IllegalArgumentException("Not UTF-8: " + bytes.length() + " bytes", e);
            }
        }
    }

    private static final class ByteArray implements Codec<byte[]> {
        private static final ByteArray INSTANCE = new ByteArray();

        @Override
        public String name() {
            return "bytes";
        }

        @Override
        public Bytes encode(byte[] value) {
            return Bytes.copyOf(value);
        }

        @Override
        public byte[] decode(Bytes bytes) {
            return bytes.toArray();
        }
    }

    private static final class Identity implements Codec<Bytes> {
        private static final Identity INSTANCE = new Identity();

        @Override
        public String name() {
            return "bytes";
        }

        @Override
        public Bytes encode(Bytes value) {
            return value;
        }

        @Override
        public Bytes decode(Bytes bytes) {
            return bytes;
        }
    }
}
