package dev.grapevine;

import dev.grapevine.codec.Codec;
import dev.grapevine.codec.Codecs;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MembershipEvent;
import dev.grapevine.membership.NodeHealth;
import dev.grapevine.observe.NodeState;
import dev.grapevine.protocol.step.JoinState;
import dev.grapevine.protocol.step.Tuning;
import dev.grapevine.replicated.ReplicatedMap;
import dev.grapevine.runtime.Node;
import dev.grapevine.topic.Order;
import dev.grapevine.topic.Topic;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The door in front of a node. */
final class LiveGrapevine implements Grapevine {

    private final Node node;

    LiveGrapevine(Node node) {
        this.node = node;
    }

    @Override
    public String cluster() {
        return node.cluster();
    }

    @Override
    public Mono<Grapevine> start() {
        return bind().then(Mono.defer(this::join)).thenReturn(this);
    }

    @Override
    public Mono<Void> bind() {
        return node.bind();
    }

    @Override
    public Mono<Void> join() {
        return node.join();
    }

    @Override
    public Mono<Void> leave() {
        return node.leave();
    }

    @Override
    public Mono<Void> stop() {
        return node.stop();
    }

    @Override
    public NodeState state() {
        return node.state();
    }

    @Override
    public Member self() {
        return node.self();
    }

    @Override
    public Mono<Void> updateMetadata(Map<String, String> metadata) {
        return node.updateMetadata(metadata);
    }

    @Override
    public List<Member> members() {
        return node.members();
    }

    @Override
    public Flux<List<Member>> views() {
        return node.views();
    }

    @Override
    public Flux<JoinState> joinState() {
        return node.joinState();
    }

    @Override
    public Flux<NodeHealth> health() {
        return node.health();
    }

    @Override
    public Flux<Tuning> tuning() {
        return node.tuning();
    }

    @Override
    public NodeHealth currentHealth() {
        return node.currentHealth();
    }

    @Override
    public Optional<JoinState> currentJoinState() {
        return node.currentJoinState();
    }

    @Override
    public Flux<MembershipEvent> membership() {
        return node.membership();
    }

    @Override
    public <T> Topic<T> topic(String name, Codec<T> codec, Order order) {
        return node.topic(name, codec, order);
    }

    @Override
    public <V> ReplicatedMap<String, V> map(String name, Codec<V> values) {
        return node.map(name, Codecs.utf8(), values);
    }

    @Override
    public <K, V> ReplicatedMap<K, V> map(String name, Codec<K> keys, Codec<V> values) {
        return node.map(name, keys, values);
    }

    @Override
    public String toString() {
        return "Grapevine[" + node.cluster() + " " + node.state() + "]";
    }
}
