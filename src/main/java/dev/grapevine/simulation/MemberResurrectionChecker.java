package dev.grapevine.simulation;

import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.MemberStatus;
import dev.grapevine.membership.Origin;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Membership: who is dead stays dead. A life that was declared dead comes back only by its own refutation, which it can
 * only have written after somebody accused it; who left and a life that was replaced by a later one never come back.
 */
public final class MemberResurrectionChecker {

    /** How long after its end a refutation that a life wrote while it lived may still travel. */
    public static final Duration DEFAULT_TRAVEL = Duration.ofSeconds(60);

    private final Map<Origin, Long> ended = new HashMap<>();
    private final Map<Origin, Long> accused = new HashMap<>();
    private final Map<String, Map<Origin, MemberStatus>> views = new HashMap<>();
    private final Map<String, Map<MemberId, Long>> epochs = new HashMap<>();
    private final Duration travel;
    private final Consumer<String> violations;

    /**
     * A checker that has seen nothing.
     *
     * @param travel how long after a life's end its refutations may still arrive
     * @param violations is told what is wrong, in words
     */
    public MemberResurrectionChecker(Duration travel, Consumer<String> violations) {
        this.travel = travel;
        this.violations = violations;
    }

    /**
     * A life is over.
     *
     * @param nanos virtual time
     * @param origin the life
     */
    public void ended(long nanos, Origin origin) {
        ended.putIfAbsent(origin, nanos);
    }

    /**
     * An observer is gone: what it has seen is forgotten with it.
     *
     * @param observer names the observer's life
     */
    public void forget(String observer) {
        views.remove(observer);
        epochs.remove(observer);
    }

    /**
     * A member stands differently in the view of another.
     *
     * @param nanos virtual time
     * @param observer names one life of the observer
     * @param subject whose standing
     * @param status how it stands now
     */
    public void status(long nanos, String observer, Origin subject, MemberStatus status) {
        Map<Origin, MemberStatus> view = views.computeIfAbsent(observer, name -> new HashMap<>());
        MemberStatus before = view.put(subject, status);
        if (status == MemberStatus.SUSPECT || status == MemberStatus.DEAD) {
            accused.putIfAbsent(subject, nanos);
        }
        if (!status.isPresent()) {
            return;
        }
        if (before == MemberStatus.LEFT) {
            violations.accept(observer + " sees " + subject + " again, which had left");
        } else if (before == MemberStatus.DEAD && !mayRefute(nanos, subject)) {
            violations.accept(
                    observer + " sees " + subject + " again, which was over before it could refute its death");
        }
        long newest = epochs.computeIfAbsent(observer, name -> new HashMap<>())
                .merge(subject.id(), subject.epoch(), Math::max);
        if (subject.epoch() < newest) {
            violations.accept(observer + " sees " + subject + " again, whose epoch " + newest + " it has seen");
        }
    }

    private boolean mayRefute(long nanos, Origin subject) {
        Long end = ended.get(subject);
        return end == null || (accused.getOrDefault(subject, nanos) <= end && nanos <= end + travel.toNanos());
    }
}
