package dev.grapevine.protocol.dissemination;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.frame.DisseminationFrame.Pull;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamQuery;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamState;
import dev.grapevine.protocol.frame.Lane;
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

    /** What became of a run that arrived. */
    enum Arrival {
        /** Some of it was not known. */
        FRESH,
        /** All of it was known. */
        DUPLICATE,
        /** What was not known was not taken, for want of room. */
        REFUSED
    }

    private final int index;
    private final long number;
    private final DisseminationSettings settings;
    private final ReorderBuffer held;
    private final Holes holes;
    private long next;
    private long knownLast;
    private long queryDue;
    private long queryPatience;
    private boolean wasQueried;
    private boolean queued;
    private long begin;
    private @Nullable RetainedWindow window;
    private @Nullable RepairRound round;

    /**
     * A stream that was just heard of.
     *
     * @param place who publishes it, to which topic, and its place here
     * @param edges of its publisher's tree
     * @param settings the bounds
     * @param budget for what is held back
     * @param now the time
     */
    InboundStream(Place place, TreeEdges edges, DisseminationSettings settings, HeldBudget budget, long now) {
        super(place.origin(), place.topic(), edges);
        this.index = place.index();
        this.number = place.number();
        this.settings = settings;
        this.held = new ReorderBuffer(settings.reorderMessages(), budget);
        this.holes = new Holes(settings.pullRetry().toNanos());
        this.queryDue = now;
        this.queryPatience = settings.pullRetry().toNanos();
    }

    /**
     * Which stream it is.
     *
     * @param origin who publishes it
     * @param topic the topic
     * @param index a small number that no other stream has that is known at the same time
     * @param number how many streams were known before it, ever
     */
    record Place(Origin origin, String topic, int index, long number) {}

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

    /** Whether something was asked for that did not come yet. */
    boolean isAsking() {
        return holes.firstAsked() != Long.MAX_VALUE;
    }

    /** Whom to ask, where several can be; begun anew when there is none. */
    RepairRound round() {
        RepairRound current = round;
        if (current == null) {
            current = new RepairRound();
            round = current;
        }
        return current;
    }

    /** Whether it is known where the stream begins for this member. */
    boolean isOpen() {
        return next > 0;
    }

    long knownLast() {
        return knownLast;
    }

    /** Whether something has to be asked for, now or later. */
    boolean isIncomplete() {
        return !isOpen() || !holes.isEmpty();
    }

    /** How many ranges it remembers as missing. */
    int holes() {
        return holes.count();
    }

    /** Whether it waits in the queue of those that ask; kept here so that the queue needs no look-up. */
    boolean queued() {
        return queued;
    }

    void queued(boolean value) {
        queued = value;
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

    private Arrival acceptOutOfOrder(Publications run, long now, Effects out) {
        long first = Math.max(run.first(), next);
        if (isOpen() && first > knownLast + 1) {
            holes.add(knownLast + 1, first - 1, now + settings.pullDelay().toNanos());
        }
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
        if (isOpen()) {
            long refused = part.from() + taken;
            if (taken > 0) {
                holes.remove(part.from(), refused - 1, now);
            }
            if (refused <= part.to()) {
                holes.refused(refused, part.to(), now);
            }
        }
        return part.count() - taken;
    }

    private void deliver(long first, List<Bytes> payloads, long now, Effects out) {
        out.add(new Effect.Deliver(topic(), origin(), first, payloads));
        next = first + payloads.size();
        if (window != null) {
            Publications run = new Publications(origin(), topic(), first, payloads, edges().hops());
            window.add(runs(), run, now);
        }
    }

    private void drain(long now, Effects out) {
        for (List<Bytes> run = held.take(next); run != null; run = held.take(next)) {
            deliver(next, run, now, out);
        }
    }

    /** The origin told how far the stream is. */
    void learn(StreamState state, long now, Effects out) {
        heardOf(state.start(), state.last(), settings.pullDelay().toNanos(), now, out);
        // What was asked for may be on its way still: the answer will tell.
        abandon(Math.min(state.retained(), holes.firstAsked()) - 1, now, out);
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
        knownLast = Math.max(knownLast, next - 1);
        for (Range missing : held.absent(next, knownLast)) {
            holes.add(missing.from(), missing.to(), now + settings.pullDelay().toNanos());
        }
        out.note(ProtocolEvent.STREAM_OPENED);
        drain(now, out);
    }

    /**
     * What is missing up to a sequence will not come any more: it becomes gaps. An origin gives up its messages in their
     * order, so this is always all up to a sequence and never a part behind one that can still come.
     */
    void abandon(long to, long now, Effects out) {
        while (next <= to) {
            long end = Math.min(to, held.first() - 1);
            holes.remove(next, end, now);
            out.add(new Effect.Gap(topic(), origin(), next, end));
            out.note(ProtocolEvent.GAP_ANNOUNCED);
            next = end + 1;
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
        if (!isOpen()) {
            if (held.isEmpty()) {
                next = knownLast + 1;
                return false;
            }
            // Where it began for us cannot be learnt any more: with the first message that came.
            open(held.first(), now, out);
        }
        abandon(knownLast, now, out);
        return true;
    }

    /** The origin can be asked again, and what it was asked before is forgotten. */
    void linkUp(long now) {
        queryDue = now;
        queryPatience = settings.pullRetry().toNanos();
        holes.forgetRequests(now + settings.pullDelay().toNanos());
    }

    /** Nobody can be hoped to have what is missing first: it becomes a gap, and what waited behind it is delivered. */
    void giveUp(long now, Effects out) {
        if (isOpen()) {
            abandon(Math.min(knownLast, held.first() - 1), now, out);
        } else if (!held.isEmpty()) {
            open(held.first(), now, out);
        }
    }

    /** What was only told of and nobody has is missing no more: should it come after all, it is taken. */
    void disbelieve(long now) {
        holes.remove(next, knownLast, now);
        knownLast = next - 1;
    }

    /** Nobody can be hoped to answer what was asked for up to a sequence: it is asked for anew at a time. */
    void askAnew(long to, long due) {
        if (isOpen()) {
            holes.forgetRequests(to, due);
        } else {
            queryDue = due;
            queryPatience = settings.pullRetry().toNanos();
        }
    }

    /** Nobody has what is missing, for now. */
    void askNothingBefore(long due) {
        holes.forgetRequests(due);
        queryDue = due;
    }

    /** Whether the answer to what was asked for first is overdue. */
    boolean isOverdue(long now) {
        return isOpen() ? holes.isFirstOverdue(now) : wasQueried && queryDue - now <= 0;
    }

    /**
     * Sends the requests that have their turn.
     *
     * @param whom whom to ask
     * @param now the time
     * @param allowance how many requests may go out
     * @param out where effects go
     * @return whether anything was asked for
     */
    boolean ask(Origin whom, long now, RequestAllowance allowance, Effects out) {
        int before = allowance.left();
        if (isOpen()) {
            holes.ask(now, held, missing -> pull(whom, missing, allowance, out));
        } else if (queryDue - now <= 0 && !allowance.isEmpty()) {
            allowance.take();
            out.add(new Effect.Send(whom, Lane.CONTROL, new StreamQuery(origin(), topic())));
            wasQueried = true;
            queryDue = now + queryPatience;
            queryPatience = Math.max(queryPatience, Math.min(2 * queryPatience, Limits.MAX_PATIENCE_NANOS));
        }
        return allowance.left() < before;
    }

    /** Repeats the requests to the origin whose answer is overdue, then sends those that have their turn. */
    void tick(long now, RequestAllowance allowance, Effects out) {
        holes.askAgain(now, missing -> pull(origin(), missing, allowance, out));
        ask(origin(), now, allowance, out);
    }

    private boolean pull(Origin whom, Range missing, RequestAllowance allowance, Effects out) {
        if (allowance.isEmpty()) {
            return false;
        }
        allowance.take();
        out.add(new Effect.Send(whom, Lane.CONTROL, new Pull(origin(), topic(), missing.from(), missing.to())));
        out.add(new Effect.Noted(ProtocolEvent.REPAIR_REQUESTED, missing.count()));
        return true;
    }
}
