package dev.grapevine.protocol.membership;

import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.MembershipFrame;
import dev.grapevine.protocol.frame.Rumor;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.protocol.step.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How long one piece of news takes to reach everybody: cores of membership alone, which all know each other and whose
 * news is told out, over a full mesh or a random graph. Lockstep: all gossip at the same instants, and a frame arrives
 * before the next; or in real time, with latencies and each member gossiping when it likes.
 */
public final class RumorRace {

    /** What is told. */
    public enum News {
        /** Of a newcomer, which travels by gossip. */
        JOIN,
        /** Of a death, which is passed on at once. */
        DEATH
    }

    /**
     * What one race took.
     *
     * @param rounds gossip intervals until all knew
     * @param frames with the news in them, a member
     * @param bytes of frames with the news in them, a member; of a frame with other news its share
     * @param framesPerRound of all kinds, a member and gossip interval, until a while after
     * @param bytesPerRound likewise
     */
    public record Result(double rounds, double frames, double bytes, double framesPerRound, double bytesPerRound) {}

    /** Who has not heard by then hears no more of it by gossip. */
    private static final int GIVE_UP = 100;

    private record Task(long at, long serial, Runnable action) {}

    /** Without probes, so that news has nothing but gossip to travel on. */
    private static final MembershipSettings SETTINGS =
            MembershipSettings.DEFAULT.withProbeInterval(Duration.ofHours(1)).withSyncInterval(Duration.ofHours(1));

    private static final long ROUND = SETTINGS.gossipInterval().toNanos();
    private static final long TICK = 50_000_000;

    /** How long after the last has heard it is counted what is still said. */
    private static final int AFTERMATH = 10;

