package dev.grapevine.runtime;

import dev.grapevine.membership.NodeHealth;
import dev.grapevine.protocol.frame.StreamName;
import dev.grapevine.protocol.step.JoinState;
import dev.grapevine.protocol.step.Tuning;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/** What the outside sees of a node: members, topics, stores, and whether it has found others. */
final class NodeViews {

    private final MembershipView members = new MembershipView();
    private final Map<String, TopicChannel<?>> topics = new ConcurrentHashMap<>();
    private final Map<String, StoreView> stores = new ConcurrentHashMap<>();
    private final ConflatedState<String, JoinState> joinState = new ConflatedState<>();
    private final ConflatedState<String, NodeHealth> health = new ConflatedState<>();
    private final ConflatedState<String, Tuning> tuning = new ConflatedState<>();
    private final Sinks.Empty<Void> left = Sinks.empty();
    private final List<DrainSubscription<?>> given = new ArrayList<>();
    private volatile boolean completed;

    NodeViews() {
        health.put("", NodeHealth.GOOD);
    }

    MembershipView members() {
        return members;
    }

    Map<String, TopicChannel<?>> topics() {
        return topics;
    }

    /** Whether no more will come: what is opened from now on is complete from the start. */
    boolean isCompleted() {
        return completed;
    }

    /** Puts a run into the buffers of the subscribers; they begin with it once they are woken. On the node's thread. */
    void offer(String stream, Run run) {
        TopicChannel<?> channel = topics.get(StreamName.topic(stream));
        if (channel != null) {
            channel.offer(stream, run, given::add);
        }
    }

    /** Whether subscribers wait to be woken. */
    boolean isAnyGiven() {
        return !given.isEmpty();
    }

    /** Wakes the subscribers that were given something. On the node's thread. */
    void wake() {
        for (int i = 0; i < given.size(); i++) {
            given.get(i).wake();
        }
        given.clear();
    }

    /** The view of a store; the core bounds how many there are. */
    StoreView store(String name) {
        StoreView store = stores.computeIfAbsent(name, unused -> new StoreView());
        if (completed) {
            store.entries().complete();
        }
        return store;
    }

    void joinChanged(JoinState state) {
        joinState.put("", state);
    }

    void healthChanged(NodeHealth changed) {
        health.put("", changed);
    }

    Flux<NodeHealth> health(Scheduler delivery) {
        return health.changes(delivery).map(ConflatedState.Change::state);
    }

    void tuned(Tuning changed) {
        tuning.put("", changed);
    }

    Flux<Tuning> tuning(Scheduler delivery) {
        return tuning.changes(delivery).map(ConflatedState.Change::state);
    }

    Flux<JoinState> joinStates(Scheduler delivery) {
        return joinState.changes(delivery).map(ConflatedState.Change::state);
    }

    NodeHealth currentHealth() {
        NodeHealth now = health.get("");
        return now == null ? NodeHealth.GOOD : now;
    }

    Optional<JoinState> currentJoinState() {
        return Optional.ofNullable(joinState.get(""));
    }

    void leaveConfirmed() {
        left.tryEmitEmpty();
    }

    Mono<Void> left() {
        return left.asMono();
    }

    /** No more will come. */
    void complete() {
        completed = true;
        left.tryEmitEmpty();
        joinState.complete();
        health.complete();
        tuning.complete();
        members.complete();
        topics.values().forEach(TopicChannel::complete);
        stores.values().forEach(store -> store.entries().complete());
    }
}
