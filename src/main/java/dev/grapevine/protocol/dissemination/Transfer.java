package dev.grapevine.protocol.dissemination;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.frame.DisseminationFrame.Chunk;
import dev.grapevine.protocol.frame.DisseminationFrame.ChunkRequest;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One large message on its way here: what of it has come, what was asked for, and who has it. It is <em>placed</em> while
 * it stands in its stream's reorder buffer. Else it is a hole for which a part has come already: it goes on there once
 * somebody announces it again.
 */
final class Transfer implements Held {

    private static final @Nullable Bytes[] NONE = {};
    private static final int CHUNK_BYTES = DisseminationFrame.MAX_CHUNK_BYTES;

    private final InboundStream stream;
    private final long sequence;
    private final int length;
    private final boolean isTooLong;
    private final int overhead;
    private final Set<Origin> holders = new LinkedHashSet<>();
    private final Set<Origin> asked = new HashSet<>();
    private final BitSet underWay = new BitSet();
    private @Nullable Bytes[] chunks = NONE;
    private @Nullable Bytes whole;
    private int received;
    private final boolean isAgain;
    private boolean isPlaced;
    private boolean isRunning;
    private boolean hasProgressed;
    private boolean isOver;
    private long reserved;
    private long progressAt;
    private long measuredAt;
    private int receivedThen;
    private int exchanges;
    private int most;
    private long patience;

    /**
     * A message of which nothing has come.
     *
     * @param stream its stream
     * @param sequence its sequence
     * @param length its length in bytes
     * @param isTooLong whether it is longer than this member takes: a gap in its place
     * @param patience how long nothing of it may come before somebody else is asked, in nanoseconds
     * @param overhead what remembering it takes of the budget of what is held back, in bytes
     * @param isAgain whether its stream is further already, and only a replay wants it
     */
    Transfer(
            InboundStream stream,
            long sequence,
            int length,
            boolean isTooLong,
            long patience,
            int overhead,
            boolean isAgain) {
        this.stream = stream;
        this.sequence = sequence;
        this.length = length;
        this.isTooLong = isTooLong;
        this.patience = patience;
        this.overhead = overhead;
        this.isAgain = isAgain;
    }

    /** Whether its stream is further already, and only a replay wants it. */
    boolean isAgain() {
        return isAgain;
    }

    InboundStream stream() {
        return stream;
    }

    long sequence() {
        return sequence;
    }

    int length() {
        return length;
    }

    @Override
    public int count() {
        return 1;
    }

    @Override
    public boolean isWhole() {
        return whole != null;
    }

    @Override
    public List<Bytes> payloads() {
        return whole == null ? List.of() : List.of(whole);
    }

    /** Whether it is a gap as soon as it is its turn. */
    boolean isTooLong() {
        return isTooLong;
    }

    boolean isPlaced() {
        return isPlaced;
    }

    void placed(boolean value) {
        isPlaced = value;
    }

    /** Whether it is on its way, or waits for its turn to be. */
    boolean isUnfinished() {
        return (isPlaced || isAgain) && !isOver && !isTooLong && whole == null;
    }

    /**
     * Whether it is whole, or parts of it are coming just now. To have been told of it is not enough: else members would tell
     * each other of a message that none of them has.
     */
    boolean isComing(long now) {
        return whole != null || (isRunning() && hasProgressed && !isStalled(now));
    }

    /** Whether its chunks are being asked for. */
    boolean isRunning() {
        return isRunning && !isOver;
    }

    /** Whether it is a hole for which a part has come. */
    boolean isSuspended() {
        return !isOver && !isPlaced && !isAgain;
    }

    /** Nobody needs it any more: it was delivered or given up. */
    void over() {
        isOver = true;
    }

    boolean isOver() {
        return isOver;
    }

    /** Somebody has it, or will have. */
    void offeredBy(Origin holder) {
        holders.add(holder);
    }

    /** Somebody does not have it, or does not go on with it. */
    void withdrawnBy(Origin holder) {
        holders.remove(holder);
    }

    void forgetHolders() {
        holders.clear();
    }

    boolean isOfferedBy(Origin holder) {
        return holders.contains(holder);
    }

    /** The link to a peer is gone: what was asked of it does not come. */
    void forget(Origin peer) {
        holders.remove(peer);
        asked.remove(peer);
    }

    /** Whom to ask: who announced it first; null for nobody. */
    @Nullable Origin holder() {
        return holders.isEmpty() ? null : holders.iterator().next();
    }

    boolean wasAsked(Origin peer) {
        return asked.contains(peer);
    }

    int overhead() {
        return overhead;
    }

    /** Bytes that it has of the budget of what is held back. */
    long reserved() {
        return reserved;
    }

    void reserved(long bytes) {
        reserved = bytes;
    }

    int received() {
        return received;
    }

