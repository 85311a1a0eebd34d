package dev.grapevine.protocol.membership;

import static dev.grapevine.protocol.membership.SwimCoreTest.frames;
import static dev.grapevine.protocol.membership.SwimScript.dead;
import static dev.grapevine.protocol.membership.SwimScript.left;
import static dev.grapevine.protocol.membership.SwimScript.linkedTo;
import static dev.grapevine.protocol.membership.SwimScript.member;
import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Member;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.frame.MembershipFrame;
import dev.grapevine.protocol.frame.MembershipFrame.Gossip;
import dev.grapevine.protocol.frame.MembershipFrame.Part;
import dev.grapevine.protocol.frame.MembershipFrame.Sync;
import dev.grapevine.protocol.frame.MembershipFrame.SyncBuckets;
import dev.grapevine.protocol.frame.MembershipFrame.SyncDigest;
import dev.grapevine.protocol.frame.MembershipFrame.SyncHashes;
import dev.grapevine.protocol.frame.MembershipFrame.SyncRequest;
import dev.grapevine.protocol.frame.Rumor;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.protocol.step.Time;
import dev.grapevine.wire.FrameCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tables that differ are made equal, with bytes in proportion to the difference, and then there is silence. */
class TableSyncTest {

    private static final Member FEEDER = member(60_000);

    /** Cores whose frames arrive at once, in their order; time stands still. */
    private static final class Room {
        final TreeMap<Origin, SwimCore> cores = new TreeMap<>();
        final List<Effect.Send> sent = new ArrayList<>();
        private final Deque<Runnable> deliveries = new ArrayDeque<>();
        private final Time now = new Time(1, 1);

        SwimCore core(Member self, List<Rumor> table) {
            SwimCore core = new SwimCore(self, MembershipSettings.DEFAULT, new SplittableRandom(1), now);
            core.join(now, effect -> {});
            core.linkUp(FEEDER, false, now, effect -> {});
            // As a newcomer is told everything, so that nothing of it counts as news.
            core.receive(FEEDER.origin(), new SyncDigest(1 << 20, 1, List.of()), now, effect -> {});
            for (List<Rumor> part : Speaker.split(table)) {
                core.receive(FEEDER.origin(), new Sync(part), now, effect -> {});
            }
            core.linkDown(FEEDER.origin(), LinkLoss.LOCAL, now, effect -> {});
            cores.put(self.origin(), core);
            return core;
        }

        void link(Member dialler, Member other) {
            core(other).linkUp(dialler, false, now, effect -> carry(other, effect));
            core(dialler).linkUp(other, true, now, effect -> carry(dialler, effect));
            while (!deliveries.isEmpty()) {
                deliveries.poll().run();
            }
        }

        private SwimCore core(Member member) {
            return cores.get(member.origin());
        }

        private void carry(Member from, Effect effect) {
            if (effect instanceof Effect.Send send) {
                sent.add(send);
                SwimCore to = cores.get(send.to());
                deliveries.add(() -> to.receive(
                        from.origin(),
                        (MembershipFrame) send.frame(),
                        now,
                        answer -> carry(memberOf(send.to()), answer)));
            }
        }

        private static Member memberOf(Origin origin) {
            return member((int) origin.id().low());
        }

        /** On the wire, each frame on its own. */
        int encodedBytes() {
            FrameCodec codec = new FrameCodec();
            int bytes = 0;
            for (Effect.Send send : sent) {
                ByteBuf encoded = codec.encode(List.of(send.frame()), UnpooledByteBufAllocator.DEFAULT);
                bytes += encoded.readableBytes();
                encoded.release();
            }
            return bytes;
        }

        int bytes() {
            return sent.stream().mapToInt(send -> send.frame().size()).sum();
        }

        <T> List<T> sent(Class<T> kind) {
            return sent.stream()
                    .map(Effect.Send::frame)
                    .filter(kind::isInstance)
                    .map(kind::cast)
                    .toList();
        }

        List<Rumor> recordsSent() {
            return sent(Sync.class).stream()
                    .flatMap(sync -> sync.rumors().stream())
                    .toList();
        }
    }

    private static List<Rumor> members(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(number -> (Rumor) SwimScript.alive(member(number), 0))
                .toList();
    }

    @Test
    void equalTablesCostOneSmallFrame() {
        Room room = new Room();
        room.core(member(1), members(2, 2_000));
        room.core(member(2), members(1, 2_000));
        room.link(member(1), member(2));
        assertThat(room.sent).hasSize(1);
        assertThat(room.bytes()).isLessThan(300);
    }

    @Test
    void onlyWhatDiffersIsSent() {
        for (int size : new int[] {40, 2_000}) {
            Room room = new Room();
            SwimCore one = room.core(member(1), members(2, size));
            List<Rumor> changed = new ArrayList<>(members(4, size + 2));
            changed.set(5, SwimScript.alive(member(9), 3));
            changed.add(SwimScript.alive(member(1), 0));
            SwimCore two = room.core(member(2), changed);
            room.link(member(1), member(2));
            assertThat(one.present()).hasSize(size + 2).isEqualTo(two.present());
            assertThat(room.recordsSent())
                    .as("of %d", size)
                    .filteredOn(record -> !record.equals(SwimScript.alive(member(9), 0)))
                    .containsOnly(
                            SwimScript.alive(member(3), 0),
                            SwimScript.alive(member(9), 3),
                            SwimScript.alive(member(size), 0),
                            SwimScript.alive(member(size + 1), 0));
        }
    }

