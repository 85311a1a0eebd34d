package dev.grapevine.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.grapevine.process.MemberProcess.Told;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Members as processes of their own at default settings: what only the operating system can do to them.
 *
 * <p>A killed process is known dead within a second: of several kills the median of all that any survivor needed is held
 * to that, from before the kill to the survivor's own word, so that one stall of a crowded machine does not decide. Each
 * single one is held to {@link #WITHOUT_EVIDENCE}, which is still less than any suspicion lasts that only time decides:
 * whoever is slower than that missed that the connection was lost and refused.
 */
@Timeout(180)
class KillAndStallProcessTest {

    private static final long PROMISED_MILLIS = 1_000;

    /** Below the least suspicion time at default settings, 4 s. */
    private static final long WITHOUT_EVIDENCE = 3_000;

    private static final Duration STALL = Duration.ofSeconds(3);

    private final TreeMap<String, MemberProcess> members = new TreeMap<>();
    private final List<MemberProcess> started = new ArrayList<>();

    @AfterEach
    void endAll() throws InterruptedException {
        started.forEach(MemberProcess::kill);
        for (MemberProcess process : started) {
            assertThat(process.endsWithin(Duration.ofSeconds(30))).isTrue();
        }
    }

    private MemberProcess launch(String name, String address, List<String> seeds) throws IOException {
        MemberProcess process = MemberProcess.start(name, address, seeds);
        started.add(process);
        members.put(name, process);
        return process;
    }

    /** Starts all at once, each with the same seeds in another order, and waits until each sees each. */
    private void launchAtOnce(int count) throws IOException {
        List<String> addresses = freeAddresses(count);
        for (int i = 0; i < count; i++) {
            List<String> seeds = new ArrayList<>(addresses);
            Collections.rotate(seeds, i);
            launch("m" + i, addresses.get(i), seeds);
        }
        long lastUp = 0;
        long complete = 0;
        for (MemberProcess observer : members.values()) {
            Told itself = observer.await("JOINED", told -> told.about().equals(observer.name));
            lastUp = Math.max(lastUp, itself.millis());
            complete = Math.max(complete, awaitSeesAll(observer));
        }
        System.out.println(count + " processes that started at once all saw each other " + (complete - lastUp)
                + " ms after the last of them was up");
    }

    /** When its view was complete. */
    private long awaitSeesAll(MemberProcess observer) {
        return members.keySet().stream()
                .mapToLong(name -> observer.await("JOINED", told -> told.about().equals(name))
                        .millis())
                .max()
                .orElseThrow();
    }

    /** Not from the range that outgoing connections take theirs from: a restarted member needs its own again. */
    private static List<String> freeAddresses(int count) {
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

    /** Kills a member; how long each of the others needed to tell so, in milliseconds. */
    private List<Long> killed(String name) {
        MemberProcess victim = members.remove(name);
        long killedAt = System.currentTimeMillis();
        victim.kill();
        List<Long> needed = new ArrayList<>();
        for (MemberProcess observer : members.values()) {
            Told death = observer.await("DIED", told -> told.about().equals(name) && told.millis() >= killedAt);
            needed.add(death.millis() - killedAt);
        }
        System.out.println("Of " + (members.size() + 1) + " processes " + name + " was killed and declared dead by "
                + members.keySet() + " after " + needed + " ms");
        return needed;
    }

    private static void assertPrompt(List<Long> needed) {
        long median = needed.stream().sorted().toList().get(needed.size() / 2);
        assertThat(median).as("median of %s ms", needed).isLessThan(PROMISED_MILLIS);
        assertThat(needed).allSatisfy(millis -> assertThat(millis).isLessThan(WITHOUT_EVIDENCE));
    }

    private void assertOnlyTheseDied(String... names) {
        TreeSet<String> dead = new TreeSet<>();
        started.forEach(process -> process.told().stream()
                .filter(told -> told.what().equals("DIED"))
                .forEach(told -> dead.add(told.about())));
        assertThat(dead).containsExactly(names);
    }

    private static LongStream epochsOf(String name, MemberProcess observer) {
        return observer.told().stream()
                .filter(told -> told.about().equals(name) && told.what().equals("JOINED"))
                .mapToLong(Told::epoch);
    }

    @Test
    void ofThreeTheKilledIsKnownDeadAtOnceAndReturnsInANewLifeAtItsAddress() throws IOException {
        launchAtOnce(3);
        List<String> seeds = members.values().stream().map(m -> m.address).toList();
        List<Long> needed = new ArrayList<>();
        for (String name : List.of("m2", "m0", "m1")) {
            String address = members.get(name).address;
            MemberProcess observer = members.get(name.equals("m0") ? "m1" : "m0");
            long firstLife = epochsOf(name, observer).max().orElseThrow();
            needed.addAll(killed(name));
            MemberProcess again = launch(name, address, seeds);
            for (MemberProcess each : members.values()) {
                each.await("JOINED", told -> told.about().equals(name) && told.epoch() > firstLife);
            }
            awaitSeesAll(again);
        }
        assertPrompt(needed);
        assertOnlyTheseDied("m0", "m1", "m2");
    }

    @Test
    void fiveThatStartAtOnceFindEachOtherAndAllSurvivorsKnowAKilledOneDeadAtOnce() throws IOException {
        launchAtOnce(5);
        List<Long> needed = new ArrayList<>(killed("m3"));
        needed.addAll(killed("m0"));
        assertPrompt(needed);
        assertOnlyTheseDied("m0", "m3");
    }

    @Test
    void aProcessThatStandsStillForThreeSecondsIsNotRemovedAndRemovesNobody() throws Exception {
        launchAtOnce(3);
        MemberProcess stalled = members.get("m1");
        signal("STOP", stalled);
        assertThat(stalled.endsWithin(STALL)).isFalse();
        signal("CONT", stalled);
        for (MemberProcess speaker : members.values()) {
            speaker.say("from " + speaker.name);
        }
        for (MemberProcess listener : members.values()) {
            for (String speaker : members.keySet()) {
                listener.await("HEARD from " + speaker, told -> true);
            }
        }
        members.values().forEach(KillAndStallProcessTest::awaitNobodySuspected);
        assertOnlyTheseDied();
    }

    /** A suspicion may be under way still, which must not end in a death either. */
    private static void awaitNobodySuspected(MemberProcess observer) {
        List<Told> told = observer.told();
        for (int i = 0; i < told.size(); i++) {
            if (told.get(i).what().equals("SUSPECTED")) {
                Told suspicion = told.get(i);
                observer.await(
                        "RECOVERED",
                        later -> later.about().equals(suspicion.about()) && later.millis() >= suspicion.millis());
            }
        }
    }

    private static void signal(String signal, MemberProcess to) throws InterruptedException {
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
}
