package dev.grapevine.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.grapevine.process.MemberProcess.Told;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Members as processes of their own: those that run, by name, and what all that ever ran have told. */
final class ProcessCluster implements AutoCloseable {

    private static final int ATTEMPTS = 30;

    final TreeMap<String, MemberProcess> members = new TreeMap<>();
    private final List<MemberProcess> started = new ArrayList<>();

    /** Starts a member; it may take seconds until it tells anything. */
    MemberProcess launch(String name, String address, List<String> seeds) throws IOException {
        return launch(name, address, seeds, Map.of(), List.of());
    }

    /** Starts a member with properties and something in front of its command. */
    MemberProcess launch(
            String name, String address, List<String> seeds, Map<String, String> properties, List<String> prefix)
            throws IOException {
        MemberProcess process = MemberProcess.start(name, address, seeds, properties, prefix);
        started.add(process);
        members.put(name, process);
        return process;
    }

    /** Starts m0, m1 and so on at once, each with the same seeds in another order, and waits until each sees each. */
    void launchAtOnce(int count) throws IOException {
        List<String> addresses = freeAddresses(count);
        for (int i = 0; i < count; i++) {
            launch("m" + i, addresses.get(i), rotated(addresses, i));
        }
        awaitComplete();
    }

    static List<String> rotated(List<String> addresses, int by) {
        List<String> seeds = new ArrayList<>(addresses);
        Collections.rotate(seeds, by);
        return seeds;
    }

    /** Waits until each has seen each. */
    void awaitComplete() {
        long lastUp = 0;
        long complete = 0;
        for (MemberProcess observer : members.values()) {
            Told itself = observer.await("JOINED", told -> told.about().equals(observer.name));
            lastUp = Math.max(lastUp, itself.millis());
            complete = Math.max(complete, awaitSeesAll(observer));
        }
        System.out.println(members.size() + " processes that started at once all saw each other " + (complete - lastUp)
                + " ms after the last of them was up");
    }

    /** When a member's view was complete. */
    long awaitSeesAll(MemberProcess observer) {
        return members.keySet().stream()
                .mapToLong(name -> observer.await("JOINED", told -> told.about().equals(name))
                        .millis())
                .max()
                .orElseThrow();
    }

    /** Waits until each of these sees exactly these, and suspects none of them. */
    void awaitAgreed(Duration patience, Collection<String> names) {
        for (String observer : names) {
            members.get(observer).awaitView(patience, names);
        }
    }

    /** Waits until each that runs sees exactly those that run, and suspects nobody. */
    void awaitAgreed(Duration patience) {
        awaitAgreed(patience, members.keySet());
    }

    /**
     * Each of these publishes until all of these have heard something of it: what is published before two members that
     * see each other have their link is not for them.
     */
    void assertTalk(String subject, Collection<String> names) {
        boolean all = false;
        for (int attempt = 0; attempt < ATTEMPTS && !all; attempt++) {
            for (String name : names) {
                members.get(name).say(subject + " from " + name + " " + attempt);
            }
            all = names.stream().allMatch(listener -> hearsAll(members.get(listener), subject, names));
        }
        assertThat(all).as("all of %s hear each other %s", names, subject).isTrue();
    }

    private static boolean hearsAll(MemberProcess listener, String subject, Collection<String> names) {
        return names.stream().allMatch(name -> listener.hears(subject + " from " + name, Duration.ofSeconds(1)));
    }

    /** Kills members at once; the last moment before. */
    long kill(String... names) throws InterruptedException {
        long before = System.currentTimeMillis();
        List<MemberProcess> victims = new ArrayList<>();
        for (String name : names) {
            MemberProcess victim = members.remove(name);
            victim.kill();
            victims.add(victim);
        }
        for (MemberProcess victim : victims) {
            assertThat(victim.endsWithin(Duration.ofSeconds(30))).isTrue();
        }
        return before;
    }

    /** Kills members at once; how long each of the others needed to tell of each of them, in milliseconds. */
    List<Long> killed(String... names) throws InterruptedException {
        long before = kill(names);
        List<Long> needed = new ArrayList<>();
        for (MemberProcess observer : members.values()) {
            for (String name : names) {
                Told death = observer.await("DIED", told -> told.about().equals(name) && told.millis() >= before);
                needed.add(death.millis() - before);
            }
        }
        System.out.println("Of " + (members.size() + names.length) + " processes " + String.join(" and ", names)
                + " died by kill -9, told by " + members.keySet() + " after " + needed + " ms");
        return needed;
    }

    /** Who was told dead by anybody at any time is exactly this. */
    void assertOnlyTheseDied(String... names) {
        TreeSet<String> dead = new TreeSet<>();
        started.forEach(process -> process.told().stream()
                .filter(told -> told.what().equals("DIED"))
                .forEach(told -> dead.add(told.about())));
        assertThat(dead).containsExactly(names);
    }

    static void signal(String signal, MemberProcess to) throws InterruptedException {
        int result;
        try {
            // The shell's own, so that no package has to be there.
            result = new ProcessBuilder("sh", "-c", "kill -" + signal + " " + to.pid())
                    .start()
                    .waitFor();
        } catch (IOException e) {
            result = -1;
        }
        assumeTrue(result == 0, "This machine has no way to send SIG" + signal + " to a process");
    }

    /** Stops a member as {@code SIGSTOP} does, and lets it go on after a time; when it was stopped. */
    static long stopFor(Duration time, MemberProcess member) throws InterruptedException {
        long before = System.currentTimeMillis();
        signal("STOP", member);
        assertThat(member.endsWithin(time)).isFalse();
        signal("CONT", member);
        return before;
    }

    /** Not from the range that outgoing connections take theirs from: a restarted member needs its own again. */
    static List<String> freeAddresses(int count) {
        List<String> addresses = new ArrayList<>();
        int first = 20_000 + (int) (ProcessHandle.current().pid() * 31 % 8_000);
        for (int port = first; addresses.size() < count && port < 32_000; port++) {
            try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                addresses.add("127.0.0.1:" + free.getLocalPort());
            } catch (IOException taken) {
                continue;
            }
        }
        assertThat(addresses).hasSize(count);
        return addresses;
    }

    /** Ends all that were ever started. */
    @Override
    public void close() throws InterruptedException {
        started.forEach(MemberProcess::kill);
        for (MemberProcess process : started) {
            assertThat(process.endsWithin(Duration.ofSeconds(30))).isTrue();
        }
    }
}
