package dev.grapevine.protocol.frame;

import dev.grapevine.membership.Origin;
import java.util.List;
import java.util.Map;

/** Frames of SWIM. Nearly all carry rumors, so that news travels on traffic that is sent anyway (SWIM, section 4.1). */
public sealed interface MembershipFrame extends Frame {

    /** Most rumors that one frame can carry. */
    int MAX_RUMORS = 256;

    /**
     * The news that the frame carries.
     *
     * @return at most {@value #MAX_RUMORS} rumors
     */
    List<Rumor> rumors();

    @Override
    default int size() {
        int size = 48;
        for (Rumor rumor : rumors()) {
            size += rumor.size();
        }
        return size;
    }

    /**
     * Are you there?
     *
     * @param sequence chosen by the prober, echoed in the answer
     * @param target who is meant; another member at the same address does not answer
     * @param rumors news
     */
    record Ping(long sequence, Origin target, List<Rumor> rumors) implements MembershipFrame {}

    /**
     * I am (answer to a ping), or it is (answer to a ping request).
     *
     * @param sequence that of the ping or ping request
     * @param rumors news
     */
    record Ack(long sequence, List<Rumor> rumors) implements MembershipFrame {}

    /**
     * Ping this member for me. (SWIM, section 3.1.)
     *
     * @param sequence chosen by the requester, echoed in the answer
     * @param target whom to ping
     * @param rumors news
     */
    record PingRequest(long sequence, Origin target, List<Rumor> rumors) implements MembershipFrame {}

    /**
     * The target of your ping request has not answered me so far; but I am here. (Lifeguard, section IV-A.)
     *
     * @param sequence that of the ping request
     * @param rumors news
     */
    record Nack(long sequence, List<Rumor> rumors) implements MembershipFrame {}

    /**
     * News alone.
     *
     * @param rumors news
     */
    record Gossip(List<Rumor> rumors) implements MembershipFrame {}

    /**
     * A part of the sender's whole member table: push-pull between two members that meet.
     *
     * @param reply whether the receiver is asked for its own table in turn
     * @param rumors the part of the table
     */
    record Sync(boolean reply, List<Rumor> rumors) implements MembershipFrame {}

    /**
     * The sender goes. The receiver confirms with {@link LeaveAck}.
     *
     * @param rumors holds the sender's {@link Rumor.Left}
     */
    record Leave(List<Rumor> rumors) implements MembershipFrame {}

    /**
     * The sender has heard that the receiver goes.
     *
     * @param rumors news
     */
    record LeaveAck(List<Rumor> rumors) implements MembershipFrame {}

    /**
     * Send me the labels of this member. Answered with {@link Metadata} by whoever has these or later ones, which need
     * not be the member itself; whoever has not does not answer.
     *
     * @param subject whose labels
     * @param version which ones, at least; see {@link MetadataDigest#version()}
     */
    record MetadataRequest(Origin subject, long version) implements MembershipFrame {
        @Override
        public List<Rumor> rumors() {
            return List.of();
        }
    }

    /**
     * The labels of a member.
     *
     * @param claim what the sender knows of the member, with the digest of these labels
     * @param metadata the labels, within the limits of {@link dev.grapevine.membership.Member}
     */
    record Metadata(Rumor.Alive claim, Map<String, String> metadata) implements MembershipFrame {
        @Override
        public List<Rumor> rumors() {
            return List.of(claim);
        }

        @Override
        public int size() {
            int size = 48 + claim.size();
            for (Map.Entry<String, String> label : metadata.entrySet()) {
                size += Sizes.text(label.getKey()) + Sizes.text(label.getValue()) + 4;
            }
            return size;
        }
    }
}
