package dev.grapevine.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class IdleThreadsTest {

    private static final long PATIENCE = 60;

    private final IdleThreads queue = new IdleThreads();

    /** A thread that waits for one task and tells its number once it has one; waits until it waits. */
    private Thread waiter(int number, BlockingQueue<Integer> served) throws InterruptedException {
        Thread thread = new Thread(() -> {
            try {
                queue.take();
                served.add(number);
            } catch (InterruptedException e) {
                served.add(-number);
            }
        });
        thread.start();
        while (thread.getState() != Thread.State.WAITING && thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        return thread;
    }

    @Test
    void aTaskGoesToTheThreadThatBecameIdleLast() throws Exception {
        BlockingQueue<Integer> served = new LinkedBlockingQueue<>();
        for (int i = 1; i <= 3; i++) {
            waiter(i, served);
        }
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            assertThat(queue.offer(() -> {})).isTrue();
            order.add(served.poll(PATIENCE, TimeUnit.SECONDS));
        }
        assertThat(order).containsExactly(3, 2, 1);
        assertThat(queue.offer(() -> {})).isFalse();
    }

    @Test
    void whereNoThreadWaitsATaskIsKeptInOrderOnlyIfItIsPut() throws Exception {
        Runnable first = () -> {};
        Runnable second = () -> {};
        assertThat(queue.offer(first)).isFalse();
        queue.put(first);
        queue.put(second);
        assertThat(queue).containsExactly(first, second);
        assertThat(queue.peek()).isSameAs(first);
        assertThat(queue.remove(first)).isTrue();
        assertThat(queue.poll(0, TimeUnit.SECONDS)).isSameAs(second);
        assertThat(queue.poll()).isNull();
        assertThat(queue).isEmpty();
    }

    @Test
    void whatWaitsCanBeTakenAwayAsAWholeOrInPart() {
        for (int i = 0; i < 5; i++) {
            queue.put(() -> {});
        }
        List<Runnable> some = new ArrayList<>();
        assertThat(queue.drainTo(some, 2)).isEqualTo(2);
        assertThat(queue.drainTo(some)).isEqualTo(3);
        assertThat(some).hasSize(5);
        assertThat(queue).isEmpty();
    }

    @Test
    void aThreadThatGaveUpOrWasInterruptedIsGivenNothing() throws Exception {
        assertThat(queue.poll(1, TimeUnit.MILLISECONDS)).isNull();
        BlockingQueue<Integer> served = new LinkedBlockingQueue<>();
        Thread interrupted = waiter(1, served);
        interrupted.interrupt();
        assertThat(served.poll(PATIENCE, TimeUnit.SECONDS)).isEqualTo(-1);
        assertThat(queue.offer(() -> {})).isFalse();
    }

    @Test
    void whateverTheRaceBetweenGivingUpInterruptsAndTasksNoTaskIsLostOrDoneTwice() throws Exception {
        int tasks = 20_000;
        AtomicInteger done = new AtomicInteger();
        CountDownLatch all = new CountDownLatch(tasks);
        List<Thread> takers = new ArrayList<>();
        List<CompletableFuture<Void>> ends = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            CompletableFuture<Void> end = new CompletableFuture<>();
            ends.add(end);
            takers.add(new Thread(() -> {
                take(all);
                end.complete(null);
            }));
        }
        takers.forEach(Thread::start);
        for (int i = 0; i < tasks; i++) {
            queue.put(() -> {
                done.incrementAndGet();
                all.countDown();
            });
            if (i % 7 == 0) {
                takers.get(i % takers.size()).interrupt();
            }
        }
        assertThat(all.await(PATIENCE, TimeUnit.SECONDS)).isTrue();
        for (CompletableFuture<Void> end : ends) {
            end.get(PATIENCE, TimeUnit.SECONDS);
        }
        assertThat(done).hasValue(tasks);
        assertThat(queue).isEmpty();
    }

    private void take(CountDownLatch until) {
        while (until.getCount() > 0) {
            try {
                Runnable task = queue.poll(50, TimeUnit.MICROSECONDS);
                if (task != null) {
                    task.run();
                }
            } catch (InterruptedException e) {
                // what this is about: the next turn
            }
        }
    }
}
