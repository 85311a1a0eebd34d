package dev.grapevine.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.runtime.ConflatedState.Change;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

class ConflatedStateTest {

    private static final Scheduler INLINE = Schedulers.immediate();

    private final ConflatedState<String, Integer> state = new ConflatedState<>();

    private Flux<String> told() {
        return state.changes(INLINE).map(ConflatedStateTest::tell);
    }

    private static String tell(Change<String, Integer> change) {
        return change.gone() ? "-" + change.key() : change.key() + change.state();
    }

    @Test
    void aSubscriberIsGivenWhatIsThereAndThenEveryChange() {
        state.put("b", 1);
        state.put("a", 1);
        StepVerifier.create(told())
                .expectNext("a1", "b1")
                .then(() -> state.put("a", 2))
                .expectNext("a2")
                .then(() -> state.remove("b", 0))
                .expectNext("-b")
                .then(state::complete)
                .verifyComplete();
    }

    @Test
    void aSlowSubscriberIsToldTheLatestOfEachKeyOnly() {
        state.put("a", 1);
        StepVerifier.create(told(), 1)
                .expectNext("a1")
                .then(() -> {
                    for (int i = 2; i < 1000; i++) {
                        state.put("a", i);
                        state.put("b", i);
                    }
                })
                .thenRequest(2)
                .expectNext("b999", "a999")
                .thenRequest(9)
                .expectNoEvent(Duration.ofMillis(1))
                .thenCancel()
                .verify();
    }

    @Test
    void aKeyThatChangesBeforeTheWalkReachesItIsToldOnceAsItThenIs() {
        state.put("a", 1);
        state.put("b", 1);
        StepVerifier.create(told(), 1)
                .expectNext("a1")
                .then(() -> state.put("b", 2))
                .then(() -> state.put("c", 1))
                .thenRequest(9)
                .expectNext("b2", "c1")
                .then(state::complete)
                .verifyComplete();
    }

    @Test
    void completionComesAfterWhatStillWaits() {
        state.put("a", 1);
        StepVerifier.create(told(), 0)
                .then(state::complete)
                .thenRequest(1)
                .expectNext("a1")
                .verifyComplete();
    }

    @Test
    void removingWhatIsNotThereTellsNobody() {
        state.remove("x", 0);
        StepVerifier.create(told()).then(state::complete).verifyComplete();
    }

    @Test
    void keysThatCameAndWentWhileTheSubscriberWasBusyTakeNoRoomAndAreNotTold() {
        state.put("a", 1);
        StepVerifier.create(told(), 2)
                .expectNext("a1")
                .then(() -> state.put("b", 1))
                .expectNext("b1")
                .then(() -> {
                    for (int i = 0; i < 1000; i++) {
                        state.put("c" + i, i);
                        state.put("c" + i, i + 1);
                        state.remove("c" + i, i);
                    }
                    state.remove("b", 0);
                    state.put("b", 2);
                    state.remove("b", 0);
                })
                .thenRequest(9)
                .expectNext("-b")
                .then(state::complete)
                .verifyComplete();
    }

    @Test
    void howeverSlowEverySubscriberEndsWithTheSameStateAsTheSource() {
        for (int seed = 0; seed < 500; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            ConflatedState<String, Integer> source = new ConflatedState<>();
            TreeMap<String, Integer> seen = new TreeMap<>();
            StepVerifier.FirstStep<Change<String, Integer>> verifier =
                    StepVerifier.create(source.changes(INLINE).doOnNext(change -> apply(change, seen)), 0);
            StepVerifier.Step<Change<String, Integer>> step = verifier.then(() -> {});
            for (int i = 0; i < 80; i++) {
                String key = "k" + random.nextInt(6);
                int value = i;
                boolean put = random.nextInt(3) > 0;
                step = step.then(() -> {
                    if (put) {
                        source.put(key, value);
                    } else {
                        source.remove(key, value);
                    }
                });
                if (random.nextInt(4) == 0) {
                    step = step.thenRequest(1 + random.nextInt(3));
                }
            }
            step.then(source::complete)
                    .thenRequest(Long.MAX_VALUE)
                    .thenConsumeWhile(change -> true)
                    .verifyComplete();
            assertThat(seen).as("seed %d", seed).isEqualTo(source.states());
        }
    }

    private static void apply(Change<String, Integer> change, TreeMap<String, Integer> seen) {
        if (change.gone()) {
            seen.remove(change.key());
        } else {
            seen.put(change.key(), change.state());
        }
    }
}
