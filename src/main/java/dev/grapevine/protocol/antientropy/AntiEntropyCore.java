package dev.grapevine.protocol.antientropy;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.clock.Dot;
import dev.grapevine.clock.HybridClock;
import dev.grapevine.crdt.CausalContext;
import dev.grapevine.crdt.Siblings;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.AntiEntropyFrame;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Operation;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Operations;
import dev.grapevine.protocol.frame.AntiEntropyFrame.StateChunk;
import dev.grapevine.protocol.frame.AntiEntropyFrame.StateOffer;
import dev.grapevine.protocol.frame.AntiEntropyFrame.StateRequest;
import dev.grapevine.protocol.frame.AntiEntropyFrame.StoreDigest;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.protocol.step.Time;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Replicated stores: every member holds every store whole, writes locally, sends each write to every linked peer at once
 * and compares with a random peer from time to time, so that what was lost arrives all the same.
 *
 * <p>Members that have applied the same operations hold the same content (strong eventual consistency). A single-threaded
 * state machine: time and chance are arguments, effects are the result, and nothing that a peer sends makes it throw.
 */
public final class AntiEntropyCore {

    private final Origin self;
    private final AntiEntropySettings settings;
    private final RandomGenerator random;
    private final HybridClock clock = new HybridClock();
    private final TreeMap<String, Store> stores = new TreeMap<>();
    private final List<Origin> links = new ArrayList<>();

    private record Store(StoreReplica replica, StoreSync sync, OutgoingTransfers transfers) {}

    /**
     * A core without stores or links.
     *
     * @param self this member's origin; a restarted member is another origin
     * @param settings the bounds
     * @param random source of chance
     * @param now the time
     */
    public AntiEntropyCore(Origin self, AntiEntropySettings settings, RandomGenerator random, Time now) {
        this.self = self;
        this.settings = settings;
        this.random = random;
        // The first stamp is not before the start, whatever the first input brings.
        clock.now(now.wallMillis());
    }

    /**
     * Makes sure that a store is there. Stores that peers write to are there without it, within the limit of stores;
     * those that this member opens or writes to do not count against the limit. Does not tell what the store holds
     * already: each change was told when it happened.
     *
     * @param name the store
     * @param now the time
     * @param out effects
     */
    public void open(String name, Time now, Effects out) {
        store(name, now).sync.tick(links, random, now, out);
    }

    /**
     * Writes or removes a key. Removing a key that is not there does nothing.
     *
     * @param name the store
     * @param key the key
     * @param value the value, or null to remove the key; key and value above the limit of an entry are rejected
     * @param now the time
     * @param out effects: the change, and the operation to every linked peer
     * @return the operation, or null if there was nothing to do or it was rejected
     */
    public @Nullable Operation write(String name, Bytes key, @Nullable Bytes value, Time now, Effects out) {
        if (key.length() + (value == null ? 0 : value.length()) > settings.maxEntryBytes()) {
            out.add(new Effect.Rejected(RejectReason.INVALID_RANGE, self, name + ": an entry above the limit"));
            return null;
        }
        Store store = store(name, now);
        Operation operation = store.replica.write(key, value, now, out);
        if (operation != null) {
            store.sync.changed(now);
            Operations frame = new Operations(name, List.of(operation));
            links.forEach(peer -> out.add(new Effect.Send(peer, Lane.DATA, frame)));
        }
        return operation;
    }

    /**
     * Whether no store is held, of this member's own or of a peer's.
     *
     * @return true until the first is opened or heard of
     */
    public boolean isEmpty() {
        return stores.isEmpty();
    }

    /**
     * A link to a peer is open: tells the peer what every store has applied.
     *
     * @param peer the peer
     * @param now the time
     * @param out effects
     */
    public void linkUp(Origin peer, Time now, Effects out) {
        int index = Collections.binarySearch(links, peer);
        if (index < 0) {
            links.add(-index - 1, peer);
        }
        stores.values().forEach(store -> store.sync.linkUp(peer, out));
    }

