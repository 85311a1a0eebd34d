package dev.grapevine.replicated;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A map that every member holds whole, writes locally and never waits for. Members that have heard the same writes hold
 * the same map, whatever the order (strong eventual consistency).
 *
 * <p>Of concurrent writes to one key the one with the highest hybrid logical time is shown; a removal removes what the
 * remover had seen, so a concurrent write survives it. Removed entries never come back, however long a member was away,
 * and leave no tombstone.
 *
 * @param <K> type of the keys
 * @param <V> type of the values
 */
public interface ReplicatedMap<K, V> {

    /**
     * The map's name.
     *
     * @return the name
     */
    String name();

    /**
     * The value of a key as this member knows it now. Does not wait; may be called from any thread.
     *
     * @param key the key
     * @return the value, or null if there is none
     */
    @Nullable V get(K key);

    /**
     * The whole map as this member knows it now.
     *
     * @return a copy
     */
    Map<K, V> snapshot();

    /**
     * Writes a key.
     *
     * @param key the key
     * @param value the value
     * @return on subscription writes; completes when the write is visible here and handed to the links; fails with
     *     {@link IllegalArgumentException} if key and value together are above the payload limit
     */
    Mono<Void> put(K key, V value);

    /**
     * Removes a key. Removing a key that is not there does nothing.
     *
     * @param key the key
     * @return on subscription removes; completes when the removal is visible here and handed to the links
     */
    Mono<Void> remove(K key);

    /**
     * The map as it is, one change a key, and then every change without a gap. A slow subscriber is not buffered for:
     * of several changes to one key it sees the latest, and it always sees the latest. Unbounded demand is fine.
     *
     * @return a stream of its own for each subscriber; signals come on a delivery thread of the node; an entry that the
     *     codec cannot read is left out and counted; completes when the node stops
     */
    Flux<MapChange<K, V>> changes();
}
