package dev.grapevine.protocol.overlay;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Origin;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The links that are open, by peer and by the peer's address. */
final class OpenLinks {

    private final TreeMap<Origin, OpenLink> byPeer = new TreeMap<>();
    private final TreeMap<Origin, OpenLink> released = new TreeMap<>();

    /** Asked for every target at every step, and never iterated. */
    private final Map<Address, Integer> countAt = new HashMap<>();

    /** Adds a link, which takes the place of one of the same peer. */
    void add(OpenLink link) {
        remove(link.origin());
        byPeer.put(link.origin(), link);
        countAt.merge(link.address(), 1, Integer::sum);
    }

    @Nullable OpenLink remove(Origin peer) {
        OpenLink removed = byPeer.remove(peer);
        released.remove(peer);
        if (removed != null) {
            countAt.computeIfPresent(removed.address(), (address, count) -> count > 1 ? count - 1 : null);
        }
        return removed;
    }

    @Nullable OpenLink get(Origin peer) {
        return byPeer.get(peer);
    }

    boolean isLinked(Origin peer) {
        return byPeer.containsKey(peer);
    }

    boolean isLinkedAt(Address address) {
        return countAt.containsKey(address);
    }

    boolean isEmpty() {
        return byPeer.isEmpty();
    }

    int size() {
        return byPeer.size();
    }

    /** All links as they are now, in the order of their peers. */
    List<OpenLink> all() {
        return new ArrayList<>(byPeer.values());
    }

    /** A link is about to close by choice of either side. */
    void release(OpenLink link, long now) {
        link.released = true;
        link.releasedAt = now;
        released.put(link.origin(), link);
    }

    /** The links that are about to close, in the order of their peers. */
    Collection<OpenLink> released() {
        return released.values();
    }

    /** The links that are not about to close and are of this kind, in the order of their peers. */
    List<OpenLink> select(Predicate<OpenLink> kind) {
        List<OpenLink> selected = new ArrayList<>();
        for (OpenLink link : byPeer.values()) {
            if (!link.released && kind.test(link)) {
                selected.add(link);
            }
        }
        return selected;
    }
}
