package dev.grapevine.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.test.StepVerifier;

class SimulationSchedulerTest {

    private final SimulationScheduler scheduler = new SimulationScheduler(1);
    private final List<String> ran = new ArrayList<>();

    @Test
    void nothingRunsBeforeTimePasses() {
        scheduler.schedule(() -> ran.add("now"));
        assertThat(ran).isEmpty();
        scheduler.advanceBy(Duration.ZERO);
        assertThat(ran).containsExactly("now");
        assertThat(scheduler.nanos()).isZero();
    }

    @Test
    void tasksRunInTheOrderOfTheirTimeAndTimeStopsAtTheEndAsked() {
        scheduler.schedule(() -> ran.add("3ms at " + scheduler.now(TimeUnit.MILLISECONDS)), 3, TimeUnit.MILLISECONDS);
        scheduler.schedule(() -> ran.add("1ms at " + scheduler.now(TimeUnit.MILLISECONDS)), 1, TimeUnit.MILLISECONDS);
        scheduler.schedule(() -> ran.add("never"), 9, TimeUnit.MILLISECONDS);
        scheduler.advanceTo(Duration.ofMillis(8));
        assertThat(ran).containsExactly("1ms at 1", "3ms at 3");
        assertThat(scheduler.nanos()).isEqualTo(8_000_000);
    }

    @Test
    void aWorkerKeepsItsOrderAtOneInstantWhileTheSeedShufflesWorkers() {
        Set<String> orders = new TreeSet<>();
        for (long seed = 0; seed < 32; seed++) {
            SimulationScheduler seeded = new SimulationScheduler(seed);
            StringBuilder order = new StringBuilder();
            Scheduler.Worker a = seeded.createWorker();
            Scheduler.Worker b = seeded.createWorker();
            for (int i = 0; i < 3; i++) {
                String digit = Integer.toString(i);
                a.schedule(() -> order.append('a').append(digit));
                b.schedule(() -> order.append('b').append(digit));
            }
            seeded.advanceBy(Duration.ZERO);
            assertThat(order.toString().replaceAll("b.", "")).as("seed " + seed).isEqualTo("a0a1a2");
            assertThat(order.toString().replaceAll("a.", "")).as("seed " + seed).isEqualTo("b0b1b2");
            orders.add(order.toString());
        }
        assertThat(orders).hasSizeGreaterThan(1);
    }

    @Test
    void aSingleThreadedViewKeepsTheOrderOverAllItsWorkers() {
        for (long seed = 0; seed < 32; seed++) {
            SimulationScheduler seeded = new SimulationScheduler(seed);
            Scheduler single = seeded.process("node").single();
            List<Integer> order = new ArrayList<>();
            Scheduler.Worker a = single.createWorker();
            Scheduler.Worker b = single.createWorker();
            a.schedule(() -> order.add(0));
            b.schedule(() -> order.add(1));
            single.schedule(() -> order.add(2));
            a.schedule(() -> order.add(3));
            seeded.advanceBy(Duration.ZERO);
            assertThat(order).as("seed " + seed).containsExactly(0, 1, 2, 3);
        }
    }

    @Test
    void aPeriodicTaskKeepsItsRateUntilItIsCancelled() {
        Disposable periodic = scheduler.schedulePeriodically(
                () -> ran.add("" + scheduler.now(TimeUnit.MILLISECONDS)), 5, 10, TimeUnit.MILLISECONDS);
        scheduler.advanceBy(Duration.ofMillis(30));
        periodic.dispose();
        scheduler.advanceBy(Duration.ofMillis(30));
        assertThat(ran).containsExactly("5", "15", "25");
    }

    @Test
    void cancelledTasksDoNotRunAndDoNotPileUp() {
        for (int i = 0; i < 100_000; i++) {
            scheduler.schedule(() -> ran.add("cancelled"), 1, TimeUnit.HOURS).dispose();
        }
        assertThat(scheduler.waiting()).isLessThan(2_500);
        scheduler.advanceBy(Duration.ofHours(2));
        assertThat(ran).isEmpty();
        assertThat(scheduler.waiting()).isZero();
    }

