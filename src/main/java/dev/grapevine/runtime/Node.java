package dev.grapevine.runtime;

import dev.grapevine.codec.Codec;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MembershipEvent;
import dev.grapevine.membership.NodeHealth;
import dev.grapevine.observe.NodeState;
import dev.grapevine.protocol.step.Input;
import dev.grapevine.protocol.step.JoinState;
import dev.grapevine.protocol.step.Tuning;
import dev.grapevine.replicated.ReplicatedMap;
import dev.grapevine.topic.Order;
import dev.grapevine.topic.Topic;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * A node of the cluster: binds, joins, leaves and stops, and opens topics and maps. The public door in front of it is
 * {@code dev.grapevine.Grapevine}.
 */
public final class Node {

    private static final Logger log = LoggerFactory.getLogger(Node.class);

    private final NodeParts parts;
    private final NodeStatus status;
    private final SelfDescription self;
    private final Participation participation;
    private final NodeEnd end;
    private final NodeBinding binding;

    /**
     * A node that does nothing yet.
     *
     * @param config what it is built from
     */
    public Node(NodeConfig config) {
        this.parts = NodeParts.of(config);
        this.status = new NodeStatus(config.environment().lifecycle());
        this.self = new SelfDescription(config);
        this.participation = new Participation(parts, status, self);
        this.end = new NodeEnd(parts, status, participation);
        this.binding = new NodeBinding(parts, status, self, end::failed);
    }

    /**
     * The cluster's name.
     *
     * @return the name
     */
    public String cluster() {
        return parts.config().cluster();
    }

    /**
     * Where the node stands.
     *
     * @return the state
     */
    public NodeState state() {
        return status.state();
    }

    /**
     * Holds the port and starts the pipeline.
     *
     * @return completes when the port is held
     */
    public Mono<Void> bind() {
        return binding.bind();
    }

    /**
     * Announces the node and seeks the seeds.
     *
     * @return completes when the node takes part
     */
    public Mono<Void> join() {
        return participation.join();
    }

    /**
     * Announces that the node goes.
     *
     * @return completes when that is confirmed, or waiting for it has ended
     */
    public Mono<Void> leave() {
        return participation.leave();
    }

    /**
     * Leaves if need be and gives everything back.
     *
     * @return completes when that is done
     */
    public Mono<Void> stop() {
        return end.stop();
    }

    /**
     * This member.
     *
     * @return this member
     * @throws IllegalStateException before it is bound
     */
    public Member self() {
        return self.member();
    }

    /**
     * Gives this member other labels.
     *
     * @param labels the labels
     * @return completes when this member has them
     * @throws IllegalArgumentException if a limit is exceeded
     */
    public Mono<Void> updateMetadata(Map<String, String> labels) {
        return participation.updateMetadata(labels);
    }

    /**
     * The members in the view.
     *
     * @return an immutable list in the order of the origins
     */
    public List<Member> members() {
        return parts.views().members().members();
    }

    /**
     * Whether others were found.
     *
     * @return the state now and each change
     */
    public Flux<JoinState> joinState() {
        return parts.views().joinStates(delivery());
    }

    /**
     * How healthy this node is.
     *
     * @return the health now and each change
     */
    public Flux<NodeHealth> health() {
        return parts.views().health(delivery());
    }

    /**
     * The pace of gossip and why.
     *
     * @return the latest decision and each change
     */
    public Flux<Tuning> tuning() {
        return parts.views().tuning(delivery());
    }

    /**
     * How healthy this node is now.
     *
     * @return the latest health
     */
    public NodeHealth currentHealth() {
        return parts.views().currentHealth();
    }

    /**
     * Whether others were found, now.
     *
     * @return the state; empty before the node is bound
     */
    public Optional<JoinState> currentJoinState() {
        return parts.views().currentJoinState();
    }

    /**
     * The view as a whole, whenever it changes.
     *
     * @return see {@code Grapevine.views()}
     */
    public Flux<List<Member>> views() {
        return parts.views().members().views(delivery());
    }

    /**
     * The view and its changes.
     *
     * @return see {@code Grapevine.membership()}
     */
    public Flux<MembershipEvent> membership() {
        return parts.views().members().events(delivery());
    }

    /**
     * Opens a topic.
     *
     * @param name its name
     * @param codec how values become bytes
     * @param order in which order messages come
     * @param <T> type of the values
     * @return see {@code Grapevine.topic}
     */
    public <T> Topic<T> topic(String name, Codec<T> codec, Order order) {
        return parts.catalogue().topic(name, codec, order);
    }

    /**
     * Opens a map.
     *
     * @param name its name
     * @param keys how keys become bytes
     * @param values how values become bytes
     * @param <K> type of the keys
     * @param <V> type of the values
     * @return see {@code Grapevine.map}
     */
    public <K, V> ReplicatedMap<K, V> map(String name, Codec<K> keys, Codec<V> values) {
        boolean known = parts.catalogue().maps().contains(name);
        ReplicatedMap<K, V> map = parts.catalogue().map(name, keys, values);
        if (!known) {
            openStore(name);
        }
        return map;
    }

    private Scheduler delivery() {
        return parts.config().environment().delivery();
    }

    private void openStore(String name) {
        Bound bound = status.bound();
        if (bound == null) {
            return; // binding opens the stores of all maps
        }
        try {
            bound.scheduler().schedule(() -> parts.commands().accept(new Input.OpenStore(name)));
        } catch (RejectedExecutionException e) {
            log.debug("Map {} was opened after the node had stopped", name);
        }
    }
}
