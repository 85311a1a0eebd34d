package dev.grapevine.protocol.membership;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.MembershipFrame;
import dev.grapevine.protocol.frame.Rumor;
import dev.grapevine.protocol.step.Effect;
import java.util.List;
import java.util.TreeSet;

/** An announced departure: told to everybody linked, again while it is not confirmed, until all did or time is up. */
final class Leaving {

    private final MembershipSettings settings;
    private final Speaker speaker;
    private final MembershipFrame.Leave announcement;
    private final TreeSet<Origin> unconfirmed;
    private final long until;
    private long nextReminder;
    private boolean ended;

    Leaving(Rumor.Left left, MembershipSettings settings, Speaker speaker, Step step) {
        this.settings = settings;
        this.speaker = speaker;
        this.announcement = new MembershipFrame.Leave(List.of(left));
        this.unconfirmed = new TreeSet<>(speaker.linked());
        this.until = step.now() + settings.leaveTimeout().toNanos();
        remind(step);
        endWhenConfirmed(step);
    }

    void onAck(Origin from, Step step) {
        unconfirmed.remove(from);
        endWhenConfirmed(step);
    }

    void linkDown(Origin peer, Step step) {
        unconfirmed.remove(peer);
        endWhenConfirmed(step);
    }

    /** A link that opened too late: its peer is told, and not waited for. */
    void linkUp(Origin peer, Step step) {
        speaker.send(peer, announcement, step);
    }

    /** Whether it is confirmed, or was waited for long enough. */
    boolean isOver() {
        return ended;
    }

    void tick(Step step) {
        if (ended) {
            return;
        }
        if (step.now() - until >= 0) {
            unconfirmed.clear();
            endWhenConfirmed(step);
        } else if (step.now() - nextReminder >= 0) {
            remind(step);
        }
    }

    private void remind(Step step) {
        nextReminder = step.now() + settings.gossipInterval().toNanos();
        for (Origin peer : unconfirmed) {
            speaker.send(peer, announcement, step);
        }
    }

    private void endWhenConfirmed(Step step) {
        if (!ended && unconfirmed.isEmpty()) {
            ended = true;
            step.emit(new Effect.LeaveConfirmed());
        }
    }
}
