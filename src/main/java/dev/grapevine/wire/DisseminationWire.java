package dev.grapevine.wire;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.frame.DisseminationFrame.Announcement;
import dev.grapevine.protocol.frame.DisseminationFrame.Chunk;
import dev.grapevine.protocol.frame.DisseminationFrame.ChunkRequest;
import dev.grapevine.protocol.frame.DisseminationFrame.Graft;
import dev.grapevine.protocol.frame.DisseminationFrame.Prune;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.frame.DisseminationFrame.Pull;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamDigest;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamQuery;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamState;
import dev.grapevine.protocol.frame.DisseminationFrame.Unavailable;
import dev.grapevine.protocol.frame.Way;
import java.util.List;

/** The bodies of the frames of topics. */
final class DisseminationWire {

    /** A block of an origin, an empty name and three numbers. */
    private static final int MIN_STREAM_BYTES = 3 + Values.MIN_ORIGIN_BYTES + 2 + 3;

    private DisseminationWire() {}

    static void write(WireWriter out, DisseminationFrame frame) {
        if (frame instanceof Publications publications) {
            writePublications(out, publications);
        } else if (frame instanceof StreamDigest digest) {
            writeDigest(out, digest.streams());
        } else if (frame instanceof StreamQuery query) {
            int body = out.open(FrameType.STREAM_QUERY);
            writeStream(out, query.origin(), query.topic());
            out.close(body);
        } else if (frame instanceof Pull pull) {
            writeRange(out, FrameType.PULL, pull.origin(), pull.topic(), pull.from(), pull.to());
        } else if (frame instanceof Unavailable gone) {
            writeRange(out, FrameType.UNAVAILABLE, gone.origin(), gone.topic(), gone.from(), gone.to());
        } else if (frame instanceof Graft graft) {
            writeOrigin(out, FrameType.GRAFT, graft.origin());
        } else if (frame instanceof Prune prune) {
            writeOrigin(out, FrameType.PRUNE, prune.origin());
        } else {
            writeLarge(out, frame);
        }
    }

    private static void writeLarge(WireWriter out, DisseminationFrame frame) {
        if (frame instanceof Announcement announcement) {
            int body = out.open(FrameType.ANNOUNCEMENT);
            writeStream(out, announcement.origin(), announcement.topic());
            out.writeVarint(announcement.sequence(), "sequence");
            out.writeVarint(announcement.length(), "length");
            writeWay(out, announcement.way());
            out.close(body);
        } else if (frame instanceof ChunkRequest request) {
            int body = out.open(FrameType.CHUNK_REQUEST);
            writeStream(out, request.origin(), request.topic());
            out.writeVarint(request.sequence(), "sequence");
            out.writeVarint(request.offset(), "offset");
            out.writeVarint(request.length(), "length");
            out.close(body);
        } else if (frame instanceof Chunk chunk) {
            int body = out.open(FrameType.CHUNK);
            writeStream(out, chunk.origin(), chunk.topic());
            out.writeVarint(chunk.sequence(), "sequence");
            out.writeVarint(chunk.offset(), "offset");
            out.writeBytes(chunk.bytes());
            out.close(body);
        }
    }

    static Announcement readAnnouncement(WireReader in) {
        return new Announcement(
                in.readOrigin(),
                Values.readName(in),
                in.readVarint("sequence"),
                in.readInt(Integer.MAX_VALUE, "length"),
                readWay(in));
    }

    static ChunkRequest readChunkRequest(WireReader in) {
        return new ChunkRequest(
                in.readOrigin(),
                Values.readName(in),
                in.readVarint("sequence"),
                in.readInt(Integer.MAX_VALUE, "offset"),
                in.readInt(Integer.MAX_VALUE, "length"));
    }

    static Chunk readChunk(WireReader in) {
        return new Chunk(
                in.readOrigin(),
                Values.readName(in),
                in.readVarint("sequence"),
                in.readInt(Integer.MAX_VALUE, "offset"),
                in.readBytes("chunk"));
    }