    void begin(long now) {
        isRunning = true;
        hasProgressed = false;
        progressAt = now;
        measure(now);
        if (chunks.length == 0) {
            chunks = new @Nullable Bytes[(length + CHUNK_BYTES - 1) / CHUNK_BYTES];
        }
    }

    /** What was asked for and has not come is not waited for. */
    void stop() {
        isRunning = false;
        underWay.clear();
    }

    /** There is no room for the part that has come. */
    void beginAnew() {
        received = 0;
        chunks = NONE;
    }

    /** Nothing came for too long: the next time it may take twice as long. */
    void stalled() {
        patience = Math.max(patience, Math.min(2 * patience, Limits.MAX_PATIENCE_NANOS));
    }

    /** Whether it has stalled so often that nobody need wait any longer. */
    boolean isHopeless() {
        return patience >= Limits.MAX_PATIENCE_NANOS;
    }

    boolean isStalled(long now) {
        return now - progressAt >= patience;
    }

    /**
     * Whether so little came in a while that another holder had better go on. Once all were exchanged for being slow half as
     * much is expected of each: where it is the way here that is slow, an exchange only makes chunks come twice.
     */
    boolean isSlow(long now) {
        long nanos = Limits.SLOW_NANOS << Math.min(exchanges / Math.max(1, holders.size()), Limits.SLOW_ROUNDS);
        return now - measuredAt >= nanos && received - receivedThen < Limits.SLOW_BYTES;
    }

    private void measure(long now) {
        measuredAt = now;
        receivedThen = received;
    }

    /** Those who could go on in place of the one that is asked, in their order. */
    List<Origin> others() {
        return holders.stream().skip(1).toList();
    }

    /**
     * Another goes on where it stands; whoever was asked so far is the last that is asked again. That is no progress: two that lack
     * the same chunk would else ask each other for it for ever.
     */
    void exchange(Origin other, long now) {
        exchanges++;
        Origin former = holders.iterator().next();
        holders.remove(former);
        List<Origin> rest =
                holders.stream().filter(holder -> !holder.equals(other)).toList();
        holders.clear();
        holders.add(other);
        holders.addAll(rest);
        holders.add(former);
        underWay.clear();
        measure(now);
    }

    /** The next chunk to ask a holder for; null if there is none, or enough are under way. */
    @Nullable ChunkRequest next(Origin holder) {
        if (underWay.cardinality() >= Limits.CHUNKS_UNDER_WAY) {
            return null;
        }
        for (int index = 0; index < chunks.length; index++) {
            if (chunks[index] == null && !underWay.get(index)) {
                underWay.set(index);
                asked.add(holder);
                int offset = index * CHUNK_BYTES;
                return new ChunkRequest(stream.origin(), stream.topic(), sequence, offset, lengthAt(offset));
            }
        }
        return null;
    }

    private int lengthAt(int offset) {
        return Math.min(CHUNK_BYTES, length - offset);
    }

    /** Whether a chunk is one of those that this message is asked for in. */
    boolean fits(Chunk chunk) {
        int offset = chunk.offset();
        return offset >= 0
                && offset < length
                && offset % CHUNK_BYTES == 0
                && chunk.bytes().length() == lengthAt(offset);
    }

    /** Whether a chunk that fits has come already, or nothing was ever asked for. */
    boolean has(Chunk chunk) {
        return chunks.length == 0 || chunks[chunk.offset() / CHUNK_BYTES] != null;
    }

    /**
     * A chunk that fits came. The last one makes the message whole: it is put together once, in an array of its own.
     *
     * @return whether more of it is here than ever before: what had to be let go for want of room and comes once more brings
     *     nobody further
     */
    boolean take(Chunk chunk, long now) {
        int index = chunk.offset() / CHUNK_BYTES;
        chunks[index] = chunk.bytes();
        underWay.clear(index);
        received += chunk.bytes().length();
        progressAt = now;
        hasProgressed = true;
        if (received - receivedThen >= Limits.SLOW_BYTES) {
            measure(now);
        }
        if (received == length) {
            whole = assembled();
            chunks = NONE;
        }
        boolean isMore = received > most;
        most = Math.max(most, received);
        return isMore;
    }

    private Bytes assembled() {
        byte[] bytes = new byte[length];
        int at = 0;
        for (Bytes chunk : chunks) {
            if (chunk != null) {
                chunk.copyTo(bytes, at);
                at += chunk.length();
            }
        }
        return Bytes.wrap(bytes);
    }

    /** A part of the message, if it has come. */
    @Nullable Bytes part(int offset, int count) {
        if (whole != null) {
            return whole.slice(offset, count);
        }
        int index = offset / CHUNK_BYTES;
        Bytes chunk = index < chunks.length ? chunks[index] : null;
        int within = offset % CHUNK_BYTES;
        return chunk == null || within + count > chunk.length() ? null : chunk.slice(within, count);
    }
}
