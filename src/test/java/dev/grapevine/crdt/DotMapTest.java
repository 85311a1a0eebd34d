package dev.grapevine.crdt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.clock.Dot;
import dev.grapevine.clock.HybridTimestamp;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DotMapTest {

    private static final Bytes KEY = Bytes.utf8("k");

    private record Op(Bytes key, Dot dot, @Nullable Sibling written, List<Dot> superseded) {
        void applyTo(DotMap map) {
            map.apply(key, dot, written, superseded);
        }

        boolean isReadyFor(DotMap map) {
            return !map.context().contains(dot) && map.firstMissing(superseded) == null;
        }
    }

    @Test
    void ofConcurrentWritesTheLatestIsShownAndTheLoserIsKept() {
        DotMap map = new DotMap();
        Op early = write(1, 1, 10);
        Op late = write(2, 1, 20);
        assertThat(map.apply(KEY, late.dot, late.written, List.of())).isEqualTo(new KeyChange(KEY, late.written));
        assertThat(map.apply(KEY, early.dot, early.written, List.of())).isNull();
        assertThat(map.entries().get(KEY).all()).containsExactly(early.written, late.written);
        assertThat(map.entries().get(KEY).winner()).isEqualTo(late.written);
    }

    @Test
    void equalStampsAreDecidedByTheDot() {
        DotMap map = new DotMap();
        write(2, 1, 10).applyTo(map);
        write(1, 1, 10).applyTo(map);
        assertThat(map.entries().get(KEY).winner().dot()).isEqualTo(dot(2, 1));
    }

    @Test
    void aRemovalThatSawOnlyTheWinnerLeavesTheHiddenWriteInWhateverOrder() {
        Op early = write(1, 1, 10);
        Op late = write(2, 1, 20);
        Op removal = new Op(KEY, dot(3, 1), null, List.of(late.dot));
        for (List<Op> order :
                List.of(List.of(early, late, removal), List.of(late, early, removal), List.of(late, removal, early))) {
            DotMap map = new DotMap();
            order.forEach(op -> op.applyTo(map));
            assertThat(map.entries().get(KEY).winner()).isEqualTo(early.written);
        }
    }

    @Test
    void anOperationIsRefusedTwiceAndBeforeWhatItSupersedes() {
        DotMap map = new DotMap();
        Op first = write(1, 1, 10);
        Op second = new Op(KEY, dot(2, 1), null, List.of(first.dot));
        assertThat(map.firstMissing(second.superseded)).isEqualTo(first.dot);
        assertThatThrownBy(() -> second.applyTo(map)).isInstanceOf(IllegalStateException.class);
        first.applyTo(map);
        assertThatThrownBy(() -> first.applyTo(map)).isInstanceOf(IllegalStateException.class);
        second.applyTo(map);
        assertThat(map.entries().size()).isZero();
        assertThat(map.context().toContext().runs().counters()).hasSize(2);
    }

    @Test
    void aJoinTakesAwayWhatTheOtherRemovedAndTellsEachChange() {
        DotMap here = new DotMap();
        DotMap there = new DotMap();
        Op first = write(1, 1, 10);
        first.applyTo(here);
        first.applyTo(there);
        new Op(KEY, dot(2, 1), null, List.of(first.dot)).applyTo(there);
        assertThat(here.join(there.snapshot())).containsExactly(new KeyChange(KEY, null));
        assertThat(here.join(there.snapshot())).isEmpty();
        assertThat(there.join(here.snapshot())).isEmpty();
    }

    /** Replicas write, hear each other's operations and join each other's states in every order. */
    @Test
    void overRandomHistoriesTheContentIsAFunctionOfTheContextAndJoinsCommuteAssociateAndRepeat() {
        for (long seed = 0; seed < 500; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            List<Op> made = new ArrayList<>();
            List<DotMap> replicas = history(random, made);
            String as = "seed " + seed;
            for (DotMap replica : replicas) {
                assertThat(content(replica)).as(as).isEqualTo(surviving(replica.context(), made));
            }
            DotMap a = replicas.get(0);
            DotMap b = replicas.get(1);
            DotMap c = replicas.get(2);
            DotMap abThenC = joined(joined(a, b), c);
            assertThat(content(joined(a, b))).as(as).isEqualTo(content(joined(b, a)));
            assertThat(content(abThenC)).as(as).isEqualTo(content(joined(a, joined(b, c))));
            assertThat(content(joined(abThenC, b))).as(as).isEqualTo(content(abThenC));
            assertThat(joined(abThenC, b).snapshot().context())
                    .as(as)
                    .isEqualTo(abThenC.snapshot().context());
            assertThat(content(inSomeOrder(made, random))).as(as).isEqualTo(content(inSomeOrder(made, random)));
        }
    }

    private static List<DotMap> history(SplittableRandom random, List<Op> made) {
        List<DotMap> replicas = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            replicas.add(new DotMap());
        }
        long[] counters = new long[replicas.size()];
        for (int step = 0; step < 60; step++) {
            int at = random.nextInt(replicas.size());
            DotMap replica = replicas.get(at);
            int what = random.nextInt(10);
            if (what == 0) {
                replica.join(replicas.get(random.nextInt(replicas.size())).snapshot());
            } else if (what < 5 && !made.isEmpty()) {
                Op heard = made.get(random.nextInt(made.size()));
                if (heard.isReadyFor(replica)) {
                    heard.applyTo(replica);
                }
            } else {
                Op op = random(random, replica, new Dot(origin(at), counters[at] + 1), step);
                if (op != null) {
                    counters[at]++;
                    made.add(op);
                    op.applyTo(replica);
                }
            }
        }
        return replicas;
    }

    private static @Nullable Op random(SplittableRandom random, DotMap replica, Dot dot, int step) {
        Bytes key = Bytes.utf8("k" + random.nextInt(3));
        Siblings held = replica.entries().get(key);
        List<Dot> superseded =
                held == null ? List.of() : held.all().stream().map(Sibling::dot).toList();
        boolean removal = random.nextInt(3) == 0;
        if (removal && held == null) {
            return null;
        }
        HybridTimestamp stamp = new HybridTimestamp(step / 3, 0);
        return new Op(key, dot, removal ? null : new Sibling(dot, stamp, Bytes.utf8("v" + step)), superseded);
    }

    /** What the definition says: the writes applied that no operation applied supersedes. */
    private static TreeMap<Bytes, TreeSet<Dot>> surviving(DotSet context, List<Op> made) {
        TreeMap<Bytes, TreeSet<Dot>> content = new TreeMap<>();
        List<Op> applied = made.stream().filter(op -> context.contains(op.dot)).toList();
        for (Op op : applied) {
            boolean gone = applied.stream().anyMatch(later -> later.superseded.contains(op.dot));
            if (op.written != null && !gone) {
                content.computeIfAbsent(op.key, key -> new TreeSet<>()).add(op.dot);
            }
        }
        return content;
    }

    private static TreeMap<Bytes, TreeSet<Dot>> content(DotMap map) {
        TreeMap<Bytes, TreeSet<Dot>> content = new TreeMap<>();
        map.entries().iterator(null).forEachRemaining(entry -> entry.getValue()
                .all()
                .forEach(sibling -> content.computeIfAbsent(entry.getKey(), key -> new TreeSet<>())
                        .add(sibling.dot())));
        return content;
    }

    private static DotMap joined(DotMap one, DotMap other) {
        DotMap joined = new DotMap();
        joined.join(one.snapshot());
        joined.join(other.snapshot());
        return joined;
    }

    private static DotMap inSomeOrder(List<Op> made, SplittableRandom random) {
        DotMap map = new DotMap();
        List<Op> left = new ArrayList<>(made);
        while (!left.isEmpty()) {
            Op op = left.get(random.nextInt(left.size()));
            if (op.isReadyFor(map)) {
                op.applyTo(map);
                left.remove(op);
            }
        }
        return map;
    }

    private static Op write(int member, long counter, long millis) {
        Dot dot = dot(member, counter);
        return new Op(KEY, dot, new Sibling(dot, new HybridTimestamp(millis, 0), Bytes.utf8("v" + member)), List.of());
    }

    private static Dot dot(int member, long counter) {
        return new Dot(origin(member), counter);
    }

    private static Origin origin(int member) {
        return new Origin(new MemberId(0, member), 1);
    }
}
