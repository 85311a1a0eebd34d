package dev.grapevine.protocol.membership;

import java.time.Duration;

/**
 * How membership watches. The defaults find a killed process at once (its connection is lost and refused), a hung one in
 * about 5 to 10 s in a small cluster, and forgive a process that stands still for 3 s.
 *
 * @param probeInterval how often a member probes another; default 1 s (SWIM's protocol period)
 * @param probeTimeout how long a direct probe may take before others are asked; default 400 ms
 * @param indirectProbes how many others are asked to probe (SWIM's k); default 3
 * @param suspicionMultiplier Lifeguard's alpha: least suspicion time is alpha x max(2, log10 n) x interval; default 2
 * @param suspicionMaxMultiplier Lifeguard's beta: greatest suspicion time is beta x the least; default 6
 * @param retransmitMultiplier a rumor travels lambda x ceil(log2(n + 1)) times from each member, 8 at the least; default 2
 * @param gossipInterval how often fresh rumors are sent to peers besides piggybacking; default 200 ms
 * @param gossipFanout to how many peers at the least; ceil(log2(n + 1)) if that is more; default 3
 * @param syncInterval how often the whole table is compared with a random peer; default 30 s
 * @param deadRetention how long the dead and those who left are remembered (tombstones); default 24 h
 * @param leaveTimeout how long a leave waits for confirmation; default 1 s
 * @param maxMembers most members known at a time, tombstones included; further ones are rejected; default 16,384
 */
