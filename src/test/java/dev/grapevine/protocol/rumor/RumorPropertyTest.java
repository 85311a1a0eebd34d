package dev.grapevine.protocol.rumor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Operation;
import dev.grapevine.protocol.frame.EpidemicFrame;
import dev.grapevine.protocol.frame.EpidemicFrame.Answer;
import dev.grapevine.protocol.frame.EpidemicFrame.Offer;
import dev.grapevine.protocol.frame.EpidemicFrame.Told;
import dev.grapevine.protocol.frame.EpidemicFrame.Verdict;
import dev.grapevine.protocol.frame.EpidemicFrame.Verdicts;
import dev.grapevine.protocol.rumor.StopRule.Age;
import dev.grapevine.protocol.rumor.StopRule.Coin;
import dev.grapevine.protocol.rumor.StopRule.Counter;
import dev.grapevine.protocol.rumor.Strategy.Judgement;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.protocol.step.Time;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Whatever the strategies are, on a network that loses, repeats, delays and reorders, with rounds that do not keep step: rumors
 * stop, bounds hold, and nobody hears a rumor twice.
 */
class RumorPropertyTest {

    private static final int SEEDS = 200;

    @Test
    void rumorsStopBoundsHoldAndNobodyHearsTwice() {
        int heard = 0;
        int due = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            try {
                Network network = new Network(seed);
                network.run();
                heard += network.heard();
                due += network.members.size() * Network.RUMORS;
            } catch (AssertionError | RuntimeException failure) {
                throw new AssertionError("seed " + seed, failure);
            }
        }
        assertThat(heard).as("of %s that there were to hear", due).isGreaterThan(due / 2);
    }

    @Test
    void whatNoHonestMemberSaysIsRefusedAndHarmsNobody() {
        for (long seed = 0; seed < SEEDS / 2; seed++) {
            try {
                babble(new SplittableRandom(seed));
            } catch (AssertionError | RuntimeException failure) {
                throw new AssertionError("seed " + seed, failure);
            }
        }
    }

    private static void babble(SplittableRandom random) {
        RumorSettings bounds =
                RumorSettings.DEFAULT.withMaxRumors(20).withMaxBytes(8_000).withMaxKnown(50);
        RumorScript script = new RumorScript(strategy(random), bounds);
        for (int i = 0; i < 300; i++) {
            Origin peer = random.nextBoolean() ? RumorScript.ANN : RumorScript.BEN;
            if (random.nextInt(4) == 0) {
                script.round(RumorScript.ANN, RumorScript.BEN);
            }
            List<Told> rumors = new ArrayList<>();
            List<Verdict> verdicts = new ArrayList<>();
            for (int j = random.nextInt(80); j > 0; j--) {
                String id = "r" + random.nextInt(200);
                int count = random.nextInt(5) == 0 ? random.nextInt() : random.nextInt(5);
                rumors.add(RumorScript.told(id, count, random.nextInt(1_000)));
                verdicts.add(RumorScript.verdict(id, random.nextBoolean(), count));
            }
            script.receive(
                    peer,
                    switch (random.nextInt(3)) {
                        case 0 -> new Offer(rumors, random.nextBoolean(), random.nextBoolean());
                        case 1 -> new Answer(rumors, verdicts, random.nextBoolean());
                        default -> new Verdicts(verdicts);
                    });
            assertThat(script.core.spread()).isLessThanOrEqualTo(20);
        }
    }

    private static Strategy strategy(SplittableRandom random) {
        Direction direction = Direction.values()[random.nextInt(3)];
        Judgement judgement = Judgement.values()[random.nextInt(2)];
        int k = 1 + random.nextInt(5);
        return switch (random.nextInt(3)) {
            case 0 -> new Strategy(direction, new Age(random.nextInt(5)), Judgement.BLIND, false);
            case 1 -> Strategy.rumorMongering(direction, new Coin(k), judgement, false);
            default ->
                Strategy.rumorMongering(
                        direction,
                        new Counter(k),
                        judgement,
                        direction == Direction.PUSH_PULL && judgement == Judgement.FEEDBACK && random.nextBoolean());
        };
    }

    /** Members who begin a few rumors in the first rounds. */
    private static final class Network {
        static final int RUMORS = 10;

        private static final long ROUND = RumorSettings.DEFAULT.interval().toNanos();

        private record Task(long at, int serial, Runnable action) {}

        final List<Member> members = new ArrayList<>();
        private final SplittableRandom random;
        private final PriorityQueue<Task> tasks = new PriorityQueue<>((one, other) -> one.at() != other.at()
                ? Long.compare(one.at(), other.at())
                : Integer.compare(one.serial(), other.serial()));
        private final double trouble;
        private long now;
        private int serial;
        private int underWay;

        Network(long seed) {
            random = new SplittableRandom(seed);
            trouble = random.nextBoolean() ? 0 : 0.2;
            Strategy common = strategy(random);
            boolean mixed = random.nextInt(4) == 0;
            int n = 1 + random.nextInt(30);
            int fanout = 1 + random.nextInt(3);
            for (int i = 0; i < n; i++) {
                members.add(new Member(i, n, mixed ? strategy(random) : common, fanout));
            }
        }

        int heard() {
            return members.stream().mapToInt(member -> member.known.size()).sum();
        }

        void run() {
            for (Member member : members) {
                after(random.nextLong(ROUND), member::tick);
            }
            for (int i = 0; i < RUMORS; i++) {
                String id = "r" + i;
                Member beginner = members.get(random.nextInt(members.size()));
                after(random.nextLong(5 * ROUND), () -> beginner.begin(id));
            }
            long end = (5 + members.size() + 2L * StopRule.MOST_ROUNDS) * ROUND;
            while (now < end && !isOver()) {
                Task next = tasks.poll();
                now = next.at();
                next.action().run();
            }
            for (Member member : members) {
                assertThat(member.core.spread()).as("what is spread in the end").isZero();
            }
        }

        /** Nobody has anything to tell, and nothing that was told is on its way. */
        private boolean isOver() {
            return now > 5 * ROUND && underWay == 0 && members.stream().allMatch(member -> member.core.spread() == 0);
        }

        private void after(long nanos, Runnable action) {
            tasks.add(new Task(now + nanos, serial++, action));
        }

        private Time time() {
            return new Time(now, 0);
        }

        final class Member implements Effects, Partners {
            final RumorCore core;
            final Set<String> known = new HashSet<>();
            private final int index;
            private final int n;
            private Set<String> offered = Set.of();

            Member(int index, int n, Strategy strategy, int fanout) {
                this.index = index;
                this.n = n;
                this.core = new RumorCore(
                        RumorSettings.DEFAULT.withStrategy(strategy).withFanout(fanout),
                        this,
                        this::heard,
                        random,
                        time());
            }

            void begin(String id) {
                known.add(id);
                core.begin(id, RumorScript.write(10), this);
            }

            void tick() {
                offered = Set.of();
                core.tick(time(), this);
                after(ROUND - ROUND / 10 + random.nextLong(ROUND / 5), this::tick);
            }

            void receive(Origin from, EpidemicFrame frame) {
                underWay--;
                offered = new HashSet<>();
                if (frame instanceof Offer offer) {
                    offer.rumors().forEach(told -> offered.add(told.store()));
                }
                core.receive(from, frame, time(), this);
            }

            private void send(Origin to, EpidemicFrame frame) {
                assertThat(to.id().low()).isNotEqualTo(index);
                if (frame instanceof Answer answer) {
                    assertThat(answer.rumors()).noneMatch(told -> offered.contains(told.store()));
                }
                Member hearer = members.get((int) to.id().low());
                Origin self = new Origin(new MemberId(0, index), 1);
                int copies = random.nextDouble() >= trouble ? 1 : random.nextInt(3);
                for (int i = 0; i < copies; i++) {
                    underWay++;
                    after(random.nextLong(ROUND / 2), () -> hearer.receive(self, frame));
                }
            }

            private RumorHearer.Reception heard(
                    Origin from, String store, Operation operation, Time when, Effects out) {
                assertThat(known.add(store)).as("%s is new to %s", store, index).isTrue();
                return RumorHearer.Reception.NEW;
            }

            @Override
            public void add(Effect effect) {
                if (effect instanceof Effect.Send send) {
                    send(send.to(), (EpidemicFrame) send.frame());
                    return;
                }
                assertThat(trouble).as("%s", effect).isPositive();
                assertThat(effect)
                        .isInstanceOfSatisfying(Effect.Rejected.class, rejected -> assertThat(rejected.reason())
                                .isEqualTo(RejectReason.TOO_MANY_REQUESTS));
            }

            @Override
            public int members() {
                return n;
            }

            @Override
            public List<Origin> draw(int count) {
                Set<Integer> drawn = new HashSet<>();
                while (drawn.size() < Math.min(count, n - 1)) {
                    int other = random.nextInt(n);
                    if (other != index) {
                        drawn.add(other);
                    }
                }
                return drawn.stream()
                        .sorted()
                        .map(other -> new Origin(new MemberId(0, other), 1))
                        .toList();
            }
        }
    }
}
