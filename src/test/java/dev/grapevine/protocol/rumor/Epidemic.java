package dev.grapevine.protocol.rumor;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.clock.Dot;
import dev.grapevine.clock.HybridTimestamp;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Operation;
import dev.grapevine.protocol.frame.EpidemicFrame;
import dev.grapevine.protocol.frame.EpidemicFrame.Answer;
import dev.grapevine.protocol.frame.EpidemicFrame.Name;
import dev.grapevine.protocol.frame.EpidemicFrame.Offer;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.Time;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/**
 * One rumor among members who can call anybody: cores of rumors alone, all in step. In a cycle everybody calls, then what
 * was said is heard, answered and judged, and then comes the next.
 */
public final class Epidemic {

    /**
     * What one epidemic came to.
     *
     * @param residue share of the members that never heard
     * @param messages how often the rumor was told, a member
     * @param lastCycle the cycle in which the last member heard
     * @param cycles until nobody spread it
     */
    public record Result(double residue, double messages, int lastCycle, int cycles) {}

    /** What a cycle of the slowest rule is far below. */
    private static final int GIVE_UP = 1_000;

    private static final String STORE = "store";

    private static final Operation WRITE = new Operation(
            new Dot(new Origin(new MemberId(0, 0), 1), 1),
            new HybridTimestamp(0, 0),
            Bytes.EMPTY,
            Bytes.EMPTY,
            List.of());

    private static final Name RUMOR = new Name(STORE, WRITE.dot());

    private record Said(int from, int to, EpidemicFrame frame) {}

    private final SplittableRandom random;
    private final List<Origin> members;
    private final List<RumorCore> cores;
    private final ArrayDeque<Said> said = new ArrayDeque<>();
    private final RumorSettings settings;
    private final Effects output = this::carryOut;
    private final double loss;
    private int speaker;
    private long told;
    private int knowing = 1;
    private int cycle;
    private int lastCycle;

    /**
     * Members of whom the first has a rumor.
     *
     * @param n how many
     * @param settings how it spreads
     * @param loss share of the contacts that come to nothing
     * @param seed of all chance
     */
    public Epidemic(int n, RumorSettings settings, double loss, long seed) {
        this.random = new SplittableRandom(seed);
        this.loss = loss;
        this.settings = settings;
        this.members = new ArrayList<>(n);
        this.cores = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            members.add(new Origin(new MemberId(0, i), 1));
        }
        for (int i = 0; i < n; i++) {
            cores.add(new RumorCore(settings, new Others(i), this::heard, random, time(0)));
        }
        cores.get(0).begin(STORE, WRITE, output);
    }

    /**
     * As the paper has it: in each cycle everybody calls.
     *
     * @param strategy how a rumor spreads
     * @param fanout how many each calls in a cycle
     * @return the settings
     */
    public static RumorSettings everyCycle(Strategy strategy, int fanout) {
        RumorSettings defaults = RumorSettings.DEFAULT;
        return defaults.withStrategy(strategy).withFanout(fanout).withRestInterval(defaults.interval());
    }

    /**
     * Runs until everybody knows, or nobody spreads the rumor any more.
     *
     * @return what it came to
     */
    public Result untilAllKnow() {
        return run(() -> knowing < members.size() && isSpread());
    }

    /**
     * Runs until nobody spreads the rumor any more.
     *
     * @return what it came to
     */
    public Result untilItStops() {
        return run(this::isSpread);
    }

    private Result run(BooleanSupplier goesOn) {
        while (cycle < GIVE_UP && goesOn.getAsBoolean()) {
            cycle();
        }
        double n = members.size();
        return new Result((n - knowing) / n, told / n, lastCycle, cycle);
    }

    /** A cycle of everybody. */
    void cycle() {
        cycle++;
        for (speaker = 0; speaker < cores.size(); speaker++) {
            cores.get(speaker).tick(time(cycle), output);
        }
        while (!said.isEmpty()) {
            Said next = said.poll();
            speaker = next.to();
            cores.get(speaker).receive(members.get(next.from()), next.frame(), time(cycle), output);
        }
    }

    private boolean isSpread() {
        for (RumorCore core : cores) {
            if (core.spreads(RUMOR)) {
                return true;
            }
        }
        return false;
    }

    private Time time(int at) {
        return new Time(at * settings.interval().toNanos(), 0);
    }

    private RumorHearer.Reception heard(Origin from, String store, Operation operation, Time now, Effects out) {
        knowing++;
        lastCycle = cycle;
        return RumorHearer.Reception.NEW;
    }

    private void carryOut(Effect effect) {
        if (!(effect instanceof Effect.Send send)) {
            throw new AssertionError("Nothing is refused among the honest: " + effect);
        }
        EpidemicFrame frame = (EpidemicFrame) send.frame();
        if (frame instanceof Offer offer) {
            if (loss > 0 && random.nextDouble() < loss) {
                return;
            }
            told += offer.rumors().size();
        } else if (frame instanceof Answer answer) {
            told += answer.rumors().size();
        }
        said.add(new Said(speaker, (int) send.to().id().low(), frame));
    }

    /** All but one, drawn without copying them. */
    private final class Others implements Partners {
        private final int self;

        Others(int self) {
            this.self = self;
        }

        @Override
        public int members() {
            return members.size();
        }

        @Override
        public List<Origin> draw(int count) {
            int others = members.size() - 1;
            int[] drawn = new int[Math.min(count, others)];
            for (int i = 0; i < drawn.length; ) {
                int candidate = random.nextInt(others);
                if (!contains(drawn, i, candidate)) {
                    drawn[i++] = candidate;
                }
            }
            return Arrays.stream(drawn)
                    .mapToObj(other -> members.get(other < self ? other : other + 1))
                    .toList();
        }

        private static boolean contains(int[] drawn, int length, int candidate) {
            for (int i = 0; i < length; i++) {
                if (drawn[i] == candidate) {
                    return true;
                }
            }
            return false;
        }
    }
}
