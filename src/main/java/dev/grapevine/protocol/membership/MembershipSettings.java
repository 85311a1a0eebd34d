package dev.grapevine.protocol.membership;

import java.time.Duration;

/**
 * How membership watches. The defaults find a killed process at once (its connection is lost and refused), a hung one in
 * about 5 to 10 s in a small cluster, and forgive a process that stands still for 3 s.
 *
 * @param probeInterval how often a member probes another; default 1 s (SWIM's protocol period)
 * @param probeTimeout how long a direct probe may take before others are asked; default 400 ms
 * @param indirectProbes how many others are asked to probe (SWIM's k); default 3
 * @param suspicionMultiplier Lifeguard's alpha: least suspicion time is alpha x max(1, log10 n) x interval; default 4
 * @param suspicionMaxMultiplier Lifeguard's beta: greatest suspicion time is beta x the least; default 6
 * @param retransmitMultiplier a rumor travels lambda x ceil(log2(n + 1)) times from each member; default 4
 * @param gossipInterval how often fresh rumors are sent to peers besides piggybacking; default 200 ms
 * @param gossipFanout to how many peers; default 3
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
            4,
            6,
            4,
            Duration.ofMillis(200),
            3,
            Duration.ofSeconds(30),
            Duration.ofHours(24),
            Duration.ofSeconds(1),
            16_384);
}
