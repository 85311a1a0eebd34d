package dev.grapevine.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.process.MemberProcess.Account;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A process is stopped by the operating system while two others publish 4 MB/s each to all. Each has a heap of 64 MB, and as
 * much at most outside of it, which is less than what is published meanwhile: a member that kept it for the one that is
 * stopped would end.
 *
 * <p>{@code -Dgrapevine.process.stop=60 -Dgrapevine.process.members=8} for a minute among eight.
 */
@Timeout(400)
class StopUnderLoadProcessTest {

    private static final int MEMBERS = Integer.getInteger("grapevine.process.members", 4);
    private static final int STOPPED_SECONDS = Integer.getInteger("grapevine.process.stop", 20);
    private static final List<String> PUBLISHERS = List.of("m0", "m1");

    private final ProcessCluster cluster = new ProcessCluster();

    @AfterEach
    void endAll() throws InterruptedException {
        cluster.close();
    }

    @Test
    void theOthersGoOnInTheirSmallHeapsAndTheStoppedOneIsGivenOrToldEverything() throws Exception {
        cluster.launchAtOnce(MEMBERS);
        cluster.assertTalk("ready", cluster.members.keySet());
        String name = "m" + (MEMBERS - 1);
        MemberProcess stopped = cluster.members.get(name);
        TreeMap<String, MemberProcess> others = new TreeMap<>(cluster.members);
        others.remove(name);

        PUBLISHERS.forEach(publisher -> cluster.members.get(publisher).say(LoadedMember.START));
        pass(5); // the load has to have its way with real sockets and collectors for a while
        Map<String, Account> before = accounts(others);
        pass(5);
        Map<String, Account> usual = accounts(others);
        ProcessCluster.stopFor(Duration.ofSeconds(STOPPED_SECONDS), stopped);
        pass(0);
        Map<String, Account> meanwhile = accounts(others);
        PUBLISHERS.forEach(publisher -> cluster.members.get(publisher).say(LoadedMember.STOP));

        others.forEach((other, process) -> {
            double usually = perSecond(before.get(other), usual.get(other), 5);
            double rate = perSecond(usual.get(other), meanwhile.get(other), STOPPED_SECONDS);
            System.out.printf(
                    "%s had %.0f messages a second, and %.0f while %s was stopped%n", other, usually, rate, name);
            assertThat(rate).as("%s is not held up", other).isGreaterThan(usually / 2);
        });
        cluster.awaitAgreed(Duration.ofSeconds(60));
        cluster.assertTalk("back", cluster.members.keySet());
        assertLevel(stopped, others);
    }

    /** Lets time pass in which no member ends. */
    private void pass(int seconds) throws InterruptedException {
        assertThat(cluster.members.get("m0").endsWithin(Duration.ofSeconds(seconds)))
                .isFalse();
        assertThat(cluster.members.values()).noneMatch(MemberProcess::hasEnded);
    }

    private static double perSecond(Account from, Account to, int seconds) {
        return (to.received() - from.received()) / (double) seconds;
    }

    private static Map<String, Account> accounts(Map<String, MemberProcess> members) {
        Map<String, Account> accounts = new TreeMap<>();
        members.forEach((name, member) -> accounts.put(name, member.account()));
        return accounts;
    }

    /** Repair may take a while; until nobody lacks anything that another has. */
    private void assertLevel(MemberProcess stopped, Map<String, MemberProcess> others) throws InterruptedException {
        long published = others.get(PUBLISHERS.get(0)).account().settled();
        Account last = stopped.account();
        for (int attempt = 0; attempt < 60 && last.settled() != published; attempt++) {
            pass(1);
            published = others.get(PUBLISHERS.get(0)).account().settled();
            last = stopped.account();
        }
        System.out.println("The one that was stopped: " + last + " of " + published);
        assertThat(last.settled()).isEqualTo(published);
        assertThat(last.missed()).isPositive();
        accounts(cluster.members).forEach((name, account) -> {
            assertThat(account.wrong()).as(name).isZero();
            assertThat(account.received() + account.missed()).as(name).isEqualTo(account.settled());
        });
    }
}
