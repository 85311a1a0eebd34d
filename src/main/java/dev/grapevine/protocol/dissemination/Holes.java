package dev.grapevine.protocol.dissemination;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What one stream lacks, in the order of the sequences, and which of it has been asked for. At most
 * {@link Limits#PULL_RANGES} ranges and {@link Limits#PULL_MESSAGES} messages are asked for at a time, the lowest first,
 * because only these let the stream go on; the next follow when half of these have come.
 */
final class Holes {

    private final long retryNanos;
    private final TreeMap<Long, Hole> holes = new TreeMap<>();
    private int askedRanges;
    private long askedMessages;

    Holes(long retryNanos) {
        this.retryNanos = retryNanos;
    }

    boolean isEmpty() {
        return holes.isEmpty();
    }

    /** First sequence that has been asked for; {@link Long#MAX_VALUE} if none has. */
    long firstAsked() {
        if (askedRanges > 0) {
            for (Hole hole : holes.values()) {
                if (hole.asked()) {
                    return hole.from();
                }
            }
        }
        return Long.MAX_VALUE;
    }

    void add(long from, long to, long due) {
        put(new Hole(from, to, due));
    }

    /** A range is missing no more, in whole or in parts. */
    void remove(long from, long to, long now) {
        for (Hole hole = overlapping(from, to); hole != null; hole = overlapping(from, to)) {
            drop(hole);
            if (hole.asked()) {
                hole.progressed(now, retryNanos);
            }
            if (hole.from() < from) {
                put(hole.part(hole.from(), from - 1));
            }
            if (hole.to() > to) {
                put(hole.part(to + 1, hole.to()));
            }
        }
    }

    private @Nullable Hole overlapping(long from, long to) {
        Map.Entry<Long, Hole> entry = holes.floorEntry(to);
        return entry != null && entry.getValue().to() >= from ? entry.getValue() : null;
    }

    /** No request will be answered any more: all is to be asked for at a time from now. */
    void forgetRequests(long due) {
        holes.values().forEach(hole -> hole.forgetRequest(due));
        askedRanges = 0;
        askedMessages = 0;
    }

    /**
     * Asks for what is due and has its turn.
     *
     * @param now the time
     * @param request sends a request; false if no more may be sent now
     */
    void ask(long now, Predicate<Range> request) {
        int unseen = askedRanges;
        boolean room = askedMessages <= Limits.PULL_MESSAGES / 2;
        Hole hole = first();
        while (hole != null && (unseen > 0 || room)) {
            if (hole.asked()) {
                unseen--;
                if (hole.due(now)) {
                    if (!request.test(new Range(hole.from(), hole.to()))) {
                        return;
                    }
                    hole.askAgain(now);
                }
            } else if (room) {
                room = hole.due(now) && askedRanges < Limits.PULL_RANGES && askedMessages < Limits.PULL_MESSAGES;
                if (room && !askFirst(hole, now, request)) {
                    return;
                }
            }
            hole = after(hole);
        }
    }

    private boolean askFirst(Hole hole, long now, Predicate<Range> request) {
        long to = Math.min(hole.to(), hole.from() + Limits.PULL_MESSAGES - askedMessages - 1);
        if (!request.test(new Range(hole.from(), to))) {
            return false;
        }
        drop(hole);
        Hole asked = hole.part(hole.from(), to);
        asked.ask(now, retryNanos);
        put(asked);
        if (to < hole.to()) {
            put(hole.part(to + 1, hole.to()));
        }
        return true;
    }

    private @Nullable Hole first() {
        return holes.isEmpty() ? null : holes.firstEntry().getValue();
    }

    private @Nullable Hole after(Hole hole) {
        Map.Entry<Long, Hole> next = holes.higherEntry(hole.from());
        return next == null ? null : next.getValue();
    }

    private void put(Hole hole) {
        holes.put(hole.from(), hole);
        if (hole.asked()) {
            askedRanges++;
            askedMessages += hole.count();
        }
    }

    private void drop(Hole hole) {
        holes.remove(hole.from());
        if (hole.asked()) {
            askedRanges--;
            askedMessages -= hole.count();
        }
    }
}
