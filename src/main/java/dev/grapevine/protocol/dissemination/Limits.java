package dev.grapevine.protocol.dissemination;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.frame.DisseminationFrame.ChunkRequest;
import dev.grapevine.protocol.frame.DisseminationFrame.Publications;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamState;
import dev.grapevine.protocol.frame.StreamName;
import java.util.List;

/** Bounds of topics that nobody needs to set, and what is possible within them. */
final class Limits {

    /** Largest sequence: no publisher gets there, and sums of two stay within a long. */
    static final long MAX_SEQUENCE = 1L << 60;

    /** A digest is ended by the stream that passes this many bytes. */
    static final int DIGEST_BYTES = 48 << 10;

    /** A longer message is a large one, which is not pushed. */
    static final int LARGE_BYTES = DisseminationFrame.MAX_CHUNK_BYTES;

    /** What keeping a message costs beyond its bytes: the object, its place in a list, the array's header. */
    static final int MESSAGE_OVERHEAD = 64;

    /** What holding back a run costs beyond its messages: its place among the runs, and the hole in front of it. */
    static final int RUN_OVERHEAD = 192;

    /** What remembering a large message costs beyond its bytes: the object, who has it, its place among those held back, */
    private static final int TRANSFER_OVERHEAD = 1 << 10;

    /** and for each of its chunks the object that it comes in. */
    private static final int CHUNK_OVERHEAD = 64;

    /**
     * Most chunks of one large message that are under way at a time: enough to keep a link busy for a round trip of 50 ms at
     * 4 MB/s and message, few enough that repairs, which share their lane, do not wait long behind them.
     */
    static final int CHUNKS_UNDER_WAY = 4;

    /** Most large messages that are on their way here at a time. */
    static final int TRANSFERS = 8;

    /** Most of them that are asked of the same peer. */
    static final int TRANSFERS_PER_PEER = 2;

    /** Most streams with large messages that wait for their turn that are looked at in a step; the next ones in the next. */
    static final int TRANSFER_LOOKS = 64;

    /** Of a large message at least so many bytes are to come, */
    static final int SLOW_BYTES = 256 << 10;

    /** in so long a time: otherwise the next one who has it is asked. */
    static final long SLOW_NANOS = 4_000_000_000L;

    /** How often the time is doubled, each time that all who have it were exchanged: less is no progress at all. */
    static final int SLOW_ROUNDS = 4;

    /** Requested chunks of one peer that wait to be served; a further request is rejected and repeated. */
    static final int PENDING_CHUNKS = 64;

    /** Publishers of large messages wait while a peer has not fetched more bytes than these of what it was told of. */
    static final long UNFETCHED_BYTES = 1 << 20;

    /** For how long a peer that fetches nothing may hold up the publishers of large messages. */
    static final long UNFETCHED_NANOS = 1_000_000_000L;

    /** What a peer fetches in that time at the least, if it is to hold up publishers while another has all there is. */
    static final long LEAST_FETCHED_BYTES = 256 << 10;

    /** Most large messages of which it is remembered that a peer has not fetched them; the oldest is forgotten first. */
    static final int UNFETCHED_MESSAGES = 64;

    /**
     * Most messages of one stream that are asked for at a time; further ones follow as these come. The lowest need no room
     * to be held back, so this bounds what one answer may cost, and with half of it on each round trip lets a stream of
     * 40,000 messages a second be overtaken at 200 ms.
     */
    static final int PULL_MESSAGES = 16_384;

    /** Most separate ranges of one stream that are asked for at a time. */
    static final int PULL_RANGES = 16;

    /** Most messages that one request has sent again between two that are missing, when holes are too many to ask for each. */
    static final int PULL_OVERLAP = 16;

    /** Longest pause between two requests for the same thing, in nanoseconds. */
    static final long MAX_PATIENCE_NANOS = 8_000_000_000L;

    /** Most requests of all streams together between two ticks: the control lane belongs to membership. */
    static final int REQUESTS_PER_TICK = 64;

    /**
     * Bytes of repair that one peer is served between two ticks, besides twice what was published between the two before:
     * so a reader that fell behind catches up however fast the stream goes on. It may be passed by one frame.
     */
    static final int REPAIR_BYTES_PER_TICK = 512 << 10;

    /** What chunks of large messages leave of that to what is smaller. */
    static final int CHUNKS_LEAVE_BYTES = 64 << 10;

    /** Most bytes of repair that one peer is served between two ticks however much is published: a full outbox loses. */
    static final int MAX_REPAIR_BYTES_PER_TICK = 4 << 20;

    /** Requested ranges of one peer that wait to be served; a further one is rejected and asked for again. */
    static final int PENDING_REPAIRS = 256;

    /** A publisher begins no more streams here when it has so many times what is left: alone three quarters of all. */
    static final int STREAMS_SHARE = 3;

    /** How often a digest tells of a publication before only the idle digest does. */
    static final int DIGEST_REPEATS = 3;

    /** Digests that come sooner than was set take no more than this in a second, if no budget says how much they may. */
    static final long QUICK_DIGEST_BYTES_PER_SECOND = 64 << 10;

    /** Peers without a link whose place in the streams is remembered; the one longest without is forgotten first. */
    static final int UNLINKED_PEERS = 4096;

    /** Origins that left whose streams are remembered, so that a return gives no duplicates; the eldest goes first. */
    static final int GONE_SOURCES = 256;

