package dev.grapevine.protocol.dissemination;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What one stream lacks, in the order of the sequences: what has been asked for, and what has not. At most
 * {@link Limits#PULL_RANGES} ranges and {@link Limits#PULL_MESSAGES} messages are asked for at a time, the lowest first,
 * because only these let the stream go on; the next follow as soon as half of these have come. Where there are more
 * holes than that near to each other, one request spans many of them, and what is between is sent again.
 *
 * <p>Neighbours that were not asked for are one hole, however many runs told of them. So behind each hole there is
 * either a run that is held back or, at a few places, the border of what was asked for: holes are bounded by what is
 * held back, and a stream that is far behind asks in large pieces.
 */
final class Holes {

    private final Pacing pacing;
    private final TreeMap<Long, Hole> unasked = new TreeMap<>();
    private final TreeMap<Long, Hole> asked = new TreeMap<>();
    private long askedMessages;

    Holes(Pacing pacing) {
        this.pacing = pacing;
    }

    boolean isEmpty() {
        return unasked.isEmpty() && asked.isEmpty();
    }

    /** How many holes there are; what it takes to remember them goes with this. */
    int count() {
        return unasked.size() + asked.size();
    }

    /** First sequence that has been asked for; {@link Long#MAX_VALUE} if none has. */
    long firstAsked() {
        return asked.isEmpty() ? Long.MAX_VALUE : asked.firstKey();
    }

    /** A range that is in no hole yet is missing. */
    void add(long from, long to, long due) {
        put(new Hole(from, to, due, due));
    }

    /**
     * A range came and could not be taken: whatever was asked for before, it has to be asked for once more. At once when
     * nothing that is held back is before it any more; else after a while, since it may well be refused again.
     */
    void refused(long from, long to, long now) {
        remove(from, to, now);
        put(new Hole(from, to, now + pacing.retryNanos(), now));
    }

    /** A range is missing no more, in whole or in parts. */
    void remove(long from, long to, long now) {
        remove(unasked, from, to, now);
        remove(asked, from, to, now);
    }

    private void remove(NavigableMap<Long, Hole> holes, long from, long to, long now) {
        for (Hole hole = overlapping(holes, from, to); hole != null; hole = overlapping(holes, from, to)) {
            drop(hole);
            if (hole.asked()) {
                hole.progressed(now, pacing.retryNanos());
            }
            if (hole.from() < from) {
                put(hole.part(hole.from(), from - 1));
            }
            if (hole.to() > to) {
                put(hole.part(to + 1, hole.to()));
            }
        }
    }

    private static @Nullable Hole overlapping(NavigableMap<Long, Hole> holes, long from, long to) {
        Map.Entry<Long, Hole> entry = holes.floorEntry(to);
        return entry != null && entry.getValue().to() >= from ? entry.getValue() : null;
    }

    /** Whether the answer to what was asked for first is overdue. */
    boolean isFirstOverdue(long now) {
        return !asked.isEmpty() && asked.firstEntry().getValue().due(now);
    }

    /** What was asked for up to a sequence will not come: it is to be asked for anew at a time. */
    void forgetRequests(long to, long due) {
        for (Hole hole : List.copyOf(asked.headMap(to, true).values())) {
            drop(hole);
            Hole missing = hole.part(hole.from(), Math.min(hole.to(), to));
            missing.forgetRequest(due);
            put(missing);
            if (hole.to() > to) {
                put(hole.part(to + 1, hole.to()));
            }
        }
    }

    /** No request will be answered any more: all is to be asked for at a time from now. */
    void forgetRequests(long due) {
        unasked.values().forEach(hole -> hole.forgetRequest(due));
        for (Hole hole : List.copyOf(asked.values())) {
            drop(hole);
            hole.forgetRequest(due);
            put(hole);
        }
    }

    /**
     * Asks once more for what is overdue.
     *
     * @param now the time
     * @param request sends a request; false if no more may be sent now
     */
    void askAgain(long now, Predicate<Range> request) {
        List<Hole> overdue = new ArrayList<>();
        asked.values().stream().filter(hole -> hole.due(now)).forEach(overdue::add);
        boolean many = overdue.size() > Limits.PULL_RANGES;
        for (int from = 0; from < overdue.size(); ) {
            int end = from + 1;
            while (many && end < overdue.size() && near(overdue.get(end - 1), overdue.get(end))) {
                end++;
            }
            List<Hole> together = overdue.subList(from, end);
            if (!request.test(span(together))) {
                return;
            }
            together.forEach(hole -> hole.askAgain(now));
            from = end;
        }
    }

    /**
     * Asks for what is due and has its turn.
     *
     * @param now the time
     * @param held what is held back. What fills a hole before its last run lets go of messages and needs no room
     * @param request sends a request; false if no more may be sent now
     */
    void ask(long now, ReorderBuffer held, Predicate<Range> request) {
        if (askedMessages > Limits.PULL_MESSAGES / 2) {
            return;
        }
        while (asked.size() < Limits.PULL_RANGES && askedMessages < Limits.PULL_MESSAGES) {
            List<Hole> turn = turn(now, held);
            if (turn.isEmpty() || !request.test(span(turn))) {
                return;
            }
            turn.forEach(part -> askFirst(part, now));
        }
    }

    /** What the next request is for: the lowest hole or a part of it, and if there are many, those near behind it. */
    private List<Hole> turn(long now, ReorderBuffer held) {
        List<Hole> turn = new ArrayList<>();
        boolean many = unasked.size() > Limits.PULL_RANGES;
        long left = Limits.PULL_MESSAGES - askedMessages;
        long room = held.room() - askedMessages;
        for (Hole hole : unasked.values()) {
            boolean joins = turn.isEmpty() || (many && near(turn.get(turn.size() - 1), hole));
            long most = hole.from() < held.last() ? left : Math.min(left, room);
            if (most <= 0 || !joins || !hole.due(now, hole.from() < held.first())) {
                break;
            }
            Hole part = hole.part(hole.from(), Math.min(hole.to(), hole.from() + most - 1));
            turn.add(part);
            left -= part.count();
        }
        return turn;
    }

    private static boolean near(Hole hole, Hole next) {
        return next.from() - hole.to() <= Limits.PULL_OVERLAP + 1;
    }

    private static Range span(List<Hole> holes) {
        return new Range(holes.get(0).from(), holes.get(holes.size() - 1).to());
    }

    private void askFirst(Hole part, long now) {
        Hole hole = Objects.requireNonNull(unasked.remove(part.from()));
        Hole request = hole.part(part.from(), part.to());
        request.ask(now, pacing.retryNanos());
        put(request);
        if (part.to() < hole.to()) {
            put(hole.part(part.to() + 1, hole.to()));
        }
    }

    private void put(Hole hole) {
        if (hole.asked()) {
            asked.put(hole.from(), hole);
            askedMessages += hole.count();
        } else {
            Hole below = takeUnasked(hole.from() - 1);
            Hole whole = below == null ? hole : below.with(hole);
            Hole above = takeUnasked(hole.to() + 1);
            whole = above == null ? whole : whole.with(above);
            unasked.put(whole.from(), whole);
        }
    }

    private @Nullable Hole takeUnasked(long sequence) {
        Hole hole = overlapping(unasked, sequence, sequence);
        return hole == null ? null : unasked.remove(hole.from());
    }

    private void drop(Hole hole) {
        if (hole.asked()) {
            asked.remove(hole.from());
            askedMessages -= hole.count();
        } else {
            unasked.remove(hole.from());
        }
    }
}
