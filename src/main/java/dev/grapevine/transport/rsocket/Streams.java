package dev.grapevine.transport.rsocket;

import dev.grapevine.protocol.frame.Lane;
import java.util.List;

/**
 * Which RSocket streams a link consists of. The dialler opens all of them, in this order, and nobody opens any other:
 * one request-response that answers with the acceptor's hello, then one request-channel for each lane.
 */
final class Streams {

    /** What SETUP declares: the type of the hello in it and of all that follows. */
    static final String MIME_TYPE = "application/vnd.grapevine";

    static final List<Lane> LANES = List.of(Lane.values());

    static final int CONNECTION = 0;

    static final int WELCOME = 1;

    private static final int FIRST_LANE = 3;

    private Streams() {}

    static int of(Lane lane) {
        return switch (lane) {
            case CONTROL -> FIRST_LANE;
            case CRITICAL -> FIRST_LANE + 2;
            case DATA -> FIRST_LANE + 4;
            case BULK -> FIRST_LANE + 6;
        };
    }

    /** Which lane a stream is, counted in their order, or -1 if the stream is no lane. */
    static int laneOf(int stream) {
        int twice = stream - FIRST_LANE;
        return twice >= 0 && twice % 2 == 0 && twice / 2 < LANES.size() ? twice / 2 : -1;
    }
}
