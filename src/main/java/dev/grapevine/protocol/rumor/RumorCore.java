package dev.grapevine.protocol.rumor;

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
import dev.grapevine.protocol.rumor.RumorHearer.Reception;
import dev.grapevine.protocol.rumor.StopRule.Age;
import dev.grapevine.protocol.rumor.Strategy.Judgement;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.Pace;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.protocol.step.Time;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Spreads rumors by a {@link Strategy} (Demers et al. 1987, sections 1.3 and 1.4). In each round a member calls some others by
 * chance, tells them what it spreads and asks for what they spread, as the strategy has it. A rumor is spread from the
 * round after the one in which it was heard, and until then counts as not known, so that what a round comes to does not
 * depend on the order of its contacts.
 *
 * <p>A member that spreads nothing tells nothing, and asks less often.
 *
 * <p>A rumor that was told in a contact is not told back in it. Members need not agree on a strategy: each message says
 * what it wants in return.
 *
 * <p>A pure state machine: single-threaded, no clock, no chance of its own. Input from a peer never throws; what is not
 * acceptable becomes an {@link Effect.Rejected}. The bounds are those of {@link RumorSettings}, {@link EpidemicFrame#MAX_RUMORS}
 * rumors or 48 KiB a message, four contacts that one peer begins in a round, 256 that all begin; an answer or a verdict is
 * taken only from whom it was asked for, in the same round or the one before.
 */
public final class RumorCore {

    /** Most bytes of rumors in a message. A longer rumor travels alone. */
    static final int MESSAGE_BYTES = 48 * 1024;

    private final Strategy strategy;
    private final RumorSettings settings;
    private final Partners partners;
    private final RumorHearer hearer;
    private final RandomGenerator random;
    private final RumorStore store;
    private final Contacts contacts = new Contacts();
    private long round = 1;
    private long nextRound;
    private long nextQuestion;
    private Pace pace;

    /** Bytes since the last round was planned. */
    private long spent;

    /**
     * A core that has heard nothing. Its first round begins with the first tick.
     *
     * @param settings how rumors spread, the bounds and the pace
     * @param partners whom to call
     * @param hearer takes in what is heard
     * @param random the source of chance
     * @param now the time
     */
    public RumorCore(RumorSettings settings, Partners partners, RumorHearer hearer, RandomGenerator random, Time now) {
        this.strategy = settings.strategy();
        this.settings = settings;
        this.partners = partners;
        this.hearer = hearer;
        this.random = random;
        this.store = new RumorStore(settings);
        this.pace = setPace(settings);
        this.nextRound = now.nanos();
        this.nextQuestion = now.nanos();
    }

    /**
     * The pace of rumors as it is set.
     *
     * @param settings hold fanout and interval
     * @return the pace until another is given
     */
    public static Pace setPace(RumorSettings settings) {
        return Pace.of(settings.fanout(), settings.interval(), MESSAGE_BYTES);
    }

    /**
     * Rumors go at another pace from the next round on.
     *
     * @param changed fanout, interval and most bytes a message; its budget is kept by putting rounds off, and what is sent in
     *     answer counts too
     */
    public void pace(Pace changed) {
        pace = changed;
    }

    /**
     * Spreads an operation that this member made, or heard from its writer, from the next round on. Nothing happens if it is
     * known.
     *
     * @param store the store
     * @param operation the operation
     * @param out where a refusal goes if it is longer than all that may be spread
     */
    public void begin(String store, Operation operation, Effects out) {
        Name name = new Name(store, operation.dot());
        if (!this.store.knows(name) && fits(operation, null, out)) {
            admit(name, operation, 0, out);
        }
    }

    /**
     * Whether a rumor is remembered.
     *
     * @param name what it is known by
     * @return whether it was heard and not forgotten
     */
    public boolean knows(Name name) {
        return store.knows(name);
    }

    /**
     * Whether a rumor is spread by this member.
     *
     * @param name what it is known by
     * @return whether it was heard and is still of interest
     */
    public boolean spreads(Name name) {
        return store.find(name) != null;
    }

    /**
     * How many rumors this member spreads.
     *
     * @return the count, at most {@link RumorSettings#maxRumors()}
     */
    public int spread() {
        return store.hot();
    }

    /**
     * How long the next tick may take to come: until the next round while something is spread, else until others are to be
     * asked again.
     *
     * @param now the time
     * @return nanoseconds; {@link Long#MAX_VALUE} if nothing is to be done
     */
    public long untilTick(Time now) {
        if (store.hot() > 0) {
            return Math.max(0, nextRound - now.nanos());
        }
        return strategy.direction().pulls() ? Math.max(0, nextQuestion - now.nanos()) : Long.MAX_VALUE;
    }

    /**
     * Time has passed. If a round is over, the contacts of the last one are judged and those of the next begin. Rounds that
     * were missed are not made up for.
     *
     * @param now the time
     * @param out where effects go
     */
    public void tick(Time now, Effects out) {
        if (now.nanos() - nextRound < 0) {
            return;
        }
        nextRound = pace.next(now.nanos(), spent);
        spent = pace.owed(spent);
        int members = partners.members();
        store.coolIf(rumor -> rumor.endRound(strategy, pace.fanout(), members, round, random));
        contacts.turn();
        round++;
        boolean asks = strategy.direction().pulls() && (store.hot() > 0 || now.nanos() - nextQuestion >= 0);
        if (asks) {
            nextQuestion = now.nanos() + settings.restInterval().toNanos();
        } else if (store.hot() == 0) {
            return;
        }
        for (Origin partner : partners.draw(pace.fanout())) {
            List<Told> rumors = strategy.direction().pushes() ? tell(Set.of(), partner) : List.of();
            if (asks) {
                contacts.ask(partner);
            }
            if (asks || !rumors.isEmpty()) {
                send(partner, new Offer(rumors, asks, judges()), out);
            }
        }
    }

    /**
     * Somebody says something.
     *
     * @param from who
     * @param frame what
     * @param now the time
     * @param out where effects go
     */
    public void receive(Origin from, EpidemicFrame frame, Time now, Effects out) {
        if (frame instanceof Offer offer) {
            offered(from, offer, now, out);
        } else if (frame instanceof Answer answer) {
            answered(from, answer, now, out);
        } else if (frame instanceof Verdicts verdicts) {
            judged(from, verdicts.verdicts(), out);
        }
    }

    private void offered(Origin from, Offer offer, Time now, Effects out) {
        if (isTooLong(offer.rumors(), from, out)) {
            return;
        }
        if (!contacts.begin(from)) {
            reject(RejectReason.TOO_MANY_REQUESTS, from, "One contact more than it may begin in a round", out);
            return;
        }
        List<Verdict> verdicts = hear(offer.rumors(), from, now, out);
        List<Verdict> shown = offer.judges() ? verdicts : List.of();
        if (!offer.asks()) {
            if (!shown.isEmpty()) {
                send(from, new Verdicts(shown), out);
            }
            return;
        }
        List<Told> rumors = tell(namesOf(offer.rumors()), from);
        if (!rumors.isEmpty() || !shown.isEmpty()) {
            send(from, new Answer(rumors, shown, judges()), out);
        }
    }

    private static Set<Name> namesOf(List<Told> rumors) {
        if (rumors.isEmpty()) {
            return Set.of();
        }
        Set<Name> names = new HashSet<>();
        rumors.forEach(told -> names.add(told.name()));
        return names;
    }

    private void answered(Origin from, Answer answer, Time now, Effects out) {
        if (isTooLong(answer.rumors(), from, out)) {
            return;
        }
        if (!contacts.answer(from)) {
            reject(RejectReason.TOO_MANY_REQUESTS, from, "An answer that nobody asked for", out);
            return;
        }
        judged(from, answer.verdicts(), out);
        List<Verdict> verdicts = hear(answer.rumors(), from, now, out);
        if (answer.judges() && !verdicts.isEmpty()) {
            send(from, new Verdicts(verdicts), out);
        }
    }

    private boolean judges() {
        return strategy.judgement() == Judgement.FEEDBACK;
    }

    /** What is spread since an earlier round, but for these; each a contact of its rumor. */
    private List<Told> tell(Set<Name> except, Origin to) {
        if (store.hot() == 0) {
            return List.of();
        }
        List<HotRumor> taken = store.take(
                EpidemicFrame.MAX_RUMORS,
                pace.batchBytes(),
                rumor -> rumor.heardIn < round && !except.contains(rumor.name));
        List<Told> told = new ArrayList<>(taken.size());
        for (HotRumor rumor : taken) {
            rumor.meet();
            told.add(new Told(rumor.name.store(), rumor.operation, Math.min(rumor.count(), EpidemicFrame.MAX_COUNT)));
        }
        if (judges()) {
            contacts.tell(to, told.size());
        }
        return told;
    }

    private List<Verdict> hear(List<Told> rumors, Origin from, Time now, Effects out) {
        if (rumors.isEmpty()) {
            return List.of();
        }
        List<Verdict> verdicts = new ArrayList<>(rumors.size());
        for (Told told : rumors) {
            Verdict verdict = hear(told, from, now, out);
            if (verdict != null) {
                verdicts.add(verdict);
            }
        }
        return verdicts;
    }

    private @Nullable Verdict hear(Told told, Origin from, Time now, Effects out) {
        if (told.count() < 0 || told.count() > EpidemicFrame.MAX_COUNT) {
            reject(RejectReason.INVALID_RANGE, from, "The count of a rumor: " + told.count(), out);
            return null;
        }
        Name name = told.name();
        HotRumor held = store.find(name);
        if (held != null) {
            return hearAgain(held, told);
        }
        if (store.knows(name)) {
            return new Verdict(name, false, EpidemicFrame.MAX_COUNT);
        }
        return fits(told.operation(), from, out) ? hearFirst(told, from, now, out) : null;
    }

    private @Nullable Verdict hearFirst(Told told, Origin from, Time now, Effects out) {
        Name name = told.name();
        Reception reception = hearer.heard(from, told.store(), told.operation(), now, out);
        if (reception == Reception.NEW) {
            admit(name, told.operation(), strategy.stop() instanceof Age ? told.count() : 0, out);
            return new Verdict(name, true, 0);
        }
        if (reception == Reception.KNOWN) {
            store.remember(name);
            return new Verdict(name, false, EpidemicFrame.MAX_COUNT);
        }
        return null;
    }

    private Verdict hearAgain(HotRumor held, Told told) {
        if (strategy.stop() instanceof Age) {
            held.learnAge(told.count());
        }
        if (held.heardIn == round) {
            return new Verdict(held.name, true, 0);
        }
        int count = held.count();
        if (strategy.direction() == Direction.PUSH_PULL) {
            // Both sides of the contact would have told it.
            held.meet();
            held.waste(told.count(), strategy.minimisation());
        }
        return new Verdict(held.name, false, count);
    }

    private boolean fits(Operation operation, @Nullable Origin from, Effects out) {
        if (store.fits(sizeOf(operation))) {
            return true;
        }
        reject(RejectReason.OVERSIZED_FRAME, from, "A rumor of " + operation.size() + " bytes", out);
        return false;
    }

    private static long sizeOf(Operation operation) {
        return (long) operation.size() + RumorSettings.OVERHEAD_BYTES;
    }

    private void admit(Name name, Operation operation, int count, Effects out) {
        int displaced = store.add(new HotRumor(name, operation, sizeOf(operation), count, round));
        if (displaced > 0) {
            out.add(new Effect.Noted(ProtocolEvent.RUMOR_DISPLACED, displaced));
        }
    }

    private void send(Origin to, EpidemicFrame frame, Effects out) {
        spent += frame.size();
        out.add(new Effect.Send(to, Lane.DATA, frame));
    }

    private void judged(Origin from, List<Verdict> verdicts, Effects out) {
        if (!contacts.judge(from, verdicts.size())) {
            reject(RejectReason.TOO_MANY_REQUESTS, from, verdicts.size() + " verdicts, more than it was told", out);
            return;
        }
        for (Verdict verdict : verdicts) {
            HotRumor rumor = store.find(verdict.name());
            if (rumor != null && verdict.count() >= 0) {
                if (verdict.useful()) {
                    rumor.teach();
                } else {
                    rumor.waste(verdict.count(), strategy.minimisation());
                }
            } else if (rumor != null || !store.knows(verdict.name())) {
                reject(RejectReason.INVALID_RANGE, from, "A verdict on what nobody told it: " + verdict, out);
            }
        }
    }

    private static <T> boolean isTooLong(List<T> rumors, Origin from, Effects out) {
        if (rumors.size() <= EpidemicFrame.MAX_RUMORS) {
            return false;
        }
        reject(RejectReason.INVALID_RANGE, from, rumors.size() + " rumors in one message", out);
        return true;
    }

    private static void reject(RejectReason reason, @Nullable Origin peer, String detail, Effects out) {
        out.add(new Effect.Rejected(reason, peer, detail));
    }
}
