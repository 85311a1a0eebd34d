package dev.grapevine.runtime;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.Origin;
import org.jspecify.annotations.Nullable;

/** The visible values of one store, readable from any thread without the core. */
final class StoreView {

    /**
     * A visible value.
     *
     * @param value the value; empty for one that is gone
     * @param writer who wrote or removed it
     */
    record Stored(Bytes value, Origin writer) {}

    private final ConflatedState<Bytes, Stored> entries = new ConflatedState<>();

    void changed(Bytes key, @Nullable Bytes value, Origin writer) {
        if (value != null) {
            entries.put(key, new Stored(value, writer));
        } else {
            entries.remove(key, new Stored(Bytes.EMPTY, writer));
        }
    }

    ConflatedState<Bytes, Stored> entries() {
        return entries;
    }
}
