package dev.grapevine.simulation;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.StreamName;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What users of a cluster might do, drawn from the seed: publish on topics, put and remove entries, everywhere, while
 * all that anybody is given is checked. After the faults are healed it demands that all members hold the same, and that
 * every message has arrived or was announced as missing.
 */
final class Workload {

    static final List<String> TOPICS = List.of("chat", "prices");

    /** What is published: the normal messages of both topics, and critical ones of one. */
    private static final List<String> STREAMS = List.of("chat", "prices", StreamName.critical("prices"));

    static final List<String> STORES = List.of("flags", "sessions");

    private static final int KEYS = 6;
    private static final int LONGEST_BURST = 5;
    private static final Duration SLICE = Duration.ofMillis(250);
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final WorkloadTarget target;
    private final SimulationContext context;
    private final SimulationRandom random;
    private final DeliveryChecker deliveries;
    private final EntryResurrectionChecker entries;
    private final TreeMap<String, Long> published = new TreeMap<>();
    private int operations;
    private long sayAgain;

    Workload(WorkloadTarget target) {
        this.target = target;
        this.context = target.context();
        this.random = SimulationRandom.derive(context.seed(), "workload");
        this.deliveries = new DeliveryChecker(context.violations());
        context.members().onRemoval(this::parted);
        this.entries = new EntryResurrectionChecker(context.violations());
    }

    private void parted(SimulatedMember observer, SimulatedMember subject) {
        deliveries.parted(observer.life(), subject.origin().toString());
        deliveries.parted(subject.life(), observer.origin().toString());
    }

    DeliveryChecker deliveries() {
        return deliveries;
    }

    EntryResurrectionChecker entries() {
        return entries;
    }

    int operations() {
        return operations;
    }

    /** Plans operations at random moments within a time from now. */
    void plan(Duration length, Duration meanPause) {
        long at = 0;
        while (at < length.toNanos()) {
            context.scheduler().schedule(this::operate, at, TimeUnit.NANOSECONDS);
            at += random.nextLong(2 * meanPause.toNanos());
        }
    }

    private void operate() {
        int node = random.nextInt(target.size());
        int kind = random.nextInt(10);
        String stream = STREAMS.get(random.nextInt(STREAMS.size()));
        String store = STORES.get(random.nextInt(STORES.size()));
        String key = "key-" + random.nextInt(KEYS);
        int burst = random.nextInt(1, LONGEST_BURST + 1);
        if (!target.isRunning(node)) {
            return;
        }
        operations++;
        if (kind < 5) {
            publish(node, stream, burst);
        } else {
            write(node, store, key, kind < 8 ? "value-" + operations : null);
        }
    }

    private void publish(int node, String stream, int burst) {
        for (int i = 0; i < burst; i++) {
            long sequence = published.merge(key(stream, target.origin(node)), 1L, Long::sum);
            if (sequence == 1) {
                deliveries.begins(stream, target.origin(node).toString());
            }
            target.publish(node, stream, target.life(node) + " says " + sequence);
        }
    }

    private void write(int node, String store, String key, @Nullable String value) {
        String visible = target.read(node, store, key);
        entries.sees(target.life(node), store, key, visible);
        Runnable applied = entries.writes(target.life(node), store, key, value, visible);
        target.write(node, store, key, value, applied);
    }

    private static String key(String stream, Origin origin) {
        return stream + " of " + origin;
    }

    /**
     * After the heal: publishes once more everywhere, and lets time pass until all members hold the same. A member is
     * given what is published after the two met, so to whoever was given nothing yet it is said again.
     *
     * @throws SimulationFailure if they do not in time
     */
    void converge(Duration deadline) {
        long end = context.scheduler().nanos() + deadline.toNanos();
        awaitAgreement(end, deadline, target::membershipDifference);
        for (String stream : STREAMS) {
            for (int node = 0; node < target.size(); node++) {
                publishIfRunning(node, stream);
            }
        }
        awaitAgreement(end, deadline, this::difference);
        checkEntries();
        context.check();
    }

    private void publishIfRunning(int node, String stream) {
        if (target.isRunning(node)) {
            publish(node, stream, 1);
        }
    }

    private void awaitAgreement(long end, Duration deadline, Difference difference) {
        String found = difference.find();
        while (found != null) {
            if (context.scheduler().nanos() >= end) {
                throw context.failure("no convergence within " + deadline + " after the heal, " + found);
            }
            context.runUntil(() -> false, SLICE);
            found = difference.find();
        }
    }

    private @Nullable String difference() {
        String members = target.membershipDifference();
        if (members != null) {
            return members;
        }
        for (String store : STORES) {
            SortedMap<Integer, SortedMap<String, String>> views = new TreeMap<>();
            for (int node = 0; node < target.size(); node++) {
                if (target.isRunning(node)) {
                    views.put(node, target.entries(node, store));
                }
            }
            Optional<String> differs = ConvergenceChecker.difference("store '" + store + "'", views);
            if (differs.isPresent()) {
                return differs.get();
            }
        }
        return undelivered();
    }

    private @Nullable String undelivered() {
        for (String stream : STREAMS) {
            for (int from = 0; from < target.size(); from++) {
                for (int to = 0; to < target.size(); to++) {
                    String problem = undelivered(stream, from, to);
                    if (problem != null) {
                        return problem;
                    }
                }
            }
        }
        return null;
    }

    private @Nullable String undelivered(String stream, int from, int to) {
        Long last = published.get(key(stream, target.origin(from)));
        if (!target.isRunning(from) || !target.isRunning(to) || last == null) {
            return null;
        }
        long got = deliveries.last(target.life(to), stream, target.origin(from).toString());
        if (got == last) {
            return null;
        }
        if (got == 0 && context.scheduler().nanos() >= sayAgain) {
            sayAgain = context.scheduler().nanos() + PATIENCE.toNanos();
            publish(from, stream, 1);
        }
        return target.life(to) + " got " + got + " of the " + last + " messages of " + target.life(from) + " on '"
                + stream + "'";
    }

    private void checkEntries() {
        List<Integer> running = IntStream.range(0, target.size())
                .filter(target::isRunning)
                .boxed()
                .toList();
        List<String> lives = running.stream().map(target::life).toList();
        for (int node : running) {
            for (String store : STORES) {
                target.entries(node, store).forEach((key, value) -> entries.converged(store, key, value, lives));
            }
        }
    }

    @FunctionalInterface
    private interface Difference {
        @Nullable String find();
    }
}
