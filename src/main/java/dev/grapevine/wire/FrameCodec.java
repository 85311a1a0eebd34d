package dev.grapevine.wire;

import dev.grapevine.protocol.frame.AntiEntropyFrame;
import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.frame.EpidemicFrame;
import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.protocol.frame.MembershipFrame;
import dev.grapevine.protocol.frame.OverlayFrame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Turns batches of frames into wire frames and back. The format is described in {@code docs/wire-format.md}: a version,
 * then for each frame its type, its length and its body, so that a reader skips the types and the trailing fields that
 * it does not know.
 *
 * <p>One instance serves one thread: it keeps a scratch array between calls.
 */
public final class FrameCodec {

    /** The version of the format, in front of each wire frame. Changes only when older readers could not read on. */
    public static final int FORMAT_VERSION = 1;

    private final WireWriter writer = new WireWriter();
    private final WireReader reader = new WireReader();

    /** A codec with a scratch array of its own. */
    public FrameCodec() {}

    /**
     * Encodes frames that go as one wire frame.
     *
     * @param frames the frames
     * @param allocator where the buffer comes from
     * @return a new buffer of exactly the encoded size, which the caller owns
     * @throws IllegalArgumentException if a frame is beyond the limits that are stated with it, holds a negative number
     *     where there is none, or the whole is longer than 16 MiB less one; nothing was allocated then
     */
    public ByteBuf encode(List<Frame> frames, ByteBufAllocator allocator) {
        return encode(frames, 0, size -> allocator.buffer(size, size));
    }

    /**
     * Encodes frames that go as one wire frame, and leaves room in front of it.
     *
     * @param frames the frames
     * @param room how many bytes, of any value, come before the wire frame; few
     * @param buffers gives an empty buffer for so many bytes: the room and the encoded size
     * @return that buffer, filled, which the caller owns
     * @throws IllegalArgumentException as {@link #encode(List, ByteBufAllocator)}, the room counted in; no buffer was asked for
     *     then
     */
    public ByteBuf encode(List<Frame> frames, int room, IntFunction<ByteBuf> buffers) {
        writer.reset(room);
        writer.writeByte(FORMAT_VERSION);
        for (int i = 0; i < frames.size(); i++) {
            write(frames.get(i));
        }
        return writer.toBuffer(buffers);
    }

    private void write(Frame frame) {
        if (frame instanceof DisseminationFrame dissemination) {
            DisseminationWire.write(writer, dissemination);
        } else if (frame instanceof MembershipFrame membership) {
            MembershipWire.write(writer, membership);
        } else if (frame instanceof AntiEntropyFrame antiEntropy) {
            AntiEntropyWire.write(writer, antiEntropy);
        } else if (frame instanceof OverlayFrame overlay) {
            OverlayWire.write(writer, overlay);
        } else if (frame instanceof EpidemicFrame epidemic) {
            EpidemicWire.write(writer, epidemic);
        }
    }

    /**
     * Reads a whole wire frame. Takes no more memory than a small multiple of the buffer's length, whatever it holds.
     * The frames share nothing with the buffer.
     *
     * @param buffer its readable bytes are read; neither its indices nor its reference count change
     * @return the frames, and how much was skipped
     * @throws MalformedFrameException if the bytes are not what the format says
     */
    public Decoded decode(ByteBuf buffer) {
        WireReader in = reader;
        in.reset(buffer);
        int version = in.readByte("format version");
        if (version != FORMAT_VERSION) {
            throw new MalformedFrameException("format version is " + version + ", not " + FORMAT_VERSION);
        }
        List<Frame> frames = new ArrayList<>();
        while (in.remaining() > 0) {
            int type = in.readByte("frame type");
            int outer = in.open("frame");
            Frame frame = readBody(type, in);
            in.close(outer);
            if (frame == null) {
                in.countSkipped();
            } else {
                frames.add(frame);
            }
        }
        return new Decoded(Collections.unmodifiableList(frames), in.skipped());
    }

    private static @Nullable Frame readBody(int type, WireReader in) {
        return switch (type) {
            case FrameType.PING -> MembershipWire.readPing(in);
            case FrameType.ACK -> MembershipWire.readAck(in);
            case FrameType.PING_REQUEST -> MembershipWire.readPingRequest(in);
            case FrameType.NACK -> MembershipWire.readNack(in);
            case FrameType.GOSSIP -> MembershipWire.readGossip(in);
            case FrameType.SYNC -> SyncWire.readSync(in);
            case FrameType.SYNC_DIGEST -> SyncWire.readDigest(in);
            case FrameType.SYNC_BUCKETS -> SyncWire.readBuckets(in);
            case FrameType.SYNC_HASHES -> SyncWire.readHashes(in);
            case FrameType.SYNC_REQUEST -> SyncWire.readRequest(in);
            case FrameType.LEAVE -> MembershipWire.readLeave(in);
            case FrameType.LEAVE_ACK -> MembershipWire.readLeaveAck(in);
            case FrameType.METADATA_REQUEST -> MembershipWire.readMetadataRequest(in);
            case FrameType.METADATA -> MembershipWire.readMetadata(in);
            case FrameType.PUBLICATIONS -> DisseminationWire.readPublications(in);
            case FrameType.STREAM_DIGEST -> DisseminationWire.readDigest(in);
            case FrameType.STREAM_QUERY -> DisseminationWire.readQuery(in);
            case FrameType.PULL -> DisseminationWire.readPull(in);
            case FrameType.UNAVAILABLE -> DisseminationWire.readUnavailable(in);
            case FrameType.GRAFT -> DisseminationWire.readGraft(in);
            case FrameType.PRUNE -> DisseminationWire.readPrune(in);
            case FrameType.ANNOUNCEMENT -> DisseminationWire.readAnnouncement(in);
            case FrameType.CHUNK_REQUEST -> DisseminationWire.readChunkRequest(in);
            case FrameType.CHUNK -> DisseminationWire.readChunk(in);
            case FrameType.OPERATIONS -> AntiEntropyWire.readOperations(in);
            case FrameType.STORE_DIGEST -> AntiEntropyWire.readDigest(in);
            case FrameType.STATE_REQUEST -> AntiEntropyWire.readRequest(in);
            case FrameType.STATE_OFFER -> AntiEntropyWire.readOffer(in);
            case FrameType.STATE_CHUNK -> AntiEntropyWire.readChunk(in);
            case FrameType.NEIGHBOUR -> OverlayWire.readNeighbour(in);
            case FrameType.RELEASE -> new OverlayFrame.Release();
            case FrameType.DISCONNECT -> new OverlayFrame.Disconnect();
            case FrameType.JOIN -> new OverlayFrame.Join();
            case FrameType.FORWARD_JOIN -> OverlayWire.readForwardJoin(in);
            case FrameType.SHUFFLE -> OverlayWire.readShuffle(in);
            case FrameType.SHUFFLE_REPLY -> OverlayWire.readShuffleReply(in);
            case FrameType.OFFER -> EpidemicWire.readOffer(in);
            case FrameType.ANSWER -> EpidemicWire.readAnswer(in);
            case FrameType.VERDICTS -> EpidemicWire.readVerdicts(in);
            default -> null;
        };
    }
}
