package dev.grapevine.transport;

import dev.grapevine.membership.Member;

/**
 * What a member says of itself before anything else.
 *
 * @param cluster the cluster's name, 1 to 128 characters; members of other names are refused
 * @param minVersion oldest version of the protocol that it speaks
 * @param version newest version of the protocol that it speaks
 * @param member the member
 */
public record Hello(String cluster, int minVersion, int version, Member member) {

    /** The version of the protocol that this release speaks. */
    public static final int PROTOCOL_VERSION = 1;
}
