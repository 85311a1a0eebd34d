package dev.grapevine.membership;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * A member and what it says of itself. The origin identifies it; all else are labels.
 *
 * @param origin identity and epoch
 * @param name a name for people, such as {@code orders-3}; need not be unique; 1 to 128 characters
 * @param address where peers dial it
 * @param zone failure domain, such as an availability zone; empty when unknown; up to 64 characters
 * @param metadata labels of its own, at most {@value #MAX_METADATA_ENTRIES} with at most {@value #MAX_METADATA_CHARS}
 *     characters in all; unmodifiable and in key order
 */
public record Member(Origin origin, String name, Address address, String zone, Map<String, String> metadata) {

    /** Most labels that a member can have. */
    public static final int MAX_METADATA_ENTRIES = 64;

    /** Most characters that all keys and values of the labels together can have. */
    public static final int MAX_METADATA_CHARS = 4096;

    /** Longest name, in characters. */
    public static final int MAX_NAME_LENGTH = 128;

    /** Longest zone, in characters. */
    public static final int MAX_ZONE_LENGTH = 64;

    /**
     * Checks the limits and copies the metadata.
     *
     * @throws IllegalArgumentException if a limit is exceeded
     */
    public Member {
        if (name.isBlank() || name.length() > MAX_NAME_LENGTH) {
            throw new IllegalArgumentException("A member's name has 1 to " + MAX_NAME_LENGTH + " characters");
        }
        if (zone.length() > MAX_ZONE_LENGTH) {
            throw new IllegalArgumentException("A zone has at most " + MAX_ZONE_LENGTH + " characters");
        }
        checkMetadata(metadata);
        metadata = Collections.unmodifiableMap(new TreeMap<>(metadata));
    }

    /**
     * Checks labels against the limits.
     *
     * @param metadata the labels
     * @throws IllegalArgumentException if they are too many, too long, or no text that UTF-8 can carry
     */
    public static void checkMetadata(Map<String, String> metadata) {
        int chars = 0;
        for (Map.Entry<String, String> label : metadata.entrySet()) {
            chars += label.getKey().length() + label.getValue().length();
            if (!isText(label.getKey()) || !isText(label.getValue())) {
                throw new IllegalArgumentException("Half a surrogate pair in the label '" + label.getKey() + "'");
            }
        }
        if (metadata.size() > MAX_METADATA_ENTRIES || chars > MAX_METADATA_CHARS) {
            throw new IllegalArgumentException("Metadata has at most " + MAX_METADATA_ENTRIES + " entries and "
                    + MAX_METADATA_CHARS + " characters, not " + metadata.size() + " and " + chars);
        }
    }

    private static boolean isText(String text) {
        return text.codePoints()
                .noneMatch(point -> point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE);
    }

    /**
     * The same member with other labels.
     *
     * @param metadata the labels to have
     * @return a changed copy
     * @throws IllegalArgumentException if a limit is exceeded
     */
    public Member withMetadata(Map<String, String> metadata) {
        return metadata.equals(this.metadata) ? this : new Member(origin, name, address, zone, metadata);
    }

    /**
     * The member's id.
     *
     * @return the id of the origin
     */
    public MemberId id() {
        return origin.id();
    }

    @Override
    public String toString() {
        return name + "(" + origin + " " + address + ")";
    }
}
