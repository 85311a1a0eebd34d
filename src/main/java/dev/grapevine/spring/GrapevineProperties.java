package dev.grapevine.spring;

import dev.grapevine.protocol.NodeSettings;
import dev.grapevine.protocol.antientropy.AntiEntropySettings;
import dev.grapevine.protocol.dissemination.DisseminationSettings;
import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.membership.MembershipSettings;
import dev.grapevine.protocol.tuning.TuningSettings;
import dev.grapevine.transport.LaneWeights;
import dev.grapevine.transport.LinkLimits;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.unit.DataSize;

/**
 * Properties of the node that an application gets.
 *
 * @param enabled Whether the application gets a node at all.
 * @param cluster Name of the cluster: only instances of the same cluster meet; default: spring.application.name.
 * @param name Name of this instance for people; default: its address.
 * @param bind Address to listen on as host:port; port 0 takes any free port.
 * @param advertise Address at which the others reach this instance, as host or host:port; default: made from what is
 *     bound.
 * @param seeds Where to find instances to join by: host, host:port, or srv:name for a service of DNS; every address of
 *     each is tried, looked up again every 10 s, and this instance's own address does no harm.
 * @param zone Failure domain of this instance, such as an availability zone.
 * @param metadata Labels of this instance that the others see, at most 64 with 4096 characters in all; http.port is
 *     added: the port of the web server.
 * @param membership How instances watch each other.
 * @param links Limits of the connections between instances.
 * @param topics Limits of topics.
 * @param maps Limits of replicated maps.
 * @param gossip How news travels among the instances.
 */
