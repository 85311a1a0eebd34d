package dev.grapevine.protocol.conduct;

import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.frame.DisseminationFrame.Pull;
import dev.grapevine.protocol.frame.DisseminationFrame.Pushed;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamDigest;
import dev.grapevine.protocol.frame.DisseminationFrame.StreamState;
import dev.grapevine.protocol.frame.DisseminationFrame.Unavailable;
import org.jspecify.annotations.Nullable;

/**
 * Whether a peer answers when it is asked for messages. One request at a time is watched: it counts as unanswered if nothing
 * of what could answer it came within {@link #PATIENCE_NANOS}, although the peer went on speaking.
 */
final class Questions {

    /** How long an answer may take; requests are repeated after 8 s at the latest. */
    static final long PATIENCE_NANOS = 10_000_000_000L;

    /** So many in a row that were not answered are no loss. */
    static final int MOST_UNANSWERED = 32;

    private @Nullable Pull watched;
    private long asked;
    private int unanswered;

    void asked(Pull pull, long now) {
        if (watched == null) {
            watched = pull;
            asked = now;
        }
    }

    /** The peer said something. */
    void spoke(DisseminationFrame frame) {
        if (watched != null && answers(frame, watched)) {
            watched = null;
            unanswered = 0;
        }
    }

    /** Whether it has not answered too often; looked at when the peer has just spoken. */
    boolean isSilent(long now) {
        if (watched == null || now - asked < PATIENCE_NANOS) {
            return false;
        }
        watched = null;
        unanswered++;
        return unanswered >= MOST_UNANSWERED;
    }

    private static boolean answers(DisseminationFrame frame, Pull pull) {
        if (frame instanceof Pushed run) {
            return run.origin().equals(pull.origin())
                    && run.topic().equals(pull.topic())
                    && run.first() <= pull.to()
                    && run.last() >= pull.from();
        }
        if (frame instanceof Unavailable answer) {
            return answer.origin().equals(pull.origin()) && answer.topic().equals(pull.topic());
        }
        return frame instanceof StreamDigest digest && digest.streams().stream().anyMatch(state -> isOf(state, pull));
    }

    private static boolean isOf(StreamState state, Pull pull) {
        return state.origin().equals(pull.origin()) && state.topic().equals(pull.topic());
    }
}
