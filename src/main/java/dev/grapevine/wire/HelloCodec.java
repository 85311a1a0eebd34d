package dev.grapevine.wire;

import dev.grapevine.protocol.step.DialFailure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Turns what is said while a link is opened into bytes and back: a {@link Hello} from either side, or a {@link Refusal}.
 * Their layout is the same in every version of the protocol, except that fields may be appended; so members of versions
 * that do not understand each other still find out.
 */
public final class HelloCodec {

    /** Longest hello that is read, in bytes; with room for fields of newer versions. */
    public static final int MAX_HELLO_BYTES = 32 << 10;

    /** "GVH" and the number of the layout. */
    private static final int MAGIC = 0x47564801;

    private static final String REFUSAL_PREFIX = "GRAPEVINE/1 ";

    private HelloCodec() {}

    /**
     * Encodes a hello.
     *
     * @param hello the hello
     * @param allocator where the buffer comes from
     * @return a new buffer of exactly the encoded size, which the caller owns
     */
    public static ByteBuf encode(Hello hello, ByteBufAllocator allocator) {
        WireWriter out = new WireWriter();
        for (int shift = 24; shift >= 0; shift -= 8) {
            out.writeByte(MAGIC >>> shift);
        }
        out.writeVarint(hello.minVersion(), "oldest version");
        out.writeVarint(hello.version(), "newest version");
        out.writeText(hello.cluster(), Hello.MAX_CLUSTER_LENGTH, "cluster name");
        Values.writeMember(out, hello.member());
        return out.toBuffer(allocator);
    }

    /**
     * Reads a hello.
     *
     * @param buffer its readable bytes are read; neither its indices nor its reference count change
     * @return the hello
     * @throws MalformedFrameException if the bytes are no hello
     */
    public static Hello decode(ByteBuf buffer) {
        if (buffer.readableBytes() > MAX_HELLO_BYTES) {
            throw new MalformedFrameException(
                    "hello has " + buffer.readableBytes() + " bytes, which are more than " + MAX_HELLO_BYTES);
        }
        WireReader in = new WireReader();
        in.reset(buffer);
        for (int shift = 24; shift >= 0; shift -= 8) {
            if (in.readByte("hello") != (MAGIC >>> shift & 0xff)) {
                throw new MalformedFrameException("no hello of this protocol");
            }
        }
        int minVersion = in.readInt(Integer.MAX_VALUE, "oldest version");
        int version = in.readInt(Integer.MAX_VALUE, "newest version");
        String cluster = in.readText(Hello.MAX_CLUSTER_LENGTH, "cluster name");
        var member = Values.readMember(in);
        try {
            return new Hello(cluster, minVersion, version, member);
        } catch (IllegalArgumentException e) {
            throw new MalformedFrameException("hello: " + e.getMessage(), e);
        }
    }

    /**
     * Encodes a refusal as text, because the errors of RSocket carry nothing else.
     *
     * @param refusal the refusal
     * @return a line of text
     */
    public static String encodeRefusal(Refusal refusal) {
        return REFUSAL_PREFIX + refusal.failure().name() + " " + refusal.detail();
    }

    /**
     * Reads a refusal. Never fails: any other text, or none, comes from something that is no peer; a kind that this
     * version does not know, or that a peer cannot tell, means that it may be tried again later.
     *
     * @param text what came with the error
     * @return the refusal
     */
    public static Refusal decodeRefusal(@Nullable String text) {
        if (text == null || !text.startsWith(REFUSAL_PREFIX)) {
            return new Refusal(DialFailure.NOT_A_PEER, text == null ? "" : text);
        }
        String rest = text.substring(REFUSAL_PREFIX.length());
        int space = rest.indexOf(' ');
        String kind = space < 0 ? rest : rest.substring(0, space);
        return new Refusal(failureNamed(kind), space < 0 ? "" : rest.substring(space + 1));
    }

    private static DialFailure failureNamed(String name) {
        return Arrays.stream(DialFailure.values())
                .filter(failure ->
                        Refusal.isToldByPeer(failure) && failure.name().equals(name))
                .findFirst()
                .orElse(DialFailure.NOT_READY);
    }
}
