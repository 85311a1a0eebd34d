package dev.grapevine;

import dev.grapevine.codec.Codec;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MembershipEvent;
import dev.grapevine.membership.NodeHealth;
import dev.grapevine.observe.NodeState;
import dev.grapevine.protocol.step.JoinState;
import dev.grapevine.protocol.step.Tuning;
import dev.grapevine.replicated.ReplicatedMap;
import dev.grapevine.topic.Order;
import dev.grapevine.topic.Topic;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * One instance of a service as a member of its cluster: the door to membership, topics and replicated state.
 *
 * <pre>{@code
 * Grapevine grapevine = Grapevine.builder("orders").bind("0.0.0.0:7946").seeds("10.0.0.1:7946").build();
 * Topic<String> prices = grapevine.topic("prices", Codecs.utf8());
 * prices.messages().subscribe(message -> System.out.println(message.value()));
 * grapevine.start().then(prices.publish("42")).block();
 * }</pre>
 *
 * <p>All methods may be called from any thread and none blocks. Topics, maps and streams may be opened before the node
 * starts. What is written to a map before is kept and spread when the node joins. A publish call made before waits until
 * the node is bound; like any message it then reaches the members that are linked at that time, and this one.
 */
public interface Grapevine {

    /**
     * Begins a node.
     *
     * @param cluster name of the cluster; only members of the same name meet; 1 to 128 characters
     * @return a builder with every default
     */
    static GrapevineBuilder builder(String cluster) {
        return new GrapevineBuilder(cluster);
    }

    /**
     * Binds the port and joins: {@link #bind()}, then {@link #join()}.
     *
     * @return completes with this node once it is announced. It does not wait for seeds: a node that finds nobody is up,
     *     alone, and keeps looking
     */
    Mono<Grapevine> start();

    /**
     * Binds the port and starts the node's threads, without announcing it. Binding twice is the same as once.
     *
     * @return completes when the port is held; fails with an error that names the address if it cannot be bound
     */
    Mono<Void> bind();

    /**
     * Announces the node to the cluster and seeks its seeds. Joining twice is the same as once.
     *
     * @return completes when the node takes part; fails with {@link IllegalStateException} before {@link #bind()} and
     *     after {@link #leave()}
     */
    Mono<Void> join();

    /**
     * Announces that this node goes, so that nobody has to suspect it. Its links stay open and what is under way is
     * still carried until {@link #stop()}. Leaving twice is the same as once.
     *
     * @return completes when every linked peer has confirmed, at the latest after the leave timeout (default 1 s)
     */
    Mono<Void> leave();

    /**
     * Leaves if that was not done yet, closes every link, completes every stream, and gives port and threads back. What
     * was published before is handed to the network for up to a second, and peers have 2 s more to read it. Messages longer
     * than 48 KiB are waited for until every peer has fetched them, for 10 s at most, and not for a peer that fetches nothing
     * for a second, or less than 256 KiB in a second in which another had fetched all. A subscriber that does not return is
     * waited for 2 s and then interrupted. So with a peer that stands still and a subscriber that hangs it takes about 6 s,
     * with peers that go on fetching 15 s at most; usually some milliseconds. Stopping twice is the same as once.
     *
     * @return completes when everything is given back, on a thread of the end's own that may block, so that whoever is told
     *     may wait there for another node to stop; but where the environment was given to the node, on a thread of the transport
     *     that must not block. Who subscribes after that is told on its own thread
     */
    Mono<Void> stop();

    /**
     * The cluster that this node belongs to.
     *
     * @return the cluster's name
     */
    String cluster();

    /**
     * Where the node stands in its life.
     *
     * @return the state
     */
    NodeState state();

    /**
     * This member.
     *
     * @return this member as it describes itself to others
     * @throws IllegalStateException before {@link #bind()} has completed: the port is not known yet
     */
    Member self();

    /**
     * Gives this member other labels, in place of all that it had. {@link #self()} shows them at once and others as
     * {@code UPDATED}, usually within a second; of updates in quick succession they may see only the last. May be called
     * at any time before {@link #leave()}, also before {@link #bind()}, and holds until the next call.
     *
     * @param metadata the labels; limits as {@link Member#metadata()}
     * @return completes when this member has them; fails with {@link IllegalStateException} after {@link #leave()}
     * @throws IllegalArgumentException if a limit is exceeded
     */
    Mono<Void> updateMetadata(Map<String, String> metadata);

    /**
     * The members in the view now, this one included, in the order of their origins. Never waits. Members that join in a
     * burst come into the view together, at most 3.2 s after they were heard of (by default; see
     * {@code NodeSettings.joinQuiet}), and whoever goes leaves it at once. A member whose message is delivered is in it, unless it has left
     * or died and its last messages still come.
     *
     * @return an immutable list, empty before {@link #join()}
     */
    List<Member> members();

