package dev.grapevine.protocol.dissemination;

import dev.grapevine.protocol.frame.DisseminationFrame.StreamState;
import dev.grapevine.protocol.step.Effects;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * Who is told when how far the streams are, beyond a full mesh (Plumtree's lazy push, with one sequence in the
 * place of all IHAVEs of a stream). Each interval one lazy neighbour is told of the streams that went on, or one for each
 * {@link Limits#RUNS_PER_DIGEST} runs that were passed on meanwhile: in turn, so that all are told within as many intervals
 * as there are neighbours, and who misses messages hears of it from any of its own neighbours much sooner. Who is known to
 * have it all, since it pushed or told first, need not be told.
 *
 * <p>Over an eager link a neighbour is told once a stream rests, since the last message has none behind it that would show
 * its loss; and all are told {@link Limits#RETELLINGS} times more at long intervals, since digests can be lost too.
 */
final class TreeDigests {

    private final Pacing pacing;
    private final Neighbours neighbours;
    private final BiFunction<KnownStream, Neighbour, StreamState> states;
    private final ArrayDeque<KnownStream> active = new ArrayDeque<>();

    /** In the order in which they came to rest. */
    private final Set<KnownStream> resting = new LinkedHashSet<>();

    /** Of which anybody was told in this round. */
    private final Set<KnownStream> toldNow = new LinkedHashSet<>();

    /** Of the neighbour that was told last. */
    private int turn = -1;

    /** Since the last digests. */
    private int runs;

    /** Bytes of this round. */
    private long sent;

    private long due;
    private long idleDue;

    /**
     * Tells of nothing yet.
     *
     * @param pacing when to tell, and how much
     * @param neighbours whom to tell
     * @param states what a neighbour is told of a stream
     */
    TreeDigests(Pacing pacing, Neighbours neighbours, BiFunction<KnownStream, Neighbour, StreamState> states) {
        this.pacing = pacing;
        this.neighbours = neighbours;
        this.states = states;
    }

    /** A stream went on, as the neighbour in a slot knows who pushed it; -1 if none does. */
    void changed(KnownStream stream, int slot, long now) {
        stream.untold.or(neighbours.slots());
        if (slot >= 0) {
            stream.untold.clear(slot);
        }
        runs++;
        stream.announced = stream.last();
        stream.changedAt = now;
        stream.retellings = Limits.RETELLINGS;
        resting.remove(stream);
        enlist(stream, now);
    }

    private void enlist(KnownStream stream, long now) {
        if (!stream.isToBeTold) {
            stream.isToBeTold = true;
            if (active.isEmpty()) {
                due = pacing.nextDigests(now);
            }
            active.addLast(stream);
        }
    }

    /** A neighbour was told of all streams, or is gone. */
    void forget(int slot) {
        active.forEach(stream -> stream.untold.clear(slot));
    }

    /** Whether nobody is to be told of anything. */
    boolean isIdle() {
        return active.isEmpty();
    }

    void tick(long now, Effects out) {
        if (!resting.isEmpty() && idleDue - now <= 0) {
            idleDue = pacing.nextIdle(now);
            for (KnownStream stream : resting) {
                stream.untold.or(neighbours.slots());
                enlist(stream, now);
            }
            resting.clear();
        }
        if (!active.isEmpty() && due - now <= 0) {
            tellInTurn(now, out);
            pacing.sent(sent, now);
            due = pacing.nextDigests(now);
            settle(now);
        }
    }

    private void tellInTurn(long now, Effects out) {
        int left = Math.max(1, runs / Limits.RUNS_PER_DIGEST);
        runs = 0;
        sent = 0;
        int slot = turn;
        for (int i = neighbours.slots().cardinality(); i > 0 && sent < pacing.digestBytes(); i--) {
            Neighbour neighbour = neighbours.behind(slot);
            slot = neighbour.slot();
            if (tell(neighbour, left > 0, now, out)) {
                left--;
                turn = slot;
            }
        }
    }

    /** Whether it was told of anything as a lazy neighbour, if it has its turn as such. */
    private boolean tell(Neighbour neighbour, boolean hasTurn, long now, Effects out) {
        int slot = neighbour.slot();
        boolean wasTold = false;
        long room = pacing.digestBytes() - sent;
        DigestBatch batch = new DigestBatch(neighbour.origin(), out);
        for (KnownStream stream : active) {
            boolean isLazy = stream.edges().isLazy(slot) && !stream.isCritical();
            if (room > 0 && stream.untold.get(slot) && (isLazy ? hasTurn : rests(stream, now))) {
                stream.untold.clear(slot);
                toldNow.add(stream);
                batch.add(stream.lane(), states.apply(stream, neighbour));
                room -= DigestBatch.bytes(stream.topic());
                wasTold |= isLazy;
            }
        }
        sent += batch.end();
        return wasTold;
    }

    private boolean rests(KnownStream stream, long now) {
        return now - stream.changedAt >= pacing.digestInterval();
    }

    /** Those that were told of now come behind the others: within a budget each has its turn. */
    private void settle(long now) {
        List<KnownStream> before = new ArrayList<>(active);
        active.clear();
        for (KnownStream stream : before) {
            if (!toldNow.contains(stream)) {
                settle(stream, now);
            }
        }
        toldNow.forEach(stream -> settle(stream, now));
        toldNow.clear();
    }

    private void settle(KnownStream stream, long now) {
        if (!rests(stream, now) || !stream.untold.isEmpty()) {
            active.addLast(stream);
            return;
        }
        stream.isToBeTold = false;
        if (stream.retellings-- > 0) {
            if (resting.isEmpty()) {
                idleDue = pacing.nextIdle(now);
            }
            resting.add(stream);
        }
    }

    /** There is a full mesh, which has another way. */
    void clear() {
        active.forEach(stream -> {
            stream.isToBeTold = false;
            stream.untold.clear(); // of whoever goes meanwhile nobody would clear it
        });
        active.clear();
        resting.clear();
    }
}
