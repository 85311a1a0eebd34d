package dev.grapevine.protocol.membership;

import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.MembershipFrame;
import dev.grapevine.protocol.step.RejectReason;
import org.jspecify.annotations.Nullable;

/** What a frame asks for or answers, beside the news on its back: each kind goes to whom it concerns. */
final class Answers {

    private final Self self;
    private final MemberTable table;
    private final Speaker speaker;
    private final Prober prober;
    private final Relays relays;
    private final MetadataSync metadata;
    private final TableSync sync;

    Answers(
            Self self,
            MemberTable table,
            Speaker speaker,
            Prober prober,
            Relays relays,
            MetadataSync metadata,
            TableSync sync) {
        this.self = self;
        this.table = table;
        this.speaker = speaker;
        this.prober = prober;
        this.relays = relays;
        this.metadata = metadata;
        this.sync = sync;
    }

    /** Takes a frame of a peer; {@code leaving} is this member's own leave, if it goes. */
    void answer(Origin from, MembershipFrame frame, @Nullable Leaving leaving, Step step) {
        if (frame instanceof MembershipFrame.Ping ping) {
            acknowledge(from, ping, step);
        } else if (frame instanceof MembershipFrame.Ack ack) {
            if (!relays.onAck(from, ack, step)) {
                prober.onAck(from, ack, step);
            }
        } else if (frame instanceof MembershipFrame.PingRequest request) {
            relays.onRequest(from, request, step);
        } else if (frame instanceof MembershipFrame.Nack nack) {
            prober.onNack(from, nack);
        } else if (frame instanceof MembershipFrame.MetadataRequest request) {
            metadata.onRequest(from, request, step);
        } else if (frame instanceof MembershipFrame.Metadata labels) {
            metadata.onAnswer(from, labels, step);
        } else if (frame instanceof MembershipFrame.Leave) {
            confirmLeave(from, step);
        } else if (frame instanceof MembershipFrame.LeaveAck && leaving != null) {
            leaving.onAck(from, step);
        } else {
            sync.receive(from, frame, step);
        }
    }

    private void acknowledge(Origin from, MembershipFrame.Ping ping, Step step) {
        if (self.has(ping.target())) {
            speaker.send(from, new MembershipFrame.Ack(ping.sequence(), speaker.newsFor(from)), step);
        } else {
            step.reject(RejectReason.FORGED_ORIGIN, from, "ping for somebody else: " + ping.target());
        }
    }

    private void confirmLeave(Origin from, Step step) {
        MemberRecord record = table.peek(from);
        if (record != null && record.status == MemberStatus.LEFT) {
            speaker.send(from, new MembershipFrame.LeaveAck(speaker.newsFor(from)), step);
        } else {
            step.reject(RejectReason.INVALID_RUMOR, from, "leaves without saying so of itself");
        }
    }
}