    private static void writePublications(WireWriter out, Publications publications) {
        int body = out.open(FrameType.PUBLICATIONS);
        writeStream(out, publications.origin(), publications.topic());
        out.writeVarint(publications.first(), "first sequence");
        List<Bytes> payloads = publications.payloads();
        out.writeCount(payloads.size(), DisseminationFrame.MAX_PAYLOADS, "payloads");
        int content = out.open();
        for (int i = 0; i < payloads.size(); i++) {
            out.writeBytes(payloads.get(i));
        }
        out.close(content);
        writeWay(out, publications.way());
        out.close(body);
    }

    static Publications readPublications(WireReader in) {
        Origin origin = in.readOrigin();
        String topic = Values.readName(in);
        long first = in.readVarint("first sequence");
        int count = in.readInt(DisseminationFrame.MAX_PAYLOADS, "payloads");
        int block = in.open("payloads");
        if (count == 0 || count > in.remaining()) {
            throw new MalformedFrameException("payloads: " + count + " in " + in.remaining() + " bytes");
        }
        Bytes content = in.readRest();
        in.close(block);
        return new Publications(origin, topic, first, PayloadSlices.of(content, count), readWay(in));
    }

    private static void writeDigest(WireWriter out, List<StreamState> streams) {
        int body = out.open(FrameType.STREAM_DIGEST);
        out.writeCount(streams.size(), DisseminationFrame.MAX_STREAMS, "streams");
        for (StreamState stream : streams) {
            int block = out.open();
            writeStream(out, stream.origin(), stream.topic());
            out.writeVarint(stream.start(), "start");
            out.writeVarint(stream.retained(), "retained");
            out.writeVarint(stream.last(), "last");
            out.writeVarint(stream.begin(), "begin");
            writeWay(out, stream.way());
            out.close(block);
        }
        out.close(body);
    }

    static StreamDigest readDigest(WireReader in) {
        StreamState[] streams =
                new StreamState[in.readCount(DisseminationFrame.MAX_STREAMS, MIN_STREAM_BYTES, "streams")];
        for (int i = 0; i < streams.length; i++) {
            int block = in.open("stream");
            streams[i] = readState(in);
            in.close(block);
        }
        return new StreamDigest(Values.listOf(streams));
    }

    private static StreamState readState(WireReader in) {
        Origin origin = in.readOrigin();
        String topic = Values.readName(in);
        long start = in.readVarint("start");
        long retained = in.readVarint("retained");
        long last = in.readVarint("last");
        long begin = in.remaining() > 0 ? in.readVarint("begin") : start;
        return new StreamState(origin, topic, start, retained, last, begin, readWay(in));
    }

    private static void writeWay(WireWriter out, Way way) {
        out.writeCount(way.hops(), Way.MAX_HOPS, "hops");
        out.writeCount(way.micros(), Way.MAX_MICROS, "length of the way");
    }

    private static Way readWay(WireReader in) {
        int hops = in.remaining() > 0 ? in.readInt(Way.MAX_HOPS, "hops") : 0;
        int micros = in.remaining() > 0 ? in.readInt(Way.MAX_MICROS, "length of the way") : 0;
        return hops == 0 && micros == 0 ? Way.NONE : new Way(hops, micros);
    }

    static Graft readGraft(WireReader in) {
        return new Graft(in.readOrigin());
    }

    static Prune readPrune(WireReader in) {
        return new Prune(in.readOrigin());
    }

    static StreamQuery readQuery(WireReader in) {
        return new StreamQuery(in.readOrigin(), Values.readName(in));
    }

    static Pull readPull(WireReader in) {
        return new Pull(in.readOrigin(), Values.readName(in), in.readVarint("from"), in.readVarint("to"));
    }

    static Unavailable readUnavailable(WireReader in) {
        return new Unavailable(in.readOrigin(), Values.readName(in), in.readVarint("from"), in.readVarint("to"));
    }

    private static void writeRange(WireWriter out, int type, Origin origin, String topic, long from, long to) {
        int body = out.open(type);
        writeStream(out, origin, topic);
        out.writeVarint(from, "from");
        out.writeVarint(to, "to");
        out.close(body);
    }

    private static void writeOrigin(WireWriter out, int type, Origin origin) {
        int body = out.open(type);
        Values.writeOrigin(out, origin);
        out.close(body);
    }

    private static void writeStream(WireWriter out, Origin origin, String topic) {
        Values.writeOrigin(out, origin);
        Values.writeName(out, topic);
    }
}
