package dev.grapevine.transport;

import dev.grapevine.protocol.frame.Lane;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is among the lanes of a link to send its next batch, and whether any may: one budget of bytes in flight for
 * all of them.
 *
 * <p>Between lanes that have something to send the bytes are shared by weight: surplus round robin (Adiseshu, Parulkar and
 * Varghese, "A reliable and scalable striping protocol", 1996), which is deficit round robin (Shreedhar and Varghese, 1995)
 * for senders that do not know how long the next batch is before they have it: a lane goes on while its account is in
 * credit, may overdraw it by one batch, and gets its quantum in the next round. In each round the lanes go in their order,
 * control first. Accounts are filled up to a quantum and not beyond, so nobody saves for later.
 *
 * <p>What the network holds cannot be overtaken, so what may be in flight (sent, and not told of as taken) is limited by
 * {@link InFlightLimit}. When it is reached, control and critical may still send a part of it each: they would wait behind
 * the rest in any case. What they send so is charged to their accounts, and the rounds stand still meanwhile, so that the
 * shares stay those of the weights as far as such a part is not more than that.
 *
 * <p>A lane that was asked and had nothing may answer at any later moment, so the limit may be passed by one batch a lane.
 * Pure: the time is an argument. Single-threaded.
 */
public final class LaneScheduler {

    /** A receiver tells that it has taken bytes at the latest when there are so many, on each lane. */
    public static final int GRANT_BYTES = 16 << 10;

    static final int LANES = Lane.values().length;

    /** How much a lane of weight 1 sends in a round; a batch has up to 64 KiB by default. */
    private static final int QUANTUM_BYTES = 16 << 10;

    /** How many rounds a lane can have used up beforehand: it has to wait for no more. */
    private static final long MOST_DEBT = 64;

    /** The part of the limit that control and critical may each send when it is reached. */
    private static final int RESERVE_PART = 4;

    private static final List<Lane> ORDER = List.of(Lane.values());

    private final Map<Lane, Account> accounts = new EnumMap<>(Lane.class);
    private final InFlightLimit limit;
    private long inFlight;
    private boolean everFull;
    private long lastFull;

    /**
     * A link on which nothing was sent and nothing may be sent yet.
     *
     * @param limits the weights, and how much may be in flight
     */
    public LaneScheduler(LinkLimits limits) {
        this.limit = new InFlightLimit(limits.maxBytesInFlight());
        for (Lane lane : ORDER) {
            accounts.put(lane, new Account(limits.weights().of(lane) * QUANTUM_BYTES));
        }
    }

    /**
     * The peer opens a lane.
     *
     * @param lane the lane
     * @param frames how many wire frames it takes ahead
     */
    public void opened(Lane lane, long frames) {
        account(lane).granted(frames);
    }

    /**
     * The lane that is to be asked for its next batch.
     *
     * @param ready whether a lane can be asked: it has something to send, or it may have and was not asked yet
     * @param now time in nanoseconds
     * @return the lane, or null if none is ready or none may send now
     */
    public @Nullable Lane next(Predicate<Lane> ready, long now) {
        boolean full = inFlight >= limit.bytes();
        if (full) {
            lastFull = now;
            everFull = true;
        }
        Predicate<Lane> waiting = lane -> maySend(lane, full) && ready.test(lane);
        return full ? furthestBehind(waiting) : inTurn(waiting);
    }

    /**
     * While the limit is reached there are no rounds: the lanes that wait for it would have their accounts filled without
     * a chance to use them. Who sends all the same is charged for it, and has less of the rounds that follow.
     */
    private @Nullable Lane furthestBehind(Predicate<Lane> waiting) {
        Lane furthest = null;
        for (Lane lane : ORDER) {
            if (waiting.test(lane)
                    && (furthest == null
                            || account(lane).credit() > account(furthest).credit())) {
                furthest = lane;
            }
        }
        return furthest;
    }

    private @Nullable Lane inTurn(Predicate<Lane> waiting) {
        while (true) {
            boolean any = false;
            for (Lane lane : ORDER) {
                if (waiting.test(lane)) {
                    if (account(lane).balance > 0) {
                        return lane;
                    }
                    any = true;
                }
            }
            if (!any) {
                return null;
            }
            accounts.values().forEach(Account::newRound);
        }
    }

    private boolean maySend(Lane lane, boolean full) {
        Account account = account(lane);
        return account.frames > 0 && (!full || (isUrgent(lane) && account.inFlight < limit.bytes() / RESERVE_PART));
    }

    private static boolean isUrgent(Lane lane) {
        return lane == Lane.CONTROL || lane == Lane.CRITICAL;
    }

    /**
     * A batch was sent.
     *
     * @param lane its lane
     * @param bytes its length
     * @param now time in nanoseconds
     */
    public void sent(Lane lane, int bytes, long now) {
        account(lane).sent(bytes, now);
        inFlight += bytes;
    }

    /**
     * The peer has taken the oldest batches of a lane, and takes as many more.
     *
     * @param lane the lane
     * @param frames how many; more than were sent are credit alone
     * @param now time in nanoseconds
     */
    public void taken(Lane lane, long frames, long now) {
        Account account = account(lane);
        account.granted(frames);
        for (long left = frames; left > 0 && !account.sent.isEmpty(); left--) {
            Sent oldest = account.sent.remove();
            account.inFlight -= oldest.bytes;
            inFlight -= oldest.bytes;
            limit.taken(oldest.bytes, now - oldest.time, everFull && lastFull - oldest.time >= 0, now);
        }
    }

    /** How many bytes are in flight. */
    long inFlight() {
        return inFlight;
    }

    private Account account(Lane lane) {
        return Objects.requireNonNull(accounts.get(lane));
    }

    private record Sent(int bytes, long time) {}

    /** What a lane may send, and what it has sent. */
    private static final class Account {
        private final int quantum;
        private final ArrayDeque<Sent> sent = new ArrayDeque<>();
        private long frames;
        private long balance;
        private long inFlight;

        private Account(int quantum) {
            this.quantum = quantum;
        }

        /** In quanta. */
        private double credit() {
            return (double) balance / quantum;
        }

        private void newRound() {
            balance = Math.min(balance + quantum, quantum);
        }

        private void granted(long more) {
            frames = frames + more < 0 ? Long.MAX_VALUE : frames + more;
        }

        private void sent(int bytes, long now) {
            frames--;
            balance = Math.max(balance - bytes, -MOST_DEBT * quantum);
            inFlight += bytes;
            sent.add(new Sent(bytes, now));
        }
    }
}
