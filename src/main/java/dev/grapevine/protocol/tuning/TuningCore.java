package dev.grapevine.protocol.tuning;

import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.Pace;
import dev.grapevine.protocol.step.Pace.Reason;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.Time;
import dev.grapevine.protocol.step.TopicPace;
import dev.grapevine.protocol.step.Tuning;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sets the pace of gossip by what the other cores tell: fanout by size and loss, interval and batch by the round trip, all
 * of it within a byte budget; and how topics find and repair what was lost ({@link TopicTuning}). It looks every {@value #WINDOW_SECONDS} s, and at once when the number of members asks for
 * another fanout; {@link Effect.Tuned} tells of every change with what it was made of.
 *
 * <ul>
 *   <li>Where a share ε of what is sent is lost, a fanout f works like f (1 − ε): it rises to f / (1 − ε), at most to
 *       {@value #MOST_FANOUT} and at most doubled. Below {@value #IGNORED_LOSS} it stays, since few probes tell so little.
 *   <li>A round lasts at least as long as an answer takes (Demers et al. 1987 count in cycles in which contacts are over),
 *       and says as much more as it is longer, up to {@value #MOST_BATCH} bytes.
 *   <li>If that costs more than the budget, first batches shrink, to {@value #LEAST_BATCH} bytes at the least (a packet); then
 *       rounds become longer, up to 5 s; then the fanout falls.
 * </ul>
 *
 * <p>A pure, single-threaded state machine.
 */
public final class TuningCore {

    /** The highest fanout that loss makes. */
    static final int MOST_FANOUT = 16;

    /** Loss below this changes nothing. */
    static final double IGNORED_LOSS = 0.05;

    /** Loss above this is not made up for: something else is broken. */
    static final double MOST_LOSS = 0.5;

    static final int LEAST_BATCH = 1400;
    static final int MOST_BATCH = 48 << 10;

    /** The longest round that a budget or a round trip makes. */
    static final long LONGEST_NANOS = 5_000_000_000L;

    private static final int WINDOW_SECONDS = 5;
    private static final long WINDOW_NANOS = WINDOW_SECONDS * 1_000_000_000L;

    /** With so many answers older ones count half: the loss is that of the last 20 to 40, however slowly they come. */
    private static final double MANY = 40;

    /** Fewer answers than this tell nothing. */
    private static final double FEW = 10;

    /** A change of interval or batch by less than this is none, so that the pace does not follow every flicker. */
    private static final double FLICKER = 0.25;

    private final TuningSettings settings;
    private final Pace writesSet;
    private final TopicTuning topics;
    private final RoundTrips roundTrips = new RoundTrips();
    private double answered;
    private double answeredThroughOthers;
    private long nextLook;
    private @Nullable Pace membershipSet;
    private @Nullable Tuning told;

    /**
     * A core that has measured nothing.
     *
     * @param settings whether to adapt, and the budget
     * @param writes the pace of rumors of writes as it was set
     * @param topics the pace of topics as it was set
     * @param now the time
     */
    public TuningCore(TuningSettings settings, Pace writes, TopicPace topics, Time now) {
        this.settings = settings;
        this.writesSet = writes;
        this.topics = new TopicTuning(settings, topics);
        this.nextLook = now.nanos() + WINDOW_NANOS;
    }

    /**
     * Another core did or saw something.
     *
     * @param event what
     * @param count how often
     */
    public void noted(ProtocolEvent event, long count) {
        boolean throughOthers = event == ProtocolEvent.PROBE_ACKED_INDIRECTLY;
        if (!throughOthers && event != ProtocolEvent.PROBE_ACKED) {
            return;
        }
        answered += count;
        answeredThroughOthers += throughOthers ? count : 0;
        if (answered > MANY) {
            answered /= 2;
            answeredThroughOthers /= 2;
        }
    }

    /**
     * A direct probe was answered.
     *
     * @param nanos after how many nanoseconds
     */
    public void roundTrip(long nanos) {
        roundTrips.add(nanos);
    }

    /**
     * Time has passed.
     *
     * @param members how many members are present
     * @param links how many peers this member has links to
     * @param membership the pace of news of members as it was set, for so many members
     * @param now the time
     * @param out told if the pace changes
     * @return the decision that holds
     */
    public Tuning tick(int members, int links, Pace membership, Time now, Effects out) {
        Tuning before = told;
        boolean due = now.nanos() - nextLook >= 0;
        if (before != null && !due && membershipSet != null && membership.fanout() == membershipSet.fanout()) {
            return before;
        }
        membershipSet = membership;
        Tuning next = decide(members, links, membership);
        if (due) {
            nextLook = now.nanos() + WINDOW_NANOS;
        }
        if (before != null
                && isAlike(before.membership(), next.membership())
                && isAlike(before.writes(), next.writes())
                && isAlike(before.topics(), next.topics())) {
            return before;
        }
        told = next;
        out.add(new Effect.Tuned(next));
        return next;
    }

    private Tuning decide(int members, int links, Pace membership) {
        double loss = answered < FEW ? 0 : answeredThroughOthers / answered;
        long roundTrip = roundTrips.bound();
        return new Tuning(
                members,
                loss,
                Duration.ofNanos(roundTrip),
                settings.bytesPerSecond(),
                pace(membership, loss, roundTrip),
                pace(writesSet, loss, roundTrip),
                topics.pace(loss, roundTrip, links));
    }

    private Pace pace(Pace set, double loss, long roundTrip) {
        Set<Reason> reasons = EnumSet.noneOf(Reason.class);
        reasons.addAll(set.reasons());
        int fanout = set.fanout();
        long interval = set.interval().toNanos();
        int batch = set.batchBytes();
        if (settings.adaptive() && loss >= IGNORED_LOSS) {
            int more = (int) Math.ceil(fanout / (1 - Math.min(loss, MOST_LOSS)));
            fanout = Math.max(fanout, Math.min(MOST_FANOUT, more));
            reasons.add(Reason.LOSS);
        }
        if (settings.adaptive() && roundTrip > interval && interval < LONGEST_NANOS) {
            long longer = Math.min(roundTrip, LONGEST_NANOS);
            batch = (int) Math.max(batch, Math.min(MOST_BATCH, batch * (double) longer / interval));
            interval = longer;
            reasons.add(Reason.ROUND_TRIP);
        }
        Pace wanted = new Pace(fanout, Duration.ofNanos(interval), batch, settings.bytesPerSecond() / 2, reasons);
        return wanted.bytesPerSecond() == 0 ? wanted : withinBudget(wanted);
    }

    private static Pace withinBudget(Pace wanted) {
        double seconds = wanted.interval().toNanos() / 1e9;
        double round = wanted.bytesPerSecond() * seconds;
        if ((double) wanted.fanout() * wanted.batchBytes() <= round) {
            return wanted;
        }
        Set<Reason> reasons = EnumSet.of(Reason.BUDGET);
        reasons.addAll(wanted.reasons());
        int least = Math.min(LEAST_BATCH, wanted.batchBytes());
        int batch = (int) Math.max(least, round / wanted.fanout());
        double longer = Math.max(
                seconds, Math.min(LONGEST_NANOS / 1e9, (double) wanted.fanout() * batch / wanted.bytesPerSecond()));
        int fanout = (int) Math.max(1, Math.min(wanted.fanout(), wanted.bytesPerSecond() * longer / batch));
        return new Pace(fanout, Duration.ofNanos((long) (longer * 1e9)), batch, wanted.bytesPerSecond(), reasons);
    }

    private static boolean isAlike(Pace a, Pace b) {
        return a.fanout() == b.fanout()
                && a.reasons().equals(b.reasons())
                && isNear(a.interval().toMillis(), b.interval().toMillis())
                && isNear(a.batchBytes(), b.batchBytes());
    }

    private static boolean isAlike(TopicPace a, TopicPace b) {
        return a.reasons().equals(b.reasons())
                && isNear(a.digestInterval().toMillis(), b.digestInterval().toMillis())
                && isNear(a.pullRetry().toMillis(), b.pullRetry().toMillis())
                && isNear(a.repairBytesAtOnce(), b.repairBytesAtOnce());
    }

    private static boolean isNear(long a, long b) {
        return Math.abs(a - b) <= FLICKER * a;
    }
}