    @Test
    void disposingAWorkerCancelsItsTasksAndRefusesFurtherOnes() {
        Scheduler.Worker worker = scheduler.createWorker();
        worker.schedule(() -> ran.add("worker"));
        scheduler.schedule(() -> ran.add("other"));
        worker.dispose();
        scheduler.advanceBy(Duration.ofMillis(1));
        assertThat(ran).containsExactly("other");
        assertThatThrownBy(() -> worker.schedule(() -> {})).isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void aStalledProcessRunsWhatItMissedInOrderWhenItResumes() {
        SimulatedProcess process = scheduler.process("node");
        Scheduler single = process.single();
        single.schedulePeriodically(() -> ran.add("tick"), 10, 10, TimeUnit.MILLISECONDS);
        single.schedule(() -> ran.add("late"), 12, TimeUnit.MILLISECONDS);
        process.stall();
        scheduler.advanceBy(Duration.ofMillis(35));
        assertThat(ran).isEmpty();
        process.resume();
        scheduler.advanceBy(Duration.ZERO);
        assertThat(ran).containsExactly("tick", "late", "tick", "tick");
    }

    @Test
    void aKilledProcessNeverRunsAgainAndTheOthersDo() {
        SimulatedProcess process = scheduler.process("victim");
        Scheduler victim = process.parallel();
        victim.schedule(() -> ran.add("before"));
        scheduler.advanceBy(Duration.ofMillis(1));
        victim.schedule(() -> ran.add("victim"));
        process.kill();
        victim.schedule(() -> ran.add("victim"));
        scheduler.process("other").single().schedule(() -> ran.add("other"));
        scheduler.advanceBy(Duration.ofMillis(1));
        assertThat(ran).containsExactly("before", "other");
    }

    @Test
    void runUntilStopsAtTheConditionOrAtTheDeadline() {
        scheduler.schedulePeriodically(() -> ran.add("tick"), 1, 1, TimeUnit.SECONDS);
        assertThat(scheduler.runUntil(() -> ran.size() == 3, Duration.ofSeconds(10)))
                .isTrue();
        assertThat(scheduler.nanos()).isEqualTo(3_000_000_000L);
        assertThat(scheduler.runUntil(() -> ran.size() == 100, Duration.ofSeconds(10)))
                .isFalse();
        assertThat(scheduler.nanos()).isEqualTo(13_000_000_000L);
    }

    @Test
    void aTaskMayNotLetTimePassItself() {
        scheduler.schedule(() -> scheduler.advanceBy(Duration.ofMillis(1)));
        assertThatThrownBy(() -> scheduler.advanceBy(Duration.ofMillis(1))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void anotherThreadMayNotGiveTasksWhileTheSimulationRuns() {
        AtomicReference<Throwable> seen = new AtomicReference<>();
        scheduler.schedule(() -> {
            Thread other = new Thread(() -> {
                try {
                    scheduler.schedule(() -> ran.add("other"));
                } catch (IllegalStateException e) {
                    seen.set(e);
                }
            });
            other.start();
            try {
                other.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        scheduler.advanceBy(Duration.ofMillis(1));
        assertThat(seen.get()).isInstanceOf(IllegalStateException.class).hasMessageContaining("replayed");
        assertThat(ran).isEmpty();
    }

    @Test
    void reactorsTimedOperatorsWorkInVirtualTime() {
        StepVerifier.create(Flux.interval(Duration.ofHours(1), scheduler).take(3))
                .then(() -> scheduler.advanceBy(Duration.ofHours(3)))
                .expectNext(0L, 1L, 2L)
                .verifyComplete();
        StepVerifier.create(Flux.just("a", "b").delayElements(Duration.ofDays(1), scheduler))
                .then(() -> scheduler.advanceBy(Duration.ofDays(1)))
                .expectNext("a")
                .then(() -> scheduler.advanceBy(Duration.ofDays(1)))
                .expectNext("b")
                .verifyComplete();
        StepVerifier.create(Mono.never().timeout(Duration.ofMinutes(1), scheduler))
                .then(() -> scheduler.advanceBy(Duration.ofMinutes(1)))
                .verifyError(TimeoutException.class);
        StepVerifier.create(
                        Flux.range(0, 1000).publishOn(scheduler.process("node").parallel()))
                .then(() -> scheduler.advanceBy(Duration.ZERO))
                .expectNextCount(1000)
                .verifyComplete();
    }
}
