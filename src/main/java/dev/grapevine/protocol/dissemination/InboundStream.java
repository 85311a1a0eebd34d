package dev.grapevine.protocol.dissemination;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.protocol.frame.DisseminationFrame.Announcement;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamState;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.RejectReason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What another member publishes to one topic, as it arrives here.
 *
 * <p>All below {@code next} is settled: delivered or announced as a gap, in order. From {@code next} to
 * {@code knownLast}, the highest sequence heard of, each message is either held back or in a hole, never both. As long
 * as nobody told where the stream begins for this member, {@code next} is 0, messages are only held back, and the origin
 * is asked.
 */
final class InboundStream extends KnownStream {

    /** Whether it waits in the queue of those that ask; kept here so that the queue needs no look-up. */
    boolean isQueued;

    /** Whether it waits in the queue of those with large messages to fetch. */
    boolean awaitsTransfers;

    private final int index;
    private final long number;
    private final DisseminationSettings settings;
    private final ReorderBuffer held;
    private final Holes holes;
    private final StreamRequests requests;
    private final LargeMessages large;
    private long next;
    private long knownLast;
    private long begin;
    private long cameAt;
    private @Nullable RetainedWindow window;

    /**
     * A stream that was just heard of.
     *
     * @param place who publishes it, to which topic, and its place here
     * @param edges of its publisher's tree
     * @param settings the bounds
     * @param pacing when to ask again
     * @param budget for what is held back
     * @param now the time
     */
    InboundStream(
            StreamPlace place,
            TreeEdges edges,
            DisseminationSettings settings,
            Pacing pacing,
            HeldBudget budget,
            long now) {
        super(place.origin(), place.topic(), edges);
        this.index = place.index();
        this.number = place.number();
        this.settings = settings;
        this.held = new ReorderBuffer(settings.reorderMessages(), budget);
        this.holes = new Holes(pacing);
        this.requests = new StreamRequests(this, settings, pacing, held, holes, now);
        this.large = new LargeMessages(this, settings, pacing, budget, held, holes);
    }

    /** What it asks for. */
    StreamRequests requests() {
        return requests;
    }

    /** The large messages that were announced and are not settled. */
    LargeMessages large() {
        return large;
    }

    int index() {
        return index;
    }

    long number() {
        return number;
    }

    /** From now on what is delivered is retained for others; null for no longer. */
    void retainIn(@Nullable RetainedWindow forwarded) {
        window = forwarded;
    }

    @Override
    long last() {
        return Math.max(0, next - 1);
    }

    @Override
    long begin() {
        return Math.max(1, begin);
    }

    long next() {
        return next;
    }

    /** Whether nothing came behind what is missing: only others told of it. */
    boolean lacksTail() {
        return held.isEmpty();
    }

    /** Whether it is known where the stream begins for this member. */
    boolean isOpen() {
        return next > 0;
    }

    long knownLast() {
        return knownLast;
    }

    /** Whether a range may have been asked for. */
    boolean mayLack(Range range) {
        return Limits.isRange(range.from(), range.to())
                && range.to() <= knownLast
                && (isOpen() || !large.within(range).isEmpty());
    }

    /** Whether something has to be asked for, now or later. */
    boolean isIncomplete() {
        return !isOpen() || !holes.isEmpty();
    }

    /** How many ranges it remembers as missing. */
    int holes() {
        return holes.count();
    }

    /** Messages arrived. The usual case, all in order and nothing missing, comes first and costs nothing a message. */
    Arrival accept(Publications run, long now, Effects out) {
        if (run.first() == next && knownLast < next) {
            knownLast = run.last();
            deliver(run.first(), run.payloads(), now, out);
            return Arrival.FRESH;
        }
        if (!isOpen() && run.first() == 1) {
            open(1, now, out);
        }
        return acceptOutOfOrder(run, now, out);
    }

    /** Something came that is to stand at a sequence: what was not heard of before it is missing. */
    private void reach(long sequence, long now) {
        if (isOpen() && sequence > knownLast + 1) {
            holes.add(knownLast + 1, sequence - 1, now + settings.pullDelay().toNanos());
        }
    }

