package dev.grapevine.simulation;

import dev.grapevine.Grapevine;
import dev.grapevine.codec.Codecs;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.StreamName;
import dev.grapevine.replicated.MapChange;
import dev.grapevine.replicated.ReplicatedMap;
import dev.grapevine.topic.Delivery;
import dev.grapevine.topic.Gap;
import dev.grapevine.topic.Message;
import dev.grapevine.topic.Overflow;
import dev.grapevine.topic.Priority;
import java.time.Duration;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A random workload over a {@link SimulatedCluster}: subscribes to everything in every life of every member, publishes,
 * puts and removes as the seed says, and checks all that anybody is given.
 */
public final class ClusterWorkload {

    private static final int BUFFER = 65_536;

    private final SimulatedCluster cluster;
    private final Workload workload;
    private final TreeMap<String, SortedMap<String, String>> followed = new TreeMap<>();

    /**
     * Subscribes at every member, now and in later lives.
     *
     * @param cluster the cluster
     */
    public ClusterWorkload(SimulatedCluster cluster) {
        this.cluster = cluster;
        this.workload = new Workload(new Target());
        cluster.onStart(this::subscribe);
    }

    /**
     * Plans operations at random moments.
     *
     * @param length within what time from now
     * @param meanPause between two of them
     */
    public void plan(Duration length, Duration meanPause) {
        workload.plan(length, meanPause);
    }

    /**
     * Lets time pass until all running members hold the same and every message has arrived or was announced as missing.
     * To be called after {@link SimulatedCluster#heal()}.
     *
     * @param deadline how much time may pass at the most
     * @throws SimulationFailure if they do not in time
     */
    public void awaitConvergence(Duration deadline) {
        workload.converge(deadline);
    }

    /**
     * How much was done so far.
     *
     * @return publications, writes and removals
     */
    public int operations() {
        return workload.operations();
    }

    private void subscribe(int node, Grapevine grapevine) {
        String life = cluster.life(node);
        for (String topic : Workload.TOPICS) {
            grapevine
                    .topic(topic, Codecs.utf8())
                    .deliveries(BUFFER, Overflow.ERROR)
                    .subscribe(delivery -> delivered(node, life, topic, delivery), cluster::broken);
        }
        for (String store : Workload.STORES) {
            SortedMap<String, String> view = new TreeMap<>();
            followed.put(life + " " + store, view);
            grapevine
                    .map(store, Codecs.utf8())
                    .changes()
                    .subscribe(change -> changed(node, life, store, view, change), cluster::broken);
        }
    }

    private void delivered(int node, String life, String topic, Delivery<String> delivery) {
        if (delivery instanceof Message<String> message) {
            String publisher = message.publisher().toString();
            cluster.trace(node, "message", topic + " " + publisher + " " + message.sequence() + " " + message.value());
            String stream = stream(topic, message.priority());
            workload.deliveries().message(life, stream, publisher, message.sequence(), message.value());
        } else if (delivery instanceof Gap<String> gap) {
            cluster.trace(node, "gap", gap.toString());
            String stream = stream(topic, gap.priority());
            workload.deliveries().gap(life, stream, gap.publisher().toString(), gap.from(), gap.to());
        }
    }

    private static String stream(String topic, Priority priority) {
        return priority == Priority.CRITICAL ? StreamName.critical(topic) : topic;
    }

    private void changed(
            int node, String life, String store, SortedMap<String, String> view, MapChange<String, String> change) {
        String value = change.value();
        cluster.trace(node, "change", store + " " + change.key() + "=" + value);
        workload.entries().told(life, store, change.key(), value);
        if (value == null) {
            view.remove(change.key());
        } else {
            view.put(change.key(), value);
        }
    }

    private final class Target implements WorkloadTarget {

        @Override
        public SimulationContext context() {
            return cluster.context();
        }

        @Override
        public int size() {
            return cluster.size();
        }

        @Override
        public boolean isRunning(int node) {
            return cluster.isRunning(node);
        }

        @Override
        public String life(int node) {
            return cluster.life(node);
        }

        @Override
        public Origin origin(int node) {
            return cluster.origin(node);
        }

        @Override
        public void publish(int node, String stream, String value) {
            Priority priority = StreamName.isCritical(stream) ? Priority.CRITICAL : Priority.NORMAL;
            cluster.node(node)
                    .topic(StreamName.topic(stream), Codecs.utf8())
                    .publish(value, priority)
                    .subscribe(nothing -> {}, cluster::broken);
        }

        @Override
        public void write(int node, String store, String key, @Nullable String value, Runnable applied) {
            ReplicatedMap<String, String> map = map(node, store);
            (value == null ? map.remove(key) : map.put(key, value)).subscribe(nothing -> {}, cluster::broken, applied);
        }

        private ReplicatedMap<String, String> map(int node, String store) {
            return cluster.node(node).map(store, Codecs.utf8());
        }

        @Override
        public @Nullable String read(int node, String store, String key) {
            return map(node, store).get(key);
        }

        @Override
        public SortedMap<String, String> entries(int node, String store) {
            return new TreeMap<>(map(node, store).snapshot());
        }

        /** Membership, and that whoever follows the changes of a map has come to what the map shows. */
        @Override
        public @Nullable String membershipDifference() {
            String members = cluster.membershipDifference();
            for (int node = 0; node < cluster.size() && members == null; node++) {
                for (String store : Workload.STORES) {
                    members = members == null && isRunning(node) ? unfollowed(node, store) : members;
                }
            }
            return members;
        }

        private @Nullable String unfollowed(int node, String store) {
            SortedMap<String, String> view = followed.get(life(node) + " " + store);
            SortedMap<String, String> shown = entries(node, store);
            return shown.equals(view)
                    ? null
                    : life(node) + " was told " + view + " of '" + store + "' and shows " + shown;
        }
    }
}
