package dev.grapevine.protocol.dissemination;

import static dev.grapevine.protocol.dissemination.Fixture.ANN;
import static dev.grapevine.protocol.dissemination.Fixture.BEN;
import static dev.grapevine.protocol.dissemination.Fixture.CLE;
import static dev.grapevine.protocol.dissemination.Fixture.DAN;
import static dev.grapevine.protocol.dissemination.Fixture.NEWS;
import static dev.grapevine.protocol.dissemination.Fixture.SELF;
import static dev.grapevine.protocol.dissemination.Fixture.control;
import static dev.grapevine.protocol.dissemination.Fixture.payloads;
import static dev.grapevine.protocol.dissemination.Fixture.payloadsOfLength;
import static dev.grapevine.protocol.dissemination.Fixture.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.frame.DisseminationFrame.Prune;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.frame.DisseminationFrame.Pull;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamDigest;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamState;
import dev.grapevine.protocol.frame.Way;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.TopicPace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Digests and requests at the pace that the core is given. */
class TopicPaceTest {

    private static final Duration TICK = Duration.ofMillis(50);
    private static final Duration SET = Duration.ofMillis(500);
    private static final int DIGEST_BYTES_PER_SECOND = 2_000;
    private static final int REPAIR_BYTES_PER_SECOND = 40_000;
    private static final int AT_ONCE = 64 << 10;

    private final Fixture node = new Fixture();

    private static TopicPace every(long digestMillis, long retryMillis) {
        return TopicPace.of(Duration.ofMillis(digestMillis), Duration.ofMillis(retryMillis));
    }

    private static TopicPace budget() {
        return new TopicPace(SET, SET, DIGEST_BYTES_PER_SECOND, REPAIR_BYTES_PER_SECOND, AT_ONCE, Set.of());
    }

    private static <T extends DisseminationFrame> List<T> sent(List<Effect> effects, Class<T> type, Origin to) {
        return effects.stream()
                .filter(effect -> effect instanceof Effect.Send send
                        && type.isInstance(send.frame())
                        && send.to().equals(to))
                .map(effect -> type.cast(((Effect.Send) effect).frame()))
                .toList();
    }

    /** Ticks in which Ann was told anything, in milliseconds from now. */
    private List<Long> digests(Duration duration, Runnable beforeEachTick) {
        List<Long> told = new ArrayList<>();
        for (long millis = 50; millis <= duration.toMillis(); millis += 50) {
            beforeEachTick.run();
            if (!sent(node.after(TICK), StreamDigest.class, ANN).isEmpty()) {
                told.add(millis);
            }
        }
        return told;
    }

    @Test
    void aPublicationIsToldOfSoonerAndAsManyMoreTimesForAsLongAsWasSet() {
        node.linkUp(ANN);
        node.pace(every(250, 500));
        node.publish(1, 1);

        List<Long> told = digests(Duration.ofSeconds(5), () -> {});

        assertThat(told).hasSize(2 * Limits.DIGEST_REPEATS);
        assertThat(told.get(0)).isBetween(250L, 300L);
        assertThat(told.get(told.size() - 1)).isBetween(1_400L, 1_950L);
    }

    @Test
    void whoPublishesNeedsItsNextTickWhenTheDigestIsDue() {
        node.linkUp(ANN);
        node.after(TICK);
        assertThat(node.untilTick()).isEqualTo(Long.MAX_VALUE);
        node.publish(1, 1);
        Duration due = Duration.ofNanos(node.untilTick());
        assertThat(due).isBetween(Duration.ofMillis(450), Duration.ofMillis(550));
        node.publish(2, 2);
        assertThat(node.untilTick()).as("the more it publishes").isEqualTo(due.toNanos());
        assertThat(sent(node.after(due.minusNanos(1)), StreamDigest.class, ANN)).isEmpty();
        assertThat(node.untilTick()).isEqualTo(1);
        assertThat(sent(node.after(Duration.ofNanos(1)), StreamDigest.class, ANN))
                .hasSize(1);
        assertThat(node.untilTick()).isGreaterThan(TICK.toNanos());
    }

