package dev.grapevine.protocol.antientropy;

import dev.grapevine.crdt.DotMap;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Entry;
import dev.grapevine.protocol.frame.AntiEntropyFrame.StateChunk;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.protocol.step.Time;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Fetches a store's state from one peer at a time: asks again for a chunk that does not come, gives up a dead transfer. */
final class StateFetch {

    /** A lost chunk is asked for again this often within the time that a transfer may stand still. */
    private static final int ATTEMPTS = 4;

    private final String name;
    private final StoreReplica replica;
    private final RandomGenerator random;
    private final long timeout;
    private final long maxDrift;
    private @Nullable IncomingTransfer transfer;

    StateFetch(String name, AntiEntropySettings settings, StoreReplica replica, RandomGenerator random) {
        this.name = name;
        this.replica = replica;
        this.random = random;
        this.timeout = settings.transferTimeout().toNanos();
        this.maxDrift = settings.maxDrift().toMillis();
    }

    boolean isActive() {
        return transfer != null;
    }

    void begin(Origin peer, Time now, Effects out) {
        IncomingTransfer begun = new IncomingTransfer(peer, random.nextLong(), now);
        transfer = begun;
        ask(begun, now, out);
    }

    private void ask(IncomingTransfer transfer, Time now, Effects out) {
        out.add(new Effect.Send(transfer.peer(), Lane.BULK, transfer.ask(name, now)));
    }

    /** Whether a transfer was given up, so that another peer should be found. */
    boolean tick(Time now, Effects out) {
        IncomingTransfer current = transfer;
        if (current == null) {
            return false;
        }
        if (current.isStale(now, timeout)) {
            transfer = null;
            return true;
        }
        if (current.isUnanswered(now, timeout / ATTEMPTS)) {
            ask(current, now, out);
        }
        return false;
    }

    /** Whether the transfer came from this peer and is over with it. */
    boolean linkDown(Origin peer) {
        boolean over = transfer != null && transfer.peer().equals(peer);
        transfer = over ? null : transfer;
        return over;
    }

    void chunk(Origin from, StateChunk chunk, DotMap map, Time now, Effects out) {
        IncomingTransfer current = transfer;
        if (current == null || !current.isOf(from, chunk)) {
            out.add(new Effect.Rejected(RejectReason.INVALID_RANGE, from, name + ": a chunk that nobody asked for"));
            return;
        }
        if (hasDrifted(chunk, now)) {
            transfer = null;
            out.add(new Effect.Rejected(RejectReason.CLOCK_DRIFT, from, name + ": a state with stamps of the future"));
            return;
        }
        if (!replica.hasRoomFor(chunk.context())) {
            transfer = null;
            out.add(new Effect.Rejected(
                    RejectReason.CONTEXT_OVERFLOW, from, name + ": a state of too many origins or ranges"));
            return;
        }
        switch (current.accept(chunk, map.entries(), now)) {
            case REPEATED -> out.note(ProtocolEvent.DUPLICATE_OPERATION);
            case BROKEN -> begin(from, now, out);
            case MORE -> ask(current, now, out);
            case COMPLETE -> {
                transfer = null;
                replica.join(from, current.state(), now, out);
                out.note(ProtocolEvent.STATE_TRANSFERRED);
            }
        }
    }

    private boolean hasDrifted(StateChunk chunk, Time now) {
        for (Entry entry : chunk.entries()) {
            if (entry.stamp().millis() - maxDrift > now.wallMillis()) {
                return true;
            }
        }
        return false;
    }
}
