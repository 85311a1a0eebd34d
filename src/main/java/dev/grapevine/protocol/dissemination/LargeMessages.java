package dev.grapevine.protocol.dissemination;

import dev.grapevine.protocol.frame.DisseminationFrame.Announcement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The large messages of one stream that were announced and are not settled. What each of them takes is counted in the budget
 * of what is held back, from its announcement until it is settled; only for the next one of the stream there is always room.
 */
final class LargeMessages {

    private final InboundStream stream;
    private final DisseminationSettings settings;
    private final Pacing pacing;
    private final HeldBudget budget;
    private final ReorderBuffer held;
    private final Holes holes;
    private NavigableMap<Long, Transfer> transfers = Collections.emptyNavigableMap();

    /** Those that are settled and fetched once more, for replays. */
    private NavigableMap<Long, Transfer> again = Collections.emptyNavigableMap();

    LargeMessages(
            InboundStream stream,
            DisseminationSettings settings,
            Pacing pacing,
            HeldBudget budget,
            ReorderBuffer held,
            Holes holes) {
        this.stream = stream;
        this.settings = settings;
        this.pacing = pacing;
        this.budget = budget;
        this.held = held;
        this.holes = holes;
    }

    @Nullable Transfer find(long sequence) {
        Transfer transfer = transfers.get(sequence);
        return transfer == null ? again.get(sequence) : transfer;
    }

    /** Those of a range; a copy. */
    List<Transfer> within(Range range) {
        return all().stream()
                .filter(transfer -> range.from() <= transfer.sequence() && transfer.sequence() <= range.to())
                .toList();
    }

    /** A copy. */
    List<Transfer> all() {
        if (transfers.isEmpty() && again.isEmpty()) {
            return List.of();
        }
        List<Transfer> all = new ArrayList<>(again.values());
        all.addAll(transfers.values());
        return all;
    }

    /** A message is missing no more, but on its way; false if there is no room for it. */
    boolean place(Transfer transfer, long now) {
        long at = transfer.sequence();
        if (!held.place(transfer, at == stream.next())) {
            return false;
        }
        holes.remove(at, at, now);
        return true;
    }

    /** Nobody is left to bring a message: it is missing. */
    void suspend(Transfer transfer, long now) {
        held.displace(transfer);
        if (stream.isOpen()) {
            holes.add(transfer.sequence(), transfer.sequence(), now);
        }
    }

    /** The message that an announcement tells of, with what has come of it; null if there is no room to remember it. */
    @Nullable Transfer announced(Announcement announcement, boolean isNext) {
        Transfer known = transfers.get(announcement.sequence());
        if (known != null && known.length() == announcement.length()) {
            return known;
        }
        if (known != null) {
            forget(known);
        }
        int overhead = overhead(announcement);
        boolean hasRoom = budget.take(overhead);
        if (!hasRoom && !isNext) {
            return null;
        }
        Transfer transfer = create(announcement, hasRoom ? overhead : 0, false);
        if (transfers.isEmpty()) {
            transfers = new TreeMap<>();
        }
        transfers.put(transfer.sequence(), transfer);
        return transfer;
    }

    private int overhead(Announcement announcement) {
        boolean isFetched = announcement.length() <= settings.maxPayloadBytes();
        return Limits.transferOverhead(isFetched ? announcement.length() : 0);
    }

    private Transfer create(Announcement announcement, int overhead, boolean isAgain) {
        return new Transfer(
                stream,
                announcement.sequence(),
                announcement.length(),
                announcement.length() > settings.maxPayloadBytes(),
                pacing.patienceNanos(),
                overhead,
                isAgain);
    }

    /** A message that is settled is fetched once more, for a replay; false if there is no room to remember a second one. */
    boolean fetchAgain(Announcement announcement) {
        if (again.containsKey(announcement.sequence())) {
            return true;
        }
        int overhead = overhead(announcement);
        boolean hasRoom = budget.take(overhead);
        if (again.isEmpty()) {
            again = new TreeMap<>();
        } else if (!hasRoom) {
            return false;
        }
        again.put(announcement.sequence(), create(announcement, hasRoom ? overhead : 0, true));
        return true;
    }

    /** A message is not needed any more. */
    void forget(Transfer transfer) {
        (transfer.isAgain() ? again : transfers).remove(transfer.sequence());
        transfer.over();
        budget.give(transfer.overhead() + transfer.reserved());
    }

    /** All before a sequence is delivered or given up. */
    void settle(long next) {
        while (!transfers.isEmpty() && transfers.firstKey() < next) {
            forget(transfers.firstEntry().getValue());
        }
    }

    /** The first that is on its way or waits for its turn; {@link Long#MAX_VALUE} if none does. */
    long firstUnfinished() {
        for (Transfer transfer : transfers.values()) {
            if (transfer.isUnfinished()) {
                return transfer.sequence();
            }
        }
        return Long.MAX_VALUE;
    }

    /** The first that waits for its turn to be asked for; null if none does. */
    @Nullable Transfer firstWaiting() {
        Transfer first = firstWaiting(transfers);
        return first == null ? firstWaiting(again) : first;
    }

    private static @Nullable Transfer firstWaiting(NavigableMap<Long, Transfer> transfers) {
        for (Transfer transfer : transfers.values()) {
            if (transfer.isUnfinished() && !transfer.isRunning()) {
                return transfer;
            }
        }
        return null;
    }
}
