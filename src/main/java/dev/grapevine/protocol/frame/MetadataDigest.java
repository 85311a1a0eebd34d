package dev.grapevine.protocol.frame;

import dev.grapevine.bytes.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import java.util.TreeMap;

/**
 * What gossip says of a member's labels, instead of the labels themselves: enough to tell whether those that are held are
 * the right ones.
 *
 * @param version the incarnation with which the member set them, so that a later version is always said by a later claim
 * @param hash the first {@value #HASH_BYTES} bytes of a SHA-256 over the labels in the order of their keys, each text as
 *     its length in bytes (4 bytes, big-endian) and its UTF-8; empty for no labels
 */
public record MetadataDigest(long version, Bytes hash) {

    /** Bytes of the hash of any labels at all. */
    public static final int HASH_BYTES = 16;

    /** No labels, from the beginning. */
    public static final MetadataDigest NONE = new MetadataDigest(0, Bytes.EMPTY);

    /**
     * The digest of labels.
     *
     * @param version the incarnation with which they were set
     * @param metadata the labels
     * @return their digest
     */
    public static MetadataDigest of(long version, Map<String, String> metadata) {
        return version == 0 && metadata.isEmpty() ? NONE : new MetadataDigest(version, hashOf(metadata));
    }

    /**
     * Whether these are the labels that the digest was made of.
     *
     * @param metadata labels
     * @return whether their hash is this one
     */
    public boolean matches(Map<String, String> metadata) {
        return hash.equals(hashOf(metadata));
    }

    private static Bytes hashOf(Map<String, String> metadata) {
        if (metadata.isEmpty()) {
            return Bytes.EMPTY;
        }
        MessageDigest sha = sha256();
        new TreeMap<>(metadata).forEach((key, value) -> {
            add(sha, key);
            add(sha, value);
        });
        return Bytes.wrap(sha.digest(), 0, HASH_BYTES);
    }

    private static void add(MessageDigest sha, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        sha.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
        sha.update(bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
