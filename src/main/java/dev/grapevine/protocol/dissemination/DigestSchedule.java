package dev.grapevine.protocol.dissemination;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * When the peers are told how far the streams are. A lost message is seen by the one behind it; the last one has none
 * behind it, so a digest follows each publication, {@link Limits#DIGEST_REPEATS} times because it can be lost too, and
 * every now and then all streams are told for what all those digests missed.
 */
final class DigestSchedule {

    private final long interval;
    private final long idleInterval;
    private final RandomGenerator random;
    private final ArrayDeque<LocalStream> active = new ArrayDeque<>();
    private boolean started;
    private long activeDue;
    private long idleDue;

    DigestSchedule(DisseminationSettings settings, RandomGenerator random) {
        this.interval = settings.digestInterval().toNanos();
        this.idleInterval = settings.idleDigestInterval().toNanos();
        this.random = random;
    }

    void published(LocalStream stream, long now) {
        if (!started) {
            started = true;
            idleDue = now + jittered(idleInterval);
        }
        if (stream.digestsLeft() == 0) {
            if (active.isEmpty()) {
                activeDue = now + jittered(interval);
            }
            active.addLast(stream);
        }
        stream.digestsLeft(Limits.DIGEST_REPEATS);
    }

    /** Whether no publication is left that a digest has to follow. */
    boolean isIdle() {
        return active.isEmpty();
    }

    /** The streams to tell of now; mostly none. */
    Collection<LocalStream> due(Collection<LocalStream> all, long now) {
        Collection<LocalStream> due = List.of();
        if (!active.isEmpty() && activeDue - now <= 0) {
            due = takeActive();
            activeDue = now + jittered(interval);
        }
        if (started && idleDue - now <= 0) {
            due = all;
            idleDue = now + jittered(idleInterval);
        }
        return due;
    }

    private List<LocalStream> takeActive() {
        List<LocalStream> due = new ArrayList<>(active);
        active.clear();
        for (LocalStream stream : due) {
            stream.digestsLeft(stream.digestsLeft() - 1);
            if (stream.digestsLeft() > 0) {
                active.addLast(stream);
            }
        }
        return due;
    }

    /** Within a tenth, so that members that started together do not stay in step. */
    private long jittered(long nanos) {
        return (long) (nanos * (0.9 + 0.2 * random.nextDouble()));
    }
}
