package dev.grapevine.codec;

import dev.grapevine.bytes.Bytes;

/**
 * Turns a user's values into bytes and back. Must be usable from several threads at once.
 *
 * <p>Encoding happens on the thread that publishes or writes, decoding on the thread that delivers to the subscriber,
 * so an expensive codec never holds up the node. A codec that throws on one value harms that value only: an encoding
 * error fails the call, an undecodable message is counted and reported to the subscriber's error hook.
 *
 * @param <T> type of the values
 */
public interface Codec<T> {

    /**
     * Name of the format and the type. Two codecs of the same name are taken to be interchangeable: a topic or map
     * opened again must be opened with a codec of the same name.
     *
     * @return a name such as {@code utf8} or {@code json:com.example.Price}
     */
    String name();

    /**
     * Encodes a value.
     *
     * @param value the value
     * @return its bytes
     * @throws RuntimeException if the value cannot be encoded
     */
    Bytes encode(T value);

    /**
     * Decodes a value.
     *
     * @param bytes what {@link #encode} of this or another version of the codec gave, or anything at all: it comes from
     *     the network
     * @return the value
     * @throws RuntimeException if the bytes are no value
     */
    T decode(Bytes bytes);
}
