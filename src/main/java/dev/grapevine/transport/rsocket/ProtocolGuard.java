package dev.grapevine.transport.rsocket;

import static dev.grapevine.transport.rsocket.RSocketFrame.COMPLETE;
import static dev.grapevine.transport.rsocket.RSocketFrame.ERROR;
import static dev.grapevine.transport.rsocket.RSocketFrame.KEEPALIVE;
import static dev.grapevine.transport.rsocket.RSocketFrame.NEXT;
import static dev.grapevine.transport.rsocket.RSocketFrame.PAYLOAD;
import static dev.grapevine.transport.rsocket.RSocketFrame.REQUEST_CHANNEL;
import static dev.grapevine.transport.rsocket.RSocketFrame.REQUEST_N;
import static dev.grapevine.transport.rsocket.RSocketFrame.REQUEST_RESPONSE;
import static dev.grapevine.transport.rsocket.RSocketFrame.RESPOND;
import static dev.grapevine.transport.rsocket.RSocketFrame.SETUP;

import dev.grapevine.protocol.frame.Lane;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Lets only those RSocket frames pass that a peer has reason to send at this point: no other stream or interaction, no
 * metadata, fragments, leases or resumption. So a hostile peer meets none of RSocket-Java's less travelled code.
 */
final class ProtocolGuard {

    private static final int KEEPALIVE_BYTES = RSocketFrame.FIRST_FIELD + Long.BYTES;
    private static final int MAX_KEEPALIVE_DATA = 64;
    private static final int SETUP_BYTES = RSocketFrame.FIRST_FIELD + 3 * Integer.BYTES + 2;
    private static final int REQUEST_BYTES = RSocketFrame.FIRST_FIELD + Integer.BYTES;

    private final boolean dialled;
    private boolean setUp;
    private boolean welcomed;
    private int openLanes;

    /** For a connection that was dialled from here, or by the peer. */
    ProtocolGuard(boolean dialled) {
        this.dialled = dialled;
        this.setUp = dialled;
    }

    /** This side, which dialled, has opened every lane. */
    void lanesOpened() {
        openLanes = Lane.values().length;
    }

    /**
     * Judges a frame.
     *
     * @param frame at least a whole header
     * @return null to let it pass, or what is wrong with it
     */
    @Nullable String check(ByteBuf frame) {
        int stream = RSocketFrame.stream(frame);
        int type = RSocketFrame.type(frame);
        int flags = RSocketFrame.flags(frame);
        int length = frame.readableBytes();
        boolean fits;
        if (!setUp) {
            fits = stream == Streams.CONNECTION && fitsSetup(frame, type, flags, length);
        } else if (stream == Streams.CONNECTION) {
            fits = fitsConnection(type, flags, length);
        } else if (stream == Streams.WELCOME) {
            fits = fitsWelcome(type, flags, length);
        } else {
            fits = fitsLane(Streams.laneOf(stream), frame, type, flags, length);
        }
        return fits
                ? null
                : "unexpected RSocket frame: stream " + Integer.toUnsignedString(stream) + ", type " + type + ", flags "
                        + Integer.toHexString(flags) + ", " + length + " bytes";
    }

    private boolean fitsSetup(ByteBuf frame, int type, int flags, int length) {
        setUp = type == SETUP
                && flags == 0
                && length >= SETUP_BYTES
                && RSocketFrame.firstField(frame) == RSocketFrame.VERSION;
        return setUp;
    }

    private static boolean fitsConnection(int type, int flags, int length) {
        return switch (type) {
            case KEEPALIVE ->
                (flags & ~RESPOND) == 0 && length >= KEEPALIVE_BYTES && length <= KEEPALIVE_BYTES + MAX_KEEPALIVE_DATA;
            case ERROR -> flags == 0 && length >= REQUEST_BYTES;
            default -> false;
        };
    }

    /** The dialler asks once, and is answered once. */
    private boolean fitsWelcome(int type, int flags, int length) {
        boolean answer = (type == PAYLOAD && flags == (NEXT | COMPLETE))
                || (type == ERROR && flags == 0 && length >= REQUEST_BYTES);
        boolean question = type == REQUEST_RESPONSE && flags == 0;
        boolean fits = !welcomed && (dialled ? answer : question);
        welcomed |= fits;
        return fits;
    }

    private boolean fitsLane(int lane, ByteBuf frame, int type, int flags, int length) {
        if (lane < 0) {
            return false;
        }
        if (lane < openLanes) {
            return (type == PAYLOAD && flags == NEXT)
                    || (type == REQUEST_N && flags == 0 && length == REQUEST_BYTES && fitsCount(frame, length));
        }
        boolean opens = !dialled
                && welcomed
                && lane == openLanes
                && type == REQUEST_CHANNEL
                && flags == 0
                && fitsCount(frame, length);
        openLanes += opens ? 1 : 0;
        return opens;
    }

    private static boolean fitsCount(ByteBuf frame, int length) {
        return length >= REQUEST_BYTES && RSocketFrame.firstField(frame) > 0;
    }
}