    private Arrival acceptOutOfOrder(Publications run, long now, Effects out) {
        long first = Math.max(run.first(), next);
        reach(first, now);
        long fresh = 0;
        long refused = 0;
        for (Range part : held.absent(first, run.last())) {
            fresh += part.count();
            if (part.from() == next) {
                holes.remove(part.from(), part.to(), now);
                deliver(part.from(), retainable(run, part), now, out);
                drain(now, out);
            } else {
                refused += hold(run, part, now);
            }
        }
        knownLast = Math.max(knownLast, run.last());
        if (fresh < run.payloads().size()) {
            out.add(new Effect.Noted(
                    ProtocolEvent.DUPLICATE_MESSAGE, run.payloads().size() - fresh));
        }
        if (refused > 0) {
            out.add(new Effect.Rejected(
                    RejectReason.REORDER_OVERFLOW, origin(), refused + " messages of " + topic() + " not held back"));
        }
        if (fresh == 0) {
            return Arrival.DUPLICATE;
        }
        return refused == fresh ? Arrival.REFUSED : Arrival.FRESH;
    }

    /** Of a part that is retained even the bytes are copied: they may be views of a frame larger than what is counted. */
    private List<Bytes> retainable(Publications run, Range part) {
        return window == null || Range.of(run).equals(part)
                ? part.of(run.payloads(), run.first())
                : ReorderBuffer.copy(run, part);
    }

    /** Holds back what there is room for; the rest counts as missing, and is asked for when there is room. */
    private long hold(Publications run, Range part, long now) {
        int taken = held.hold(run, part);
        if (isOpen() && taken > 0) {
            holes.remove(part.from(), part.from() + taken - 1, now);
        }
        refused(part.from() + taken, part.to(), now);
        return part.count() - taken;
    }

    private void refused(long from, long to, long now) {
        if (isOpen() && from <= to) {
            holes.refused(from, to, now);
        }
    }

    /** A large message was announced: it has its place, and is fetched by others than this class. */
    Arrival announced(Announcement announcement, long now, Effects out) {
        long at = announcement.sequence();
        if (!isOpen() && at == 1) {
            open(1, now, out);
        }
        if (at < next || held.absent(at, at).isEmpty()) {
            out.note(ProtocolEvent.DUPLICATE_MESSAGE);
            return Arrival.DUPLICATE;
        }
        reach(at, now);
        knownLast = Math.max(knownLast, at);
        boolean isResumed = large.find(at) != null;
        Transfer transfer = large.announced(announcement, at == next);
        if (transfer == null || !large.place(transfer, now)) {
            held.refuse();
            refused(at, at, now);
            out.add(new Effect.Rejected(
                    RejectReason.REORDER_OVERFLOW, origin(), "No room for " + at + " of " + topic()));
            return Arrival.REFUSED;
        }
        if (!isResumed) {
            progressed(at, now); // somebody has it after all, and whoever announced it may have to wait for it
        }
        drain(now, out);
        return isResumed ? Arrival.RESUMED : transfer.isTooLong() ? Arrival.REFUSED : Arrival.FRESH;
    }

    /** A large message is whole. */
    void arrived(long now, Effects out) {
        drain(now, out);
    }

    /** A part of a large message came. */
    void progressed(long sequence, long now) {
        if (sequence == next) {
            cameAt = now;
            requests.progressed(now);
        }
    }

    /** Whether a message that was told of is still to come, and something of what is missing first came lately. */
    boolean isComing(long sequence, long now) {
        return isOpen() && next <= sequence && sequence <= knownLast && now - cameAt < Limits.MAX_PATIENCE_NANOS;
    }

    @Override
    int offered(long sequence, long now) {
        Transfer transfer = large.find(sequence);
        return transfer == null ? super.largeLength(sequence) : transfer.isComing(now) ? transfer.length() : 0;
    }

    @Override
    int largeLength(long sequence) {
        Transfer transfer = large.find(sequence);
        return transfer == null || transfer.isTooLong() ? super.largeLength(sequence) : transfer.length();
    }

    @Override
    @Nullable Bytes part(long sequence, int offset, int length) {
        Transfer transfer = large.find(sequence);
        return transfer == null ? super.part(sequence, offset, length) : transfer.part(offset, length);
    }

    private void deliver(long first, List<Bytes> payloads, long now, Effects out) {
        out.add(new Effect.Deliver(topic(), origin(), first, payloads));
        settled(first + payloads.size());
        cameAt = now;
        if (window != null) {
            Publications run = new Publications(origin(), topic(), first, payloads, edges().way());
            window.add(runs(), run, now);
        }
    }

