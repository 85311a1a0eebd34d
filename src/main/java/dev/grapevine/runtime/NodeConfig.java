package dev.grapevine.runtime;

import dev.grapevine.discovery.SeedProvider;
import dev.grapevine.membership.Address;
import dev.grapevine.membership.MemberId;
import dev.grapevine.observe.GrapevineObserver;
import dev.grapevine.protocol.NodeSettings;
import dev.grapevine.transport.Transport;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Everything a node is built from.
 *
 * @param cluster the cluster's name
 * @param name the member's name for people, or null to take its address
 * @param bind what to listen on
 * @param advertise where peers dial it, or null to take the bound address; port 0 means the bound port
 * @param seeds what to seek, in the form of {@code Seed.parse}
 * @param seedProvider names further seeds, or null
 * @param defaultPort port of a seed that names none
 * @param zone failure domain, empty if unknown
 * @param metadata labels
 * @param id the member's id
 * @param epoch the epoch of this start, or null for the wall clock
 * @param settings settings of the cores
 * @param transport makes the transport, when the node binds
 * @param environment time, chance and the threads on which users' code runs
 * @param ownsThreads whether stopping the node disposes the threads of its environment
 * @param observer is told what happens
 */
public record NodeConfig(
        String cluster,
        @Nullable String name,
        Address bind,
        @Nullable Address advertise,
        List<String> seeds,
        @Nullable SeedProvider seedProvider,
        int defaultPort,
        String zone,
        Map<String, String> metadata,
        MemberId id,
        @Nullable Long epoch,
        NodeSettings settings,
        Supplier<Transport> transport,
        Environment environment,
        boolean ownsThreads,
        GrapevineObserver observer) {}