    @Test
    void
            toFindThreeThatDifferAmongTwoThousandTakesLessThanThreeKilobytesOnTheWireAndToTellANewcomerThirtyTimesAsMuch() {
        List<Rumor> changed = new ArrayList<>(members(1, 2_000));
        for (int index : new int[] {100, 900, 1_700}) {
            changed.set(index, SwimScript.alive(member(index + 1), 1));
        }
        Room room = new Room();
        SwimCore one = room.core(member(1), members(2, 2_000));
        SwimCore two = room.core(member(2), changed);
        room.link(member(1), member(2));
        assertThat(one.present().size())
                .isEqualTo(2_000)
                .isEqualTo(two.present().size());
        assertThat(room.encodedBytes()).isBetween(2_000, 3_000);

        Room another = new Room();
        SwimCore newcomer = another.core(member(3_000), List.of());
        another.core(member(2), changed);
        another.link(member(3_000), member(2));
        assertThat(newcomer.present().size()).isEqualTo(2_001);
        assertThat(another.encodedBytes()).isBetween(70_000, 90_000);
    }

    @Test
    void whoeverGotToKnowSomebodyComparesASecondLaterAndThenNotBeforeTheIntervalIsOver() {
        SwimScript script = linkedTo(member(2));
        script.gossip(member(2), SwimScript.alive(member(3), 0));
        assertThat(frames(script.run(900, member(2)), member(2), SyncDigest.class))
                .isEmpty();
        assertThat(frames(script.run(200, member(2)), member(2), SyncDigest.class))
                .hasSize(1);
        assertThat(frames(script.run(20_000, member(2)), member(2), SyncDigest.class))
                .isEmpty();
    }

    @Test
    void aNewcomerIsSentTheWholeTableByOneOfItsPeersOnly() {
        Room room = new Room();
        SwimCore newcomer = room.core(member(1), List.of());
        for (int peer = 2; peer < 5; peer++) {
            room.core(member(peer), members(2, 1_000));
        }
        room.link(member(1), member(2));
        room.link(member(3), member(1));
        room.link(member(1), member(4));
        assertThat(newcomer.present()).hasSize(1_000);
        assertThat(room.recordsSent().stream().distinct()).hasSizeLessThan(1_003);
        assertThat(room.recordsSent()).hasSizeLessThan(1_006);
        assertThat(room.sent(Sync.class)).allMatch(sync -> sync.size() <= Speaker.FRAME_BYTES + 48);
        assertThat(newcomer.present()).isEqualTo(room.core(member(4)).present());
    }

    @Test
    void whateverTwoTablesHoldTheyAgreeAfterwardsAndThenThereIsSilence() {
        for (long seed = 0; seed < 100; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Room room = new Room();
            SwimCore one = room.core(member(1), someTable(random));
            SwimCore two = room.core(member(2), someTable(random));
            room.link(member(1), member(2));
            assertThat(one.present().values())
                    .as("seed %d", seed)
                    .containsExactlyElementsOf(two.present().values());
            int before = room.sent.size();
            room.core(member(1)).linkDown(member(2).origin(), LinkLoss.LOCAL, room.now, effect -> {});
            room.core(member(2)).linkDown(member(1).origin(), LinkLoss.LOCAL, room.now, effect -> {});
            room.link(member(2), member(1));
            assertThat(room.sent).as("seed %d", seed).hasSize(before + 1);
        }
    }

    private static List<Rumor> someTable(SplittableRandom random) {
        List<Rumor> table = new ArrayList<>();
        int size = random.nextInt(2) == 0 ? 30 : 300;
        for (int number = 3; number < size; number++) {
            int incarnation = random.nextInt(8) == 0 ? 1 : 0;
            Member member = member(number, 10 + random.nextInt(20) / 19);
            if (random.nextInt(4) > 0) {
                table.add(SwimScript.alive(member, incarnation));
            }
            if (random.nextInt(10) == 0) {
                table.add(random.nextInt(3) == 0 ? left(member, 1) : dead(member, incarnation, FEEDER));
            }
        }
        return table;
    }

    @Test
    void frequentDemandsForEverythingAreRefusedAndCounted() {
        SwimScript script = linkedTo(member(2));
        SyncRequest request = new SyncRequest(true, List.of());
        assertThat(script.receive(member(2), request)).hasSize(2);
        assertOnlyRejected(script.receive(member(2), request), RejectReason.TOO_MANY_REQUESTS);
        script.run(2_000, member(2));
        assertThat(script.receive(member(2), request)).hasSize(2);
    }

