package dev.grapevine.wire;

import dev.grapevine.membership.Member;

/**
 * What a member says of itself before anything else.
 *
 * @param cluster the cluster's name, 1 to {@value #MAX_CLUSTER_LENGTH} characters; members of other names are refused
 * @param minVersion oldest version of the protocol that it speaks, from 1
 * @param version newest version of the protocol that it speaks, at least the oldest
 * @param member the member
 */
public record Hello(String cluster, int minVersion, int version, Member member) {

    /** The version of the protocol that this release speaks. */
    public static final int PROTOCOL_VERSION = 1;

    /** Longest name of a cluster, in characters. */
    public static final int MAX_CLUSTER_LENGTH = 128;

    /**
     * Checks the parts.
     *
     * @throws IllegalArgumentException if the name is blank or too long, or the versions are no range
     */
    public Hello {
        if (cluster.isBlank() || cluster.length() > MAX_CLUSTER_LENGTH) {
            throw new IllegalArgumentException("A cluster's name has 1 to " + MAX_CLUSTER_LENGTH + " characters");
        }
        if (minVersion < 1 || version < minVersion) {
            throw new IllegalArgumentException("Not a range of versions: " + minVersion + " to " + version);
        }
    }
}
