package dev.grapevine.replicated;

import dev.grapevine.membership.Origin;
import org.jspecify.annotations.Nullable;

/**
 * A change of one key of a replicated map; also each key that is there when a subscription begins.
 *
 * @param key the key
 * @param value the value now, or null if the key was removed
 * @param writer who wrote or removed it
 * @param <K> type of the keys
 * @param <V> type of the values
 */
public record MapChange<K, V>(K key, @Nullable V value, Origin writer) {

    /**
     * Whether the key is gone.
     *
     * @return true for a removal
     */
    public boolean isRemoval() {
        return value == null;
    }
}
