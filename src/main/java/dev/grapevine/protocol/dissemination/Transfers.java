package dev.grapevine.protocol.dissemination;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame.Announcement;
import dev.grapevine.protocol.frame.DisseminationFrame.Chunk;
import dev.grapevine.protocol.frame.DisseminationFrame.ChunkRequest;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.RejectReason;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Brings the large messages that were announced here: lazy push (Plumtree's IHAVE; Vyzovitis et al., "GossipSub", 2020,
 * whose IDONTWANT has nothing to suppress here, since a large message is never pushed). Each is asked of one of those who
 * announced it, chunk by chunk with {@link Limits#CHUNKS_UNDER_WAY} under way, and whoever does not go on with it is
 * exchanged for the next one, at the chunk where it stood; so is whoever sends less than {@link Limits#SLOW_BYTES} in
 * {@link Limits#SLOW_NANOS}, if another could go on, or in twice the time once all were exchanged for that. When nobody is left the message is a hole, and all that is true
 * of holes is true of it.
 *
 * <p>At most {@link Limits#TRANSFERS} run at a time besides slow ones, {@link Limits#TRANSFERS_PER_PEER} of one peer, the streams in turn and of
 * each the lowest first. One begins when all that has still to come of it has room in the budget of what is held
 * back. Since what it waits for may itself be held back behind it, one that is next in its stream may run beyond the budget;
 * or one that only a replay wants, which need not wait for others.
 */
final class Transfers {

    /** What happens to a stream by what happens to its transfers. */
    interface Owner {
        /** After each step of a stream. */
        void follow(InboundStream stream, long now, Effects out);

        /**
         * A message is a hole again.
         *
         * @param stream its stream
         * @param sequence its sequence
         * @param by who did not go on with it last
         * @param goneTo up to where that one has nothing any more; 0 if it did not say so
         * @param now the time
         */
        void interrupted(InboundStream stream, long sequence, Origin by, long goneTo, long now);
    }

    private final HeldBudget budget;
    private final Owner owner;
    private final Set<Transfer> running = new LinkedHashSet<>();
    private final ArrayDeque<InboundStream> waiting = new ArrayDeque<>();
    private @Nullable Transfer beyondBudget;

    Transfers(HeldBudget budget, Owner owner) {
        this.budget = budget;
        this.owner = owner;
    }

    /** Whether nothing is on its way or waits for its turn. */
    boolean isIdle() {
        return running.isEmpty() && waiting.isEmpty();
    }

    /** A peer has announced a message, and its stream has taken note of it. */
    void announced(Origin from, Announcement announcement, InboundStream stream, long now, Effects out) {
        Transfer transfer = stream.large().find(announcement.sequence());
        if (transfer == null || !transfer.isUnfinished()) {
            return;
        }
        if (transfer.length() != announcement.length()) {
            reject(RejectReason.INVALID_RANGE, from, "Another length of a message: " + announcement.length(), out);
            return;
        }
        transfer.offeredBy(from);
        enlist(stream);
        begin(now, out);
    }

    private void enlist(InboundStream stream) {
        if (!stream.awaitsTransfers) {
            stream.awaitsTransfers = true;
            waiting.addLast(stream);
        }
    }

    /** Lets those begin that may. */
    private void begin(long now, Effects out) {
        running.removeIf(transfer -> !transfer.isRunning());
        if (beyondBudget != null && beyondBudget.isOver()) {
            beyondBudget = null;
        }
        if (waiting.isEmpty()) {
            return;
        }
        int left = Math.min(waiting.size(), Limits.TRANSFER_LOOKS);
        long places = Limits.TRANSFERS
                - running.stream().filter(transfer -> !transfer.isSlow(now)).count();
        for (; left > 0 && places > 0; left--) {
            InboundStream stream = waiting.removeFirst();
            Transfer transfer = stream.large().firstWaiting();
            if (transfer == null) {
                stream.awaitsTransfers = false;
                continue;
            }
            waiting.addLast(stream);
            Origin holder = transfer.holder();
            if (holder != null && isFree(holder) && reserve(transfer)) {
                places--;
                running.add(transfer);
                transfer.begin(now);
                ask(transfer, holder, out);
            }
        }
    }

    private boolean isFree(Origin holder) {
        long busy = running.stream()
                .filter(transfer -> holder.equals(transfer.holder()))
                .count();
        return busy < Limits.TRANSFERS_PER_PEER;
    }

    private boolean reserve(Transfer transfer) {
        if (budget.take(transfer.length() - transfer.reserved())) {
            transfer.reserved(transfer.length());
            return true;
        }
        Transfer other = beyondBudget;
        boolean isFree = other == null || !other.isRunning();
        if (isFree
                && (transfer.isAgain()
                        || transfer.sequence() == transfer.stream().next())) {
            if (other != null && other != transfer) {
                fitIn(other);
            }
            beyondBudget = transfer;
            return true;
        }
        return false;
    }

    /** What has come of a message and is beyond the budget stays only if it finds room. */
    private void fitIn(Transfer transfer) {
        if (!transfer.isUnfinished() && !transfer.isSuspended()) {
            return;
        }
        if (budget.take(transfer.received() - transfer.reserved())) {
            transfer.reserved(transfer.received());
        } else {
            budget.give(transfer.reserved());
            transfer.reserved(0);
            transfer.beginAnew();
        }
    }

    private static void ask(Transfer transfer, Origin holder, Effects out) {
        for (ChunkRequest next = transfer.next(holder); next != null; next = transfer.next(holder)) {
            out.add(new Effect.Send(holder, Lane.CONTROL, next));
        }
    }

    /** A message that its stream has behind it is fetched for a replay. */
    void fetchAgain(Origin from, Announcement announcement, InboundStream stream, long now, Effects out) {
        if (stream.large().fetchAgain(announcement)) {
            announced(from, announcement, stream, now, out);
        }
    }

    /** A chunk came; of which message, or null if it was not needed. */
    @Nullable Transfer chunk(Origin from, Chunk chunk, @Nullable InboundStream stream, long now, Effects out) {
        Transfer transfer = stream == null ? null : stream.large().find(chunk.sequence());
        if (stream == null || transfer == null || transfer.isWhole() || !transfer.wasAsked(from)) {
            reject(RejectReason.UNREQUESTED_CHUNK, from, "Chunk of " + chunk.sequence(), out);
        } else if (!transfer.fits(chunk)) {
            String detail = "Chunk of " + chunk.bytes().length() + " bytes at " + chunk.offset();
            reject(RejectReason.INVALID_RANGE, from, detail, out);
        } else if (transfer.has(chunk)) {
            reject(RejectReason.UNREQUESTED_CHUNK, from, "Chunk at " + chunk.offset() + " once more", out);
        } else if (!resumed(transfer, from, now) || !fitsBudget(transfer, chunk)) {
            reject(RejectReason.REORDER_OVERFLOW, from, "Chunk of " + chunk.sequence() + " not held back", out);
        } else {
            take(transfer, chunk, now, out);
            return transfer;
        }
        return null;
    }

    /** Who sends a chunk after all goes on with the message, even if it had been given up on. */
    private boolean resumed(Transfer transfer, Origin from, long now) {
        if (!transfer.isPlaced() && !transfer.isAgain()) {
            if (!transfer.stream().large().place(transfer, now)) {
                return false;
            }
            transfer.offeredBy(from);
            enlist(transfer.stream());
        }
        return true;
    }

    /** What comes late, to a transfer that does not run, has nothing reserved yet. */
    private boolean fitsBudget(Transfer transfer, Chunk chunk) {
        if (transfer.isRunning()) {
            return true;
        }
        int length = chunk.bytes().length();
        if (!budget.take(length)) {
            return false;
        }
        transfer.reserved(transfer.reserved() + length);
        return true;
    }

    private void take(Transfer transfer, Chunk chunk, long now, Effects out) {
        InboundStream stream = transfer.stream();
        if (transfer.take(chunk, now)) {
            stream.progressed(transfer.sequence(), now);
        }
        Origin holder = transfer.holder();
        if (transfer.isWhole()) {
            transfer.stop();
            out.note(ProtocolEvent.TRANSFER_COMPLETED);
            if (transfer.isAgain()) {
                stream.large().forget(transfer);
            } else {
                stream.arrived(now, out);
                owner.follow(stream, now, out);
            }
            begin(now, out);
        } else if (!transfer.isRunning()) {
            begin(now, out);
        } else if (holder != null) { // who may be another by now: what came late is not asked of it
            ask(transfer, holder, out);
        }
    }

    /** A peer says that it has no messages of a range any more. */
    void unavailable(Origin from, InboundStream stream, Range gone, long now, Effects out) {
        for (Transfer transfer : stream.large().within(gone)) {
            if (transfer.isOfferedBy(from)) {
                withdraw(transfer, from, gone.to(), now, out);
            }
        }
        begin(now, out);
    }

    /** A link is gone. */
    void linkDown(InboundStream stream, Origin peer, long now, Effects out) {
        for (Transfer transfer : stream.large().all()) {
            if (transfer.isOfferedBy(peer)) {
                withdraw(transfer, peer, 0, now, out);
            }
            transfer.forget(peer);
        }
        if (stream.awaitsTransfers) {
            begin(now, out);
        }
    }

    private void withdraw(Transfer transfer, Origin by, long goneTo, long now, Effects out) {
        if (transfer.isRunning() && by.equals(transfer.holder())) {
            stop(transfer);
            out.note(ProtocolEvent.TRANSFER_INTERRUPTED);
        }
        transfer.withdrawnBy(by);
        if (transfer.holder() != null) {
            enlist(transfer.stream());
        } else if (transfer.isAgain()) {
            transfer.stream().large().forget(transfer);
        } else if (transfer.isUnfinished()) {
            transfer.stream().large().suspend(transfer, now);
            owner.interrupted(transfer.stream(), transfer.sequence(), by, goneTo, now);
            owner.follow(transfer.stream(), now, out);
        }
    }

    /** What has not come gives its room back. What has come stays, beyond the budget until another has to go there. */
    private void stop(Transfer transfer) {
        transfer.stop();
        running.remove(transfer);
        if (transfer.reserved() >= transfer.received()) {
            budget.give(transfer.reserved() - transfer.received());
            transfer.reserved(transfer.received());
        } else if (transfer != beyondBudget) {
            fitIn(transfer);
        }
    }

    /** Other members may speak for the publishers from now on: all is asked for anew. */
    void askAnew(InboundStream stream, long now) {
        for (Transfer transfer : stream.large().all()) {
            if (transfer.isUnfinished()) {
                if (transfer.isRunning()) {
                    stop(transfer);
                }
                transfer.forgetHolders();
                if (transfer.isAgain()) {
                    stream.large().forget(transfer);
                    continue;
                }
                stream.large().suspend(transfer, now);
            }
        }
    }

    void tick(long now, Effects out) {
        for (Transfer transfer : List.copyOf(running)) {
            Origin holder = transfer.holder();
            if (holder != null && transfer.isRunning()) {
                if (transfer.isStalled(now)) {
                    stalled(transfer, holder, now, out);
                } else if (transfer.isSlow(now)) {
                    exchange(transfer, now, out);
                }
            }
        }
        begin(now, out);
    }

    /** Whoever sends a chunk now and then could keep a message for ever from here. */
    private void exchange(Transfer transfer, long now, Effects out) {
        for (Origin other : transfer.others()) {
            if (isFree(other)) {
                transfer.exchange(other, now);
                out.note(ProtocolEvent.TRANSFER_INTERRUPTED);
                ask(transfer, other, out);
                return;
            }
        }
    }

    private void stalled(Transfer transfer, Origin holder, long now, Effects out) {
        transfer.stalled();
        if (transfer.isAgain() && !transfer.isHopeless()) {
            stop(transfer);
            enlist(transfer.stream());
            out.note(ProtocolEvent.TRANSFER_INTERRUPTED);
        } else {
            withdraw(transfer, holder, 0, now, out);
        }
    }

    private static void reject(RejectReason reason, Origin peer, String detail, Effects out) {
        out.add(new Effect.Rejected(reason, peer, detail));
    }
}
