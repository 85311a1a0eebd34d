package dev.grapevine.runtime;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.codec.Codec;

/** What users' code does to values on their way out. */
final class Encoding {

    private Encoding() {}

    /**
     * Encodes a value.
     *
     * <p>A deep value ends a recursive codec with {@link StackOverflowError}, and a class that is missing with {@link LinkageError}.
     * Reactor throws both on instead of signalling them, and the call that waits would never end.
     *
     * @param of what the codec is of, for people: a topic, or a map
     * @param name its name
     * @throws IllegalStateException in place of those errors
     */
    static <T> Bytes encode(Codec<T> codec, T value, String of, String name) {
        try {
            return codec.encode(value);
        } catch (StackOverflowError | LinkageError error) {
            throw new IllegalStateException(
                    "Codec " + codec.name() + " of " + of + " '" + name + "' failed: " + error, error);
        }
    }
}