    @Test
    void aComparisonThatMakesNoSenseIsRejectedAndChangesNothing() {
        SwimScript script = linkedTo(member(2));
        assertOnlyRejected(script.receive(member(2), new SyncBuckets(List.of(1L))), RejectReason.INVALID_RANGE);
        for (Part part : List.of(new Part(3, 2, List.of()), new Part(0, 256, List.of()), new Part(-1, 0, List.of()))) {
            assertOnlyRejected(script.receive(member(2), new SyncHashes(List.of(part))), RejectReason.INVALID_RANGE);
        }
        assertThat(script.receive(member(2), new SyncRequest(false, List.of(1L, 2L))))
                .isEmpty();
        assertThat(script.core.present()).hasSize(2);
    }

    @Test
    void aPeerThatPromisesMoreThanItSendsHoldsUpOtherTransfersForTwoSecondsOnly() {
        SwimScript script = linkedTo(member(2), member(3));
        SyncDigest boast = new SyncDigest(Integer.MAX_VALUE, 5, List.of());
        assertThat(script.receive(member(2), boast))
                .containsExactly(SwimScript.send(member(2), new SyncRequest(true, List.of())));
        assertThat(script.receive(member(3), boast)).isEmpty();
        List<Effect> later = script.run(2_100, member(2), member(3));
        assertThat(later)
                .as("the others may compare")
                .anyMatch(effect -> effect instanceof Effect.Send send
                        && send.to().equals(member(3).origin())
                        && send.frame() instanceof SyncDigest);
        assertThat(script.receive(member(3), boast)).hasSize(1);
    }

    @Test
    void whatANewcomerIsToldIsNotSpreadAsNews() {
        SwimScript script = linkedTo(member(2), member(3));
        script.receive(member(2), new SyncDigest(1_000, 5, List.of()));
        script.receive(member(2), new Sync(members(4, 200)));
        assertThat(script.core.present()).hasSize(199);
        assertThat(script.run(1_000, member(2), member(3)))
                .noneMatch(effect -> effect instanceof Effect.Send send && send.frame() instanceof Gossip);
    }

    private static void assertOnlyRejected(List<Effect> effects, RejectReason reason) {
        assertThat(effects).singleElement().isInstanceOfSatisfying(Effect.Rejected.class, rejected -> assertThat(
                        rejected.reason())
                .isEqualTo(reason));
    }

    @Test
    void aTransferThatBringsNothingEndsHoweverOftenSomethingComes() {
        assertThat(askedAgainAfter(i -> List.of())).isEqualTo(2);
        assertThat(askedAgainAfter(i -> members(4, 20))).isEqualTo(3);
    }

    @Test
    void aTransferEndsAfterHalfAMinuteWhateverItBrings() {
        assertThat(askedAgainAfter(i -> members(4 + i, 5 + i))).isEqualTo(30);
    }

    /** Seconds until the table of another is asked for, while each second the source of a transfer sends these. */
    private static int askedAgainAfter(IntFunction<List<Rumor>> told) {
        SwimScript script = linkedTo(member(2), member(3));
        script.receive(member(2), new SyncDigest(1_000, 5, List.of()));
        for (int second = 1; second <= 300; second++) {
            script.run(1_000, member(2), member(3));
            if (!frames(script.receive(member(3), new SyncDigest(1_000, 6, List.of())), member(3), SyncRequest.class)
                    .isEmpty()) {
                return second;
            }
            script.receive(member(2), new Sync(told.apply(second)));
        }
        return Integer.MAX_VALUE;
    }

    @Test
    void whoAsksForTheTableByHashesOverAndOverIsGivenItTwiceInTwoSeconds() {
        SwimScript script = linkedTo(member(2));
        script.gossip(member(2), members(3, 200).toArray(Rumor[]::new));
        SyncHashes nothing = new SyncHashes(List.of(new Part(0, ViewHash.BUCKETS - 1, List.of())));
        for (int again = 0; again < 2; again++) {
            assertThat(recordsIn(script.receive(member(2), nothing))).isEqualTo(199);
            assertThat(recordsIn(script.receive(member(2), nothing))).isEqualTo(199);
            assertOnlyRejected(script.receive(member(2), nothing), RejectReason.TOO_MANY_REQUESTS);
            script.sleep(2_000);
        }
    }

    @Test
    void theTableIsNotGivenByNamingTheHashesOfItOverAndOverEither() {
        SwimScript script = linkedTo(member(2));
        script.gossip(member(2), members(3, 200).toArray(Rumor[]::new));
        SyncRequest all = new SyncRequest(
                false,
                IntStream.range(3, 200)
                        .mapToObj(SwimScript::member)
                        .map(ViewHash::hashOf)
                        .toList());
        int given = 0;
        for (int i = 0; i < 100; i++) {
            given += recordsIn(script.receive(member(2), all));
        }
        assertThat(given).isEqualTo(2 * 197);
    }

    /** How many records are sent, all on the lane of state transfers. */
    private static int recordsIn(List<Effect> effects) {
        int records = 0;
        for (Effect effect : effects) {
            if (effect instanceof Effect.Send send && send.frame() instanceof Sync sync) {
                assertThat(send.lane()).isEqualTo(Lane.BULK);
                records += sync.rumors().size();
            }
        }
        return records;
    }
}
