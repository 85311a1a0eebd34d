package dev.grapevine.simulation;

import dev.grapevine.membership.Origin;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** What a {@link Workload} drives: whole nodes or cores alone. */
interface WorkloadTarget {

    SimulationContext context();

    int size();

    boolean isRunning(int node);

    /** Names the present life of a member. */
    String life(int node);

    Origin origin(int node);

    /** Publishes on a stream, by its name. */
    void publish(int node, String stream, String value);

    /** Writes, or removes if the value is null; runs the callback once that has taken effect at the node. */
    void write(int node, String store, String key, @Nullable String value, Runnable applied);

    @Nullable String read(int node, String store, String key);

    SortedMap<String, String> entries(int node, String store);

    /** The first member whose view is not the running members, in words; null if there is none. */
    @Nullable String membershipDifference();
}
