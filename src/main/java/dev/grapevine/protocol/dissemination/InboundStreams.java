package dev.grapevine.protocol.dissemination;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.frame.DisseminationFrame.Announcement;
import dev.grapevine.protocol.frame.DisseminationFrame.Chunk;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.frame.DisseminationFrame.Pushed;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamDigest;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamState;
import dev.grapevine.protocol.frame.DisseminationFrame.Unavailable;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.RejectReason;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The receiving half: the streams of the others, the requests for what is missing, and beyond a full mesh what is forwarded.
 *
 * <p>In a full mesh a member speaks for itself only, but for those to whom there is no link (a neighbour may find the cluster
 * too large for a mesh a little earlier). Beyond it every neighbour may speak for every member that is present.
 */
final class InboundStreams {

    private final Origin self;
    private final DisseminationSettings settings;
    private final Neighbours neighbours;
    private final BroadcastTree tree;
    private final TreeDigests digests;
    private final Predicate<Origin> isPresent;
    private final RequestAllowance allowance = new RequestAllowance();
    private final NeighbourRepair repair;
    private final Hearsay hearsay;
    private final IncompleteStreams incomplete;
    private final InboundTable table;
    private final Transfers transfers;
    private final RetainedWindow forwarded;
    private boolean isPartial;

    InboundStreams(
            Origin self,
            DisseminationSettings settings,
            Pacing pacing,
            Neighbours neighbours,
            BroadcastTree tree,
            TreeDigests digests,
            Predicate<Origin> isPresent) {
        this.self = self;
        this.settings = settings;
        this.neighbours = neighbours;
        this.tree = tree;
        this.digests = digests;
        this.isPresent = isPresent;
        this.repair = new NeighbourRepair(pacing, neighbours, tree, allowance, isPresent);
        this.hearsay = new Hearsay(settings, neighbours, tree, repair);
        this.incomplete = new IncompleteStreams(neighbours, digests, repair, allowance);
        HeldBudget budget = new HeldBudget(settings.reorderBytes());
        this.table = new InboundTable(settings, pacing, budget);
        this.transfers = new Transfers(budget, new Owner());
        this.forwarded = new RetainedWindow(settings.retainedBytes());
    }

    InboundTable table() {
        return table;
    }

    /** How many more requests may go out before the next tick. */
    RequestAllowance allowance() {
        return allowance;
    }

    /** The streams of a publisher. */
    Collection<InboundStream> streams(Origin publisher) {
        InboundSource source = table.source(publisher);
        return source == null ? List.of() : source.streams();
    }

    /** This member's links in the tree of a publisher; null if nothing of it is known. */
    @Nullable TreeEdges edges(Origin publisher) {
        InboundSource source = table.source(publisher);
        return source == null ? null : source.edges();
    }

    /** There are too many for a full mesh, or few enough again. */
    void partial(boolean partial, long now, Effects out) {
        isPartial = partial;
        incomplete.partial(partial);
        for (InboundSource source : table.sources()) {
            source.edges().forgetAll();
        }
        table.forEach(stream -> {
            stream.retainIn(partial ? forwarded : null);
            stream.announced = stream.last();
            transfers.askAnew(stream, now);
            stream.requests().askAnew(Long.MAX_VALUE, now);
        });
        if (!partial) {
            table.endGone(now, out);
        }
    }

    void publications(Origin from, Publications run, long now, Effects out) {
        if (!maySpeak(from, run.origin())) {
            reject(RejectReason.FORGED_ORIGIN, from, "Speaks for " + run.origin(), out);
            return;
        }
        if (!Limits.isRun(run)) {
            reject(RejectReason.INVALID_RANGE, from, "Publications from " + run.first(), out);
            return;
        }
        InboundStream stream = streamOf(from, run.origin(), run.topic(), now, out);
        if (stream != null) {
            if (run.first() == 1 && isPartial) {
                hearsay.pushedFromTheFirst(from, stream, now);
            }
            long before = stream.knownLast();
            arrived(from, stream, run, stream.accept(run, now, out), before, now, out);
        }
    }

    /** After messages, or the announcement of one: what is fresh goes on, and what is missing is asked for; before, this was known. */
    private void arrived(
            Origin from, InboundStream stream, Pushed run, Arrival arrival, long before, long now, Effects out) {
        Neighbour sender = isPartial ? neighbours.get(from) : null;
        if (sender != null) {
            forward(stream, run, arrival, sender, run.last() > before, now, out);
            if (run.first() > before + 1) {
                repair.heardOf(stream, sender);
            }
        }
        incomplete.follow(stream, now, out);
    }

