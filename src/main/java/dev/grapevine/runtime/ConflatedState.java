package dev.grapevine.runtime;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;

/**
 * A keyed state that can be read from any thread and watched: each subscriber is given every key that is there, then
 * every change, conflated by key while it is slow. So it never misses the latest of any key, and what waits for it is
 * bounded by the number of keys that are there or that it was told of.
 *
 * <p>Changed on the node's thread only.
 *
 * @param <K> type of the keys
 * @param <S> type of the states
 */
final class ConflatedState<K extends Comparable<K>, S> {

    /**
     * One key as it stands.
     *
     * @param key the key
     * @param state its state; for a key that is gone, what was last told of it
     * @param gone whether the key is gone
     */
    record Change<K, S>(K key, S state, boolean gone) {}

    private final ConcurrentSkipListMap<K, S> states = new ConcurrentSkipListMap<>();
    private final List<StateSubscription<K, S>> subscribers = new CopyOnWriteArrayList<>();
    private volatile boolean completed;

    @Nullable S get(K key) {
        return states.get(key);
    }

    Map<K, S> states() {
        return states;
    }

    void put(K key, S state) {
        change(new Change<>(key, state, false));
    }

    /** Takes a key away; its subscribers are told the given last state. */
    void remove(K key, S last) {
        change(new Change<>(key, last, true));
    }

    private void change(Change<K, S> change) {
        synchronized (this) {
            apply(change);
        }
        wakeAll();
    }

    /**
     * Several changes that no subscriber is told the first of before all are made.
     *
     * @param changes what changes, in order
     * @param made called when they are made, before any subscriber is told; must be short
     */
    void changeAll(List<Change<K, S>> changes, Runnable made) {
        synchronized (this) {
            changes.forEach(this::apply);
            made.run();
        }
        wakeAll();
    }

    private void apply(Change<K, S> change) {
        if (!change.gone()) {
            changed(change, states.put(change.key(), change.state()) == null);
        } else if (states.remove(change.key()) != null) {
            changed(change, false);
        }
    }

    private void changed(Change<K, S> change, boolean appeared) {
        for (StateSubscription<K, S> subscriber : subscribers) {
            subscriber.changed(change, appeared);
        }
    }

    private void wakeAll() {
        for (StateSubscription<K, S> subscriber : subscribers) {
            subscriber.wake();
        }
    }

    /** The next key of a snapshot that a subscriber walks through, under the lock so that no change slips between. */
    synchronized Map.@Nullable Entry<K, S> after(@Nullable K cursor) {
        return cursor == null ? states.firstEntry() : states.higherEntry(cursor);
    }

    void unsubscribe(StateSubscription<K, S> subscription) {
        subscribers.remove(subscription);
    }

    void complete() {
        completed = true;
        subscribers.forEach(DrainSubscription::complete);
    }

    Flux<Change<K, S>> changes(Scheduler delivery) {
        return new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super Change<K, S>> actual) {
                StateSubscription<K, S> subscription = new StateSubscription<>(ConflatedState.this, actual, delivery);
                subscribers.add(subscription);
                if (completed) {
                    subscription.complete();
                }
                subscription.begin();
            }
        };
    }
}
