package dev.grapevine.protocol.dissemination;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * When the peers are told how far the streams are. A lost message is seen by the one behind it; the last one has none
 * behind it, so a digest follows each publication, {@link Limits#DIGEST_REPEATS} times because it can be lost too, and
 * every now and then all streams are told for what all those digests missed. Where a round may not tell of all that is due, the
 * rest comes in the next ones.
 */
final class DigestSchedule {

    private final Pacing pacing;
    private final ArrayDeque<LocalStream> active = new ArrayDeque<>();
    private boolean started;
    private long activeDue;
    private long idleDue;

    DigestSchedule(Pacing pacing) {
        this.pacing = pacing;
    }

    void published(LocalStream stream, long now) {
        if (!started) {
            started = true;
            idleDue = pacing.nextIdle(now);
        }
        if (active.isEmpty()) {
            activeDue = pacing.nextDigests(now);
        }
        enlist(stream, pacing.digestRepeats());
    }

    private void enlist(LocalStream stream, int repeats) {
        if (stream.digestsLeft() == 0) {
            active.addLast(stream);
        }
        stream.digestsLeft(repeats);
    }

    /** How long it is until a digest has to follow a publication. */
    long untilDue(long now) {
        return active.isEmpty() ? Long.MAX_VALUE : activeDue - now;
    }

    /** The streams to tell so many peers of now; mostly none. If there are any, {@link #told} follows. */
    Collection<LocalStream> due(Collection<LocalStream> all, int peers, long now) {
        if (started && idleDue - now <= 0) {
            idleDue = pacing.nextIdle(now);
            activeDue = pacing.notBeforePaid(now);
            all.forEach(stream -> enlist(stream, Math.max(1, stream.digestsLeft())));
        }
        if (active.isEmpty() || activeDue - now > 0) {
            return List.of();
        }
        return take(pacing.digestBytes() / Math.max(1, peers));
    }

    /** The peers were told of what was due, in so many bytes. */
    void told(long bytes, long now) {
        pacing.sent(bytes, now);
        activeDue = pacing.nextDigests(now);
    }

    /** Those that have waited longest, of which it takes so many bytes to tell a peer, and at least one. */
    private List<LocalStream> take(long mostBytes) {
        List<LocalStream> told = new ArrayList<>();
        long bytes = 0;
        do {
            LocalStream next = active.removeFirst();
            told.add(next);
            bytes += DigestBatch.bytes(next.topic());
        } while (!active.isEmpty() && bytes < mostBytes);
        for (LocalStream stream : told) {
            stream.digestsLeft(stream.digestsLeft() - 1);
            if (stream.digestsLeft() > 0) {
                active.addLast(stream);
            }
        }
        return told;
    }
}
