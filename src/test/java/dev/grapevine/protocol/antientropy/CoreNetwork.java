package dev.grapevine.protocol.antientropy;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.AntiEntropyFrame;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Operations;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.protocol.step.Time;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Anti-entropy cores on a lossy network in virtual time. Links come and go as the test says. */
final class CoreNetwork {

    static final String STORE = "s";
    private static final long MILLI = 1_000_000;
    private static final long TICK = 50;

    double loss;
    double duplication;
    long maxLatencyMillis = 20;

    private final SplittableRandom random;
    private final AntiEntropySettings settings;
    private final List<Member> members = new ArrayList<>();
    private final boolean[][] linked;
    private final PriorityQueue<Arrival> inFlight =
            new PriorityQueue<>(Comparator.comparingLong(Arrival::at).thenComparingLong(Arrival::order));
    private final Map<RejectReason, Integer> rejections = new EnumMap<>(RejectReason.class);
    private long millis = 1000;
    private long order;
    long operationsSent;
    long framesSent;
    long transfers;
    long changesThatChangedNothing;

    private static final class Member {
        private Origin origin;
        private AntiEntropyCore core;
        private final Map<Bytes, Bytes> shown = new TreeMap<>();

        Member(Origin origin, AntiEntropyCore core) {
            this.origin = origin;
            this.core = core;
        }
    }

    private record Arrival(long at, long order, int to, Origin toLife, Origin from, AntiEntropyFrame frame) {}

    CoreNetwork(int size, AntiEntropySettings settings, SplittableRandom random) {
        this.random = random;
        this.settings = settings;
        this.linked = new boolean[size][size];
        for (int i = 0; i < size; i++) {
            Origin origin = new Origin(new MemberId(0, i + 1), 1);
            members.add(new Member(origin, core(origin)));
            members.get(i).core.open(STORE, time(), effects(i)::add);
        }
    }

    private AntiEntropyCore core(Origin origin) {
        return new AntiEntropyCore(origin, settings, random.split(), time());
    }

    private Time time() {
        return new Time(millis * MILLI, 1_700_000_000_000L + millis);
    }

    int size() {
        return members.size();
    }

    void link(int a, int b) {
        if (a != b && !linked[a][b]) {
            linked[a][b] = true;
            linked[b][a] = true;
            step(a, out -> members.get(a).core.linkUp(members.get(b).origin, time(), out::add));
            step(b, out -> members.get(b).core.linkUp(members.get(a).origin, time(), out::add));
        }
    }

    void cut(int a, int b) {
        if (linked[a][b]) {
            linked[a][b] = false;
            linked[b][a] = false;
            step(a, out -> members.get(a).core.linkDown(members.get(b).origin, time(), out::add));
            step(b, out -> members.get(b).core.linkDown(members.get(a).origin, time(), out::add));
        }
    }

    void linkAll() {
        for (int a = 0; a < size(); a++) {
            for (int b = a + 1; b < size(); b++) {
                link(a, b);
            }
        }
    }

    /** A member loses all it has and comes back as another origin, linked to nobody. */
    void restart(int at) {
        for (int other = 0; other < size(); other++) {
            cut(at, other);
        }
        Member member = members.get(at);
        member.origin = new Origin(member.origin.id(), member.origin.epoch() + 1);
        member.core = core(member.origin);
        member.shown.clear();
        step(at, out -> member.core.open(STORE, time(), out::add));
    }

    void write(int at, String key, @Nullable String value) {
        step(at, out -> members.get(at)
                .core
                .write(STORE, Bytes.utf8(key), value == null ? null : Bytes.utf8(value), time(), out::add));
    }

    void run(long forMillis) {
        long end = millis + forMillis;
        while (millis < end) {
            millis++;
            while (!inFlight.isEmpty() && inFlight.element().at <= millis) {
                arrive(inFlight.remove());
            }
            for (int i = 0; i < size(); i++) {
                if ((millis + 7L * i) % TICK == 0) {
                    Member member = members.get(i);
                    step(i, out -> member.core.tick(time(), out::add));
                }
            }
        }
    }

    private void arrive(Arrival arrival) {
        Member to = members.get(arrival.to);
        if (to.origin.equals(arrival.toLife)) {
            step(arrival.to, out -> to.core.receive(arrival.from, arrival.frame, time(), out::add));
        }
    }

    private interface Step {
        void run(List<Effect> out);
    }

    private void step(int at, Step step) {
        List<Effect> out = new ArrayList<>();
        step.run(out);
        out.forEach(effects(at)::add);
    }

    private dev.grapevine.protocol.step.Effects effects(int at) {
        return effect -> {
            if (effect instanceof Effect.Send send) {
                send(at, send);
            } else if (effect instanceof Effect.StoreChanged changed) {
                show(members.get(at), changed);
            } else if (effect instanceof Effect.Rejected rejected) {
                rejections.merge(rejected.reason(), 1, Integer::sum);
            } else if (effect instanceof Effect.Noted noted
                    && noted.event() == dev.grapevine.protocol.step.ProtocolEvent.STATE_TRANSFERRED) {
                transfers++;
            }
        };
    }

    private void show(Member member, Effect.StoreChanged changed) {
        Bytes value = changed.value();
        Bytes before = value == null ? member.shown.remove(changed.key()) : member.shown.put(changed.key(), value);
        if (value == null && before == null) {
            changesThatChangedNothing++;
        }
    }

    private void send(int from, Effect.Send send) {
        int to = (int) send.to().id().low() - 1;
        if (!linked[from][to] || !members.get(to).origin.equals(send.to())) {
            return;
        }
        framesSent++;
        if (send.frame() instanceof Operations operations) {
            operationsSent += operations.operations().size();
        }
        int copies = random.nextDouble() < loss ? 0 : random.nextDouble() < duplication ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            long at = millis + 1 + random.nextLong(maxLatencyMillis);
            inFlight.add(
                    new Arrival(at, order++, to, send.to(), members.get(from).origin, (AntiEntropyFrame) send.frame()));
        }
    }

    int rejected(RejectReason reason) {
        return rejections.getOrDefault(reason, 0);
    }

    boolean areEqual() {
        long first = members.get(0).core.digest(STORE);
        return members.stream().allMatch(member -> member.core.digest(STORE) == first);
    }

    /** Whether what the changes told is what each member holds. */
    boolean isShownAsHeld() {
        return members.stream().allMatch(member -> {
            Map<Bytes, Bytes> held = new TreeMap<>();
            member.core.forEachEntry(STORE, held::put);
            return held.equals(member.shown);
        });
    }

    Map<String, String> content(int at) {
        Map<String, String> content = new TreeMap<>();
        members.get(at).core.forEachEntry(STORE, (key, value) -> content.put(key.utf8(), value.utf8()));
        return content;
    }
}
