package dev.grapevine.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

class UserThreadsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private UserThreads threads = new UserThreads("user-threads-test");
    private final CountDownLatch held = new CountDownLatch(1);

    @AfterEach
    void gone() {
        held.countDown();
        threads.dispose();
    }

    private void hold(int count) throws Exception {
        CountDownLatch holding = new CountDownLatch(count);
        for (int i = 0; i < count; i++) {
            threads.schedule(() -> {
                holding.countDown();
                try {
                    held.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        assertThat(holding.await(60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void asLongAsOneThreadIsFreeEveryTaskIsDone() throws Exception {
        hold(UserThreads.MAX_THREADS - 1);
        CountDownLatch done = new CountDownLatch(1000);
        for (int i = 0; i < 1000; i++) {
            threads.schedule(done::countDown);
        }
        assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aTaskThatComesAsTheLastIdleThreadEndsIsDone() throws Exception {
        threads = new UserThreads("user-threads-test", Duration.ZERO);
        hold(UserThreads.MAX_THREADS - 1);
        for (int i = 0; i < 10_000; i++) { // the thread of the one before is ending
            CountDownLatch done = new CountDownLatch(1);
            threads.schedule(done::countDown);
            assertThat(done.await(10, TimeUnit.SECONDS)).as("task %d", i).isTrue();
        }
    }

    @Test
    void whenAllAreHeldTasksWaitAndDisposingInterruptsThoseAndStillDoesTheRest() throws Exception {
        hold(UserThreads.MAX_THREADS);
        CountDownLatch done = new CountDownLatch(10);
        for (int i = 0; i < 10; i++) {
            threads.schedule(done::countDown);
        }
        assertThat(done.getCount()).isEqualTo(10);
        threads.dispose();
        assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void disposingInGoodOrderDoesWhatWasTakenRejectsTheRestAndEndsWithTheThreads() throws Exception {
        hold(UserThreads.MAX_THREADS);
        CountDownLatch done = new CountDownLatch(10);
        for (int i = 0; i < 10; i++) {
            threads.schedule(done::countDown);
        }
        StepVerifier.create(threads.disposeGracefully())
                .then(() -> assertThatThrownBy(() -> threads.schedule(() -> {}))
                        .isInstanceOf(RejectedExecutionException.class))
                .then(held::countDown)
                .expectComplete()
                .verify(PATIENCE);
        assertThat(done.getCount()).isZero();
    }

    @Test
    void threadsThatWereNeverUsedAreGoneAtOnce() {
        StepVerifier.create(threads.disposeGracefully()).expectComplete().verify(PATIENCE);
    }
}
