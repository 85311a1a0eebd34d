package dev.grapevine.runtime;

import dev.grapevine.bytes.Bytes;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** The way in for what is written to stores on this node. */
@FunctionalInterface
interface Writing {

    /**
     * Writes or removes a key.
     *
     * @param store the store
     * @param key the key
     * @param value the value, or null to remove
     * @return completes when the write is visible here and handed to the links
     */
    Mono<Void> write(String store, Bytes key, @Nullable Bytes value);
}
