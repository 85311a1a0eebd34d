package dev.grapevine.wire;

import dev.grapevine.protocol.step.DialFailure;

/**
 * Why a member does not admit the peer that dialled it, as it tells that peer.
 *
 * @param failure the kind; one that only an answering peer can know
 * @param detail what was seen, for people; longer than {@value #MAX_DETAIL_LENGTH} characters is cut
 */
public record Refusal(DialFailure failure, String detail) {

    /** Longest detail, in characters. */
    public static final int MAX_DETAIL_LENGTH = 256;

    /**
     * Checks the kind and cuts the detail.
     *
     * @throws IllegalArgumentException if the failure is one of those that the dialler finds without an answer: a peer
     *     that answers cannot claim that nobody listens
     */
    public Refusal {
        if (!isToldByPeer(failure)) {
            throw new IllegalArgumentException("A peer that answers cannot tell " + failure);
        }
        detail = detail.length() <= MAX_DETAIL_LENGTH ? detail : detail.substring(0, MAX_DETAIL_LENGTH);
    }

    static boolean isToldByPeer(DialFailure failure) {
        return switch (failure) {
            case FOREIGN_CLUSTER, WRONG_VERSION, NOT_A_PEER, SELF, SUPERSEDED, PREDECESSOR, DUPLICATE, NOT_READY ->
                true;
            case CONNECTION_REFUSED, TIMEOUT, UNREACHABLE -> false;
        };
    }
}