    /**
     * The link to a peer is gone: what was asked of it is asked of another.
     *
     * @param peer the peer
     * @param now the time
     * @param out effects
     */
    public void linkDown(Origin peer, Time now, Effects out) {
        links.remove(peer);
        for (Store store : stores.values()) {
            store.transfers.end(peer);
            store.sync.linkDown(peer, now);
        }
    }

    /**
     * A frame arrived. One that a correct peer would not send is rejected whole, and changes nothing.
     *
     * @param from who sent it
     * @param frame the frame
     * @param now the time
     * @param out effects
     */
    public void receive(Origin from, AntiEntropyFrame frame, Time now, Effects out) {
        if (frame instanceof Operations operations) {
            operations(from, operations, now, out);
        } else if (frame instanceof StoreDigest digest) {
            digest(from, digest, now, out);
        } else if (frame instanceof StateOffer offer) {
            Store store = stores.get(offer.store());
            if (store != null) {
                store.sync.offer(from, now, out);
            }
        } else if (frame instanceof StateRequest request) {
            request(from, request, now, out);
        } else if (frame instanceof StateChunk chunk) {
            chunk(from, chunk, now, out);
        }
    }

    private void operations(Origin from, Operations frame, Time now, Effects out) {
        String problem = FrameChecks.problem(frame);
        if (problem != null) {
            reject(RejectReason.INVALID_RANGE, from, frame, problem, out);
            return;
        }
        Dot lastOwn = lastOwn(frame.store());
        if (frame.operations().stream().allMatch(operation -> FrameChecks.isForged(operation, lastOwn))) {
            reject(RejectReason.FORGED_ORIGIN, from, frame, "operations of this member's that it never made", out);
            return;
        }
        Store store = storeOfPeer(from, frame, now, out);
        if (store == null) {
            return;
        }
        long applied = store.replica.applied();
        long overflowed = store.replica.overflowed();
        for (Operation operation : frame.operations()) {
            // A relay may have been lied to, and must not be cut off for it: what else it sends is taken.
            if (FrameChecks.isForged(operation, lastOwn)) {
                reject(RejectReason.FORGED_ORIGIN, from, frame, operation.dot() + " that was never made", out);
            } else {
                store.replica.receive(from, operation, now, out);
            }
        }
        if (store.replica.applied() != applied) {
            store.sync.changed(now);
        }
        if (store.replica.overflowed() != overflowed) {
            store.sync.overflowed(from, now, out);
        }
    }

    private void digest(Origin from, StoreDigest frame, Time now, Effects out) {
        String problem = FrameChecks.problem(frame.context());
        if (problem != null) {
            reject(RejectReason.INVALID_RANGE, from, frame, problem, out);
            return;
        }
        CausalContext context = withoutForged(from, frame, frame.context(), out);
        // That a peer has an empty store is no reason to have one here.
        boolean empty = context.equals(CausalContext.EMPTY);
        Store store = empty ? stores.get(frame.store()) : storeOfPeer(from, frame, now, out);
        if (store != null) {
            store.sync.digest(from, new StoreDigest(frame.store(), context, frame.request()), now, out);
        }
    }

    /**
     * A context without the dots of this member that it never gave, which are counted. The peer may have been lied to: it
     * must not be cut off for it.
     */
    private CausalContext withoutForged(Origin from, AntiEntropyFrame frame, CausalContext context, Effects out) {
        Dot lastOwn = lastOwn(frame.store());
        if (!FrameChecks.isForged(context, lastOwn)) {
            return context;
        }
        reject(RejectReason.FORGED_ORIGIN, from, frame, "operations of this member's that it never made", out);
        return FrameChecks.withoutForged(context, lastOwn);
    }

    private void request(Origin from, StateRequest frame, Time now, Effects out) {
        Store store = stores.get(frame.store());
        // Sessions end with their links, so without a link there must be none.
        if (store == null || Collections.binarySearch(links, from) < 0) {
            reject(RejectReason.INVALID_RANGE, from, frame, "a state that was never offered", out);
            return;
        }
        StateChunk chunk = store.transfers.chunk(from, frame, store.replica.map(), now);
        out.add(new Effect.Send(from, Lane.BULK, chunk));
    }

