package dev.grapevine.protocol.antientropy;

import dev.grapevine.crdt.CausalContext;
import dev.grapevine.crdt.DotRange;
import dev.grapevine.crdt.DotSet;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.AntiEntropyFrame;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Operation;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Operations;
import dev.grapevine.protocol.frame.AntiEntropyFrame.StateOffer;
import dev.grapevine.protocol.frame.AntiEntropyFrame.StoreDigest;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.Time;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one store equal to those of the peers. (Demers et al., "Epidemic algorithms for replicated database
 * maintenance", 1987, section 1.3; van Renesse et al., "Efficient reconciliation and flow control for anti-entropy
 * protocols", 2008.)
 *
 * <ol>
 *   <li>Each round tells a random peer what was applied here. A peer that lacks some of it asks; a peer that has more
 *       tells what it has; an equal peer says nothing.
 *   <li>Who lacks something asks one peer at a time, so that after a partition heals nobody is sent the same from all
 *       sides. An answer is a bounded number of operations in causal order, followed by a digest, which brings the next
 *       request as long as the answers bring something new.
 *   <li>What a log no longer holds is offered as state.
 * </ol>
 */
final class StoreSync {

    /** Most chunks of operations in one answer. */
    static final int ANSWER_CHUNKS = 16;

    private final String name;
    private final AntiEntropySettings settings;
    private final StoreReplica replica;
    private final SyncRounds rounds;
    private final StateFetch fetch;
    private final long settleNanos;

    private @Nullable Origin asked;
    private long askedUntil;
    private long appliedWhenAsked;

    private long changedAt;
    private @Nullable Doubt doubt;

    /** What a peer has and this member had not when it looked; it may be on its way. */
    private record Doubt(Origin peer, DotSet there, long until) {}

    StoreSync(String name, AntiEntropySettings settings, StoreReplica replica, RandomGenerator random, Time now) {
        this.name = name;
        this.settings = settings;
        this.replica = replica;
        this.rounds = new SyncRounds(settings, random, now);
        this.fetch = new StateFetch(name, settings, replica, random);
        this.settleNanos = settings.syncInterval().toNanos() / 10;
        this.changedAt = now.nanos() - settleNanos;
    }

    /** Something was written here or came in. */
    void changed(Time now) {
        changedAt = now.nanos();
        rounds.quicken(now);
    }

    /** Operations could not be kept: if they came because they were asked for, only the whole state can help. */
    void overflowed(Origin from, Time now, Effects out) {
        if (from.equals(asked) && !fetch.isActive()) {
            fetch.begin(from, now, out);
        }
    }

    /** Whether nothing is asked for or fetched, and nothing has changed since the last round. */
    boolean isIdle() {
        return asked == null && doubt == null && !fetch.isActive() && rounds.isCalm();
    }

    void tick(List<Origin> links, RandomGenerator random, Time now, Effects out) {
        if (asked != null && now.nanos() - askedUntil >= 0 && !fetch.isActive()) {
            asked = null;
        }
        if (fetch.tick(now, out)) {
            asked = null;
            rounds.hasten(now);
        }
        Doubt current = doubt;
        if (current != null && now.nanos() - current.until >= 0) {
            doubt = null;
            if (!replica.map().context().containsAll(current.there)) {
                ask(current.peer, now, out);
            }
        }
        if (rounds.isDue(now) && !links.isEmpty()) {
            tell(links.get(random.nextInt(links.size())), Lane.DATA, out);
            rounds.made(now);
        }
    }

    void linkUp(Origin peer, Effects out) {
        if (!replica.map().context().isEmpty()) {
            tell(peer, Lane.DATA, out);
        }
    }

    void linkDown(Origin peer, Time now) {
        boolean wasFetching = fetch.linkDown(peer);
        doubt = doubt != null && doubt.peer.equals(peer) ? null : doubt;
        if (peer.equals(asked) || wasFetching) {
            asked = null;
            rounds.hasten(now);
        }
    }

    void digest(Origin from, StoreDigest digest, Time now, Effects out) {
        DotSet here = replica.map().context();
        DotSet there = DotSet.of(digest.context());
        List<DotRange> lacking = there.minus(here);
        List<DotRange> surplus = here.minus(there);
        if (lacking.isEmpty() && from.equals(asked)) {
            asked = null;
        }
        if (digest.request()) {
            answer(from, surplus, out);
        } else if (lacking.isEmpty() && surplus.isEmpty()) {
            out.note(ProtocolEvent.SYNC_EQUAL);
            return;
        }
        rounds.quicken(now);
        if (!lacking.isEmpty()) {
            askOrWait(from, there, now, out);
        } else if (!digest.request()) {
            tell(from, Lane.BULK, out);
        }
    }

    /** While writes come in, what is lacking is likely in flight: asking at once would have it sent twice. */
    private void askOrWait(Origin peer, DotSet there, Time now, Effects out) {
        if (peer.equals(asked) || now.nanos() - changedAt >= settleNanos) {
            ask(peer, now, out);
        } else if (doubt == null) {
            doubt = new Doubt(peer, there, now.nanos() + settleNanos);
        }
    }

    /** Asks unless another peer is being asked, or this one was and what it sent since brought nothing new. */
    private void ask(Origin peer, Time now, Effects out) {
        boolean fruitful = peer.equals(asked) && replica.applied() != appliedWhenAsked;
        if (fetch.isActive() || (asked != null && !fruitful)) {
            return;
        }
        asked = peer;
        askedUntil = now.nanos() + settings.syncInterval().toNanos();
        appliedWhenAsked = replica.applied();
        out.add(new Effect.Send(peer, Lane.BULK, new StoreDigest(name, context(), true)));
    }

    private void answer(Origin to, List<DotRange> surplus, Effects out) {
        if (!surplus.isEmpty() && !replica.log().holds(surplus)) {
            out.add(new Effect.Send(to, Lane.BULK, new StateOffer(name)));
            return;
        }
        List<Operation> operations = replica.log().take(surplus, (long) ANSWER_CHUNKS * settings.chunkBytes());
        sendChunks(to, operations, out);
        if (!operations.isEmpty()) {
            out.add(new Effect.Noted(ProtocolEvent.SYNC_OPERATIONS_SENT, operations.size()));
        }
        tell(to, Lane.BULK, out);
    }

    private void sendChunks(Origin to, List<Operation> operations, Effects out) {
        List<Operation> chunk = new ArrayList<>();
        long bytes = 0;
        for (Operation operation : operations) {
            boolean full =
                    bytes + operation.size() > settings.chunkBytes() || chunk.size() == AntiEntropyFrame.MAX_ENTRIES;
            if (full && !chunk.isEmpty()) {
                out.add(new Effect.Send(to, Lane.BULK, new Operations(name, List.copyOf(chunk))));
                chunk.clear();
                bytes = 0;
            }
            chunk.add(operation);
            bytes += operation.size();
        }
        if (!chunk.isEmpty()) {
            out.add(new Effect.Send(to, Lane.BULK, new Operations(name, List.copyOf(chunk))));
        }
    }

    private void tell(Origin peer, Lane lane, Effects out) {
        out.add(new Effect.Send(peer, lane, new StoreDigest(name, context(), false)));
    }

    private CausalContext context() {
        return replica.map().context().toContext();
    }

    /** A peer that was asked has only its state to offer. */
    void offer(Origin from, Time now, Effects out) {
        if (from.equals(asked) && !fetch.isActive()) {
            fetch.begin(from, now, out);
        }
    }

    void chunk(Origin from, AntiEntropyFrame.StateChunk chunk, Time now, Effects out) {
        boolean wasActive = fetch.isActive();
        long before = replica.applied();
        fetch.chunk(from, chunk, replica.map(), now, out);
        if (wasActive && !fetch.isActive()) {
            asked = null;
        }
        if (replica.applied() != before) {
            rounds.hasten(now);
        }
    }
}
