package dev.grapevine.protocol.antientropy;

import static dev.grapevine.protocol.antientropy.Fixture.STORE;
import static dev.grapevine.protocol.antientropy.Fixture.WALL;
import static dev.grapevine.protocol.antientropy.Fixture.member;
import static dev.grapevine.protocol.antientropy.Fixture.put;
import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.AntiEntropyFrame;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Operation;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Operations;
import dev.grapevine.protocol.frame.AntiEntropyFrame.StoreDigest;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Effects;
import dev.grapevine.protocol.step.Time;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two members hold thousands of operations of a dead origin, which took the operations before them to its grave. */
class CloudSyncTest {

    private static final Origin DEAD = member(9);
    private static final Origin[] IDS = {member(1), member(2)};

    private record Arrival(int from, AntiEntropyFrame frame) {}

    private final AntiEntropyCore[] cores = new AntiEntropyCore[2];
    private final Queue<Arrival> inFlight = new ArrayDeque<>();
    private final List<AntiEntropyFrame> sent = new ArrayList<>();
    private Time now = new Time(0, WALL);

    @BeforeEach
    void start() {
        for (int i = 0; i < 2; i++) {
            cores[i] = new AntiEntropyCore(IDS[i], AntiEntropySettings.DEFAULT, new SplittableRandom(i), now);
        }
    }

    /** With a step of 1 the operations are one range, with a step of 2 as many ranges as there are operations. */
    @ParameterizedTest
    @CsvSource({"5000, 1", "16000, 1", "5000, 2", "16000, 2"})
    void whatOnlyOneHasReachesTheOtherAndThenBothAreSilent(int dots, int step) {
        hear(0, dots, step, 0);
        hear(1, dots - 3, step, 1);
        assertThat(cores[0].digest(STORE)).isNotEqualTo(cores[1].digest(STORE));
        linkBoth();
        run(100);
        assertThat(cores[0].digest(STORE)).isEqualTo(cores[1].digest(STORE));
        assertIdle();
    }

    @ParameterizedTest
    @CsvSource({"5000, 1", "16000, 2"})
    void equalMembersSendOneDigestARoundAndNoAnswer(int dots, int step) {
        hear(0, dots, step, 0);
        hear(1, dots, step, 0);
        linkBoth();
        assertIdle();
    }

    /** Lets a member hear the operations of a number of places, every one or every second counter from 2 on. */
    private void hear(int at, int dots, int step, int from) {
        List<Operation> operations = new ArrayList<>();
        for (int i = from; i < dots; i++) {
            long counter = 2 + (long) step * i;
            operations.add(put(DEAD, counter, i, "k" + counter, "v"));
            if (operations.size() == 1000 || i == dots - 1) {
                cores[at].receive(DEAD, new Operations(STORE, List.copyOf(operations)), now, effect -> {});
                operations.clear();
            }
        }
    }

    private void linkBoth() {
        for (int i = 0; i < 2; i++) {
            cores[i].linkUp(IDS[1 - i], now, effects(i));
        }
    }

    /** Lets the last rounds of the repair pass, then counts over a minute. */
    private void assertIdle() {
        run(20 * 20);
        sent.clear();
        run(60 * 20);
        assertThat(sent)
                .hasSizeBetween(8, 20)
                .allMatch(frame -> frame instanceof StoreDigest digest && !digest.request());
    }

    /** Ticks of 50 ms, in each of which at most 20 frames arrive: answers that answer each other would never end. */
    private void run(int ticks) {
        for (int tick = 0; tick < ticks; tick++) {
            now = new Time(now.nanos() + 50_000_000, now.wallMillis() + 50);
            for (int i = 0; i < 20 && !inFlight.isEmpty(); i++) {
                Arrival arrival = inFlight.remove();
                int to = 1 - arrival.from;
                cores[to].receive(IDS[arrival.from], arrival.frame, now, effects(to));
            }
            for (int i = 0; i < 2; i++) {
                cores[i].tick(now, effects(i));
            }
        }
    }

    private Effects effects(int at) {
        return effect -> {
            if (effect instanceof Effect.Send send) {
                sent.add((AntiEntropyFrame) send.frame());
                inFlight.add(new Arrival(at, (AntiEntropyFrame) send.frame()));
            }
        };
    }
}
