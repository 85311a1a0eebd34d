package dev.grapevine.runtime;

import dev.grapevine.runtime.ConflatedState.Change;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.scheduler.Scheduler;

/**
 * One watcher of a keyed state: walks through the keys that are there, without a copy, and then hands out changes, the
 * latest of each key, in the order in which keys first changed. A change of a key that the walk has yet to reach is told
 * when the walk gets there.
 */
final class StateSubscription<K extends Comparable<K>, S> extends DrainSubscription<Change<K, S>> {

    /**
     * A change that waits.
     *
     * @param change the latest of its key
     * @param unseen whether the subscriber does not know of the key: should it go again, there is nothing to tell
     */
    private record Pending<K, S>(Change<K, S> change, boolean unseen) {}

    private final ConflatedState<K, S> state;
    private final Map<K, Pending<K, S>> pending = new LinkedHashMap<>();
    private @Nullable K cursor;
    private boolean walking = true;

    StateSubscription(ConflatedState<K, S> state, CoreSubscriber<? super Change<K, S>> actual, Scheduler delivery) {
        super(actual, delivery);
        this.state = state;
    }

    /**
     * Notes a change; on the node's thread, under the state's lock.
     *
     * @param change the change
     * @param appeared whether the key was not there before
     */
    void changed(Change<K, S> change, boolean appeared) {
        if (walking && (cursor == null || change.key().compareTo(cursor) > 0)) {
            return; // the walk will find it as it then is
        }
        Pending<K, S> before = pending.get(change.key());
        boolean unseen = before == null ? appeared : before.unseen();
        if (change.gone() && unseen) {
            pending.remove(change.key());
        } else {
            pending.put(change.key(), new Pending<>(change, unseen));
        }
    }

    @Override
    long emit(long most) {
        Change<K, S> change = poll();
        if (change == null) {
            return 0;
        }
        next(change);
        return 1;
    }

    private @Nullable Change<K, S> poll() {
        synchronized (state) {
            if (walking) {
                Map.Entry<K, S> entry = state.after(cursor);
                if (entry != null) {
                    cursor = entry.getKey();
                    return new Change<>(entry.getKey(), entry.getValue(), false);
                }
                walking = false;
            }
            Iterator<Pending<K, S>> changes = pending.values().iterator();
            if (!changes.hasNext()) {
                return null;
            }
            Change<K, S> first = changes.next().change();
            changes.remove();
            return first;
        }
    }

    @Override
    boolean isEmpty() {
        synchronized (state) {
            return pending.isEmpty() && (!walking || state.after(cursor) == null);
        }
    }

    @Override
    void clear() {
        synchronized (state) {
            pending.clear();
        }
    }

    @Override
    void onCancel() {
        state.unsubscribe(this);
    }

    @Override
    @Nullable Throwable failure() {
        return null;
    }
}
