package dev.grapevine.runtime;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.MembershipEvent;
import dev.grapevine.membership.NodeHealth;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.JoinState;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/** What the outside sees of a node: members, topics, stores, and whether it has found others. */
final class NodeViews {

    private static final Logger log = LoggerFactory.getLogger(NodeViews.class);

    private final String node;
    private List<?> seeds;
    private final MembershipView members = new MembershipView();
    private final Map<String, TopicChannel<?>> topics = new ConcurrentHashMap<>();
    private final Map<String, StoreView> stores = new ConcurrentHashMap<>();
    private final ConflatedState<String, JoinState> joinState = new ConflatedState<>();
    private final ConflatedState<String, NodeHealth> health = new ConflatedState<>();
    private final Sinks.Empty<Void> left = Sinks.empty();
    private volatile boolean completed;

    NodeViews(String node, List<String> seeds) {
        this.node = node;
        this.seeds = seeds;
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

    void offer(String topic, Run run) {
        TopicChannel<?> channel = topics.get(topic);
        if (channel != null) {
            channel.offer(run);
        }
    }

    /** The view of a store; the core bounds how many there are. */
    StoreView store(String name) {
        StoreView store = stores.computeIfAbsent(name, unused -> new StoreView());
        if (completed) {
            store.entries().complete();
        }
        return store;
    }

    /** What is sought now, for the log. On the node's thread. */
    void seedsChanged(List<Address> addresses) {
        seeds = addresses;
    }

    /** What changes in one step. */
    void membersChanged(List<Effect.MemberChanged> changes) {
        List<MembershipEvent> events = members.changed(changes);
        MembershipLog.changed(node, events, members.members().size());
    }

    /** Told on changes only, so each is logged once. */
    void joinChanged(JoinState state) {
        switch (state) {
            case SEEKING -> log.warn("{} has reached none of its seeds {} so far; it keeps trying", node, seeds);
            case SUPERSEDED ->
                log.error(
                        "{} is refused by its cluster: another process with its id started later, or another member has"
                                + " its address. It takes no part until that one is forgotten",
                        node);
            case ISOLATED -> log.warn("{} has lost sight of every other member; it keeps trying to find them", node);
            case JOINED -> log.info("{} has found its cluster", node);
            default -> log.info("{}: {}", node, state);
        }
        joinState.put("", state);
    }

    /** Who flaps is logged when that changes; isolation is told by the join state. */
    void healthChanged(NodeHealth changed) {
        NodeHealth before = health.get("");
        if (before == null || !ids(changed).equals(ids(before))) {
            log.info("{}: members that flap: {}", node, changed.flapping());
        }
        health.put("", changed);
    }

    private static List<MemberId> ids(NodeHealth health) {
        return health.flapping().stream().map(Member::id).toList();
    }

    Flux<NodeHealth> health(Scheduler delivery) {
        return health.changes(delivery).map(ConflatedState.Change::state);
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
        members.complete();
        topics.values().forEach(TopicChannel::complete);
        stores.values().forEach(store -> store.entries().complete());
    }
}
