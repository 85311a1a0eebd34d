package dev.grapevine.wire;

import dev.grapevine.protocol.frame.MembershipFrame;
import dev.grapevine.protocol.frame.MembershipFrame.Ack;
import dev.grapevine.protocol.frame.MembershipFrame.Gossip;
import dev.grapevine.protocol.frame.MembershipFrame.Leave;
import dev.grapevine.protocol.frame.MembershipFrame.LeaveAck;
import dev.grapevine.protocol.frame.MembershipFrame.Metadata;
import dev.grapevine.protocol.frame.MembershipFrame.MetadataRequest;
import dev.grapevine.protocol.frame.MembershipFrame.Nack;
import dev.grapevine.protocol.frame.MembershipFrame.Ping;
import dev.grapevine.protocol.frame.MembershipFrame.PingRequest;
import dev.grapevine.protocol.frame.Rumor.Alive;

/** The bodies of the frames of SWIM. */
final class MembershipWire {

    private MembershipWire() {}

    static void write(WireWriter out, MembershipFrame frame) {
        int body = out.open(typeOf(frame));
        if (frame instanceof MetadataRequest request) {
            Values.writeOrigin(out, request.subject());
            out.writeVarint(request.version(), "version");
        } else if (frame instanceof Metadata metadata) {
            RumorWire.writeAlive(out, metadata.claim());
            Values.writeMetadata(out, metadata.metadata());
        } else if (!SyncWire.write(out, frame)) {
            writeWithRumors(out, frame);
        }
        out.close(body);
    }

    private static void writeWithRumors(WireWriter out, MembershipFrame frame) {
        if (frame instanceof Ping ping) {
            out.writeLong(ping.sequence());
            Values.writeOrigin(out, ping.target());
        } else if (frame instanceof Ack ack) {
            out.writeLong(ack.sequence());
        } else if (frame instanceof PingRequest request) {
            out.writeLong(request.sequence());
            Values.writeOrigin(out, request.target());
        } else if (frame instanceof Nack nack) {
            out.writeLong(nack.sequence());
        }
        RumorWire.writeAll(out, frame.rumors());
    }

    private static int typeOf(MembershipFrame frame) {
        if (frame instanceof Ping) {
            return FrameType.PING;
        } else if (frame instanceof Ack) {
            return FrameType.ACK;
        } else if (frame instanceof PingRequest) {
            return FrameType.PING_REQUEST;
        } else if (frame instanceof Nack) {
            return FrameType.NACK;
        } else if (frame instanceof Gossip) {
            return FrameType.GOSSIP;
        } else if (frame instanceof Leave) {
            return FrameType.LEAVE;
        } else if (frame instanceof MetadataRequest) {
            return FrameType.METADATA_REQUEST;
        } else if (frame instanceof Metadata) {
            return FrameType.METADATA;
        } else if (frame instanceof LeaveAck) {
            return FrameType.LEAVE_ACK;
        }
        return SyncWire.typeOf(frame);
    }

    static Ping readPing(WireReader in) {
        return new Ping(in.readLong("sequence"), in.readOrigin(), RumorWire.readAll(in));
    }

    static Ack readAck(WireReader in) {
        return new Ack(in.readLong("sequence"), RumorWire.readAll(in));
    }

    static PingRequest readPingRequest(WireReader in) {
        return new PingRequest(in.readLong("sequence"), in.readOrigin(), RumorWire.readAll(in));
    }

    static Nack readNack(WireReader in) {
        return new Nack(in.readLong("sequence"), RumorWire.readAll(in));
    }

    static Gossip readGossip(WireReader in) {
        return new Gossip(RumorWire.readAll(in));
    }

    static Leave readLeave(WireReader in) {
        return new Leave(RumorWire.readAll(in));
    }

    static LeaveAck readLeaveAck(WireReader in) {
        return new LeaveAck(RumorWire.readAll(in));
    }

    static MetadataRequest readMetadataRequest(WireReader in) {
        return new MetadataRequest(in.readOrigin(), in.readVarint("version"));
    }

    static Metadata readMetadata(WireReader in) {
        Alive claim = RumorWire.readAlive(in);
        return new Metadata(claim, Values.readMetadata(in));
    }
}