    private void chunk(Origin from, StateChunk frame, Time now, Effects out) {
        Store store = stores.get(frame.store());
        String problem = FrameChecks.problem(frame);
        if (store == null || problem != null) {
            reject(RejectReason.INVALID_RANGE, from, frame, problem == null ? "no such store" : problem, out);
        } else {
            CausalContext context = withoutForged(from, frame, frame.context(), out);
            store.sync.chunk(from, FrameChecks.within(frame, context), now, out);
        }
    }

    /**
     * Whether an operation was applied here.
     *
     * @param name the store
     * @param dot the operation
     * @return whether it is in the store's context
     */
    public boolean holds(String name, Dot dot) {
        Store store = stores.get(name);
        return store != null && store.replica.map().context().contains(dot);
    }

    /** The last dot that this member gave in a store. */
    private Dot lastOwn(String name) {
        Store store = stores.get(name);
        return new Dot(self, store == null ? 0 : store.replica.lastOwn());
    }

    private static void reject(RejectReason reason, Origin from, AntiEntropyFrame frame, String problem, Effects out) {
        out.add(new Effect.Rejected(reason, from, frame.store() + ": " + problem));
    }

    private Store store(String name, Time now) {
        Store store = stores.get(name);
        if (store == null) {
            StoreReplica replica = new StoreReplica(name, self, settings, clock);
            StoreSync sync = new StoreSync(name, settings, replica, random, now);
            store = new Store(replica, sync, new OutgoingTransfers(settings.chunkBytes()));
            stores.put(name, store);
        }
        return store;
    }

    private @Nullable Store storeOfPeer(Origin from, AntiEntropyFrame frame, Time now, Effects out) {
        if (!stores.containsKey(frame.store()) && stores.size() >= settings.maxStores()) {
            reject(RejectReason.TOO_MANY_STREAMS, from, frame, "a store beyond the limit", out);
            return null;
        }
        return store(frame.store(), now);
    }

    /**
     * How long the next tick may take to come, as things stand: it is to come at once while something is fetched or has
     * changed. Rounds of stores that were equal when last compared need no tick of their own.
     *
     * @return nanoseconds
     */
    public long untilTick() {
        return stores.values().stream().allMatch(store -> store.sync.isIdle()) ? Long.MAX_VALUE : 0;
    }

    /**
     * Time has passed: rounds that are due, and transfers that stand still.
     *
     * @param now the time
     * @param out effects
     */
    public void tick(Time now, Effects out) {
        long idle = 2 * settings.transferTimeout().toNanos();
        for (Store store : stores.values()) {
            store.transfers.expire(now, idle);
            store.sync.tick(links, random, now, out);
        }
    }

    /**
     * The visible entries of a store in the order of the keys; none if there is no such store.
     *
     * @param name the store
     * @param visitor takes key and value
     */
    public void forEachEntry(String name, BiConsumer<Bytes, Bytes> visitor) {
        Store store = stores.get(name);
        if (store != null) {
            store.replica
                    .map()
                    .entries()
                    .iterator(null)
                    .forEachRemaining(entry -> visitor.accept(
                            entry.getKey(), entry.getValue().winner().value()));
        }
    }

    /**
     * A hash of all that a store holds, hidden concurrent writes included: the same at every member, in every process
     * and on every platform for the same content. Takes time in proportion to the content.
     *
     * @param name the store
     * @return the hash; that of an empty store if there is no such store
     */
    public long digest(String name) {
        Store store = stores.get(name);
        ContentHash hash = new ContentHash();
        if (store != null) {
            for (var entries = store.replica.map().entries().iterator(null); entries.hasNext(); ) {
                Map.Entry<Bytes, Siblings> entry = entries.next();
                hash.add(entry.getKey(), entry.getValue());
            }
        }
        return hash.value();
    }
}