    /** A large message is announced. The announcement goes on at once, and what comes of the message is served at once. */
    void announcement(Origin from, Announcement announcement, long now, Effects out) {
        if (!maySpeak(from, announcement.origin())) {
            reject(RejectReason.FORGED_ORIGIN, from, "Speaks for " + announcement.origin(), out);
            return;
        }
        if (!Limits.isRange(announcement.sequence(), announcement.sequence())
                || !Limits.isLarge(announcement.length())) {
            String detail = "Announces " + announcement.length() + " bytes as " + announcement.sequence();
            reject(RejectReason.INVALID_RANGE, from, detail, out);
            return;
        }
        InboundStream stream = streamOf(from, announcement.origin(), announcement.topic(), now, out);
        if (stream != null) {
            long before = stream.knownLast();
            Arrival arrival = stream.announced(announcement, now, out);
            if (announcement.length() > settings.maxPayloadBytes() && arrival != Arrival.DUPLICATE) {
                reject(RejectReason.OVERSIZED_MESSAGE, from, "A message of " + announcement.length() + " bytes", out);
            }
            transfers.announced(from, announcement, stream, now, out);
            arrived(from, stream, announcement, arrival, before, now, out);
        }
    }

    /**
     * A large message is announced that a replay asked for, and that its stream has behind it.
     *
     * @return false if it cannot be had of this peer
     */
    boolean fetchAgain(Origin from, Announcement announcement, long now, Effects out) {
        InboundStream stream = find(announcement.origin(), announcement.topic());
        if (stream == null || !Limits.isLarge(announcement.length())) {
            reject(RejectReason.INVALID_RANGE, from, "Announces " + announcement.length() + " bytes", out);
            return false;
        }
        if (announcement.length() > settings.maxPayloadBytes()) {
            reject(RejectReason.OVERSIZED_MESSAGE, from, "A message of " + announcement.length() + " bytes", out);
            return false;
        }
        transfers.fetchAgain(from, announcement, stream, now, out);
        return true;
    }

    /** A part of a large message came; of which, or null if it was not needed. */
    @Nullable Transfer chunk(Origin from, Chunk chunk, long now, Effects out) {
        if (!maySpeak(from, chunk.origin())) {
            reject(RejectReason.FORGED_ORIGIN, from, "Speaks for " + chunk.origin(), out);
            return null;
        }
        return transfers.chunk(from, chunk, find(chunk.origin(), chunk.topic()), now, out);
    }

    private void forward(
            InboundStream stream,
            Pushed run,
            Arrival arrival,
            Neighbour sender,
            boolean isNewest,
            long now,
            Effects out) {
        if (arrival == Arrival.FRESH) {
            tree.fresh(stream, sender, run, isNewest, out);
        } else if (arrival == Arrival.DUPLICATE) {
            tree.duplicate(stream, sender, run, now, out);
        }
        if (stream.last() > stream.announced) {
            digests.changed(stream, run.last() >= stream.last() ? sender.slot() : -1, now);
        } else if (run.last() >= stream.last()) {
            stream.untold.clear(sender.slot());
        }
    }

    void digest(Origin from, StreamDigest digest, long now, Effects out) {
        if (digest.streams().size() > DisseminationFrame.MAX_STREAMS) {
            reject(
                    RejectReason.INVALID_RANGE,
                    from,
                    "Digest of " + digest.streams().size() + " streams",
                    out);
            return;
        }
        Neighbour teller = isPartial ? neighbours.get(from) : null;
        Origin refused = null;
        boolean mayBegin = true;
        for (StreamState state : digest.streams()) {
            if (!maySpeak(from, state.origin())) {
                refused = isPartial && state.origin().equals(self) ? refused : state.origin();
                continue;
            }
            if (!Limits.isState(state)) {
                reject(RejectReason.INVALID_RANGE, from, "State of a stream: " + state, out);
                return;
            }
            InboundStream stream = mayBegin
                    ? streamOf(from, state.origin(), state.topic(), now, out)
                    : find(state.origin(), state.topic());
            if (stream == null) {
                mayBegin = false; // it was counted, once for the whole digest
                continue;
            }
            hearsay.told(from, teller, isPartial, stream, state, now, out);
            incomplete.follow(stream, now, out);
        }
        if (refused != null) {
            reject(RejectReason.FORGED_ORIGIN, from, "Speaks for " + refused, out);
        }
    }

