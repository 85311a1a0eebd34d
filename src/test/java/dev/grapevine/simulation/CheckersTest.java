package dev.grapevine.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Every checker is shown a run that breaks its promise, and must say so; and one that keeps it. */
class CheckersTest {

    private static final long SECOND = 1_000_000_000L;

    private final List<String> violations = new ArrayList<>();

    @Test
    void deliveriesInOrderWithAnnouncedGapsAreFine() {
        DeliveryChecker checker = new DeliveryChecker(violations::add);
        checker.message("s", "t", "p", 5, "v5");
        checker.message("s", "t", "p", 6, "v6");
        checker.gap("s", "t", "p", 7, 9);
        checker.message("s", "t", "p", 10, "v10");
        checker.message("s", "t", "q", 1, "v1");
        assertThat(violations).isEmpty();
        assertThat(checker.last("s", "t", "p")).isEqualTo(10);
    }

    @Test
    void aMessageThatComesTwiceIsFound() {
        DeliveryChecker checker = new DeliveryChecker(violations::add);
        checker.message("s", "t", "p", 1, "v1");
        checker.message("s", "t", "p", 2, "v2");
        checker.message("s", "t", "p", 1, "v1");
        assertThat(violations).containsExactly("s of topic 't' from p: message 1 came twice");
    }

    @Test
    void aMessageThatDiffersFromSubscriberToSubscriberIsFound() {
        DeliveryChecker checker = new DeliveryChecker(violations::add);
        checker.message("s", "t", "p", 1, "a");
        checker.message("r", "t", "p", 1, "b");
        assertThat(violations).containsExactly("r of topic 't' from p: message 1 says 'b' here and 'a' elsewhere");
    }

    @Test
    void aMessageOutOfOrderIsFound() {
        DeliveryChecker checker = new DeliveryChecker(violations::add);
        checker.message("s", "t", "p", 2, "v2");
        checker.message("s", "t", "p", 1, "v1");
        assertThat(violations).containsExactly("s of topic 't' from p: message 1 came out of order");
    }

    @Test
    void aHoleThatNobodyAnnouncedIsFound() {
        DeliveryChecker checker = new DeliveryChecker(violations::add);
        checker.message("s", "t", "p", 1, "v1");
        checker.message("s", "t", "p", 3, "v3");
        assertThat(violations)
                .containsExactly("s of topic 't' from p: message 3 came after a hole from 2 that nobody announced");
    }

    @Test
    void aMissingBeginningIsFoundWhereTheSubscriberWasThereBeforeTheStream() {
        DeliveryChecker checker = new DeliveryChecker(violations::add);
        checker.message("early", "other", "p", 7, "o7");
        checker.begins("t", "p");
        checker.message("late", "t", "p", 3, "v3");
        checker.gap("early", "t", "p", 1, 1);
        checker.message("early", "t", "p", 2, "v2");
        assertThat(violations).isEmpty();
        checker.begins("u", "p");
        checker.message("early", "u", "p", 2, "u2");
        assertThat(violations)
                .containsExactly("early of topic 'u' from p: message 2 came after a hole from 1 that nobody announced");
        checker.begins("w", "p");
        checker.parted("early", "p");
        checker.begins("x", "p");
        checker.message("early", "w", "p", 2, "w2");
        checker.message("early", "x", "p", 2, "x2");
        assertThat(violations).hasSize(1);
    }

    @Test
    void aGapOverMessagesThatCameIsFound() {
        DeliveryChecker checker = new DeliveryChecker(violations::add);
        checker.message("s", "t", "p", 1, "v1");
        checker.message("s", "t", "p", 2, "v2");
        checker.gap("s", "t", "p", 2, 3);
        checker.gap("s", "t", "p", 9, 8);
        assertThat(violations).hasSize(2);
    }

