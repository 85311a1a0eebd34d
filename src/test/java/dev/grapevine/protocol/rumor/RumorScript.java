package dev.grapevine.protocol.rumor;

import static org.assertj.core.api.Assertions.assertThat;

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
import dev.grapevine.protocol.frame.EpidemicFrame.Told;
import dev.grapevine.protocol.frame.EpidemicFrame.Verdict;
import dev.grapevine.protocol.frame.EpidemicFrame.Verdicts;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.Time;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** A core that is told things, and what it wants done: sends, what was heard, and refusals, as they came. */
final class RumorScript {

    static final Origin ANN = new Origin(new MemberId(0, 1), 1);
    static final Origin BEN = new Origin(new MemberId(0, 2), 1);
    static final Origin CAT = new Origin(new MemberId(0, 3), 1);

    private static final Dot DOT = new Dot(CAT, 1);

    /** To whom what was said. */
    record Sent(Origin to, EpidemicFrame frame) {}

    /** What was new. */
    record Heard(String id) {}

    final RumorCore core;
    private final RumorSettings settings;
    private final Others partners = new Others();
    private List<Object> done = new ArrayList<>();
    private long now;

    /** What becomes of what is heard. */
    RumorHearer.Reception reception = RumorHearer.Reception.NEW;

    private final Effects output = effect -> done.add(effect instanceof Effect.Send send ? sent(send) : effect);

    private static Sent sent(Effect.Send send) {
        assertThat(send.lane()).isEqualTo(Lane.DATA);
        return new Sent(send.to(), (EpidemicFrame) send.frame());
    }

    private RumorHearer.Reception heard(Origin from, String store, Operation operation, Time now, Effects out) {
        done.add(new Heard(store));
        return reception;
    }

    private static final class Others implements Partners {
        int members = 100;
        List<Origin> next = List.of();

        @Override
        public int members() {
            return members;
        }

        @Override
        public List<Origin> draw(int count) {
            return next.subList(0, Math.min(count, next.size()));
        }
    }

    RumorScript(Strategy strategy, RumorSettings settings) {
        this.settings = settings.withStrategy(strategy);
        this.core = new RumorCore(this.settings, partners, this::heard, new SplittableRandom(1), new Time(0, 0));
    }

    RumorScript(Strategy strategy) {
        this(strategy, RumorSettings.DEFAULT);
    }

    /** How many members there are. */
    void members(int count) {
        partners.members = count;
    }

    List<Object> begin(String id, int bytes) {
        core.begin(id, write(bytes), output);
        return taken();
    }

    List<Object> begin(String id) {
        return begin(id, 1);
    }

    /** The next round, in which these are called. */
    List<Object> round(Origin... called) {
        partners.next = Arrays.asList(called);
        core.tick(time(), output);
        now += settings.interval().toNanos();
        return taken();
    }

    /** More or less time than the round takes. */
    void pass(long nanos) {
        now += nanos;
    }

    List<Object> receive(Origin from, EpidemicFrame frame) {
        core.receive(from, frame, time(), output);
        return taken();
    }

    Time time() {
        return new Time(now, 0);
    }

    private List<Object> taken() {
        List<Object> taken = done;
        done = new ArrayList<>();
        return taken;
    }

    boolean spreads(String id) {
        return core.spreads(name(id));
    }

    boolean knows(String id) {
        return core.knows(name(id));
    }

    /** A rumor is told apart from others by its store here. */
    static Name name(String id) {
        return new Name(id, DOT);
    }

    /** With so many bytes beside what an operation takes. */
    static Operation write(int bytes) {
        return new Operation(DOT, new HybridTimestamp(0, 0), Bytes.EMPTY, Bytes.wrap(new byte[bytes]), List.of());
    }

    static Told told(String id, int count) {
        return told(id, count, 1);
    }

    static Told told(String id, int count, int bytes) {
        return new Told(id, write(bytes), count);
    }

    static Verdict verdict(String id, boolean useful, int count) {
        return new Verdict(name(id), useful, count);
    }

    /** Tells, and neither asks nor wants verdicts. */
    static Offer push(String id, int count) {
        return new Offer(List.of(told(id, count)), false, false);
    }

    /** Tells and wants verdicts. */
    static Offer judgedPush(String id, int count) {
        return new Offer(List.of(told(id, count)), false, true);
    }

    /** Only asks. */
    static Offer ask(boolean judges) {
        return new Offer(List.of(), true, judges);
    }

    static Verdicts knew(String id, int count) {
        return new Verdicts(List.of(verdict(id, false, count)));
    }

    static Verdicts learnt(String id) {
        return new Verdicts(List.of(verdict(id, true, 0)));
    }

    static Answer answer(boolean judges, String id, int count) {
        return new Answer(List.of(told(id, count)), List.of(), judges);
    }

    static Answer answered(Verdict verdict) {
        return new Answer(List.of(), List.of(verdict), false);
    }
}