    /**
     * The members in the view, as a whole, whenever somebody comes, goes or changes its labels (suspicions are told by
     * {@link #membership()} alone). For whoever divides work among the members: what changes together, such as the
     * members of a cluster that starts at once, is one element.
     *
     * @return replays the latest {@link #members()}, then each change, conflated to the latest for a slow subscriber;
     *     signals come on a delivery thread of the node; completes when the node stops
     */
    Flux<List<Member>> views();

    /**
     * Whether this node has found others, as it is and at each change.
     *
     * @return replays the latest state, then each change, conflated to the latest for a slow subscriber; completes when
     *     the node stops
     */
    Flux<JoinState> joinState();

    /**
     * How healthy this node is: how well it can judge the others, whether it is isolated, and which members flap.
     *
     * @return replays the latest health, {@link NodeHealth#GOOD} at first, then each change, conflated to the latest for
     *     a slow subscriber; signals come on a delivery thread of the node; completes when the node stops
     */
    Flux<NodeHealth> health();

    /**
     * How gossip goes and why: fanout, interval and batch size, with the measurements and the byte budget that they were made
     * of; and likewise how often topics tell how far they are, when they ask again for what is missing, and what both may take.
     * {@link Tuning#explanation()} says it in a sentence.
     *
     * @return replays the latest decision, then each change, conflated to the latest for a slow subscriber; nothing before
     *     the node is bound; signals come on a delivery thread of the node; completes when the node stops
     */
    Flux<Tuning> tuning();

    /**
     * How healthy this node is now, for whoever asks now and then. Never waits.
     *
     * @return the latest health; of a node that has not joined {@link NodeHealth#GOOD}
     */
    NodeHealth currentHealth();

    /**
     * Whether this member has found others, as {@link #joinState()} would tell first: for whoever asks now and then, such as
     * a health check. Never waits.
     *
     * @return the state now, or the last one of a stopped node; empty before {@link #join()}
     */
    Optional<JoinState> currentJoinState();

    /**
     * The members in the view, one {@code JOINED} each, this one included, and then every change. Conflated per member
     * for a slow subscriber: it never misses where a member stands in the end. Unbounded demand is fine.
     *
     * <p>Members that join in a burst are told of together; see {@link #members()}, which shows whoever was told of as soon as
     * that comes here, and nobody any more who is told to be gone.
     *
     * <p>A member that is heard of through another is told of as soon as its labels are here too, but no later than after
     * the probe timeout (default 400 ms): should they take longer, it joins without them and is {@code UPDATED} then.
     *
     * @return a stream of its own for each subscriber; signals come on a delivery thread of the node; completes when the
     *     node stops
     */
    Flux<MembershipEvent> membership();

    /**
     * Opens a topic of {@link Order#PUBLISHER}.
     *
     * @param name the topic's name, 1 to 128 characters
     * @param codec how values become bytes
     * @param <T> type of the values
     * @return the topic; the same one for the same name
     * @throws IllegalArgumentException if the name is blank or too long, or the topic was opened here with a codec of
     *     another name
     * @throws IllegalStateException if the limit of topics is reached
     */
    default <T> Topic<T> topic(String name, Codec<T> codec) {
        return topic(name, codec, Order.PUBLISHER);
    }

    /**
     * Opens a topic.
     *
     * <p>Of a topic that is {@link Order#CAUSAL} here nothing is given that members publish to which it is not, and the other
     * way round: that is counted as {@code OTHER_ORDER} and logged once. A causal topic has no critical messages, and no
     * subscriptions {@linkplain Topic#from from the retained window}.
     *
     * @param name the topic's name, 1 to 128 characters
     * @param codec how values become bytes
     * @param order in which order messages come; the same at every member that uses the topic
     * @param <T> type of the values
     * @return the topic; the same one for the same name
     * @throws IllegalArgumentException if the name is blank or too long, or the topic was opened here with a codec of
     *     another name or another order
     * @throws IllegalStateException if the limit of topics is reached
     */
    <T> Topic<T> topic(String name, Codec<T> codec, Order order);

    /**
     * Opens a replicated map with text as keys.
     *
     * @param name the map's name, 1 to 128 characters
     * @param values how values become bytes
     * @param <V> type of the values
     * @return the map; the same one for the same name
     * @throws IllegalArgumentException as {@link #map(String, Codec, Codec)}
     */
    <V> ReplicatedMap<String, V> map(String name, Codec<V> values);

    /**
     * Opens a replicated map.
     *
     * @param name the map's name, 1 to 128 characters
     * @param keys how keys become bytes; equal keys must give equal bytes
     * @param values how values become bytes
     * @param <K> type of the keys
     * @param <V> type of the values
     * @return the map; the same one for the same name
     * @throws IllegalArgumentException if the name is blank or too long, or the map was opened here with a codec of
     *     another name
     * @throws IllegalStateException if the limit of maps is reached
     */
    <K, V> ReplicatedMap<K, V> map(String name, Codec<K> keys, Codec<V> values);
}
