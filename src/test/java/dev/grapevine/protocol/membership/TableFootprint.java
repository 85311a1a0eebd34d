package dev.grapevine.protocol.membership;

import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.protocol.frame.MembershipFrame;
import dev.grapevine.protocol.frame.Rumor;
import dev.grapevine.protocol.step.Time;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/** What is held of others costs so much heap, measured: many tables over the same members, before and after. */
public final class TableFootprint {

    private static final int COLLECTIONS = 5;

    private final List<Member> members = new ArrayList<>();

    /**
     * Members to be known.
     *
     * @param members how many
     */
    public TableFootprint(int members) {
        for (int i = 0; i < members; i++) {
            this.members.add(SwimScript.member(1 + i));
        }
    }

    /**
     * Of a table in which all are simply there.
     *
     * @param tables how many to measure
     * @return bytes a row, without the {@link Member} itself
     */
    public double rowOfWhoIsThere(int tables) {
        return bytesEach(tables, this::table);
    }

    /**
     * Of a table of which all are dead.
     *
     * @param tables how many to measure
     * @return bytes a row, without the {@link Member} itself
     */
    public double tombstone(int tables) {
        return bytesEach(tables, () -> {
            MemberTable table = table();
            members.forEach(member -> {
                MemberRecord record = table.get(member.origin());
                table.update(record, MemberStatus.DEAD, record.member, 1);
            });
            table.settle();
            return table;
        });
    }

    private MemberTable table() {
        MemberTable table = new MemberTable(members.size());
        members.forEach(member -> table.add(new MemberRecord(member.origin(), member, MemberStatus.ALIVE, 0), 0));
        table.settle();
        return table;
    }

    /**
     * Of a whole core of membership that was told of all as a newcomer is: its table, and whom it probes.
     *
     * @param cores how many to measure
     * @return bytes a member
     */
    public double memberOfACore(int cores) {
        Member self = SwimScript.member(60_001);
        Member peer = SwimScript.member(60_002);
        List<List<Rumor>> parts = Speaker.split(members.stream()
                .map(member -> (Rumor) SwimScript.alive(member, 0))
                .toList());
        Time now = new Time(1, 1);
        return bytesEach(cores, () -> {
            SwimCore core = new SwimCore(self, MembershipSettings.DEFAULT, new SplittableRandom(1), now);
            core.join(now, effect -> {});
            core.linkUp(peer, false, now, effect -> {});
            core.receive(peer.origin(), new MembershipFrame.SyncDigest(1 << 20, 1, List.of()), now, effect -> {});
            parts.forEach(part -> core.receive(peer.origin(), new MembershipFrame.Sync(part), now, effect -> {}));
            long later = Duration.ofMillis(10).toNanos();
            core.tick(new Time(later, 10), effect -> {});
            return core;
        });
    }

    private double bytesEach(int count, Supplier<Object> made) {
        List<Object> all = new ArrayList<>(count);
        Object warmUp = made.get(); // classes are loaded
        long before = used();
        for (int i = 0; i < count; i++) {
            all.add(made.get());
        }
        double bytes = used() - before;
        Reference.reachabilityFence(all);
        Reference.reachabilityFence(warmUp);
        return bytes / count / members.size();
    }

    /** Collectors leave some garbage where it lies, but not four times in a row. */
    private static long used() {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
