package dev.grapevine.protocol.dissemination;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Which neighbour is asked for what a stream lacks, and which of them had nothing. A round is over when every neighbour was
 * asked for the lowest hole in vain, or twice if it said meanwhile that it has something; each time that something of it comes, the
 * first round begins.
 */
final class RepairRound {

    private final BitSet vain = new BitSet();

    /** Who said that it has something by now and was asked for it. */
    private final BitSet believed = new BitSet();

    /** Who said so in a pause while another was asked. */
    private final BitSet willing = new BitSet();

    private @Nullable Neighbour asked;
    private long front = -1;
    private long goneTo = Long.MAX_VALUE;
    private boolean allAnswered = true;
    private boolean isGoneForSome;
    private int rounds;
    private int answeredRounds;
    private long waitedTo;
    private long frontSince;
    private boolean isPaused;
    private long pausedUntil;
    private @Nullable Neighbour hastened;

    /** The lowest hole begins here now: if that is further on than before, all of it begins anew. */
    void frontIs(long next, long now) {
        if (next != front) {
            front = next;
            progressed(now);
        }
    }

    /** Something of the lowest hole came. */
    void progressed(long now) {
        frontSince = now;
        begin();
        rounds = 0;
        answeredRounds = 0;
        isPaused = false;
        hastened = null;
    }

    private void begin() {
        vain.clear();
        believed.clear();
        willing.clear();
        goneTo = Long.MAX_VALUE;
        allAnswered = true;
        isGoneForSome = false;
    }

    /** Whom to ask; null if all were asked in vain. */
    @Nullable Neighbour whom(Neighbours neighbours, int preferred) {
        Neighbour current = asked;
        if (current == null || neighbours.at(current.slot()) != current || vain.get(current.slot())) {
            Neighbour first = current == null ? neighbours.at(preferred) : null;
            int behind = current == null ? -1 : current.slot();
            asked = first != null && !vain.get(preferred) ? first : neighbours.after(behind, vain);
        }
        return asked;
    }

    boolean isAsked(Neighbour neighbour) {
        return asked == neighbour;
    }

    /** A neighbour tells of what is missing: it is asked first, unless it had nothing in this round. */
    void prefer(Neighbour neighbour) {
        if (!vain.get(neighbour.slot())) {
            asked = neighbour;
        }
    }

    /** Nobody has anything: nobody is asked before a time, unless somebody says that it has something by now. */
    void pause(long until) {
        isPaused = true;
        pausedUntil = until;
        hastened = null;
    }

    boolean isPausing(long now) {
        return isPaused && now - pausedUntil < 0;
    }

    long pausedUntil() {
        return pausedUntil;
    }

    /**
     * A neighbour says that it has by now what is missing first, which is believed once before the round or the pause ends. In a
     * round it is asked again; in a pause it is asked at once, unless another is that said so.
     *
     * @return whether what is missing is to be asked for now
     */
    boolean hasNow(Neighbour neighbour, long now) {
        int slot = neighbour.slot();
        boolean isPausing = isPausing(now);
        if (believed.get(slot) || (!isPausing && !vain.get(slot))) {
            return false;
        }
        if (isPausing && hastened != null && hastened == asked) {
            willing.set(slot);
            return false;
        }
        believed.set(slot);
        vain.clear(slot);
        if (isPausing) {
            hasten(neighbour);
        }
        return isPausing;
    }

    private void hasten(Neighbour neighbour) {
        asked = neighbour;
        hastened = neighbour;
    }

    /** Whoever was asked in a pause has nothing: whether another said meanwhile that it has something, who is asked now. */
    boolean hastensNext(Neighbours neighbours) {
        hastened = null;
        for (int slot = willing.nextSetBit(0); slot >= 0; slot = willing.nextSetBit(slot + 1)) {
            willing.clear(slot);
            Neighbour next = neighbours.at(slot);
            if (next != null && !believed.get(slot)) {
                believed.set(slot);
                hasten(next);
                return true;
            }
        }
        return false;
    }

    /** Whether nothing of the lowest hole came for so long. */
    boolean isStuck(long now, long nanos) {
        return now - frontSince >= nanos;
    }

    /** A neighbour answered that it has nothing: it never will up to a sequence, or only not yet, for 0. */
    void inVain(Neighbour neighbour, long gone) {
        vain.set(neighbour.slot());
        goneTo = Math.min(goneTo, gone);
        isGoneForSome |= gone > 0;
    }

    /** A neighbour did not answer. */
    void unanswered(Neighbour neighbour) {
        inVain(neighbour, 0);
        allAnswered = false;
    }

    /** Up to where none that was asked in this round will ever have anything; 0 for nowhere. */
    long goneTo() {
        return goneTo;
    }

    /**
     * A round ended with nothing; the next one begins.
     *
     * @param worthy whether twice as many are worth it
     * @return whether it was the last that is worth it: there were enough, or this hole has been there for so long already
     */
    boolean isLast(boolean worthy) {
        rounds++;
        answeredRounds += !allAnswered ? 0 : isGoneForSome ? 2 : 1;
        boolean enough = answeredRounds >= (worthy ? 2 : 1) * Limits.REPAIR_ROUNDS
                || rounds >= 2 * Limits.REPAIR_ROUNDS
                || (allAnswered && front <= waitedTo);
        begin();
        return enough;
    }

    int rounds() {
        return rounds;
    }

    /** Nobody had what is missing first, in many rounds: what is missing behind it was missing as long. */
    void waitedTo(long sequence) {
        waitedTo = Math.max(waitedTo, sequence);
    }

    /** The slot belongs to nobody any more. */
    void forget(int slot) {
        vain.clear(slot);
        believed.clear(slot);
        willing.clear(slot);
        hastened = hastened != null && hastened.slot() == slot ? null : hastened;
    }
}