    /** Links that are opened so soon after the first one are those of a new member: streams begin with what they tell as now. */
    static final long FIRST_LINKS_NANOS = 5_000_000_000L;

    /** How long a new peer is told where the streams that are forwarded began for it. */
    static final long STARTS_NANOS = 30_000_000_000L;

    /** How long what a neighbour tells of may still be on its way through the tree before it is asked for. */
    static final long GRAFT_DELAY_NANOS = 200_000_000L;

    /** How long after a request what comes twice is taken for an answer to it. */
    static final long REPAIR_NANOS = 2_000_000_000L;

    /** How often every neighbour is asked for what none of them has yet; twice as often if some do not answer. */
    static final int REPAIR_ROUNDS = 6;

    /** What it counts for in the length of a way that a member has to pass a message on, in microseconds. */
    static final int HOP_MICROS = 1_000;

    /** How long a link counts one way, in microseconds, until it was measured: nobody prefers it for that. */
    static final int UNMEASURED_MICROS = 100_000;

    /** By how much a neighbour's way has to be shorter to take the parent's place: so many microseconds, */
    static final int SWAP_MICROS = 500;

    /** and this part of the way so far: the first decides within a site, the second between sites. */
    static final int SWAP_SHARE = 16;

    /** How often the parent in one tree is exchanged, at the most. */
    static final long SWAP_NANOS = 1_000_000_000L;

    /** For so many runs that are passed on one lazy neighbour is told of them, but at least one an interval. */
    static final int RUNS_PER_DIGEST = 5;

    /** How often neighbours are told once more of a stream that does not go on. */
    static final int RETELLINGS = 2;

    /** Most requests of replays under way at a time; further ones wait for these. */
    static final int REPLAY_REQUESTS = 16;

    /** Most streams of which one subscription is given what is retained; it is given others from now on. */
    static final int REPLAY_STREAMS = 65_536;

    /** Bytes of the newest messages that are kept for a subscription while it catches up with their stream. */
    static final int REPLAY_TAIL_BYTES = 256 << 10;

    /** Bytes that are kept so for all subscriptions together; what finds no room is asked for again. */
    static final long REPLAY_TAILS_BYTES = 16L << 20;

    /** Most publishers that a message of a causal topic names as what it depends on. */
    static final int CAUSES = 1024;

    /** What is left in any message of a causal topic to name what it depends on. */
    static final int CAUSES_BYTES = 1024;

    /** Every so many messages of a causal topic name all that they depend on, for those who lost the ones between. */
    static final int WHOLE_CAUSES_EVERY = 64;

    /** How long after it came a message of a causal topic is given without what it depends on. */
    static final long CAUSE_NANOS = 30_000_000_000L;

    /** How long after it came at the latest, as long as what it depends on goes on coming. */
    static final long CAUSE_MOST_NANOS = 120_000_000_000L;

    /** What is waited for may wait for others itself: over so many it is followed to what has still to come. */
    static final int CAUSE_LINKS = 16;

    /** How long it waits, beyond a full mesh, for a publisher of whom nobody here has heard: it may just have joined. */
    static final long UNHEARD_NANOS = 5_000_000_000L;

    /** What holding back one that it depends on costs: the object, its publisher's, its place in a list. */
    static final int CAUSE_OVERHEAD = 96;

    /** Most publishers of which is remembered, for each that depends on them, that they are not waited for. */
    static final int DOUBTED_PUBLISHERS = 16;

    private Limits() {}

    static long cost(Bytes payload) {
        return payload.length() + (long) MESSAGE_OVERHEAD;
    }

    /** What remembering a large message costs beyond its bytes, if it is fetched up to a length. */
    static int transferOverhead(int length) {
        return TRANSFER_OVERHEAD + length / DisseminationFrame.MAX_CHUNK_BYTES * CHUNK_OVERHEAD;
    }

    static boolean isLarge(int length) {
        return length > LARGE_BYTES;
    }

    /** Whether a run is one large message, which never shares a run with others. */
    static boolean isLarge(Publications run) {
        return run.payloads().size() == 1 && isLarge(run.payloads().get(0).length());
    }

    /** Whether a part of a message of a length is asked for; of any length, if that is 0. */
    static boolean isPart(ChunkRequest request, int messageLength) {
        long end = request.offset() + (long) request.length();
        return (messageLength == 0 || end <= messageLength)
                && isRange(request.sequence(), request.sequence())
                && request.offset() >= 0
                && request.length() >= 1
                && request.length() <= DisseminationFrame.MAX_CHUNK_BYTES;
    }

    static boolean isName(String topic) {
        return StreamName.isTopic(StreamName.topic(topic));
    }

    static boolean isRange(long from, long to) {
        return from >= 1 && from <= to && to <= MAX_SEQUENCE;
    }

    static boolean isRun(Publications run) {
        List<Bytes> payloads = run.payloads();
        return !payloads.isEmpty()
                && payloads.size() <= DisseminationFrame.MAX_PAYLOADS
                && run.first() <= MAX_SEQUENCE
                && isRange(run.first(), run.last());
    }

    static boolean isState(StreamState state) {
        return state.last() >= 0
                && state.last() <= MAX_SEQUENCE
                && within(state.start(), state.last() + 1)
                && within(state.begin(), state.last() + 1)
                && within(state.retained(), state.last() + 1);
    }

    private static boolean within(long sequence, long end) {
        return sequence >= 1 && sequence <= end;
    }
}
