package dev.grapevine.runtime;

import java.util.AbstractQueue;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The queue between those that have tasks and the threads of a pool that wait for them. A task goes to the thread that has been
 * idle for the shortest time: what it needs is still in that processor's cache, and a pool that has grown in a rush shrinks
 * again, since the other threads stay idle until they end. (The queues of {@code java.util.concurrent} that can hold tasks wake the
 * thread that has waited longest, so that all are used in turn, each with what it needs long gone.)
 *
 * <p>{@link #offer} takes a task only if a thread waits for it, so that a pool starts another thread rather than queue;
 * {@link #put} takes it in any case. Nothing is bounded here: that is the callers'.
 */
final class IdleThreads extends AbstractQueue<Runnable> implements BlockingQueue<Runnable> {

    /** A thread that waits, and the task that it was given; null until it was. */
    private static final class Idle {
        final Condition called;

        @Nullable Runnable task;

        Idle(Condition called) {
            this.called = called;
        }
    }

    private final ReentrantLock lock = new ReentrantLock();

    /** While threads wait there are none. */
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();

    private final ArrayDeque<Idle> idle = new ArrayDeque<>();

    /**
     * The lock is held for some instructions at a time. Whoever finds it taken tries again: it may be a node's thread, which must
     * not be put to sleep, as it would be if it waited.
     */
    private void enter() {
        while (!lock.tryLock()) {
            Thread.onSpinWait();
        }
    }

    @Override
    public boolean offer(Runnable task) {
        enter();
        try {
            Idle last = idle.pollLast();
            if (last != null) {
                last.task = task;
                last.called.signal();
            }
            return last != null;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void put(Runnable task) {
        enter();
        try {
            if (!offer(task)) {
                tasks.add(task);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Runnable take() throws InterruptedException {
        Runnable task = null;
        while (task == null) {
            task = poll(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
        }
        return task;
    }

    @Override
    public @Nullable Runnable poll(long timeout, TimeUnit unit) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            Runnable task = tasks.poll();
            return task != null ? task : await(unit.toNanos(timeout));
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Runnable await(long nanos) throws InterruptedException {
        Idle self = new Idle(lock.newCondition());
        idle.addLast(self);
        try {
            for (long left = nanos; left > 0 && self.task == null; ) {
                left = self.called.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            if (self.task == null) {
                throw e;
            }
            Thread.currentThread().interrupt(); // to be told behind the task, which must not be lost
        } finally {
            idle.remove(self);
        }
        return self.task;
    }

    @Override
    public boolean offer(Runnable task, long timeout, TimeUnit unit) {
        return offer(task);
    }

    @Override
    public @Nullable Runnable poll() {
        return locked(tasks::poll);
    }

    @Override
    public @Nullable Runnable peek() {
        return locked(tasks::peek);
    }

    @Override
    public boolean remove(Object task) {
        return locked(() -> tasks.remove(task));
    }

    @Override
    public int size() {
        return locked(tasks::size);
    }

    @Override
    public Iterator<Runnable> iterator() {
        return locked(() -> List.copyOf(tasks)).iterator();
    }

    @Override
    public int remainingCapacity() {
        return Integer.MAX_VALUE;
    }

    @Override
    public int drainTo(Collection<? super Runnable> to) {
        return drainTo(to, Integer.MAX_VALUE);
    }

    @Override
    public int drainTo(Collection<? super Runnable> to, int most) {
        return locked(() -> {
            int count = 0;
            for (; count < most && !tasks.isEmpty(); count++) {
                to.add(tasks.remove());
            }
            return count;
        });
    }

    private <T extends @Nullable Object> T locked(Supplier<T> look) {
        enter();
        try {
            return look.get();
        } finally {
            lock.unlock();
        }
    }
}
