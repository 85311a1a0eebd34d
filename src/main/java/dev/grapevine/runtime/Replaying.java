package dev.grapevine.runtime;

import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.Input;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * The subscriptions of this node that began at the retained window, and their way to its core, which gives each of them apart
 * from the others. They begin, and say how much they take, on any thread; those that begin before the node is bound wait
 * for that.
 */
final class Replaying {

    /** Most of them at a time. */
    private static final int MAX_SUBSCRIPTIONS = 1024;

    private final Commands commands;
    private final Map<Long, DeliverySubscription<?>> subscriptions = new ConcurrentSkipListMap<>();
    private @Nullable Scheduler scheduler;
    private long last;

    Replaying(Commands commands) {
        this.commands = commands;
    }

    /**
     * A subscription begins.
     *
     * @return false if there are too many already
     */
    synchronized boolean begin(DeliverySubscription<?> subscription) {
        if (subscriptions.size() >= MAX_SUBSCRIPTIONS) {
            return false;
        }
        last++;
        subscription.replay(last);
        subscriptions.put(last, subscription);
        submit(new Input.Replay(last, subscription.topic()));
        return true;
    }

    static IllegalStateException tooMany(String topic) {
        return new IllegalStateException("At most " + MAX_SUBSCRIPTIONS
                + " subscriptions of a node can begin at the retained window: topic '" + topic + "'");
    }

    /** It takes so many messages more. */
    void room(long subscription, int messages) {
        submit(new Input.ReplayRoom(subscription, messages));
    }

    /** It is over. */
    void end(DeliverySubscription<?> subscription) {
        subscriptions.remove(subscription.replay());
        submit(new Input.ReplayEnd(subscription.replay()));
    }

    /** The node is bound; on its thread. */
    synchronized void open(Scheduler thread) {
        scheduler = thread;
        subscriptions.forEach(
                (number, subscription) -> commands.accept(new Input.Replay(number, subscription.topic())));
    }

    private synchronized void submit(Input input) {
        Scheduler thread = scheduler;
        if (thread != null) {
            try {
                thread.schedule(() -> commands.accept(input));
            } catch (RejectedExecutionException stopped) {
                // Nothing comes of it: the node has stopped, and completes the subscription.
            }
        } // else it begins when the node is bound, and was given nothing before
    }

    /** The core gives or asks a subscription something; on the node's thread. */
    void carryOut(Effect effect) {
        if (effect instanceof Effect.Replayed replayed) {
            DeliverySubscription<?> subscription = subscriptions.get(replayed.subscription());
            if (subscription != null) {
                Effect.Deliver messages = replayed.messages();
                subscription.offer(
                        EffectDispatcher.priority(messages.topic()),
                        Run.messages(messages.origin(), messages.first(), messages.payloads()));
                subscription.wake();
            }
        } else if (effect instanceof Effect.ReplayGap replayed) {
            DeliverySubscription<?> subscription = subscriptions.get(replayed.subscription());
            if (subscription != null) {
                subscription.offer(EffectDispatcher.priority(replayed.gap().topic()), Run.lost(replayed.gap()));
                subscription.wake();
            }
        } else if (effect instanceof Effect.ReplayWaits waits) {
            DeliverySubscription<?> subscription = subscriptions.get(waits.subscription());
            if (subscription != null) {
                subscription.replayWaits();
            }
        }
    }
}
