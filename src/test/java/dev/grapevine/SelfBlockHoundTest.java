package dev.grapevine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import reactor.blockhound.BlockingOperationError;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.resources.LoopResources;

/** Shows that BlockHound bites here; without this the other tests of this execution would prove nothing. */
class SelfBlockHoundTest {

    @Test
    void parkingANettyEventLoopIsAnError() {
        LoopResources loops = LoopResources.create("blockhound-self", 1, true);
        try {
            Scheduler eventLoop = Schedulers.fromExecutorService(loops.onServer(false));
            assertThat(failureOfParkingOn(eventLoop)).hasRootCauseInstanceOf(BlockingOperationError.class);
        } finally {
            loops.disposeLater(Duration.ZERO, Duration.ofSeconds(5)).block(Duration.ofSeconds(10));
        }
    }

    @Test
    void parkingAReactorWorkerIsAnError() {
        Scheduler worker = Schedulers.newSingle("blockhound-self");
        try {
            assertThat(failureOfParkingOn(worker)).hasRootCauseInstanceOf(BlockingOperationError.class);
        } finally {
            worker.dispose();
        }
    }

    @Test
    void parkingAThreadThatMayBlockIsNotAnError() {
        Scheduler mayBlock = Schedulers.newBoundedElastic(1, 1, "blockhound-self");
        try {
            assertThatCode(() -> park(mayBlock)).doesNotThrowAnyException();
        } finally {
            mayBlock.dispose();
        }
    }

    private static Throwable failureOfParkingOn(Scheduler scheduler) {
        Throwable[] failure = new Throwable[1];
        assertThatCode(() -> park(scheduler)).satisfies(thrown -> failure[0] = thrown);
        return failure[0];
    }

    private static void park(Scheduler scheduler) {
        Mono.fromRunnable(() -> LockSupport.parkNanos(1)).subscribeOn(scheduler).block(Duration.ofSeconds(10));
    }
}