    @Test
    void aRemovalWithoutACauseIsFound() {
        FaultLog log = new FaultLog();
        FaultLog.Cause stall = log.beginOf(10 * SECOND, 1, Duration.ofSeconds(1));
        stall.end(12 * SECOND);
        RemovalChecker checker = new RemovalChecker(log, Duration.ofSeconds(5), violations::add);
        checker.status(11 * SECOND, 0, 1, MemberStatus.DEAD);
        checker.status(16 * SECOND, 0, 1, MemberStatus.DEAD);
        checker.status(11 * SECOND, 0, 2, MemberStatus.SUSPECT);
        assertThat(violations).isEmpty();
        checker.status(9 * SECOND, 0, 1, MemberStatus.DEAD);
        checker.status(11 * SECOND - 1, 0, 1, MemberStatus.DEAD);
        checker.status(18 * SECOND, 0, 1, MemberStatus.DEAD);
        checker.status(11 * SECOND, 0, 2, MemberStatus.DEAD);
        assertThat(violations)
                .containsExactly(
                        "node 0 declared node 1 dead, and nothing was done that explains it",
                        "node 0 declared node 1 dead, and nothing was done that explains it",
                        "node 0 declared node 1 dead, and nothing was done that explains it",
                        "node 0 declared node 2 dead, and nothing was done that explains it");
    }

    @Test
    void aPartitionExplainsOnlyRemovalsAcrossIt() {
        FaultLog log = new FaultLog();
        log.beginBetween(SECOND, Set.of(0, 1), Set.of(2), Duration.ZERO);
        assertThat(log.explainsRemoval(0, 2, 2 * SECOND, Duration.ZERO)).isTrue();
        assertThat(log.explainsRemoval(2, 1, 2 * SECOND, Duration.ZERO)).isTrue();
        assertThat(log.explainsRemoval(0, 1, 2 * SECOND, Duration.ZERO)).isFalse();
        assertThat(log.explainsRemoval(0, 3, 2 * SECOND, Duration.ZERO)).isFalse();
    }

    @Test
    void whoHasAnyTroubleWithAMemberMayTakeTheWordOfOthersForWhomItLastedLonger() {
        FaultLog log = new FaultLog();
        log.beginBetween(SECOND, Set.of(0), Set.of(1), Duration.ofSeconds(3));
        assertThat(log.explainsRemoval(2, 1, 5 * SECOND, Duration.ZERO)).isFalse();
        log.beginOf(5 * SECOND, 1, Duration.ofSeconds(3));
        assertThat(log.explainsRemoval(2, 1, 5 * SECOND, Duration.ZERO)).isTrue();
        assertThat(log.explainsRemoval(2, 0, 5 * SECOND, Duration.ZERO)).isFalse();
    }

    @Test
    void lossIsACauseForEverybodyUntilItEnds() {
        FaultLog log = new FaultLog();
        log.beginEverywhere(SECOND).end(2 * SECOND);
        assertThat(log.explainsRemoval(3, 4, 2 * SECOND, Duration.ZERO)).isTrue();
        assertThat(log.explainsRemoval(3, 4, 3 * SECOND, Duration.ZERO)).isFalse();
    }

    @Test
    void aDeadMemberMayRefuteWhileItLives() {
        MemberResurrectionChecker checker = new MemberResurrectionChecker(Duration.ofSeconds(10), violations::add);
        Origin subject = new Origin(new MemberId(0, 1), 1);
        checker.status(SECOND, "node 0", subject, MemberStatus.ALIVE);
        checker.status(2 * SECOND, "node 0", subject, MemberStatus.DEAD);
        checker.status(3 * SECOND, "node 0", subject, MemberStatus.ALIVE);
        checker.status(4 * SECOND, "node 0", subject, MemberStatus.DEAD);
        checker.ended(5 * SECOND, subject);
        checker.status(6 * SECOND, "node 0", subject, MemberStatus.ALIVE);
        assertThat(violations).isEmpty();
    }

    @Test
    void aMemberThatRisesFromTheDeadIsFound() {
        MemberResurrectionChecker checker = new MemberResurrectionChecker(Duration.ofSeconds(10), violations::add);
        Origin unaccused = new Origin(new MemberId(0, 1), 1);
        checker.ended(SECOND, unaccused);
        checker.status(2 * SECOND, "node 0", unaccused, MemberStatus.DEAD);
        checker.status(3 * SECOND, "node 0", unaccused, MemberStatus.ALIVE);
        Origin late = new Origin(new MemberId(0, 2), 1);
        checker.status(SECOND, "node 0", late, MemberStatus.DEAD);
        checker.ended(2 * SECOND, late);
        checker.status(13 * SECOND, "node 0", late, MemberStatus.SUSPECT);
        assertThat(violations).hasSize(2).allMatch(text -> text.contains("was over before it could refute"));
    }