    private void drain(long now, Effects out) {
        for (Held taken = held.take(next); taken != null; taken = held.take(next)) {
            if (taken.isWhole()) {
                deliver(next, taken.payloads(), now, out);
            } else {
                gap(next, out);
            }
        }
    }

    private void settled(long upTo) {
        next = upTo;
        large.settle(next);
    }

    private void gap(long to, Effects out) {
        out.add(new Effect.Gap(topic(), origin(), next, to));
        out.note(ProtocolEvent.GAP_ANNOUNCED);
        settled(to + 1);
    }

    /** The origin told how far the stream is. */
    void learn(StreamState state, long now, Effects out) {
        heardOf(state.start(), state.last(), settings.pullDelay().toNanos(), now, out);
        // What was asked for may be on its way still: the answer will tell.
        long asked = Math.min(holes.firstAsked(), large.firstUnfinished());
        abandon(Math.min(state.retained(), asked) - 1, now, out);
    }

    /**
     * Somebody told how far the stream is.
     *
     * @param start where it begins here if nobody has told yet
     * @param last how far it is
     * @param patience how long what has not come may be merely late
     * @param now the time
     * @param out where effects go
     * @return whether that was not known
     */
    boolean heardOf(long start, long last, long patience, long now, Effects out) {
        if (!isOpen()) {
            open(start, now, out);
        }
        boolean isNews = last > knownLast;
        if (isNews) {
            holes.add(knownLast + 1, last, now + patience);
            knownLast = last;
        }
        return isNews;
    }

    private void open(long start, long now, Effects out) {
        // What came was sent to us, whatever the origin says now: it may have forgotten us and met us anew since.
        next = Math.min(start, held.first());
        begin = next;
        cameAt = now;
        knownLast = Math.max(knownLast, next - 1);
        for (Range missing : held.absent(next, knownLast)) {
            holes.add(missing.from(), missing.to(), now + settings.pullDelay().toNanos());
        }
        out.note(ProtocolEvent.STREAM_OPENED);
        drain(now, out);
    }

    /**
     * Another tells of a much earlier beginning than the one that was told first: as long as nothing was given since, that
     * counts, so that whoever invents sequences does not end a stream before it has begun. By less than that members differ.
     */
    void beginsBefore(long start, long now) {
        if (begin - start > Limits.PULL_MESSAGES) {
            beginAt(start, now);
        }
    }

    /** The stream begins with its first message, if nothing was given yet. */
    void beginsWithTheFirst(long now) {
        if (begin > 1) {
            beginAt(1, now);
        }
    }

    private void beginAt(long start, long now) {
        if (isOpen() && next == begin) {
            holes.add(start, begin - 1, now + settings.pullDelay().toNanos());
            next = start;
            begin = start;
        }
    }

    /**
     * What is missing up to a sequence will not come any more: it becomes gaps. An origin gives up its messages in their
     * order, so this is always all up to a sequence and never a part behind one that can still come.
     */
    void abandon(long to, long now, Effects out) {
        while (next <= to) {
            long end = Math.min(to, held.firstWhole() - 1);
            holes.remove(next, end, now);
            held.drop(end + 1);
            gap(end, out);
            drain(now, out);
        }
        knownLast = Math.max(knownLast, next - 1);
    }

    /**
     * The origin is gone: what is missing becomes gaps and what is held back is delivered.
     *
     * @return false if nothing is known that would be worth remembering
     */
    boolean end(long now, Effects out) {
        if (!isOpen() && knownLast == 0) {
            settled(1);
            return false;
        }
        giveUp(now, out);
        abandon(knownLast, now, out);
        return true;
    }

    /** Nobody can be hoped to have what is missing first: it becomes a gap, and what waited behind it is delivered. */
    void giveUp(long now, Effects out) {
        if (isOpen()) {
            abandon(Math.min(knownLast, held.first() - 1), now, out);
        } else if (knownLast > 0) {
            // Where it began cannot be learnt any more, and may have been with its first message.
            long first = Math.min(held.first(), knownLast + 1);
            if (first > 1) {
                out.add(new Effect.Gap(topic(), origin(), 1, first - 1));
                out.note(ProtocolEvent.GAP_ANNOUNCED);
            }
            large.settle(first);
            open(first, now, out);
        }
    }

    /** What was only told of and nobody has is missing no more: should it come after all, it is taken. */
    void disbelieve(long now) {
        holes.remove(next, knownLast, now);
        knownLast = next - 1;
    }
}
