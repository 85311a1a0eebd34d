package dev.grapevine.crdt;

import dev.grapevine.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * The visible value of a key changed: another write is shown now.
 *
 * @param key the key
 * @param shown the write that is shown now, or null if the key is gone
 */
public record KeyChange(Bytes key, @Nullable Sibling shown) {}