    private final SplittableRandom random;
    private final List<Member> members = new ArrayList<>();
    private final List<SwimCore> cores = new ArrayList<>();
    private final List<TreeSet<Integer>> links = new ArrayList<>();
    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong(Task::at).thenComparingLong(Task::serial));
    private final boolean lockstep;
    private double loss;
    private @Nullable Origin subject;
    private int newcomers;
    private int dead;
    private long clock;
    private long serial;
    private int newsFrames;
    private double newsBytes;
    private long frames;
    private long bytes;

    /**
     * Members that know each other.
     *
     * @param n how many
     * @param degree links of a member on average; n - 1 or more for a full mesh
     * @param lockstep whether all gossip at the same instants
     * @param seed of all chance
     */
    public RumorRace(int n, int degree, boolean lockstep, long seed) {
        this.lockstep = lockstep;
        this.random = new SplittableRandom(seed);
        for (int i = 0; i < n; i++) {
            members.add(SwimScript.member(1 + i));
            links.add(new TreeSet<>());
        }
        drawLinks(n, degree);
        List<List<Rumor>> table = Speaker.split(members.stream()
                .map(member -> (Rumor) SwimScript.alive(member, 0))
                .toList());
        for (int i = 0; i < n; i++) {
            cores.add(core(i, table));
        }
        warmUp();
    }

    private void drawLinks(int n, int degree) {
        for (int i = 0; i < n; i++) {
            for (int j = i + 1; degree >= n - 1 && j < n; j++) {
                link(i, j);
            }
            // A ring keeps the graph whole; what is left of the degree is drawn.
            link(i, (i + 1) % n);
        }
        for (long edge = n; degree < n - 1 && edge < (long) n * degree / 2; ) {
            int one = random.nextInt(n);
            int other = random.nextInt(n);
            edge += one != other && link(one, other) ? 1 : 0;
        }
    }

    private boolean link(int one, int other) {
        links.get(other).add(one);
        return links.get(one).add(other);
    }

    /** A core that was told of all others as a newcomer is, so that none of it is news. */
    private SwimCore core(int index, List<List<Rumor>> table) {
        SwimCore core = new SwimCore(members.get(index), SETTINGS, random.split(), time());
        core.join(time(), effect -> {});
        Origin teller = members.get(links.get(index).first()).origin();
        for (int peer : links.get(index)) {
            core.linkUp(members.get(peer), false, time(), effect -> {});
        }
        core.receive(teller, new MembershipFrame.SyncDigest(1 << 20, 1, List.of()), time(), effect -> {});
        for (List<Rumor> part : table) {
            core.receive(teller, new MembershipFrame.Sync(part), time(), effect -> {});
        }
        core.tick(time(), effect -> {}); // what a start needs besides the table is given back
        return core;
    }

    /**
     * Runs one race, and waits until all has been said.
     *
     * @param news what is told, by the first member
     * @param share of the frames that is lost
     * @return what it took
     */
    public Result run(News news, double share) {
        loss = share;
        Rumor claim = news == News.JOIN ? join() : death();
        subject = claim.subject();
        long begun = clock;
        newsFrames = 0;
        newsBytes = 0;
        frames = 0;
        bytes = 0;
        deliver(links.get(0).first(), 0, new MembershipFrame.Gossip(List.of(claim)));
        long allKnow = -1;
        for (long until = begun + GIVE_UP * ROUND; clock < until; next()) {
            if (allKnow < 0 && everybodyKnows(claim)) {
                allKnow = clock - begun;
                until = clock + AFTERMATH * ROUND;
            }
        }
        double rounds = allKnow < 0 ? GIVE_UP : lockstep ? allKnow / ROUND : allKnow / (double) ROUND;
        double n = cores.size();
        double all = n * (clock - begun) / ROUND;
        return new Result(rounds, newsFrames / n, newsBytes / n, frames / all, bytes / all);
    }

    private Rumor join() {
        return SwimScript.alive(SwimScript.member(60_000 + newcomers++), 0);
    }

    /** One after the other from the last; their links are gone when it is told. */
    private Rumor death() {
        dead++;
        Member doomed = members.get(members.size() - dead);
        for (int peer : links.get(members.size() - dead)) {
            links.get(peer).remove(members.size() - dead);
            cores.get(peer).linkDown(doomed.origin(), LinkLoss.LOCAL, time(), effect -> {});
        }
        links.get(members.size() - dead).clear();
        return SwimScript.dead(doomed, 0, members.get(links.get(0).last()));
    }

    private void warmUp() {
        for (int i = 0; i < cores.size(); i++) {
            int index = i;
            long phase = lockstep ? 0 : random.nextLong(ROUND);
            after(phase, () -> tick(index));
        }
        // What links and joins gave rise to is told out.
        for (long until = clock + 12_000_000_000L; clock < until; ) {
            next();
        }
    }

    private void tick(int index) {
        cores.get(index).tick(time(), effect -> carryOut(index, effect));
        after(lockstep ? ROUND : TICK, () -> tick(index));
    }

    private boolean everybodyKnows(Rumor claim) {
        for (int i = 0; i < cores.size() - dead; i++) {
            MemberStatus status = cores.get(i).status(claim.subject());
            if (status != Claims.status(claim)) {
                return false;
            }
        }
        return true;
    }

    /** All that happens at the next instant. */
    private void next() {
        Task first = tasks.poll();
        clock = first.at();
        first.action().run();
        while (tasks.peek().at() == clock) {
            tasks.poll().action().run();
        }
    }

    private void carryOut(int from, Effect effect) {
        if (!(effect instanceof Effect.Send send)) {
            return;
        }
        int to = (int) send.to().id().low() - 1;
        MembershipFrame frame = (MembershipFrame) send.frame();
        frames++;
        bytes += frame.size();
        if (frame.rumors().stream().anyMatch(rumor -> rumor.subject().equals(subject))) {
            newsFrames++;
            newsBytes += frame.size() / (double) Math.max(1, frame.rumors().size());
        }
        if (random.nextDouble() >= loss && links.get(from).contains(to)) {
            // In lockstep between two rounds: all have gossiped before anything arrives.
            after(lockstep ? 1 : 200_000 + random.nextLong(800_000), () -> deliver(from, to, frame));
        }
    }

    private void deliver(int from, int to, MembershipFrame frame) {
        if (links.get(to).contains(from)) {
            cores.get(to).receive(members.get(from).origin(), frame, time(), effect -> carryOut(to, effect));
        }
    }

    private Time time() {
        return new Time(clock, clock / 1_000_000);
    }

    private void after(long nanos, Runnable action) {
        tasks.add(new Task(clock + nanos, serial++, action));
    }
}