@ConfigurationProperties("grapevine")
public record GrapevineProperties(
        @DefaultValue("true") boolean enabled,
        @Nullable String cluster,
        @Nullable String name,
        @DefaultValue("0.0.0.0:7946") String bind,
        @Nullable String advertise,
        @DefaultValue List<String> seeds,
        @DefaultValue("") String zone,
        @DefaultValue Map<String, String> metadata,
        @DefaultValue Membership membership,
        @DefaultValue Links links,
        @DefaultValue Topics topics,
        @DefaultValue Maps maps,
        @DefaultValue Gossip gossip) {

    private static final String MEMBERSHIP = "grapevine.membership.";
    private static final Duration SHORTEST_PROBE_INTERVAL =
            NodeSettings.DEFAULT.tickInterval().multipliedBy(4);
    private static final String LINKS = "grapevine.links.";

    /**
     * How instances watch each other.
     *
     * @param probeInterval How often this instance probes another; at least 200 ms.
     * @param probeTimeout How long a direct probe may take before others are asked to probe; shorter than the interval.
     * @param indirectProbes How many others are asked.
     * @param suspicionMultiplier Half of the probe intervals that a suspect has at least to refute, in a cluster of up to
     *     a hundred; more in a larger one.
     * @param leaveTimeout How long a shutdown waits until the others have confirmed that this instance goes.
     */
    public record Membership(
            @DefaultValue("1s") Duration probeInterval,
            @DefaultValue("400ms") Duration probeTimeout,
            @DefaultValue("3") int indirectProbes,
            @DefaultValue("2") int suspicionMultiplier,
            @DefaultValue("1s") Duration leaveTimeout) {

        /**
         * Checks the values.
         *
         * @throws InvalidConfigurationPropertyValueException if one is not positive, a probe may take longer than the
         *     interval, or the interval is shorter than 200 ms
         */
        public Membership {
            Checks.atLeast(MEMBERSHIP + "probe-interval", probeInterval, SHORTEST_PROBE_INTERVAL);
            Checks.positive(MEMBERSHIP + "probe-timeout", probeTimeout);
            Checks.positive(MEMBERSHIP + "leave-timeout", leaveTimeout);
            Checks.atLeast(MEMBERSHIP + "indirect-probes", indirectProbes, 0);
            Checks.atLeast(MEMBERSHIP + "suspicion-multiplier", suspicionMultiplier, 1);
            Checks.shorter(MEMBERSHIP + "probe-timeout", probeTimeout, MEMBERSHIP + "probe-interval", probeInterval);
        }

        MembershipSettings toSettings() {
            return MembershipSettings.DEFAULT
                    .withProbeInterval(probeInterval)
                    .withProbeTimeout(probeTimeout)
                    .withIndirectProbes(indirectProbes)
                    .withSuspicionMultiplier(suspicionMultiplier)
                    .withLeaveTimeout(leaveTimeout);
        }
    }

    /**
     * Limits of the connections between instances.
     *
     * @param maxFrame Longest frame that is accepted; a longer one closes the connection before memory is taken for it.
     * @param maxInFlight Most bytes on their way to another instance at a time; fewer while they are slow.
     * @param weights How the lanes of a busy connection share it.
     * @param maxConnections Connections with other instances at a time, in both directions; further ones are refused.
     * @param handshakeTimeout Time for a connection to complete its handshake.
     * @param keepAliveInterval How often an idle connection says that it lives.
     * @param silenceTimeout After how long without anything from the other side a connection is given up.
     */
    public record Links(
            @DefaultValue("1MB") DataSize maxFrame,
            @DefaultValue("2MB") DataSize maxInFlight,
            @DefaultValue Weights weights,
            @DefaultValue("512") int maxConnections,
            @DefaultValue("5s") Duration handshakeTimeout,
            @DefaultValue("2s") Duration keepAliveInterval,
            @DefaultValue("15s") Duration silenceTimeout) {

        private static final long MIN_IN_FLIGHT = 128 << 10;

        LinkLimits toLimits() {
            LinkLimits defaults = LinkLimits.DEFAULT;
            Checks.shorter(LINKS + "keep-alive-interval", keepAliveInterval, LINKS + "silence-timeout", silenceTimeout);
            return new LinkLimits(
                    Checks.between(
                            LINKS + "max-frame",
                            maxFrame,
                            2L * defaults.maxBatchBytes(),
                            LinkLimits.LARGEST_FRAME_BYTES),
                    defaults.maxBatchBytes(),
                    defaults.framesInFlight(),
                    Checks.between(LINKS + "max-in-flight", maxInFlight, MIN_IN_FLIGHT, LinkLimits.LARGEST_FRAME_BYTES),
                    weights.toWeights(),
                    Checks.atLeast(LINKS + "max-connections", maxConnections, 1),
                    defaults.maxHandshakes(),
                    Checks.positive(LINKS + "handshake-timeout", handshakeTimeout),
                    Checks.positive(LINKS + "keep-alive-interval", keepAliveInterval),
                    silenceTimeout);
        }
    }

    /**
     * How the lanes of a busy connection share it: each gets its part of the bytes by its weight, 1 to 64.
     *
     * @param control Weight of membership.
     * @param critical Weight of critical messages.
     * @param data Weight of messages and fresh writes.
     * @param bulk Weight of repairs and state transfer.
     */
    public record Weights(
            @DefaultValue("4") int control,
            @DefaultValue("4") int critical,
            @DefaultValue("2") int data,
            @DefaultValue("1") int bulk) {

        LaneWeights toWeights() {
            return new LaneWeights(control, critical, data, bulk);
        }
    }

    /**
     * Limits of topics.
     *
     * @param maxPayload Longest encoded message, at most 64MB; a longer one fails where it is published, and so does one longer than what is retained.
     * @param retained How much an instance retains of what it published, over all topics, to repair losses of others.
     */
    public record Topics(
            @DefaultValue("4MB") DataSize maxPayload,
            @DefaultValue("16MB") DataSize retained) {

        /** Two of the longest messages that go as one have to fit into a frame. */
        DisseminationSettings toSettings(int mostBytes) {
            int most = mostBytes < DisseminationFrame.MAX_CHUNK_BYTES
                    ? mostBytes
                    : DisseminationSettings.LARGEST_PAYLOAD_BYTES;
            return DisseminationSettings.DEFAULT
                    .withMaxPayloadBytes(Checks.between("grapevine.topics.max-payload", maxPayload, 1, most))
                    .withRetainedBytes(Checks.positive("grapevine.topics.retained", retained));
        }
    }

    /**
     * Limits of replicated maps.
     *
     * @param maxEntry Longest encoded key and value together; a longer entry fails where it is written.
     * @param maxMaps Most maps at a time.
     */
    public record Maps(
            @DefaultValue("256KB") DataSize maxEntry,
            @DefaultValue("1024") int maxMaps) {

        AntiEntropySettings toSettings(int mostBytes) {
            Checks.atLeast("grapevine.maps.max-maps", maxMaps, 1);
            return AntiEntropySettings.DEFAULT
                    .withMaxEntryBytes(Checks.between("grapevine.maps.max-entry", maxEntry, 1, mostBytes))
                    .withMaxStores(maxMaps);
        }
    }

    /**
     * How news travels among the instances.
     *
     * @param adaptive Whether fanout, intervals and batch size follow measured loss, round-trip time and size.
     * @param bytesPerSecond Most bytes that this instance sends as gossip in a second; 0 for any number, else at least 1KB.
     * @param topicBytesPerSecond Most bytes of digests and repairs of topics in a second; 0 for any number, else at least 16KB.
     */
    public record Gossip(
            @DefaultValue("true") boolean adaptive,
            @DefaultValue("0") DataSize bytesPerSecond,
            @DefaultValue("0") DataSize topicBytesPerSecond) {

        TuningSettings toSettings() {
            long budget = bytesPerSecond.toBytes();
            Checks.valid(
                    "grapevine.gossip.bytes-per-second",
                    bytesPerSecond,
                    () -> TuningSettings.DEFAULT.withBytesPerSecond(budget));
            long topics = topicBytesPerSecond.toBytes();
            Checks.valid(
                    "grapevine.gossip.topic-bytes-per-second",
                    topicBytesPerSecond,
                    () -> TuningSettings.DEFAULT.withTopicBytesPerSecond(topics));
            return new TuningSettings(adaptive, budget, topics);
        }
    }

    NodeSettings toSettings() {
        int mostBytes = links.toLimits().maxFrameBytes() / 2;
        return NodeSettings.DEFAULT
                .withMembership(defaults -> membership.toSettings())
                .withDissemination(defaults -> topics.toSettings(mostBytes))
                .withAntiEntropy(defaults -> maps.toSettings(mostBytes))
                .withTuning(defaults -> gossip.toSettings());
    }
}
