package dev.grapevine.simulation;

import dev.grapevine.membership.MemberStatus;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Membership: nobody is declared dead without a cause. A cause is that the member crashed, that it stood still or was cut
 * off from that very observer for 3 s or more, or that frames were being lost, as the {@link FaultLog} has it.
 */
public final class RemovalChecker {

    /** For how long after its end a fault still counts as the cause of a removal. */
    public static final Duration DEFAULT_GRACE = Duration.ofSeconds(30);

    private final FaultLog log;
    private final Duration grace;
    private final Consumer<String> violations;

    /**
     * A checker.
     *
     * @param log what was done to whom
     * @param grace for how long after its end a fault still counts
     * @param violations is told what is wrong, in words
     */
    public RemovalChecker(FaultLog log, Duration grace, Consumer<String> violations) {
        this.log = log;
        this.grace = grace;
        this.violations = violations;
    }

    /**
     * A member stands differently in the view of another.
     *
     * @param nanos virtual time
     * @param observer in whose view, by its number
     * @param subject whose standing; must be the present life of that member, since of an earlier life nothing is false
     * @param status how it stands now
     */
    public void status(long nanos, int observer, int subject, MemberStatus status) {
        if (status == MemberStatus.DEAD && !log.explainsRemoval(observer, subject, nanos, grace)) {
            violations.accept(
                    "node " + observer + " declared node " + subject + " dead, and nothing was done that explains it");
        }
    }
}
