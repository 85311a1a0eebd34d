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

/**
 * What another member publishes to one topic, as it arrives here.
 *
 * <p>All below {@code next} is settled: delivered or announced as a gap, in order. From {@code next} to
 * {@code knownLast}, the highest sequence heard of, each message is either held back or in a hole, never both. As long
 * as nobody told where the stream begins for this member, {@code next} is 0, messages are only held back, and the origin
 * is asked.
 */
final class InboundStream {

    private final Origin origin;
    private final String topic;
    private final DisseminationSettings settings;
    private final ReorderBuffer held;
    private final Holes holes;
    private long next;
    private long knownLast;
    private long queryDue;
    private long queryPatience;
    private boolean queued;

    InboundStream(Origin origin, String topic, DisseminationSettings settings, HeldBudget budget, long now) {
        this.origin = origin;
        this.topic = topic;
        this.settings = settings;
        this.held = new ReorderBuffer(settings.reorderMessages(), budget);
        this.holes = new Holes(settings.pullRetry().toNanos());
        this.queryDue = now;
        this.queryPatience = settings.pullRetry().toNanos();
    }

    Origin origin() {
        return origin;
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
    void accept(Publications run, long now, Effects out) {
        if (run.first() == next && knownLast < next) {
            next = run.last() + 1;
            knownLast = run.last();
            out.add(new Effect.Deliver(topic, origin, run.first(), run.payloads()));
            return;
        }
        if (!isOpen() && run.first() == 1) {
            open(1, now, out);
        }
        acceptOutOfOrder(run, now, out);
    }

    private void acceptOutOfOrder(Publications run, long now, Effects out) {
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
                deliver(part.from(), part.of(run.payloads(), run.first()), out);
                drain(out);
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
                    RejectReason.REORDER_OVERFLOW, origin, refused + " messages of " + topic + " not held back"));
        }
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

    private void deliver(long first, List<Bytes> payloads, Effects out) {
        out.add(new Effect.Deliver(topic, origin, first, payloads));
        next = first + payloads.size();
    }

    private void drain(Effects out) {
        for (List<Bytes> run = held.take(next); run != null; run = held.take(next)) {
            deliver(next, run, out);
        }
    }

    /** The origin told how far the stream is. */
    void learn(StreamState state, long now, Effects out) {
        if (!isOpen()) {
            open(state.start(), now, out);
        }
        if (state.last() > knownLast) {
            holes.add(knownLast + 1, state.last(), now + settings.pullDelay().toNanos());
            knownLast = state.last();
        }
        // What was asked for may be on its way still: the answer will tell.
        abandon(Math.min(state.retained(), holes.firstAsked()) - 1, now, out);
    }

    private void open(long start, long now, Effects out) {
        // What came was sent to us, whatever the origin says now: it may have forgotten us and met us anew since.
        next = Math.min(start, held.first());
        knownLast = Math.max(knownLast, next - 1);
        for (Range missing : held.absent(next, knownLast)) {
            holes.add(missing.from(), missing.to(), now + settings.pullDelay().toNanos());
        }
        out.note(ProtocolEvent.STREAM_OPENED);
        drain(out);
    }

    /**
     * What is missing up to a sequence will not come any more: it becomes gaps. An origin gives up its messages in their
     * order, so this is always all up to a sequence and never a part behind one that can still come.
     */
    void abandon(long to, long now, Effects out) {
        while (next <= to) {
            long end = Math.min(to, held.first() - 1);
            holes.remove(next, end, now);
            out.add(new Effect.Gap(topic, origin, next, end));
            out.note(ProtocolEvent.GAP_ANNOUNCED);
            next = end + 1;
            drain(out);
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

    /** Sends the requests that have their turn. */
    void ask(long now, RequestAllowance allowance, Effects out) {
        if (isOpen()) {
            holes.ask(now, held, missing -> pull(missing, allowance, out));
        } else if (queryDue - now <= 0 && !allowance.isEmpty()) {
            allowance.take();
            out.add(new Effect.Send(origin, Lane.CONTROL, new StreamQuery(origin, topic)));
            queryDue = now + queryPatience;
            queryPatience = Math.max(queryPatience, Math.min(2 * queryPatience, Limits.MAX_PATIENCE_NANOS));
        }
    }

    /** Repeats the requests whose answer is overdue, then sends those that have their turn. */
    void tick(long now, RequestAllowance allowance, Effects out) {
        holes.askAgain(now, missing -> pull(missing, allowance, out));
        ask(now, allowance, out);
    }

    private boolean pull(Range missing, RequestAllowance allowance, Effects out) {
        if (allowance.isEmpty()) {
            return false;
        }
        allowance.take();
        out.add(new Effect.Send(origin, Lane.CONTROL, new Pull(origin, topic, missing.from(), missing.to())));
        out.add(new Effect.Noted(ProtocolEvent.REPAIR_REQUESTED, missing.count()));
        return true;
    }
}
