package dev.grapevine.samples.live;

import dev.grapevine.Grapevine;
import dev.grapevine.replicated.MapChange;
import dev.grapevine.replicated.ReplicatedMap;
import dev.grapevine.spring.GrapevineJson;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The feature flags: one replicated map. */
@Component
class Flags {

    /** What is stored under a flag's name. */
    record Flag(boolean enabled, String instance, long at) {}

    /** What a page is shown; without a flag if it was removed. */
    record Shown(String name, Flag flag) {}

    private final Grapevine grapevine;
    private final ReplicatedMap<String, Flag> map;

    Flags(Grapevine grapevine, GrapevineJson json) {
        this.grapevine = grapevine;
        this.map = grapevine.map("flags", json.codec(Flag.class));
    }

    Mono<Void> set(String name, boolean enabled) {
        return Mono.defer(() -> map.put(name, new Flag(enabled, grapevine.self().name(), System.currentTimeMillis())));
    }

    Mono<Void> remove(String name) {
        return map.remove(name);
    }

    /** The flags as they are, and then every change. */
    Flux<Shown> changes() {
        return map.changes().map(Flags::shown);
    }

    private static Shown shown(MapChange<String, Flag> change) {
        return new Shown(change.key(), change.value());
    }
}
