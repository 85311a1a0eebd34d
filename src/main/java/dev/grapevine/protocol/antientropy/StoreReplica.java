package dev.grapevine.protocol.antientropy;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.clock.Dot;
import dev.grapevine.clock.HybridClock;
import dev.grapevine.crdt.CausalContext;
import dev.grapevine.crdt.DotMap;
import dev.grapevine.crdt.DotSet;
import dev.grapevine.crdt.KeyChange;
import dev.grapevine.crdt.Sibling;
import dev.grapevine.crdt.Siblings;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.AntiEntropyFrame;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Operation;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.protocol.step.Time;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The content of one store at this member: what was applied, what waits, and what can be handed on. */
final class StoreReplica {

    private final String name;
    private final Origin self;
    private final AntiEntropySettings settings;
    private final HybridClock clock;
    private final DotMap map = new DotMap();
    private final OperationLog log;
    private final PendingOperations pending;
    private long counter;
    private long applied;
    private long overflowed;

    StoreReplica(String name, Origin self, AntiEntropySettings settings, HybridClock clock) {
        this.name = name;
        this.self = self;
        this.settings = settings;
        this.clock = clock;
        this.log = new OperationLog(settings.logBytes());
        this.pending = new PendingOperations(settings.cloudDots(), settings.logBytes());
    }

    DotMap map() {
        return map;
    }

    OperationLog log() {
        return log;
    }

    /** How many operations this member has made in this store. */
    long lastOwn() {
        return counter;
    }

    /** Rises whenever something that another member wrote is applied. */
    long applied() {
        return applied;
    }

    /** Rises whenever an operation could not be kept. */
    long overflowed() {
        return overflowed;
    }

    /** Writes or removes a key; gives the operation for the others, or null if there was nothing to remove. */
    @Nullable Operation write(Bytes key, @Nullable Bytes value, Time now, Effects out) {
        Siblings held = map.entries().get(key);
        if (held == null && value == null) {
            return null;
        }
        List<Dot> superseded = held == null
                ? List.of()
                : held.all().stream()
                        .map(Sibling::dot)
                        .limit(AntiEntropyFrame.MAX_DOTS)
                        .toList();
        Operation operation =
                new Operation(new Dot(self, ++counter), clock.now(now.wallMillis()), key, value, superseded);
        applyNow(operation, out);
        return operation;
    }

    /** Takes in an operation whose form has been checked. */
    void receive(Origin from, Operation operation, Time now, Effects out) {
        if (map.context().contains(operation.dot()) || pending.contains(operation.dot())) {
            out.note(ProtocolEvent.DUPLICATE_OPERATION);
        } else if (!clock.observe(
                operation.stamp(), now.wallMillis(), settings.maxDrift().toMillis())) {
            out.add(new Effect.Rejected(
                    RejectReason.CLOCK_DRIFT, from, name + " " + operation.dot() + " at " + operation.stamp()));
        } else {
            settle(from, operation, out);
        }
    }

    /**
     * Takes in another replica's whole state.
     *
     * @param from who handed it over; named as the remover of the keys that it shows to be gone, since a state does not
     *     tell who removed them
     */
    void join(Origin from, DotMap.Snapshot state, Time now, Effects out) {
        long maxDrift = settings.maxDrift().toMillis();
        state.entries().iterator(null).forEachRemaining(entry -> entry.getValue()
                .all()
                .forEach(sibling -> clock.observe(sibling.stamp(), now.wallMillis(), maxDrift)));
        map.join(state).forEach(change -> tell(change, from, out));
        applied++;
        for (Operation operation : pending.releaseAll()) {
            if (!map.context().contains(operation.dot())) {
                settle(from, operation, out);
            }
        }
    }

    /** Applies an operation and then whatever waited for it, or lets it wait. */
    private void settle(Origin from, Operation operation, Effects out) {
        ArrayDeque<Operation> ready = new ArrayDeque<>();
        ready.add(operation);
        while (!ready.isEmpty()) {
            Operation next = ready.remove();
            Dot missing = map.firstMissing(next.superseded());
            if (missing != null) {
                for (Operation evicted : pending.add(next, missing)) {
                    overflow(from, evicted, out);
                }
            } else if (isTooFarAhead(next.dot()) || !hasRoomFor(next.dot().origin())) {
                overflow(from, next, out);
            } else {
                applyNow(next, out);
                applied++;
                ready.addAll(pending.release(next.dot()));
            }
        }
    }

    private boolean isTooFarAhead(Dot dot) {
        return dot.counter() > map.context().run(dot.origin()) + 1
                && map.context().ahead() >= settings.cloudDots();
    }

    /** A digest of too many origins would be refused by every peer, so none is let in; a place is kept for this member. */
    private boolean hasRoomFor(Origin origin) {
        DotSet context = map.context();
        int own = context.names(self) ? 0 : 1;
        return context.names(origin) || context.origins() + own < AntiEntropyFrame.MAX_ORIGINS;
    }

    /** Whether what another replica has applied and what was applied here fit into one digest. */
    boolean hasRoomFor(CausalContext other) {
        DotSet joined = DotSet.of(map.context().toContext());
        joined.addAll(DotSet.of(other));
        int own = joined.names(self) ? 0 : 1;
        return joined.origins() + own <= AntiEntropyFrame.MAX_ORIGINS
                && joined.toContext().cloud().size() <= AntiEntropyFrame.MAX_RANGES;
    }

    private void overflow(Origin from, Operation operation, Effects out) {
        overflowed++;
        out.add(new Effect.Rejected(RejectReason.CONTEXT_OVERFLOW, from, name + " " + operation.dot()));
    }

    private void applyNow(Operation operation, Effects out) {
        Dot dot = operation.dot();
        Bytes value = operation.value();
        Sibling written = value == null ? null : new Sibling(dot, operation.stamp(), value);
        KeyChange change = map.apply(operation.key(), dot, written, operation.superseded());
        log.append(operation);
        if (change != null) {
            tell(change, dot.origin(), out);
        }
    }

    private void tell(KeyChange change, Origin remover, Effects out) {
        Sibling shown = change.shown();
        out.add(
                shown == null
                        ? new Effect.StoreChanged(name, change.key(), null, remover)
                        : new Effect.StoreChanged(
                                name, change.key(), shown.value(), shown.dot().origin()));
    }
}
