package dev.grapevine.spring;

import dev.grapevine.Grapevine;
import dev.grapevine.codec.Codec;
import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.MembershipEvent;
import dev.grapevine.membership.NodeHealth;
import dev.grapevine.membership.Origin;
import dev.grapevine.observe.NodeState;
import dev.grapevine.protocol.step.JoinState;
import dev.grapevine.protocol.step.Tuning;
import dev.grapevine.replicated.ReplicatedMap;
import dev.grapevine.topic.Order;
import dev.grapevine.topic.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** A node that goes through its states at once, or as the test says, and tells what it was asked for. */
final class FakeGrapevine implements Grapevine {

    final List<Member> members = new ArrayList<>(List.of(member(1, "self")));
    Consumer<String> journal = call -> {};
    Mono<Void> onBind = Mono.empty();
    Mono<Void> onLeave = Mono.empty();
    volatile NodeHealth health = NodeHealth.GOOD;
    private volatile @Nullable JoinState joinNow;
    private final Sinks.Many<JoinState> join = Sinks.many().replay().latest();
    private volatile NodeState state = NodeState.NEW;

    static Member member(long id, String name) {
        return new Member(
                new Origin(new MemberId(0, id), 7), name, new Address("10.0.0." + id, 7946), "z1", Map.of("k", "v"));
    }

    FakeGrapevine in(NodeState state) {
        this.state = state;
        return this;
    }

    FakeGrapevine in(JoinState state) {
        joinNow = state;
        join.emitNext(state, Sinks.EmitFailureHandler.FAIL_FAST);
        return this;
    }

    @Override
    public String cluster() {
        return "fake";
    }

    @Override
    public Mono<Grapevine> start() {
        return bind().then(join()).thenReturn(this);
    }

    @Override
    public Mono<Void> bind() {
        return step("bind", NodeState.BOUND, onBind);
    }

    @Override
    public Mono<Void> join() {
        return step("join", NodeState.JOINED, Mono.empty()).doOnSuccess(done -> in(JoinState.ALONE));
    }

    @Override
    public Mono<Void> leave() {
        return step("leave", NodeState.LEFT, onLeave);
    }

    @Override
    public Mono<Void> stop() {
        return step("stop", NodeState.STOPPED, Mono.empty())
                .doOnSuccess(done -> join.emitComplete(Sinks.EmitFailureHandler.FAIL_FAST));
    }

    private Mono<Void> step(String call, NodeState next, Mono<Void> work) {
        return Mono.fromRunnable(() -> journal.accept(call)).then(work).doOnSuccess(done -> state = next);
    }

    @Override
    public NodeState state() {
        return state;
    }

    @Override
    public Member self() {
        if (state == NodeState.NEW) {
            throw new IllegalStateException("Not bound");
        }
        return members.get(0);
    }

    @Override
    public Mono<Void> updateMetadata(Map<String, String> metadata) {
        return Mono.error(new UnsupportedOperationException());
    }

    @Override
    public List<Member> members() {
        return List.copyOf(members);
    }

    @Override
    public Flux<List<Member>> views() {
        return Flux.never();
    }

    @Override
    public Flux<JoinState> joinState() {
        return join.asFlux();
    }

    @Override
    public Flux<NodeHealth> health() {
        return Flux.defer(() -> Flux.just(health).concatWith(Flux.never()));
    }

    @Override
    public Flux<Tuning> tuning() {
        return Flux.empty();
    }

    @Override
    public NodeHealth currentHealth() {
        return health;
    }

    @Override
    public Optional<JoinState> currentJoinState() {
        return Optional.ofNullable(joinNow);
    }

    @Override
    public Flux<MembershipEvent> membership() {
        return Flux.never();
    }

    @Override
    public <T> Topic<T> topic(String name, Codec<T> codec, Order order) {
        throw new UnsupportedOperationException();
    }

    @Override
    public <V> ReplicatedMap<String, V> map(String name, Codec<V> values) {
        throw new UnsupportedOperationException();
    }

    @Override
    public <K, V> ReplicatedMap<K, V> map(String name, Codec<K> keys, Codec<V> values) {
        throw new UnsupportedOperationException();
    }
}