    void unavailable(Origin from, Unavailable answer, long now, Effects out) {
        if (!isPartial && !from.equals(answer.origin())) {
            reject(RejectReason.FORGED_ORIGIN, from, "Speaks for " + answer.origin(), out);
            return;
        }
        InboundStream stream = find(answer.origin(), answer.topic());
        Range gone = new Range(answer.from(), answer.to());
        if (stream == null || !stream.mayLack(gone)) {
            reject(RejectReason.INVALID_RANGE, from, "Nobody asked for " + answer.from() + " to " + answer.to(), out);
            return;
        }
        Neighbour by = isPartial ? neighbours.get(from) : null;
        transfers.unavailable(from, stream, gone, now, out);
        if (!stream.isOpen()) {
            return; // only large messages are asked for before it is known where a stream begins
        }
        if (by == null) {
            stream.abandon(answer.to(), now, out);
        } else if (answer.from() <= stream.next() && stream.next() <= answer.to()) {
            repair.refused(stream, by, answer.to(), now, out);
        }
        incomplete.follow(stream, now, out);
    }

    private boolean maySpeak(Origin from, Origin origin) {
        if (from.equals(origin)) {
            return true;
        }
        boolean mayForward = isPartial ? neighbours.contains(from) : !neighbours.contains(origin);
        return mayForward && !origin.equals(self) && (table.source(origin) != null || isPresent.test(origin));
    }

    private static void reject(RejectReason reason, Origin peer, String detail, Effects out) {
        out.add(new Effect.Rejected(reason, peer, detail));
    }

    private @Nullable InboundStream streamOf(Origin from, Origin origin, String topic, long now, Effects out) {
        InboundStream stream = find(origin, topic);
        return stream != null ? stream : begin(from, origin, topic, now, out);
    }

    @Nullable InboundStream find(Origin origin, String topic) {
        InboundSource source = table.source(origin);
        if (source == null) {
            return null;
        }
        if (source.isGone() && isPresent.test(origin)) {
            table.returned(source);
        }
        return source.find(topic);
    }

    private @Nullable InboundStream begin(Origin from, Origin origin, String topic, long now, Effects out) {
        if (!Limits.isName(topic)) {
            reject(RejectReason.INVALID_RANGE, from, "A topic's name of " + topic.length() + " characters", out);
            return null;
        }
        InboundStream stream = table.begin(origin, topic, now, out);
        if (stream == null) {
            reject(RejectReason.TOO_MANY_STREAMS, from, "Topic " + topic, out);
        } else if (isPartial) {
            stream.retainIn(forwarded);
        }
        return stream;
    }

    /** A link is open; the peer, if it is new, begins with what comes from now on. */
    void linkUp(Neighbour neighbour, long now) {
        InboundSource source = table.source(neighbour.origin());
        if (source != null) {
            table.returned(source);
            source.streams().forEach(stream -> stream.requests().linkUp(now));
        }
        if (isPartial) {
            neighbour.startsAre(table.lastByIndex(), table.everKnown());
        }
    }

    /** Another link to the same peer took the place of one; what was asked for over the former may be lost with it. */
    void replaced(Neighbour before, long now) {
        incomplete.linkDown(before, now);
    }

    void linkDown(Neighbour neighbour, long now, Effects out) {
        incomplete.linkDown(neighbour, now); // before what follows asks on, for it would ask the one that is gone
        table.forEach(stream -> transfers.linkDown(stream, neighbour.origin(), now, out));
        for (InboundSource source : table.sources()) {
            boolean wasParent = source.edges().parent() == neighbour.slot();
            source.edges().forget(neighbour.slot());
            if (wasParent) {
                orphaned(source.origin(), source.edges(), out);
            }
        }
    }

    /** Nobody pushes what a publisher says any more. */
    void orphaned(Origin publisher, TreeEdges edges, Effects out) {
        tree.orphaned(publisher, edges, allowance, out);
    }

    /** In a full mesh nobody else has what it had; beyond it the neighbours may. */
    void memberGone(Origin member, long now, Effects out) {
        InboundSource source = table.source(member);
        if (source != null) {
            if (!isPartial) {
                table.end(source, now, out);
            }
            table.left(source, now, out);
        }
    }

    /** Whether no message is missing, or on its way in parts. */
    boolean isIdle() {
        return incomplete.isEmpty() && transfers.isIdle();
    }

    /** Each incomplete stream in turn; those for which there was no turn left come first the next time. */
    void tick(long now, Effects out) {
        allowance.renew();
        forwarded.expire(now - settings.retainedAge().toNanos());
        transfers.tick(now, out);
        incomplete.tick(now, out);
    }

    private final class Owner implements Transfers.Owner {
        @Override
        public void follow(InboundStream stream, long now, Effects out) {
            incomplete.follow(stream, now, out);
        }

        @Override
        public void interrupted(InboundStream stream, long sequence, Origin by, long goneTo, long now) {
            Neighbour neighbour = isPartial ? neighbours.get(by) : null;
            if (neighbour != null && stream.next() == sequence) {
                repair.interrupted(stream, neighbour, goneTo, now);
            }
        }
    }
}
