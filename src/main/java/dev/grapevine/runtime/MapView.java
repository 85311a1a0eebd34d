package dev.grapevine.runtime;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.codec.Codec;
import dev.grapevine.observe.GrapevineObserver;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.replicated.MapChange;
import dev.grapevine.replicated.ReplicatedMap;
import dev.grapevine.runtime.StoreView.Stored;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * A replicated map as this node uses it: reads come from the store's view, writes go to the core.
 *
 * @param <K> type of the keys
 * @param <V> type of the values
 */
final class MapView<K, V> implements ReplicatedMap<K, V> {

    private static final Logger log = LoggerFactory.getLogger(MapView.class);

    private final String name;
    private final Codec<K> keys;
    private final Codec<V> values;
    private final StoreView store;
    private final Writing writing;
    private final Scheduler delivery;
    private final GrapevineObserver observer;

    MapView(
            String name,
            Codec<K> keys,
            Codec<V> values,
            StoreView store,
            Writing writing,
            Scheduler delivery,
            GrapevineObserver observer) {
        this.name = name;
        this.keys = keys;
        this.values = values;
        this.store = store;
        this.writing = writing;
        this.delivery = delivery;
        this.observer = observer;
    }

    @Override
    public String name() {
        return name;
    }

    String format() {
        return format(keys, values);
    }

    /** The formats of keys and values, which have to be the same wherever this node opens the map. */
    static String format(Codec<?> keys, Codec<?> values) {
        return keys.name() + " -> " + values.name();
    }

    @Override
    public @Nullable V get(K key) {
        Stored stored = store.entries().get(keys.encode(key));
        return stored == null ? null : decode(values, stored.value());
    }

    @Override
    public Map<K, V> snapshot() {
        Map<K, V> snapshot = new LinkedHashMap<>();
        store.entries().states().forEach((rawKey, stored) -> {
            K key = decode(keys, rawKey);
            V value = decode(values, stored.value());
            if (key != null && value != null) {
                snapshot.put(key, value);
            }
        });
        return snapshot;
    }

    @Override
    public Mono<Void> put(K key, V value) {
        return Mono.defer(() -> writing.write(name, encode(keys, key), encode(values, value)));
    }

    @Override
    public Mono<Void> remove(K key) {
        return Mono.defer(() -> writing.write(name, encode(keys, key), null));
    }

    @Override
    public Flux<MapChange<K, V>> changes() {
        return store.entries().changes(delivery).handle((change, sink) -> {
            K key = decode(keys, change.key());
            V value = change.gone() ? null : decode(values, change.state().value());
            if (key != null && (value != null || change.gone())) {
                sink.next(new MapChange<>(key, value, change.state().writer()));
            }
        });
    }

    private <T> Bytes encode(Codec<T> codec, T value) {
        return Encoding.encode(codec, value, "map", name);
    }

    private <T> @Nullable T decode(Codec<T> codec, Bytes bytes) {
        try {
            return codec.decode(bytes);
        } catch (Throwable error) {
            Undecodable.throwIfOutOfMemory(error);
            observer.rejected(RejectReason.UNDECODABLE, name + ": " + error);
            log.warn("An entry of map {} could not be read as {}: {}", name, codec.name(), error.toString());
            return null;
        }
    }
}
