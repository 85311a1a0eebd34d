package dev.grapevine.protocol.membership;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class MemberTableTest {

    private static final int SEEDS = 100;

    private static Member member(int number, long epoch) {
        Origin origin = new Origin(new MemberId(number * 31L, number), epoch);
        return new Member(origin, "m" + number, new Address("host", 1 + number), "", Map.of());
    }

    private static MemberRecord alive(Member member) {
        return new MemberRecord(member.origin(), member, MemberStatus.ALIVE, 0);
    }

    @Test
    void whateverHappensToItTheTableHoldsWhatAPlainMapWould() {
        for (long seed = 0; seed < SEEDS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            MemberTable table = new MemberTable(1000);
            TreeMap<Origin, MemberStatus> model = new TreeMap<>();
            for (int step = 0; step < 400; step++) {
                change(table, model, member(random.nextInt(60), 1 + random.nextInt(2)), random, step);
                if (random.nextInt(10) == 0) {
                    table.settle();
                }
                assertSame(table, model, seed);
            }
        }
    }

    private static void change(
            MemberTable table, TreeMap<Origin, MemberStatus> model, Member member, SplittableRandom random, long now) {
        MemberRecord record = table.get(member.origin());
        MemberStatus status = MemberStatus.values()[random.nextInt(4)];
        MemberRecord rival = table.presentOf(member.origin());
        if (rival != null && rival != record) {
            table.update(rival, MemberStatus.DEAD, rival.member, now);
            model.put(rival.origin, MemberStatus.DEAD);
        }
        if (record == null) {
            table.add(new MemberRecord(member.origin(), member, status, random.nextInt(2)), now);
        } else {
            record.incarnation += random.nextInt(2);
            table.update(record, status, member, now);
        }
        model.put(member.origin(), status);
    }

    private static void assertSame(MemberTable table, TreeMap<Origin, MemberStatus> model, long seed) {
        List<Origin> present = new ArrayList<>();
        ViewHash digest = new ViewHash();
        model.forEach((origin, status) -> {
            MemberRecord record = table.peek(origin);
            assertThat(record).as("seed %d", seed).isNotNull();
            assertThat(record.status).as("seed %d", seed).isEqualTo(status);
            if (status.isPresent()) {
                present.add(origin);
                digest.toggle(origin, ViewHash.hashOf(origin, status, record.incarnation));
                assertThat(table.presentAt(record.member.address()))
                        .as("seed %d", seed)
                        .isSameAs(table.get(origin));
                assertThat(table.presentOf(origin)).isSameAs(table.get(origin));
            }
        });
        assertThat(table.present().keySet()).as("seed %d", seed).containsExactlyElementsOf(present);
        assertThat(table.presentCount()).as("seed %d", seed).isEqualTo(present.size());
        assertThat(table.digest().root()).as("seed %d", seed).isEqualTo(digest.root());
    }

    @Test
    void aRecordThatSaysNoMoreThanItsMemberIsFoldedAwayAndAnyOtherIsKept() {
        MemberTable table = new MemberTable(10);
        MemberRecord plain = alive(member(1, 1));
        MemberRecord refuted = new MemberRecord(member(2, 1).origin(), member(2, 1), MemberStatus.ALIVE, 3);
        MemberRecord condemned = alive(member(3, 1));
        MemberRecord kept = alive(member(4, 1));
        condemned.condemn(0, plain.origin);
        kept.kept = true;
        List.of(plain, refuted, condemned, kept).forEach(record -> table.add(record, 0));
        table.settle();
        assertThat(table.get(plain.origin)).isNotSameAs(plain);
        assertThat(table.get(refuted.origin)).isSameAs(refuted);
        assertThat(table.get(condemned.origin)).isSameAs(condemned);
        assertThat(table.get(kept.origin)).isSameAs(kept);
    }

    @Test
    void tombstonesAreForgottenInTheOrderInWhichTheyWereSetUnlessTheirMemberCameBack() {
        MemberTable table = new MemberTable(10);
        List<MemberRecord> records = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            records.add(alive(member(i, 1)));
            table.add(records.get(i), 0);
            table.update(records.get(i), MemberStatus.DEAD, records.get(i).member, i);
        }
        table.update(records.get(1), MemberStatus.ALIVE, records.get(1).member, 5);
        table.expire(10, 8);
        assertThat(table.peek(records.get(0).origin)).isNull();
        assertThat(table.peek(records.get(2).origin)).isNull();
        assertThat(table.isPresent(records.get(1).origin)).isTrue();
        assertThat(table.latestTombstones(9)).containsExactly(records.get(3));
    }

    @Test
    void aTombstoneOfALifeThatWasNeverHereIsNotPassedOn() {
        MemberTable table = new MemberTable(10);
        table.add(new MemberRecord(member(1, 1).origin(), null, MemberStatus.DEAD, 0), 0);
        assertThat(table.latestTombstones(9)).isEmpty();
    }

    @Test
    void aMemberThatTookTheAddressOfAnotherIsNotLostWithIt() {
        MemberTable table = new MemberTable(10);
        Member first = member(1, 1);
        Member second = new Member(member(2, 2).origin(), "m2", first.address(), "", Map.of());
        table.add(alive(first), 0);
        table.add(alive(second), 0);
        MemberRecord gone = table.get(first.origin());
        table.update(gone, MemberStatus.DEAD, first, 1);
        assertThat(table.presentAt(first.address()).origin).isEqualTo(second.origin());
    }
}
