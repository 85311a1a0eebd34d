package dev.grapevine.runtime;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Origin;
import dev.grapevine.observe.GrapevineObserver;
import dev.grapevine.protocol.frame.StreamName;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.protocol.step.Time;
import dev.grapevine.topic.Priority;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/** Carries out what the core wants done. Confined to the node's thread. */
final class EffectDispatcher {

    private static final Logger log = LoggerFactory.getLogger(EffectDispatcher.class);

    /** How late may be noticed that a subscriber's deadline is over, a line of the log is due, or a full peer has become one that lags. */
    private static final long USERS_TICK_NANOS = 250_000_000;

    private final Origin self;
    private final Scheduler scheduler;
    private final PeerLinks links;
    private final NodeViews views;
    private final Replaying replays;
    private final Acknowledging acknowledging;
    private final NodeLog nodeLog;
    private final GrapevineObserver observer;
    private final Sinks.Many<Address> dials = Sinks.many().unicast().onBackpressureBuffer();
    private long tickedAt;

    EffectDispatcher(
            Origin self,
            Scheduler scheduler,
            PeerLinks links,
            NodeViews views,
            Replaying replays,
            Acknowledging acknowledging,
            NodeLog nodeLog,
            GrapevineObserver observer) {
        this.self = self;
        this.scheduler = scheduler;
        this.links = links;
        this.views = views;
        this.replays = replays;
        this.acknowledging = acknowledging;
        this.nodeLog = nodeLog;
        this.observer = observer;
    }

    /** Addresses that the core wants dialled. */
    Flux<Address> dials() {
        return dials.asFlux();
    }

    /**
     * Time has passed: what was gathered for the log may be due, and messages that subscribers did not acknowledge; what
     * waits for peers is told.
     */
    void tick(Time now) {
        tickedAt = now.nanos();
        acknowledging.tick();
        nodeLog.tick();
        links.tellBytes();
    }

    /** How long the next tick may take to come, as far as this member's own users are concerned; not positive if it is late. */
    long untilTick(Time now) {
        boolean isTimed = acknowledging.isAny() || nodeLog.isTimed() || links.isAnyFull();
        return isTimed ? tickedAt + USERS_TICK_NANOS - now.nanos() : Long.MAX_VALUE;
    }

    /** Carries out the effects of one step in their order, then sends what they put into outboxes. */
    void carryOut(List<Effect> effects) {
        show(effects);
        for (int i = 0; i < effects.size(); i++) {
            carryOut(effects.get(i));
        }
        boolean sent = links.flush();
        if (views.isAnyGiven()) {
            wake(sent);
        }
    }

    /**
     * Wakes the subscribers that were given something: behind the transport's flush of what the step has sent, since to wake a
     * thread takes as long as a write to a socket, and peers would wait for as many as there are subscribers here.
     */
    private void wake(boolean behindFlush) {
        try {
            if (behindFlush) {
                scheduler.schedule(views::wake);
                return;
            }
        } catch (RejectedExecutionException stopped) {
            log.trace("The transport is gone, and with it whoever would wait", stopped);
        }
        views.wake();
    }

    /** What a step changes in the view is one change, and is there before anything else that the step tells. */
    private void show(List<Effect> effects) {
        List<Effect.MemberChanged> changes = new ArrayList<>(0);
        for (int i = 0; i < effects.size(); i++) {
            if (effects.get(i) instanceof Effect.MemberChanged changed) {
                changes.add(changed);
            }
        }
        if (!changes.isEmpty()) {
            nodeLog.membersChanged(views.members().changed(changes), self);
        }
    }

    private void carryOut(Effect effect) {
        if (effect instanceof Effect.Send send) {
            links.send(send.to(), send.lane(), send.frame());
        } else if (effect instanceof Effect.Deliver deliver) {
            deliver(deliver);
        } else if (effect instanceof Effect.StoreChanged changed) {
            views.store(changed.store()).changed(changed.key(), changed.value(), changed.writer());
        } else if (effect instanceof Effect.Noted noted) {
            observer.protocol(noted.event(), noted.count());
        } else if (effect instanceof Effect.Gap gap) {
            observer.lost(StreamName.topic(gap.topic()), gap.to() - gap.from() + 1);
            views.offer(gap.topic(), Run.lost(gap));
        } else if (effect instanceof Effect.RoundTrip roundTrip) {
            observer.roundTrip(roundTrip.nanos());
        } else if (effect instanceof Effect.Tuned tuned) {
            log.debug("Gossip: {}", tuned.tuning());
            observer.tuned(tuned.tuning());
            views.tuned(tuned.tuning());
        } else if (effect instanceof Effect.Rejected rejected) {
            rejected(rejected);
        } else {
            membership(effect);
        }
    }

    private void rejected(Effect.Rejected rejected) {
        if (rejected.reason() == RejectReason.MISBEHAVED) {
            log.warn("The link of {} is closed: it {}", rejected.peer(), rejected.detail());
        } else {
            log.debug("Rejected from {}: {} {}", rejected.peer(), rejected.reason(), rejected.detail());
        }
        observer.rejected(rejected.reason(), rejected.detail());
    }

    private void deliver(Effect.Deliver deliver) {
        int count = deliver.payloads().size();
        String topic = StreamName.topic(deliver.topic());
        if (deliver.origin().equals(self)) {
            observer.published(topic, count);
        }
        observer.delivered(topic, count);
        views.offer(deliver.topic(), Run.messages(deliver.origin(), deliver.first(), deliver.payloads()));
    }

    /** The priority of a stream's messages. */
    static Priority priority(String stream) {
        return StreamName.isCritical(stream) ? Priority.CRITICAL : Priority.NORMAL;
    }

    /** A node that stops, perhaps on the stack of this very step, dials nobody any more. */
    private void dial(Address address) {
        Sinks.EmitResult result = dials.tryEmitNext(address);
        if (result != Sinks.EmitResult.FAIL_CANCELLED) {
            result.orThrow();
        }
    }

    private void membership(Effect effect) {
        if (effect instanceof Effect.Dial dial) {
            dial(dial.address());
        } else if (effect instanceof Effect.Close close) {
            links.close(close.peer());
        } else if (effect instanceof Effect.MemberChanged changed) {
            observer.memberChanged(changed.member(), changed.status());
        } else if (effect instanceof Effect.JoinChanged joined) {
            nodeLog.joinChanged(joined.state());
            views.joinChanged(joined.state());
            observer.joinChanged(joined.state());
        } else if (effect instanceof Effect.HealthChanged changed) {
            nodeLog.healthChanged(changed.health());
            views.healthChanged(changed.health());
            observer.healthChanged(changed.health());
        } else if (effect instanceof Effect.LeaveConfirmed) {
            views.leaveConfirmed();
        } else {
            replays.carryOut(effect);
        }
    }
}