public record MembershipSettings(
        Duration probeInterval,
        Duration probeTimeout,
        int indirectProbes,
        int suspicionMultiplier,
        int suspicionMaxMultiplier,
        int retransmitMultiplier,
        Duration gossipInterval,
        int gossipFanout,
        Duration syncInterval,
        Duration deadRetention,
        Duration leaveTimeout,
        int maxMembers) {

    /** The defaults. */
    public static final MembershipSettings DEFAULT = new MembershipSettings(
            Duration.ofSeconds(1),
            Duration.ofMillis(400),
            3,
            2,
            6,
            2,
            Duration.ofMillis(200),
            3,
            Duration.ofSeconds(30),
            Duration.ofHours(24),
            Duration.ofSeconds(1),
            16_384);

    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException if a time or count is not positive (nobody asked to probe is fine)
     */
    public MembershipSettings {
        atLeast(1, probeInterval.toNanos(), "probeInterval");
        atLeast(1, probeTimeout.toNanos(), "probeTimeout");
        atLeast(0, indirectProbes, "indirectProbes");
        atLeast(1, suspicionMultiplier, "suspicionMultiplier");
        atLeast(1, suspicionMaxMultiplier, "suspicionMaxMultiplier");
        atLeast(1, retransmitMultiplier, "retransmitMultiplier");
        atLeast(1, gossipInterval.toNanos(), "gossipInterval");
        atLeast(1, gossipFanout, "gossipFanout");
        atLeast(1, syncInterval.toNanos(), "syncInterval");
        atLeast(1, deadRetention.toNanos(), "deadRetention");
        atLeast(1, leaveTimeout.toNanos(), "leaveTimeout");
        atLeast(1, maxMembers, "maxMembers");
    }

    private static void atLeast(long least, long value, String name) {
        if (value < least) {
            throw new IllegalArgumentException(name + " is at least " + least + ", not " + value);
        }
    }

    /**
     * The same settings with another {@link #probeInterval()}.
     *
     * @param probeInterval the value to use
     * @return a changed copy
     */
    public MembershipSettings withProbeInterval(Duration probeInterval) {
        return new MembershipSettings(
                probeInterval,
                probeTimeout,
                indirectProbes,
                suspicionMultiplier,
                suspicionMaxMultiplier,
                retransmitMultiplier,
                gossipInterval,
                gossipFanout,
                syncInterval,
                deadRetention,
                leaveTimeout,
                maxMembers);
    }

    /**
     * The same settings with another {@link #probeTimeout()}.
     *
     * @param probeTimeout the value to use
     * @return a changed copy
     */
    public MembershipSettings withProbeTimeout(Duration probeTimeout) {
        return new MembershipSettings(
                probeInterval,
                probeTimeout,
                indirectProbes,
                suspicionMultiplier,
                suspicionMaxMultiplier,
                retransmitMultiplier,
                gossipInterval,
                gossipFanout,
                syncInterval,
                deadRetention,
                leaveTimeout,
                maxMembers);
    }

    /**
     * The same settings with another {@link #indirectProbes()}.
     *
     * @param indirectProbes the value to use
     * @return a changed copy
     */
    public MembershipSettings withIndirectProbes(int indirectProbes) {
        return new MembershipSettings(
                probeInterval,
                probeTimeout,
                indirectProbes,
                suspicionMultiplier,
                suspicionMaxMultiplier,
                retransmitMultiplier,
                gossipInterval,
                gossipFanout,
                syncInterval,
                deadRetention,
                leaveTimeout,
                maxMembers);
    }

    /**
     * The same settings with another {@link #suspicionMultiplier()}.
     *
     * @param suspicionMultiplier the value to use
     * @return a changed copy
     */
    public MembershipSettings withSuspicionMultiplier(int suspicionMultiplier) {
        return new MembershipSettings(
                probeInterval,
                probeTimeout,
                indirectProbes,
                suspicionMultiplier,
                suspicionMaxMultiplier,
                retransmitMultiplier,
                gossipInterval,
                gossipFanout,
                syncInterval,
                deadRetention,
                leaveTimeout,
                maxMembers);
    }

    /**
     * The same settings with another {@link #suspicionMaxMultiplier()}.
     *
     * @param suspicionMaxMultiplier the value to use
     * @return a changed copy
     */
    public MembershipSettings withSuspicionMaxMultiplier(int suspicionMaxMultiplier) {
        return new MembershipSettings(
                probeInterval,
                probeTimeout,
                indirectProbes,
                suspicionMultiplier,
                suspicionMaxMultiplier,
                retransmitMultiplier,
                gossipInterval,
                gossipFanout,
                syncInterval,
                deadRetention,
                leaveTimeout,
                maxMembers);
    }

    /**
     * The same settings with another {@link #retransmitMultiplier()}.
     *
     * @param retransmitMultiplier the value to use
     * @return a changed copy
     */
    public MembershipSettings withRetransmitMultiplier(int retransmitMultiplier) {
        return new MembershipSettings(
                probeInterval,
                probeTimeout,
                indirectProbes,
                suspicionMultiplier,
                suspicionMaxMultiplier,
                retransmitMultiplier,
                gossipInterval,
                gossipFanout,
                syncInterval,
                deadRetention,
                leaveTimeout,
                maxMembers);
    }

    /**
     * The same settings with another {@link #gossipInterval()}.
     *
     * @param gossipInterval the value to use
     * @return a changed copy
     */
    public MembershipSettings withGossipInterval(Duration gossipInterval) {
        return new MembershipSettings(
                probeInterval,
                probeTimeout,
                indirectProbes,
                suspicionMultiplier,
                suspicionMaxMultiplier,
                retransmitMultiplier,
                gossipInterval,
                gossipFanout,
                syncInterval,
                deadRetention,
                leaveTimeout,
                maxMembers);
    }

    /**
     * The same settings with another {@link #gossipFanout()}.
     *
     * @param gossipFanout the value to use
     * @return a changed copy
     */
    public MembershipSettings withGossipFanout(int gossipFanout) {
        return new MembershipSettings(
                probeInterval,
                probeTimeout,
                indirectProbes,
                suspicionMultiplier,
                suspicionMaxMultiplier,
                retransmitMultiplier,
                gossipInterval,
                gossipFanout,
                syncInterval,
                deadRetention,
                leaveTimeout,
                maxMembers);
    }

    /**
     * The same settings with another {@link #syncInterval()}.
     *
     * @param syncInterval the value to use
     * @return a changed copy
     */
    public MembershipSettings withSyncInterval(Duration syncInterval) {
        return new MembershipSettings(
                probeInterval,
                probeTimeout,
                indirectProbes,
                suspicionMultiplier,
                suspicionMaxMultiplier,
                retransmitMultiplier,
                gossipInterval,
                gossipFanout,
                syncInterval,
                deadRetention,
                leaveTimeout,
                maxMembers);
    }

    /**
     * The same settings with another {@link #deadRetention()}.
     *
     * @param deadRetention the value to use
     * @return a changed copy
     */
    public MembershipSettings withDeadRetention(Duration deadRetention) {
        return new MembershipSettings(
                probeInterval,
                probeTimeout,
                indirectProbes,
                suspicionMultiplier,
                suspicionMaxMultiplier,
                retransmitMultiplier,
                gossipInterval,
                gossipFanout,
                syncInterval,
                deadRetention,
                leaveTimeout,
                maxMembers);
    }

    /**
     * The same settings with another {@link #leaveTimeout()}.
     *
     * @param leaveTimeout the value to use
     * @return a changed copy
     */
    public MembershipSettings withLeaveTimeout(Duration leaveTimeout) {
        return new MembershipSettings(
                probeInterval,
                probeTimeout,
                indirectProbes,
                suspicionMultiplier,
                suspicionMaxMultiplier,
                retransmitMultiplier,
                gossipInterval,
                gossipFanout,
                syncInterval,
                deadRetention,
                leaveTimeout,
                maxMembers);
    }

    /**
     * The same settings with another {@link #maxMembers()}.
     *
     * @param maxMembers the value to use
     * @return a changed copy
     */
    public MembershipSettings withMaxMembers(int maxMembers) {
        return new MembershipSettings(
                probeInterval,
                probeTimeout,
                indirectProbes,
                suspicionMultiplier,
                suspicionMaxMultiplier,
                retransmitMultiplier,
                gossipInterval,
                gossipFanout,
                syncInterval,
                deadRetention,
                leaveTimeout,
                maxMembers);
    }
}