    @Test
    void aMemberThatLeftAndComesBackIsFound() {
        MemberResurrectionChecker checker = new MemberResurrectionChecker(Duration.ofSeconds(10), violations::add);
        Origin subject = new Origin(new MemberId(0, 1), 1);
        checker.status(SECOND, "node 0", subject, MemberStatus.LEFT);
        checker.status(2 * SECOND, "node 1", subject, MemberStatus.ALIVE);
        assertThat(violations).isEmpty();
        checker.status(2 * SECOND, "node 0", subject, MemberStatus.ALIVE);
        assertThat(violations).singleElement().asString().contains("which had left");
    }

    @Test
    void anEarlierLifeThatComesBackAfterALaterOneIsFound() {
        MemberResurrectionChecker checker = new MemberResurrectionChecker(Duration.ofSeconds(10), violations::add);
        MemberId id = new MemberId(0, 1);
        checker.status(SECOND, "node 0", new Origin(id, 2), MemberStatus.ALIVE);
        checker.status(2 * SECOND, "node 0", new Origin(id, 1), MemberStatus.ALIVE);
        assertThat(violations).singleElement().asString().contains("whose epoch 2 it has seen");
    }

    @Test
    void anEntryThatComesBackAtItsRemoverIsFound() {
        EntryResurrectionChecker checker = new EntryResurrectionChecker(violations::add);
        checker.writes("node 0", "s", "k", "v1", null);
        checker.sees("node 1", "s", "k", "v1");
        Runnable applied = checker.writes("node 1", "s", "k", null, "v1");
        checker.sees("node 1", "s", "k", "v1");
        applied.run();
        checker.sees("node 0", "s", "k", "v1");
        assertThat(violations).isEmpty();
        checker.sees("node 1", "s", "k", "v1");
        assertThat(violations).singleElement().asString().contains("removed or overwritten itself");
    }

    @Test
    void anEntryThatIsThereAfterConvergenceThoughRemovedIsFound() {
        EntryResurrectionChecker checker = new EntryResurrectionChecker(violations::add);
        checker.writes("node 0", "s", "k", "v1", null);
        Runnable applied = checker.writes("node 1", "s", "k", "v2", "v1");
        checker.converged("s", "k", "v1", List.of("node 1"));
        applied.run();
        checker.converged("s", "k", "v2", List.of("node 1"));
        checker.converged("s", "k", "v1", List.of("node 0"));
        assertThat(violations).isEmpty();
        checker.converged("s", "k", "v1", List.of("node 0", "node 1"));
        assertThat(violations)
                .containsExactly("After convergence there is s[k]=v1, which node 1 had removed or overwritten");
    }

    @Test
    void anEntryThatNobodyWroteIsFoundAndAValueNamesItsWrite() {
        EntryResurrectionChecker checker = new EntryResurrectionChecker(violations::add);
        checker.sees("node 0", "s", "k", "v1");
        checker.told("node 0", "s", "k", "v1");
        assertThat(violations).hasSize(2).allMatch(text -> text.contains("which nobody wrote"));
        checker.writes("node 0", "s", "k", "v2", null);
        assertThatThrownBy(() -> checker.writes("node 0", "s", "k", "v2", null))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void viewsThatDifferAreFound() {
        assertThat(ConvergenceChecker.difference("map 'm'", new TreeMap<>(Map.of(0, "a", 1, "a"))))
                .isEmpty();
        assertThat(ConvergenceChecker.difference("map 'm'", new TreeMap<>(Map.of(0, "a", 1, "a", 2, "b"))))
                .contains("map 'm' differs: node 0 has a, node 2 has b");
        assertThat(ConvergenceChecker.difference("map 'm'", new TreeMap<>())).isEmpty();
    }
}