    @Test
    void whoIsAskedForSomethingNeedsItsNextTickSoonAndOnlyThat() {
        node.linkUp(ANN);
        node.publish(1, 3);
        node.after(TICK);
        assertThat(node.untilTick()).isGreaterThan(TICK.toNanos());
        node.receive(ANN, new Pull(SELF, NEWS, 1, 2));
        assertThat(node.untilTick()).as("what may be served is renewed by it").isZero();
        node.after(TICK);
        assertThat(node.untilTick()).isGreaterThan(TICK.toNanos());
    }

    @Test
    void soItIsWhereLinksAreFewAndItsStreamRests() {
        Fixture forwarding = Fixture.partial(DisseminationSettings.DEFAULT, BEN);
        forwarding.pace(every(200, 500));
        forwarding.publish(1, 1);
        List<Effect> effects = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            effects.addAll(forwarding.after(TICK));
        }

        assertThat(sent(effects, StreamDigest.class, BEN)).hasSize(1);
    }

    @Test
    void aLongerIntervalWaitsLongerAndRepeatsNoLess() {
        node.linkUp(ANN);
        node.pace(every(2_000, 500));
        node.publish(1, 1);

        List<Long> told = digests(Duration.ofSeconds(9), () -> {});

        assertThat(told).hasSize(Limits.DIGEST_REPEATS);
        assertThat(told.get(0)).isBetween(1_800L, 2_250L);
    }

    @Test
    void digestsOfManyStreamsThatAllGoOnComeNoSoonerThanWasSet() {
        node.linkUp(ANN);
        node.pace(every(160, 500));
        Runnable few = () -> publishToMany(5);
        Runnable many = () -> publishToMany(600); // about 50 KB a digest: at 160 ms 300 KB/s

        assertThat(digests(Duration.ofSeconds(5), few)).hasSizeGreaterThan(22);
        assertThat(digests(Duration.ofSeconds(5), many)).hasSizeBetween(7, 11);
    }

    private void publishToMany(int topics) {
        for (int topic = 0; topic < topics; topic++) {
            node.publish("topic-" + topic, payloads(1, 1));
        }
    }

    @Test
    void asSetDigestsTakeLessThanAHundredthOfWhatAStreamOfTwoHundredMessagesASecondTakes() {
        node.linkUp(ANN);
        long messages = 0;
        long digests = 0;
        for (int millis = 0; millis < 60_000; millis += 5) {
            List<Effect> effects = new ArrayList<>(node.publish(NEWS, payloadsOfLength(1, 100)));
            effects.addAll(millis % 50 == 0 ? node.after(TICK) : List.of());
            messages += sent(effects, Publications.class, ANN).stream()
                    .mapToLong(Publications::size)
                    .sum();
            digests += sent(effects, StreamDigest.class, ANN).stream()
                    .mapToLong(StreamDigest::size)
                    .sum();
        }

        assertThat(digests / (double) messages).isBetween(0.001, 0.01);
    }

    @Test
    void withinABudgetAllAreToldOfAllStreamsOneAfterTheOther() {
        node.linkUp(ANN);
        node.linkUp(BEN);
        assertToldWithinBudget(node, BEN, 60);
    }

    @Test
    void soTheyAreWhereLinksAreFew() {
        assertToldWithinBudget(Fixture.partial(DisseminationSettings.DEFAULT, ANN, BEN, CLE), CLE, 90);
    }

    @Test
    void whereLinksAreFewThoseThatGoOnLeaveRoomForThoseThatRest() {
        Fixture node = Fixture.partial(DisseminationSettings.DEFAULT, BEN, CLE);
        node.pace(budget());
        Set<String> untold = new HashSet<>();
        for (int topic = 0; topic < 60; topic++) {
            node.receive(BEN, run(ANN, "topic-" + topic, 1, 1).withWay(new Way(2, 0)));
            untold.add("topic-" + topic);
        }
        node.receive(CLE, new Prune(ANN));
        for (int tick = 1; tick <= 20 * 60; tick++) {
            for (int topic = 0; topic < 30 && tick % 4 == 0; topic++) {
                node.receive(
                        BEN,
                        run(ANN, "topic-" + topic, 1 + tick / 4, 1 + tick / 4).withWay(new Way(2, 0)));
            }
            digests(node.after(TICK), CLE).map(StreamState::topic).forEach(untold::remove);
        }
        assertThat(untold).isEmpty();
    }

    private static Stream<StreamState> digests(List<Effect> effects, Origin to) {
        return effects.stream()
                .filter(effect -> effect instanceof Effect.Send send
                        && send.frame() instanceof StreamDigest
                        && send.to().equals(to))
                .flatMap(effect -> ((StreamDigest) ((Effect.Send) effect).frame()).streams().stream());
    }

    @Test
    void whoWentWhileThereWasAMeshIsNotWaitedForAfterIt() {
        Fixture node = Fixture.partial(DisseminationSettings.DEFAULT, BEN, CLE, DAN);
        node.receive(BEN, run(ANN, NEWS, 1, 1).withWay(new Way(2, 0)));
        node.partial(false);
        node.linkDown(DAN);
        node.partial(true);
        node.receive(BEN, run(ANN, NEWS, 2, 2).withWay(new Way(2, 0)));
        List<StreamState> told = new ArrayList<>();
        for (int tick = 0; tick < 20 * 60; tick++) {
            digests(node.after(TICK), CLE).forEach(told::add);
        }
        assertThat(told).as("once, and twice more while it rests").hasSize(3);
        assertThat(node.untilTick()).isEqualTo(Long.MAX_VALUE);
    }

    private static void assertToldWithinBudget(Fixture from, Origin last, int seconds) {
        from.pace(budget());
        Set<String> untold = new HashSet<>();
        for (int topic = 0; topic < 100; topic++) {
            from.publish("topic-" + topic, payloads(1, 1));
            untold.add("topic-" + topic);
        }
        long bytes = 0;
        for (int tick = 1; tick <= seconds * 20; tick++) {
            for (Effect effect : from.after(TICK)) {
                if (effect instanceof Effect.Send send && send.frame() instanceof StreamDigest digest) {
                    bytes += digest.size();
                    if (send.to().equals(last)) {
                        digest.streams().stream().map(StreamState::topic).forEach(untold::remove);
                    }
                }
            }
            assertThat(bytes)
                    .as("after %d ticks", tick)
                    .isLessThanOrEqualTo(DIGEST_BYTES_PER_SECOND * (tick / 20 + 1) + 3 * 100);
        }
        assertThat(untold).isEmpty();
        assertThat(bytes).as("the budget is used").isGreaterThan(15L * DIGEST_BYTES_PER_SECOND);
    }

    @Test
    void whatIsMissingIsAskedForAgainAtItsIntervalDoubled() {
        node.linkUp(ANN);
        node.pace(every(500, 200));
        node.receive(1, 2);
        node.receive(5, 5);

        for (long pause : List.of(20, 200, 400, 800, 1_600, 3_200, 6_400, 8_000, 8_000)) {
            assertThat(sent(node.after(Duration.ofMillis(pause - 1)), Pull.class, ANN))
                    .isEmpty();
            assertThat(node.after(Duration.ofMillis(1))).contains(control(ANN, new Pull(ANN, NEWS, 3, 4)));
        }
    }

    @Test
    void aNeighbourThatDoesNotAnswerGivesWayToTheNextAtItsInterval() {
        Fixture forwarding = Fixture.partial(DisseminationSettings.DEFAULT, BEN, CLE);
        forwarding.pace(every(500, 200));
        forwarding.receive(BEN, run(ANN, NEWS, 1, 2));
        forwarding.receive(BEN, run(ANN, NEWS, 5, 5));

        assertThat(forwarding.after(Duration.ofMillis(20))).contains(control(BEN, new Pull(ANN, NEWS, 3, 4)));
        assertThat(sent(forwarding.after(Duration.ofMillis(199)), Pull.class, CLE))
                .isEmpty();
        assertThat(forwarding.after(Duration.ofMillis(1))).contains(control(CLE, new Pull(ANN, NEWS, 3, 4)));
    }

    @Test
    void repairsKeepToTheirBudgetAndWhoAsksForLittleIsNotKeptWaiting() {
        node.linkUp(ANN);
        node.linkUp(BEN);
        node.pace(budget());
        for (int i = 0; i < 1_000; i++) {
            node.publish(NEWS, payloadsOfLength(1, 1_000));
        }
        for (int i = 0; i < 40; i++) {
            node.after(TICK);
        }
        List<Effect> effects = new ArrayList<>(node.receive(ANN, new Pull(SELF, NEWS, 1, 1_000)));
        effects.addAll(node.receive(BEN, new Pull(SELF, NEWS, 1, 10)));
        int ticks = 0;
        long lastOfBen = 0;
        while (served(effects, ANN) < 1_000) {
            assertThat(node.untilTick()).isZero();
            assertThat(bytes(effects))
                    .as("after %d ticks", ticks)
                    .isLessThanOrEqualTo(AT_ONCE + ticks * REPAIR_BYTES_PER_SECOND / 20 + (60 << 10));
            effects.addAll(node.after(TICK));
            ticks++;
            lastOfBen = served(effects, BEN) < 10 ? ticks : lastOfBen;
        }
        assertThat(served(effects, BEN)).isEqualTo(10);
        assertThat(lastOfBen).as("ticks until Ben had all").isLessThan(60);
        assertThat(ticks)
                .as("the budget is used")
                .isLessThan(20 * 1_000 * 1_100 / REPAIR_BYTES_PER_SECOND)
                .isGreaterThan(20 * (1_000_000 - AT_ONCE) / REPAIR_BYTES_PER_SECOND);
        assertThat(inOrder(effects, ANN)).isTrue();
    }

    @Test
    void aPeerThatLosesItsLinkWhileItWaitsIsServedNothingAndTheOthersGoOn() {
        node.linkUp(ANN);
        node.linkUp(BEN);
        node.pace(budget());
        node.publish(NEWS, payloadsOfLength(200, 1_000));
        node.receive(ANN, new Pull(SELF, NEWS, 1, 200));
        List<Effect> effects = new ArrayList<>(node.receive(BEN, new Pull(SELF, NEWS, 1, 200)));
        node.linkDown(ANN);
        for (int i = 0; i < 400; i++) {
            effects.addAll(node.after(TICK));
        }
        assertThat(served(effects, ANN)).isZero();
        assertThat(served(effects, BEN)).isEqualTo(200);
    }

    @Test
    void aBudgetThatIsLiftedLetsAllWhoWaitBeServed() {
        node.linkUp(ANN);
        node.pace(budget());
        node.publish(NEWS, payloadsOfLength(300, 1_000));
        List<Effect> effects = new ArrayList<>(node.receive(ANN, new Pull(SELF, NEWS, 1, 300)));
        assertThat(served(effects, ANN)).isLessThan(300);
        node.pace(every(500, 500));
        effects.addAll(node.after(TICK));

        assertThat(served(effects, ANN)).isEqualTo(300);
    }

    private static long served(List<Effect> effects, Origin to) {
        return sent(effects, Publications.class, to).stream()
                .mapToLong(run -> run.payloads().size())
                .sum();
    }

    private static long bytes(List<Effect> effects) {
        return sent(effects, Publications.class, ANN).stream()
                        .mapToLong(Publications::size)
                        .sum()
                + sent(effects, Publications.class, BEN).stream()
                        .mapToLong(Publications::size)
                        .sum();
    }

    private static boolean inOrder(List<Effect> effects, Origin to) {
        long next = 1;
        for (Publications run : sent(effects, Publications.class, to)) {
            if (run.first() != next) {
                return false;
            }
            next = run.last() + 1;
        }
        return true;
    }
}
